"""What changed between two profiles, and what that means for the driver."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from driversmith.engine.drift.compare import compare
from driversmith.engine.facts.catalogue import apply
from driversmith.engine.facts.fields import with_observed_fields
from driversmith.engine.models.facts import Correction
from driversmith.engine.models.profile import ApiProfile, FieldProfile
from driversmith.engine.research.documents.parse import parse_description
from driversmith.engine.research.omission import without_operations
from driversmith.engine.research.profile import build_profile

BOOK = {
    "type": "object",
    "required": ["id", "title"],
    "properties": {
        "id": {"type": "integer"},
        "title": {"type": "string"},
        "kind": {"type": "string", "enum": ["novel", "poem"]},
        "note": {"type": "string"},
    },
}
KEY = {"type": "apiKey", "in": "header", "name": "X-Key"}


def library() -> dict[str, Any]:
    rows = {"type": "object", "properties": {"data": {"type": "array", "items": copy.deepcopy(BOOK)}}}
    taken = [
        {"name": "page", "in": "query", "schema": {"type": "integer"}},
        {"name": "per_page", "in": "query", "schema": {"type": "integer", "maximum": 50}},
        {"name": "kind", "in": "query", "schema": {"type": "string", "enum": ["novel", "poem"]}},
        {"name": "after", "in": "query", "schema": {"type": "integer"}},
    ]
    listed = {"200": {"description": "", "content": {"application/json": {"schema": rows}}}}
    made = {"required": True, "content": {"application/json": {"schema": copy.deepcopy(BOOK)}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Library", "version": "1"},
        "servers": [{"url": "https://library.example/v1"}],
        "components": {"securitySchemes": {"key": copy.deepcopy(KEY)}},
        "security": [{"key": []}],
        "paths": {
            "/books": {
                "get": {"operationId": "listBooks", "parameters": taken, "responses": listed},
                "post": {"operationId": "addBook", "requestBody": made, "responses": {"201": {"description": ""}}},
            },
            "/authors": {"get": {"operationId": "listAuthors", "responses": copy.deepcopy(listed)}},
        },
    }


def profile(document: dict[str, Any], **options: Any) -> ApiProfile:
    text = json.dumps(document).encode()
    described = parse_description(text, location="https://library.example/openapi.json", max_bytes=1 << 20)
    return build_profile(described, api_name="Library", base_url="https://library.example/v1", **options)


def books(document: dict[str, Any]) -> dict[str, Any]:
    return document["paths"]["/books"]["get"]


def record(document: dict[str, Any]) -> dict[str, Any]:
    return books(document)["responses"]["200"]["content"]["application/json"]["schema"]["properties"]["data"]["items"]


def parameter(document: dict[str, Any], name: str) -> dict[str, Any]:
    return next(p for p in books(document)["parameters"] if p["name"] == name)


def add_parameter(document: dict[str, Any], **more: Any) -> None:
    books(document)["parameters"].append({"name": "region", "in": "query", "schema": {"type": "string"}, **more})


def moved(document: dict[str, Any]) -> None:
    document["paths"]["/v2/books"] = document["paths"].pop("/books")


def envelope(document: dict[str, Any]) -> None:
    schema = books(document)["responses"]["200"]["content"]["application/json"]["schema"]
    schema["properties"]["items"] = schema["properties"].pop("data")


def renamed(document: dict[str, Any]) -> None:
    record(document)["properties"]["name"] = record(document)["properties"].pop("title")


def offsets(document: dict[str, Any]) -> None:
    parameter(document, "page")["name"] = "offset"
    parameter(document, "per_page")["name"] = "limit"


def body(document: dict[str, Any]) -> dict[str, Any]:
    return document["paths"]["/books"]["post"]["requestBody"]["content"]["application/json"]["schema"]


Change = Callable[[dict[str, Any]], Any]
BREAKING: dict[str, tuple[Change, str]] = {
    "object gone": (lambda d: d["paths"].pop("/authors"), "object_removed"),
    "path moved": (moved, "operation_moved"),
    "parameter gone": (lambda d: books(d)["parameters"].pop(2), "parameter_removed"),
    "new required parameter": (lambda d: add_parameter(d, required=True), "parameter_required"),
    "newly required": (lambda d: parameter(d, "after").update(required=True), "parameter_required"),
    "type changed": (lambda d: parameter(d, "after")["schema"].update(type="string"), "parameter_changed"),
    "enum narrowed": (lambda d: parameter(d, "kind")["schema"].update(enum=["poem"]), "enum_changed"),
    "envelope": (envelope, "records_moved"),
    "field renamed": (renamed, "field_removed"),
    "field's type": (lambda d: record(d)["properties"]["id"].update(type="string"), "field_changed"),
    "paging": (offsets, "pagination_changed"),
    "smaller pages": (lambda d: parameter(d, "per_page")["schema"].update(maximum=10), "pagination_changed"),
    "base URL": (lambda d: d.update(servers=[{"url": "https://library.example/v2"}]), "base_url_moved"),
    "key elsewhere": (lambda d: d["components"]["securitySchemes"]["key"].update(name="X-New"), "auth_changed"),
    "body needs more": (lambda d: body(d)["required"].append("note"), "body_changed"),
}
TOLD: dict[str, tuple[Change, str]] = {
    "new field": (lambda d: record(d)["properties"].update(colour={"type": "string"}), "field_added"),
    "new optional parameter": (add_parameter, "parameter_added"),
    "new operation": (lambda d: d["paths"].update({"/loans": d["paths"]["/authors"]}), "operation_added"),
    "deprecated": (lambda d: books(d).update(deprecated=True), "operation_deprecated"),
}
HARMLESS: dict[str, tuple[Change, str]] = {
    "more values": (lambda d: parameter(d, "kind")["schema"]["enum"].append("play"), "enum_changed"),
    "wider type": (lambda d: parameter(d, "after")["schema"].update(type="number"), "parameter_changed"),
    "no key needed": (lambda d: books(d).update(security=[]), "auth_changed"),
}


def changes(change: Change) -> dict[str, set[str]]:
    before, after = library(), library()
    change(after)
    found: dict[str, set[str]] = {"breaking": set(), "harmless": set(), "told": set()}
    for entry in compare(profile(before), profile(after)):
        found[entry.impact].add(entry.kind)
    return found


@pytest.mark.parametrize("name", BREAKING)
def test_what_breaks_the_driver_is_said_to(name: str) -> None:
    change, kind = BREAKING[name]
    assert kind in changes(change)["breaking"]


@pytest.mark.parametrize("name", TOLD)
def test_what_was_added_alarms_nobody(name: str) -> None:
    change, kind = TOLD[name]
    found = changes(change)
    assert (found["breaking"], kind in found["told"]) == (set(), True), found


@pytest.mark.parametrize("name", HARMLESS)
def test_what_the_driver_lives_with_is_harmless(name: str) -> None:
    change, kind = HARMLESS[name]
    found = changes(change)
    assert (found["breaking"], kind in found["harmless"]) == (set(), True), found


NO_DRIFT: dict[str, Change] = {
    "nothing": lambda d: d,
    "info": lambda d: d["info"].update(description="Other words", version="1.0.1"),
    "summary": lambda d: books(d).update(summary="Other words"),
    "example": lambda d: parameter(d, "after").update(example=7, description="Other words"),
    "field's words": lambda d: record(d)["properties"]["title"].update(description="Other words", example="Emma"),
    "keys that are data": lambda d: record(d)["properties"].update(
        {"2024-05-01": {"type": "number"}, "9f86d081": {"type": "number"}}
    ),
    "an unused schema": lambda d: d["components"].update(schemas={"Unused": {"type": "object"}}),
}


@pytest.mark.parametrize("name", NO_DRIFT)
def test_values_and_prose_are_no_drift(name: str) -> None:
    assert changes(NO_DRIFT[name]) == {"breaking": set(), "harmless": set(), "told": set()}


def test_another_operation_id_is_harmless() -> None:
    found = changes(lambda d: books(d).update(operationId="allBooks"))
    assert found == {"breaking": set(), "harmless": {"operation_renamed"}, "told": set()}


def test_what_was_left_out_is_no_addition() -> None:
    whole = profile(library())
    assert compare(profile(library(), objects=("books",)), whole) == []
    assert compare(without_operations(whole, {"list_authors": "it failed"}), whole) == []


def test_a_fact_that_the_api_corrected_is_compared_with_no_description() -> None:
    described = profile(library())
    seen = Correction(fact="/objects/books/records", value={"record_path": ["results"]}, because="It is so.")
    corrected = apply(described, seen, known_by="observed")
    corrected = with_observed_fields(corrected, {"books": {"id": FieldProfile(type="string")}})
    assert compare(corrected, described) == []
    assert {change.kind for change in compare(corrected, profile({**library(), "servers": [{"url": "/v9"}]}))} == {
        "base_url_moved"
    }
