"""An author corrects the facts first: what counts of it changes everything, what does not is answered with the evidence needed."""

import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anyio
from driversmith.engine.api import Engine
from driversmith.engine.composition import open_engine
from driversmith.engine.network.loopback import LoopbackServer, Request, Response
from driversmith.engine.settings import Settings
from driversmith.server.app import create_server
from mcp import Client

from ...patience import LONG
from ...stand_ins.connection import answered, refused

SHIPS = [{"id": n, "name": f"sail-{n}-at-dawn"} for n in range(1, 8)]
PROSE = "The harbour's ships.\n\nSend your key as `Authorization: Token <key>` with every request."
QUOTE = "Send your key as Authorization: Token <key> with every request."
PREFIX = {"fact": "/auth/key", "value": {"prefix": "Token "}, "because": "The prose tells of a prefix."}


def description() -> dict[str, Any]:
    """Says that ships stand under `data`, and of the key only in prose how it is sent."""
    rows = {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "integer"}}}}
    schema = {"type": "object", "properties": {"data": rows}}
    answer = {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Ships", "version": "1", "description": PROSE},
        "security": [{"key": []}],
        "paths": {"/ships": {"get": {"operationId": "listShips", "responses": answer}}},
        "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "Authorization"}}},
    }


@dataclass
class Hosted:
    """A server, and a session of a calling agent whose model answers for itself."""

    client: Client
    engine: Engine
    asked: list[str]
    """Queries that the API was asked."""
    told: dict[str, Any]
    """The last answer."""

    @property
    def session(self) -> str:
        return self.told["session_id"] if "session_id" in self.told else self.told["session"].split()[-1]

    async def hand_in(self, session_id: str, path: str, content: Any) -> dict[str, Any]:
        text = content if isinstance(content, str) else json.dumps(content)
        arguments = {"session_id": session_id, "path": path, "content": text}
        with anyio.fail_after(LONG):
            self.told = answered(await self.client.call_tool("submit_file", arguments))
        return self.told

    async def finish(self, session_id: str) -> dict[str, Any]:
        """Hand in the templates' own files for whatever is wanted; the result."""
        while (told := self.told).get("next_request"):
            path = told["next_request"]["path"]
            shown = next((t for t in told["next_request"]["context"] if t.startswith(f"The template's `{path}`")), "")
            text = shown.partition("\n")[2].partition("\n")[2].rpartition("\n")[0]
            await self.hand_in(session_id, path, text or await self.engine.journal.file_text(session_id, path))
        return self.told["result"]

    async def events(self, session_id: str, kind: str) -> list[dict[str, Any]]:
        found = await self.engine.journal.events(session_id, limit=2000)
        return [{"message": event.message, **event.data} for event in found if event.kind == kind]


@asynccontextmanager
async def hosted(
    tmp_path: Path,
    ships: Callable[[Request], Any],
    live: str,
    *,
    described: dict[str, Any] | None = None,
    **arguments: Any,
) -> AsyncGenerator[tuple[Hosted, str]]:
    """A host's session that waits for facts.json."""
    asked: list[str] = []
    engines: list[Engine] = []

    def answer(request: Request) -> Response:
        url = urlsplit(request.target)
        body: Any = (described or description()) if url.path == "/openapi.json" else None
        if url.path in ("/ships", "/ports"):
            asked.append(url.query)
            body = ships(request)
        status = 200 if body is not None else 404
        return Response(status, json.dumps(body).encode(), (("Content-Type", "application/json"),))

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
            known = {"api_name": "Ships", "api_url": server.url, "engine": "host", "live": live, "wait_seconds": 55}
            with anyio.fail_after(LONG):
                told = answered(await client.call_tool("generate_driver_supervised", {**known, **arguments}))
            assert told["status"] == "waiting_for_host", told
            wanted = told["host_request"]
            assert wanted["instruction"].startswith("Task: research path=facts.json attempt=1 try=1 mode=full\n")
            yield Hosted(client, engines[0], asked, told), told["session_id"]


