"""References of every kind inside the document; none outside of it."""

from typing import Any

import pytest
from driversmith.engine.research.documents.notes import Notes
from driversmith.engine.research.documents.references import Document


@pytest.fixture
def document(describe: Any) -> Document:
    root = {
        "paths": {"/a b/{id}": {"get": {"x": [10, {"y": 20}]}}},
        "components": {
            "schemas": {
                "Pet": {"type": "object"},
                "Again": {"$ref": "#/components/schemas/Pet"},
                "Slash/Tilde~": {"title": "odd"},
                "Round": {"$ref": "#/components/schemas/Trip"},
                "Trip": {"$ref": "#/components/schemas/Round"},
                "Named": {
                    "$id": "https://schemas.test/named",
                    "$anchor": "here",
                    "$defs": {"Inner": {"title": "inner"}},
                },
            },
            "parameters": {"Limit": {"name": "limit", "description": "theirs"}},
        },
    }
    return Document(describe(root), Notes())


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ("#/components/schemas/Pet", {"type": "object"}),
        ("#/components/schemas/Slash~1Tilde~0", {"title": "odd"}),
        ("#/components/schemas/Slash~1Tilde%7E0", {"title": "odd"}),
        ("#/paths/~1a%20b~1%7Bid%7D/get/x/1", {"y": 20}),
        ("openapi.json#/components/schemas/Pet", {"type": "object"}),
        ("https://api.test/openapi.json#/components/schemas/Pet", {"type": "object"}),
        ("https://schemas.test/named#/$defs/Inner", {"title": "inner"}),
        ("#/$defs/Inner", {"title": "inner"}),
        ("#/definitions/Pet", {"type": "object"}),
        ("Pet", {"type": "object"}),
    ],
)
def test_a_reference_is_found(document: Document, reference: str, found: object) -> None:
    assert document.find(reference) == found
    assert document.notes.sentences() == ()


def test_an_anchor_and_an_id_are_found(document: Document) -> None:
    assert document.find("#here") is document.find("https://schemas.test/named")
    assert document.find("#") is document.root


@pytest.mark.parametrize(
    "reference", ["other.yaml#/Pet", "https://evil.test/x.json", "./pets.json", "file:///etc/passwd"]
)
def test_files_and_other_hosts_are_never_followed(document: Document, reference: str) -> None:
    assert document.find(reference) is None
    (note,) = document.notes.sentences()
    assert "not followed" in note


@pytest.mark.parametrize(
    "reference", ["#/components/schemas/Dog", "#/paths/0", "#nowhere", "#/components/schemas/Pet/type/x"]
)
def test_a_dead_reference_is_noted_once(document: Document, reference: str) -> None:
    assert document.find(reference) is None
    assert document.find(reference) is None
    assert len(document.notes.sentences()) == 1


def test_a_chain_of_references_is_followed_to_its_end(document: Document) -> None:
    place = document.resolve({"$ref": "#/components/schemas/Again"}, "#/x")
    assert place is not None
    assert place.node == {"type": "object"}
    assert place.pointer == "#/components/schemas/Pet"


def test_a_circle_of_references_leads_nowhere(document: Document) -> None:
    assert document.resolve({"$ref": "#/components/schemas/Round"}, "#/x") is None
    assert "circle" in document.notes.sentences()[0]


def test_a_description_beside_a_reference_wins(document: Document) -> None:
    place = document.resolve({"$ref": "#/components/parameters/Limit", "description": "ours"}, "#/x")
    assert place is not None
    assert place.node == {"name": "limit", "description": "ours"}


def test_something_that_is_no_object_resolves_to_nothing(document: Document) -> None:
    assert document.resolve([1], "#/x") is None
    assert document.resolve({"$ref": "#/paths/~1a%20b~1%7Bid%7D/get/x"}, "#/x") is None
