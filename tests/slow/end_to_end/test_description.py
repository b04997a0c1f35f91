"""Where nobody describes an API, its author is asked to: what no page says and nothing answers never reaches the driver."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
import yaml
from driversmith.engine.api import Engine
from driversmith.engine.composition import open_engine
from driversmith.engine.network.loopback import LoopbackServer, Request, Response
from driversmith.engine.settings import Settings
from driversmith.server.app import create_server
from mcp import Client

from ...patience import LONG
from ...stand_ins.connection import answered
from ...stand_ins.messages_api import StandInMessages
from ...stand_ins.messages_script import Asked
from .test_facts import Hosted

SHIPS = [{"id": n, "name": f"sail-{n}"} for n in range(1, 8)]
PAGE = """<title>Harbour</title><p>To see the whole fleet with the name of each, look at /v1/ships in your browser, and for one
of them put its id behind that, like in /v1/ships/3 or so.</p><p>Each has an id and a name.</p>"""
OBJECT = {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}, "mass": {}}}


def draft(*invented: str) -> str:
    """Two operations that the page tells of, and others."""

    def operation(schema: dict[str, Any]) -> dict[str, Any]:
        answer = {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}
        return {"get": {"responses": answer}}

    paths = {
        "/v1/ships": operation({"type": "array", "items": OBJECT}),
        "/v1/ships/{id}": operation(OBJECT),
        **{path: operation({"type": "array", "items": {}}) for path in invented},
    }
    return yaml.safe_dump({"openapi": "3.0.3", "info": {"title": "Harbour", "version": "1"}, "paths": paths})


@asynccontextmanager
async def hosted(tmp_path: Path, page: str = PAGE, **arguments: Any) -> AsyncGenerator[Hosted]:
    """A host's session about an API that has a page, and no description."""
    asked: list[str] = []
    engines: list[Engine] = []

    def answer(request: Request) -> Response:
        asked.append(request.target)
        html = page if request.path == "/docs" else ""
        body: Any = SHIPS if request.path == "/v1/ships" else {"id": 3} if request.path == "/v1/ships/3" else None
        kind = "text/html" if html else "application/json"
        content = html.encode() or json.dumps(body).encode()
        return Response(200 if html or body is not None else 404, content, (("Content-Type", kind),))

    @asynccontextmanager
    async def factory(chosen: Settings) -> AsyncGenerator[Engine]:
        async with open_engine(chosen) as engine:
            engines.append(engine)
            yield engine

    async with LoopbackServer(answer) as server:
        settings = Settings(
            home=tmp_path / "home", output_dir=tmp_path / "out", allow_local=frozenset({server.url[7:]})
        )
        async with Client(create_server(settings, engine_factory=factory)) as client:
            known = {"api_name": "Harbour", "api_url": f"{server.url}/docs", "engine": "host", "wait_seconds": 55}
            with anyio.fail_after(LONG):
                told = answered(await client.call_tool("generate_driver_supervised", {**known, **arguments}))
            yield Hosted(client, engines[0], asked, told)


async def test_a_host_describes_the_api_and_nothing_that_it_invents_counts(tmp_path: Path) -> None:
    async with hosted(tmp_path, live="true") as host:
        wanted, session = host.told["host_request"], host.told["session_id"]
        assert wanted["instruction"].startswith("Task: research path=description.yaml attempt=1 try=1 mode=full\n")
        assert any("look at /v1/ships in your browser" in text for text in wanted["context"])
        told = await host.hand_in(session, "description.yaml", draft("/v1/captains", "/v1/ships/{id}/cargo"))
        assert told["next_request"]["instruction"].startswith("Task: research path=description.yaml attempt=1 try=2")
        refused = "GET /v1/captains: no page says that, and the API answered 404 when it was asked"
        assert refused in [finding["message"] for finding in told["findings"]]
        assert refused in told["next_request"]["instruction"]
        told = await host.hand_in(session, "description.yaml", draft("/v1/captains"))
        while told["next_request"]["path"] == "description.yaml":
            told = await host.hand_in(session, "description.yaml", draft("/v1/captains"))
        assert told["next_request"]["path"] == "facts.json"
        await host.hand_in(session, "facts.json", {"corrections": []})
        result = await host.finish(session)
    assert result["success"], result["error"]
    manifest = json.loads((Path(result["output_path"]) / "driver.json").read_text("utf-8"))
    assert manifest["objects"] == {"ships": {"read": "GET /v1/ships", "read_one": "GET /v1/ships/{id}"}}
    assert [(s["operation"], s["reason"]) for s in result["skipped"]] == [
        ("GET /v1/captains", "not_proven"),
        ("GET /v1/ships/{id}/cargo", "not_proven"),
    ]
    assert result["verification"]["level"] == "live"
    profile = json.loads((Path(result["output_path"]) / "profile.json").read_text("utf-8"))
    assert "mass" not in profile["objects"]["ships"]["fields"]
    assert profile["operations"]["get_v1_ships"]["evidence"]["known_by"] in ("guessed", "observed")


async def test_a_model_is_asked_where_nobody_describes_the_api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def reply(asked: Asked) -> str:
        assert "Task: research path=description.yaml attempt=1" in asked.text
        return draft("/v1/captains", "/v1/cargo")

    async with StandInMessages(reply) as model:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", model.url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", model.key)
        async with hosted(tmp_path, engine="model", live="false", stop_after="research", max_retries=2) as session:
            profile = session.told["profile"]
    assert len(model.asked) == 2
    assert "GET /v1/captains: no page says that" in model.asked[1].text
    assert (profile["objects"], profile["operations"]) == (
        {"ships": {"read": "GET /v1/ships", "read_one": "GET /v1/ships/{id}"}},
        2,
    )
    assert [entry["operation"] for entry in profile["skipped"]] == ["GET /v1/captains", "GET /v1/cargo"]


async def test_where_nothing_is_proven_there_is_no_driver(tmp_path: Path) -> None:
    page = "<p>Welcome to the harbour, where everything is fine and nothing is told.</p>"
    async with hosted(tmp_path, page, live="false", max_retries=1, max_supervisor_attempts=1) as host:
        invented = yaml.safe_dump(
            {"openapi": "3.0.3", "info": {}, "paths": {"/v1/captains": {"get": {"responses": {}}}}}
        )
        told = await host.hand_in(host.told["session_id"], "description.yaml", invented)
    assert (told["result"]["status"], told["result"]["error"]["code"]) == ("failed", "description_not_found")
    assert "GET /v1/captains: no page says that" in told["result"]["error"]["message"]