def right(_: Request) -> Mapping[str, Any]:
    return {"data": SHIPS}


async def test_a_prefix_told_in_prose_is_corrected_by_a_host_with_a_quote(tmp_path: Path) -> None:
    async with hosted(tmp_path, right, "false") as (host, session):
        wanted = host.told["host_request"]
        assert "Authorization: Token <key>" in "".join(wanted["context"]) and wanted["json_schema"]
        told = await host.hand_in(session, "facts.json", {"corrections": [{**PREFIX, "quote": QUOTE}]})
        assert told["ok"] and "/auth/key (quoted)" in told["session"]
        assert "after 'Token '" in "".join(told["next_request"]["context"]), (
            "the client is asked for from the new facts"
        )
        result = await host.finish(session)
        (event,) = await host.events(session, "fact.corrected")
        judged = await host.engine.journal.step_result(session, "facts/judged/1")
    assert result["success"], result["error"]
    assert (event["fact"], event["known_by"], event["observed"]["prefix"]) == ("/auth/key", "quoted", "Token ")
    assert judged["kept"][0]["known_by"] == "quoted"
    (contradiction,) = result["contradictions"]
    assert contradiction["observed"]["prefix"] == "Token "
    assert [fix["description"] for fix in result["fixes_applied"]] == [f"/auth/key: {PREFIX['because']}"]
    readme = await anyio.Path(result["output_path"], "README.md").read_text("utf-8")
    profile = json.loads(await anyio.Path(result["output_path"], "profile.json").read_text("utf-8"))
    assert "What the description says otherwise" in readme and PREFIX["because"] in readme
    assert profile["auth"][0]["prefix"] == "Token "


async def test_a_wrong_correction_is_refused_with_the_evidence_that_it_needs(tmp_path: Path) -> None:
    claim = {"fact": "/rate_limit", "value": {"statuses": [403]}, "because": "Such APIs do that."}
    async with hosted(tmp_path, right, "auto") as (host, session):
        told = await host.hand_in(session, "facts.json", {"corrections": [claim]})
        assert not told["ok"]
        assert "as quote" in told["findings"][0]["message"]
        assert told["next_request"]["path"] == "facts.json" and told["next_request"]["try_number"] == 2
        made_up = {**claim, "quote": "Send your key as a status 403 with every request."}
        told = await host.hand_in(session, "facts.json", {"corrections": [made_up]})
        assert (
            "quote not found: the nearest sentence is 'Send your key as Authorization" in told["findings"][0]["message"]
        )
        told = await host.hand_in(session, "facts.json", {"corrections": []})
        assert told["ok"] and told["next_request"]["path"] == "ships_driver/client.py"
        result = await host.finish(session)
        refusals = await host.events(session, "fact.refused")
    assert result["success"] and result["contradictions"] == []
    assert [r["code"] for r in refusals] == ["fact-refused", "fact-refused"]


async def test_a_hallucinated_correction_is_taken_back_and_the_right_one_beside_it_is_kept(tmp_path: Path) -> None:
    def guarded(request: Request) -> Any:
        sent = {name.lower(): value for name, value in request.headers}
        return {"data": SHIPS} if sent.get("x-harbour") == "east" else {"ships": [], "data": None}

    header = {"fact": "/headers/X-Harbour", "value": "east", "because": "Each harbour is asked for by its header."}
    wrong = {"fact": "/objects/ships/records", "value": {"record_path": ["results"]}, "because": "It is usual."}
    async with hosted(tmp_path, guarded, "auto") as (host, session):
        told = await host.hand_in(session, "facts.json", {"corrections": [wrong, header]})
        assert "a live read says otherwise: " in told["findings"][0]["message"]
        told = await host.hand_in(session, "facts.json", {"corrections": []})
        result = await host.finish(session)
        judged = await host.engine.journal.step_result(session, "facts/judged/1")
    assert result["success"], result["error"]
    assert [(k["correction"]["fact"], k["known_by"]) for k in judged["kept"]] == [("/headers/X-Harbour", "observed")]
    assert [c["fact"] for c in result["contradictions"]] == ["/headers/X-Harbour"]
    assert result["verification"]["level"] == "live"
    assert len(host.asked) <= 10


