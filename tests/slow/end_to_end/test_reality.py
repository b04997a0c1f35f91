"""Where the API may be asked, it is right: kinds of descriptions beside those of the quick suite."""

import json
from pathlib import Path
from typing import Any

import anyio
import pytest
from driversmith.engine.errors import FetchError
from driversmith.engine.network.loopback import Response

from ...end_to_end.test_reality import SHIPS, description, made, paged


async def test_fields_follow_what_every_record_shows(tmp_path: Path) -> None:
    ships = [{"id": f"ship-{n}", "name": None if n % 2 else "Argo"} for n in range(7)]
    async with made(tmp_path, description(), lambda _: {"data": ships}) as session:
        result = session.result
        assert (result["success"], result["verification"]["level"]) == (True, "live")
        (contradiction,) = result["contradictions"]
        assert contradiction["fact"] == "/objects/ships/fields"
        assert (contradiction["described"], contradiction["observed"]) == ({"id": "integer"}, {"id": "string"})
        driver = anyio.Path(result["output_path"])
        assert "id is string, not integer" in await (driver / "README.md").read_text("utf-8")
        types = await (driver / "ships_driver" / "types.py").read_text("utf-8")
        assert "id: str" in types and "name: str | None" in types


async def test_pages_that_begin_at_zero_lose_no_record(tmp_path: Path) -> None:
    async with made(tmp_path, description("page"), lambda query: {"data": paged(query, 0)}) as session:
        assert session.result["verification"]["level"] == "live"
        assert session.result["contradictions"][0]["observed"]["first"] == 0
        records = (await session.told("read_records", object_name="ships", limit=100))["records"]
        assert [record["id"] for record in records] == list(range(1, 61))
        assert len(session.asked) <= 10


async def test_a_right_description_is_left_as_it_is(tmp_path: Path) -> None:
    async with made(tmp_path, description("page"), lambda query: {"data": paged(query, 1)}) as session:
        assert session.result["verification"]["level"] == "live"
        assert session.result["contradictions"] == []
        assert len(session.asked) <= 4


async def test_nothing_is_asked_where_nobody_wants_it(tmp_path: Path) -> None:
    async with made(tmp_path, description(), lambda _: {"results": SHIPS[:7]}, live="false") as session:
        assert session.asked == []
        assert session.result["contradictions"] == []


async def test_what_was_read_stands_whatever_becomes_of_trying_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: Any, **__: Any) -> None:
        raise FetchError("odd")

    monkeypatch.setattr("driversmith.engine.supervision.live.live_api.corrected", fails)
    async with made(tmp_path, description("page"), lambda query: {"data": paged(query, 1)}) as session:
        assert session.result["verification"]["level"] == "live"
        assert len(session.result["preview"]["ships"]) == 3


@pytest.mark.parametrize("count", [7, 45, 47])
async def test_an_api_that_gives_its_last_page_once_more_is_read_to_its_end(count: int, tmp_path: Path) -> None:
    def clamped(query: dict[str, str]) -> dict[str, Any]:
        last = (count - 1) // 20
        start = min(int(query.get("page", 1)) - 1, last) * 20
        return {"data": SHIPS[start : min(start + 20, count)]}

    async with made(tmp_path, description("page", "per_page"), clamped) as session:
        assert session.result["verification"]["level"] == "live"
        records = (await session.told("read_records", object_name="ships", limit=60))["records"]
        assert [record["id"] for record in records] == list(range(1, count + 1))


async def test_a_page_that_comes_again_whatever_is_asked_for_is_no_whole_list_where_another_way_leads_on(
    tmp_path: Path,
) -> None:
    def by_offset(query: dict[str, str]) -> dict[str, Any]:
        start = int(query.get("offset", 0))
        return {"data": SHIPS[start : start + 20]}

    async with made(tmp_path, description("page", "per_page", "offset"), by_offset) as session:
        assert session.result["verification"]["level"] == "live"
        records = (await session.told("read_records", object_name="ships", limit=100))["records"]
        assert [record["id"] for record in records] == list(range(1, 61))


async def test_a_driver_takes_the_credential_that_the_api_asks_for_where_nobody_described_any(tmp_path: Path) -> None:
    def closed(_: dict[str, str]) -> Response:
        return Response(401, b"{}", (("Content-Type", "application/json"), ("WWW-Authenticate", "Bearer")))

    async with made(tmp_path, description(), closed) as session:
        assert (session.result["success"], session.result["verification"]["level"]) == (True, "mock")
        manifest = json.loads(await anyio.Path(session.result["output_path"], "driver.json").read_text("utf-8"))
        (credential,) = manifest["credentials"]
        assert (credential["argument"], credential["env"], credential["required"]) == ("token", "SHIPS_TOKEN", False)


async def test_a_cursor_that_is_refused_with_other_parameters_is_sent_alone(tmp_path: Path) -> None:
    def alone(query: dict[str, str]) -> Any:
        if "cursor" in query and len(query) > 1:
            return Response(400, b'{"error": "bad request"}', (("Content-Type", "application/json"),))
        start = int(query.get("cursor", 0))
        return {"data": SHIPS[start : start + 20], "next_cursor": str(start + 20) if start < 40 else None}

    described = description("cursor", "limit")
    listing = described["paths"]["/ships"]["get"]
    listing["responses"]["200"]["content"]["application/json"]["schema"]["properties"]["next_cursor"] = {
        "type": "string"
    }
    async with made(tmp_path, described, alone) as session:
        assert session.result["verification"]["level"] == "live"
        records = (await session.told("read_records", object_name="ships", limit=100))["records"]
        assert [record["id"] for record in records] == list(range(1, 61))
