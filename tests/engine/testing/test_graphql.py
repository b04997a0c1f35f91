"""A driver of a GraphQL schema: it passes the contract, and its errors are those of the answers."""

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.models.profile import ApiProfile
from driversmith.engine.research.profile import build_profile
from driversmith.engine.research.sources.registry import read_description

from .test_template_driver import contract_of, failures

SDL = """
type Query {
  ships(first: Int!, after: String, home: ID): ShipConnection!
  ship(id: ID!): Ship
  crews(page: Int, filter: Filter): Crews
  berths(options: Options, harbour: String!): [Berth]
  version: String
}
type Mutation { sink(id: ID!, why: String): Boolean }
type Ship { id: ID! name: String }
type ShipConnection { edges: [ShipEdge!] pageInfo: PageInfo! }
type ShipEdge { node: Ship }
type PageInfo { hasNextPage: Boolean! endCursor: String }
input Filter { name: String }
type Crews { info: Info results: [Crew] }
type Info { next: Int count: Int }
type Crew { id: ID! name: String ship: Ship }
input Options { paginate: Paginate search: String }
input Paginate { page: Int limit: Int }
type Berth { id: Int! depth: Float }
"""


def harbour() -> ApiProfile:
    described = read_description(SDL.encode(), location="harbour.graphql", max_bytes=1 << 20)
    return build_profile(described, api_name="Graph Harbour", base_url="https://harbour.example")


async def test_a_driver_of_a_graphql_schema_passes_the_contract(tmp_path: Path) -> None:
    report = await contract_of(harbour(), tmp_path)
    assert failures(report) == []
    proven = {(b.name, b.subject) for b in report.behaviours}
    assert {("read-every-page", "ships"), ("read-every-page", "crews"), ("read-every-page", "berths")} <= proven
    assert {("read-one", "ships"), ("call-operation", "sink")} <= proven
    assert "error-in-good-answer" in {name for name, _ in proven}
    assert report.unittests and not report.unittests.failed


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for file in write_driver(harbour()).files:
        (tmp_path / file.path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file.path).write_text(file.text)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module("graph_harbour_driver")
    for name in [name for name in sys.modules if name.startswith("graph_harbour_driver")]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("errors", "kind"),
    [
        ([{"message": "No.", "extensions": {"code": "UNAUTHENTICATED"}}], "AuthenticationError"),
        ([{"message": "No.", "extensions": {"code": "access-denied"}}], "AuthenticationError"),
        ([{"message": "Slow down.", "type": "RATE_LIMITED"}], "RateLimitError"),
        ([{"message": "No.", "extensions": {"http": {"status": 403}}}], "AuthenticationError"),
        (
            [{"message": "No 404.", "locations": [{"line": 1, "column": 404}], "path": ["ships", 404]}],
            "UnexpectedResponseError",
        ),
        ([{"message": "The database is down."}], "UnexpectedResponseError"),
    ],
)
@pytest.mark.parametrize(
    "data", [None, {"ships": {"edges": [{"node": {"id": "1"}}], "pageInfo": {"hasNextPage": False}}}]
)
def test_errors_are_raised_by_their_codes_whatever_came_beside_them(
    package: Any, errors: Any, kind: str, data: Any
) -> None:
    network = httpx2.MockTransport(lambda _: httpx2.Response(200, json={"errors": errors, "data": data}))
    driver = package.GraphHarbourDriver(transport=network, max_retries=0)
    with pytest.raises(getattr(package.exceptions, kind), match="answered an error"):
        driver.read("ships")


def test_a_query_is_fixed_and_arguments_are_its_variables(package: Any) -> None:
    asked: list[Any] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(json.loads(request.content))
        return httpx2.Response(200, json={"data": {"berths": [{"id": 1, "depth": 2.5}], "ship": None, "sink": True}})

    driver = package.GraphHarbourDriver(transport=httpx2.MockTransport(answer))
    assert driver.read("berths", harbour="Oslo", search="deep", limit=1) == [{"id": 1, "depth": 2.5}]
    assert asked[0]["variables"] == {
        "harbour": "Oslo",
        "options": {"search": "deep", "paginate": {"page": 1, "limit": 1}},
    }
    assert asked[0]["query"].startswith("query berths($options: Options, $harbour: String!) {")
    assert driver.read("ships", id="7") == []
    assert driver.call_operation("sink", id="7")["data"]["sink"] is True
    assert asked[-1]["query"].startswith("mutation sink(")
