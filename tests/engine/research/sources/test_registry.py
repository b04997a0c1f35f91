"""A source is one file and one line: whatever finds descriptions finds its own, too."""

import json
from pathlib import Path

import pytest
from driversmith.engine.errors import DescriptionError
from driversmith.engine.research.documents.parse import Description
from driversmith.engine.research.sources import openapi, registry
from driversmith.engine.research.sources.discovery import find_description
from driversmith.engine.research.sources.registry import SOURCES, Source, is_meant_as_one, read_description


def read_notes(content: bytes, *, location: str, max_bytes: int, api_url: str = "") -> Description:
    """A format of this test: a path a line."""
    paths = {line: {"get": {"responses": {"200": {"description": ""}}}} for line in content.decode().splitlines()[1:]}
    document = {"openapi": "3.1.0", "info": {"title": "Notes", "version": "1"}, "paths": paths}
    return openapi.read(json.dumps(document).encode(), location=location, max_bytes=max_bytes)


@pytest.fixture
def notes(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source(lambda content: content.startswith(b"NOTES"), read_notes)
    monkeypatch.setattr(registry, "SOURCES", [*SOURCES, source])


async def test_a_source_that_is_named_is_found_and_read(notes: None, tmp_path: Path) -> None:
    path = tmp_path / "api.yaml"
    path.write_bytes(b"NOTES\n/pets\n/orders")
    found = await find_description(
        api_url="https://api.example",
        spec=str(path),
        fetcher=None,
        max_bytes=1 << 20,
        progress=None,  # type: ignore[arg-type]
    )
    assert list(found.document["paths"]) == ["/pets", "/orders"]


def test_what_nobody_claims_is_said_to_be_what_it_is() -> None:
    with pytest.raises(DescriptionError, match="API Blueprint"):
        read_description(b"FORMAT: 1A\n# Pets\n", location="pets.apib", max_bytes=1 << 20)


@pytest.mark.parametrize(
    ("content", "meant"),
    [
        (b'{"openapi": "3.1.0", ', True),
        (b"\xef\xbb\xbfswagger: '2.0'", True),
        (b"<html>openapi: 3</html>", False),
        (b'{"info": {}}', False),
    ],
)
def test_what_is_meant_as_a_description_is_told_by_its_beginning(content: bytes, meant: bool) -> None:
    assert is_meant_as_one(content) is meant
