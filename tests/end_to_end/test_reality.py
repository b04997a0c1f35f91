"""Where a description is wrong and the API may be asked, the API is right: healed by rules, without a key."""

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import anyio
from driversmith.engine.network.loopback import LoopbackServer, Request, Response
from driversmith.engine.settings import Settings
from driversmith.server.app import create_server
from mcp import Client

from ..patience import LONG
from ..stand_ins.connection import answered

SHIPS = [{"id": n, "name": f"ship {n}", "secret_note": f"sail-{n}-at-dawn"} for n in range(1, 61)]
Answers = Callable[[dict[str, str]], Any]
"""The body for a query, or the whole answer; None is a 404."""


def description(*parameters: str, bare: bool = False) -> dict[str, Any]:
    """Says that ships stand under `data`."""
    rows = {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "integer"}}}}
    schema = rows if bare else {"type": "object", "properties": {"data": rows}}
    taken = [{"name": name, "in": "query", "schema": {"type": "integer"}} for name in parameters]
    answer = {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}
    paths = {"/ships": {"get": {"operationId": "listShips", "parameters": taken, "responses": answer}}}
    return {"openapi": "3.1.0", "info": {"title": "Ships", "version": "1"}, "paths": paths}


@dataclass
class Made:
    """A session, and what the API was asked by it."""

    client: Client
    result: dict[str, Any]
    asked: list[str]

    async def told(self, tool: str, **arguments: Any) -> dict[str, Any]:
        return answered(await self.client.call_tool(tool, {"session_id": self.result["session_id"], **arguments}))


@asynccontextmanager
async def made(tmp_path: Path, described: dict[str, Any], ships: Answers, live: str = "auto") -> AsyncGenerator[Made]:
    asked: list[str] = []

    def answer(request: Request) -> Response:
        url = urlsplit(request.target)
        body: Any = described if url.path == "/openapi.json" else None
        if url.path == "/ships":
            asked.append(url.query)
            body = ships({name: values[-1] for name, values in parse_qs(url.query).items()})
        if isinstance(body, Response):
            return body
        content = json.dumps({"error": "none"} if body is None else body).encode()
        return Response(404 if body is None else 200, content, (("Content-Type", "application/json"),))

    async with LoopbackServer(answer) as server:
        url = server.url
        settings = Settings(home=tmp_path / "home", output_dir=tmp_path / "out", allow_local=frozenset({url[7:]}))
        async with Client(create_server(settings)) as client:
            with anyio.fail_after(LONG):
                result = answered(
                    await client.call_tool(
                        "generate_driver_supervised",
                        {"api_name": "Ships", "api_url": url, "engine": "template", "live": live, "wait_seconds": 55},
                    )
                )
            yield Made(client, result, list(asked))


def paged(query: dict[str, str], first: int, size: int = 20) -> list[dict[str, Any]]:
    start = (int(query.get("page", first)) - first) * size
    return SHIPS[start : start + size] if start >= 0 else []


async def test_an_envelope_that_is_another_is_healed_without_a_key(tmp_path: Path) -> None:
    async with made(tmp_path, description(), lambda _: {"results": SHIPS[:7]}) as session:
        result = session.result
        assert (result["success"], result["verification"]["level"]) == (True, "live")
        (contradiction,) = result["contradictions"]
        assert contradiction["fact"] == "/objects/ships/records"
        assert contradiction["observed"]["record_path"] == ["results"]
        readme = await anyio.Path(result["output_path"], "README.md").read_text("utf-8")
        assert "What the description says otherwise" in readme and "under results" in readme
        (fix,) = result["fixes_applied"]
        assert (fix["strategy"], fix["helped"]) == ("prompt_adjustment", True)
        records = (await session.told("read_records", object_name="ships", limit=50))["records"]
        assert [record["id"] for record in records] == list(range(1, 8))
        log = (await session.told("get_session", view="log"))["items"]
        (event,) = [event for event in log if event["kind"] == "fact.corrected"]
        assert event["data"]["observed"]["record_path"] == ["results"]
        assert "sail-" not in json.dumps(log)  # of answers, only structure is told


async def test_a_short_list_that_comes_for_every_page_is_all_there_is(tmp_path: Path) -> None:
    async with made(tmp_path, description("page", "per_page"), lambda _: {"data": SHIPS[:7]}) as session:
        assert (session.result["success"], session.result["verification"]["level"]) == (True, "live")
        records = (await session.told("read_records", object_name="ships", limit=50))["records"]
        assert [record["id"] for record in records] == list(range(1, 8))


async def test_what_cannot_be_healed_makes_no_driver_that_would_lie(tmp_path: Path) -> None:
    rows = [[ship["id"], ship["name"]] for ship in SHIPS[:5]]
    async with made(tmp_path, description(), lambda _: {"fields": ["id", "name"], "grid": {"a": rows}}) as session:
        assert not session.result["success"]
        error = session.result["error"]
        assert error["code"] == "read_wrongly"
        assert "/objects/ships/records" in error["next_action"]
        diagnoses = (await session.told("get_session", view="diagnostics"))["items"]
        assert "read_wrongly" in {entry["diagnosis"]["fault_kind"] for entry in diagnoses}
