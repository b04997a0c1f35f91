"""GraphQL APIs through the command line: found by their URL alone, or by a schema of their own, and read in order."""

from pathlib import Path
from typing import Any

import pytest

from tests.stand_ins.graphql_api import BERTHS, CREWS, PORTS, POSTS, SDL, SHIPS, GraphqlApi

from .test_other_descriptions import generated, records

NAMED = {"ships": SHIPS, "ports": PORTS, "crews": CREWS, "berths": BERTHS, "posts": POSTS}


def ids(found: list[Any]) -> list[str]:
    return [str(record["id"]) for record in found]


async def test_an_endpoint_found_by_its_url_alone_is_read_whole_and_never_changed(tmp_path: Path) -> None:
    async with GraphqlApi() as api:
        result = await generated(tmp_path, api.url, "")
        assert result["verification"]["level"] == "live"
        levels = {name: told["level"] for name, told in result["verification"]["objects"].items()}
        assert {levels[name] for name in NAMED} == {"live"}, levels
        for name, truth in NAMED.items():
            assert ids(await records(tmp_path, result, name)) == ids(truth), name
    assert not [text for text in api.asked if "mutation" in text.partition("{")[0]]


@pytest.mark.parametrize("suffix", [".graphql", ".gql"])
async def test_a_schema_of_ones_own_reads_a_server_that_tells_none(tmp_path: Path, suffix: str) -> None:
    schema = tmp_path / f"harbour{suffix}"
    schema.write_text(SDL)
    async with GraphqlApi(path="/api/graphql", tells=False) as api:
        result = await generated(tmp_path, api.url, schema)
        assert ids(await records(tmp_path, result, "ships")) == ids(SHIPS)
    assert not [text for text in api.asked if "__schema" in text]