async def test_a_host_objects_with_a_correction_while_the_client_is_wanted(tmp_path: Path) -> None:
    async with hosted(tmp_path, right, "false") as (host, session):
        told = await host.hand_in(session, "facts.json", {"corrections": []})
        assert told["next_request"]["path"] == "ships_driver/client.py"
        nowhere = {"fact": "/fields/id", "value": "text", "because": "I think so."}
        told = await host.hand_in(session, "facts.json", {"corrections": [nowhere]})
        assert not told["ok"] and told["next_request"]["attempt"] == 1, "nothing has changed, and nothing is begun anew"
        told = await host.hand_in(session, "facts.json", {"corrections": [{**PREFIX, "quote": QUOTE}]})
        assert told["ok"]
        wanted = told["next_request"]
        assert (wanted["path"], wanted["attempt"], wanted["try_number"]) == ("ships_driver/client.py", 2, 1)
        context = "".join(wanted["context"])
        assert "after 'Token '" in context and "# The driver contract" not in context, "what was told is not told again"
        result = await host.finish(session)
        objection = await host.engine.journal.step_result(session, "facts/objection/2")
        decision = await host.engine.journal.step_result(session, "attempt/1/decision")
    assert result["success"], result["error"]
    assert objection["kept"][0]["known_by"] == "quoted" and decision["objected"]
    assert result["contradictions"][0]["fact"] == "/auth/key"


async def test_what_nothing_can_be_asked_about_is_kept_and_said_to_be_unproven(tmp_path: Path) -> None:
    question = {"fact": "/objects/ships/pagination", "question": "Are there ever more than one page?"}
    async with hosted(tmp_path, right, "false") as (host, session):
        told = await host.hand_in(session, "facts.json", {"corrections": [PREFIX], "open": [question]})
        assert told["ok"] and "/auth/key (stated)" in told["session"]
        result = await host.finish(session)
    assert f"Not proven, only said in facts.json: /auth/key: {PREFIX['because']}" in result["notes"]
    assert any(question["question"] in note for note in result["notes"])
    readme = await anyio.Path(result["output_path"], "README.md").read_text("utf-8")
    assert "not proven" in readme and PREFIX["because"] in readme


async def test_what_is_no_facts_json_costs_nothing_but_a_try(tmp_path: Path) -> None:
    evil = {"fact": "/operations/listShips/path", "value": "@evil.example/x", "because": "There it is."}
    root = {"fact": "/objects/ships/records", "value": {"record_path": "$.results"}, "because": "There it is."}
    origin = {"fact": "/base_path", "value": "https://evil.example", "because": "It moved."}
    many = [{**PREFIX, "because": f"Reason {n}."} for n in range(10_000)]
    torn = [PREFIX, {**PREFIX, "value": {"prefix": "Key "}}]
    async with hosted(tmp_path, right, "false", max_retries=1) as (host, session):
        await host.hand_in(session, "facts.json", "<!doctype html><html><body>No</body></html>")
        for content, says in (
            ("I am afraid I cannot do that.", "JSON"),
            ({"corrections": many}, "10000"),
            ({"corrections": torn}, "contradict"),
            ({"corrections": [evil]}, "path"),
            ({"corrections": [root]}, "array of keys"),
            ({"corrections": [origin]}, "origin"),
            ({"corrections": [{**PREFIX, "value": {"credentials": "s"}}]}, "credentials"),
        ):
            told = await host.hand_in(session, "facts.json", content)
            assert not told["ok"], content
            assert says in " ".join(f["message"] + f["hint"] for f in told["findings"]), told["findings"]
            assert told["next_request"]["path"] == "ships_driver/client.py"
        result = await host.finish(session)
        arguments = {"session_id": session, "path": "facts.json", "content": "{}"}
        assert "finished" in refused(await host.client.call_tool("submit_file", arguments))
    assert result["success"] and result["contradictions"] == []
