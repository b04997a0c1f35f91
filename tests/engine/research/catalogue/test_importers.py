"""Lists of APIs as others publish them, and the file that is made of them."""

import json
from pathlib import Path
from typing import Any

import pytest
from driversmith.engine.errors import InvalidArgumentError
from driversmith.engine.network.addresses import AddressPolicy
from driversmith.engine.research.catalogue.entries import CatalogueSource
from driversmith.engine.research.catalogue.file import dump, load_catalogue
from driversmith.engine.research.catalogue.importers import entries_of
from driversmith.engine.research.catalogue.refresh import gathered

SOURCE = CatalogueSource("a list", "https://lists.test", "CC0-1.0", "2026-11-29")
GURU: dict[str, Any] = {
    "ships.test:fleet": {
        "preferred": "2",
        "versions": {
            "1": {"swaggerUrl": "https://lists.test/1/swagger.json", "info": {"title": "Old"}},
            "2": {
                "swaggerUrl": "https://lists.test/2/openapi.json",
                "info": {
                    "title": "Fleet API",
                    "x-origin": [{"format": "openapi", "url": "https://ships.test/openapi.json"}],
                },
            },
        },
    },
    "broken": "nonsense",
}
APIS_JSON: dict[str, Any] = {
    "apis": [
        {
            "name": "Ports",
            "baseURL": "https://ports.test/v1",
            "properties": [{"type": "OpenAPI", "url": "https://lists.test/ports.json"}],
        },
        {"name": "Nothing", "properties": [{"type": "Documentation", "url": "https://lists.test/docs"}]},
    ],
    "include": [
        {"name": "crews.test:main@2.0 - Crews API", "url": "https://lists.test/crews.test/main/2.0/apis.json"},
        {"name": "no version", "url": "https://lists.test/x.json"},
    ],
}


def test_the_list_of_apis_guru_gives_the_preferred_version_and_the_providers_own_description_first() -> None:
    (entry,) = entries_of(GURU, SOURCE)
    assert (entry.key, entry.title, entry.version) == ("ships.test/fleet", "Fleet API", "2")
    assert entry.readable == ("https://ships.test/openapi.json", "https://lists.test/2/openapi.json")


def test_an_apis_json_gives_its_apis_and_those_that_it_includes() -> None:
    ports, crews = entries_of(APIS_JSON, SOURCE)
    assert (ports.key, ports.url, ports.readable) == (
        "ports.test",
        "https://ports.test/v1",
        ("https://lists.test/ports.json",),
    )
    assert (crews.key, crews.title) == ("crews.test", "Crews API")
    assert crews.readable == ("https://lists.test/crews.test/main/2.0/openapi.json",)


@pytest.mark.parametrize("document", [[], "x", None, {"a": 1}, {"apis": "x"}])
def test_anything_else_is_no_list(document: Any) -> None:
    assert not entries_of(document, SOURCE)


async def test_a_file_is_made_of_lists_and_of_folders_and_is_the_same_for_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "package" / "api"
    folder.mkdir(parents=True)
    described = {"info": {"title": "XKCD", "version": "1.0"}, "servers": [{"url": "https://xkcd.test"}, {"url": "{x}"}]}
    (folder / "xkcd.test.json").write_text(json.dumps(described))
    (tmp_path / "list.json").write_text(json.dumps(GURU))
    sources = [str(tmp_path / "list.json"), str(tmp_path / "package")]
    entries = await gathered(sources, policy=AddressPolicy(), date="2026-11-29")
    file = tmp_path / "catalogue.json.gz"
    file.write_bytes(dump(entries))
    assert dump(reversed(entries)) == file.read_bytes()
    loaded = load_catalogue(file)
    assert loaded.entries == tuple(sorted(entries, key=lambda entry: entry.key))
    assert [found.api_url for found in loaded.by_name("xkcd")] == ["https://xkcd.test"]
    assert loaded.entries[0].source.date == "2026-11-29"


async def test_what_is_no_list_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")
    for source in (str(tmp_path / "x.json"), str(tmp_path / "missing.json")):
        with pytest.raises(InvalidArgumentError):
            await gathered([source], policy=AddressPolicy())


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\x1f\x8bxx", b"[]", b'{"apis": [[1]]}'])
def test_a_broken_file_is_told(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "catalogue.json.gz"
    file.write_bytes(content)
    with pytest.raises(InvalidArgumentError, match="no catalogue"):
        load_catalogue(file)
    with pytest.raises(InvalidArgumentError):
        load_catalogue(tmp_path / "missing")
