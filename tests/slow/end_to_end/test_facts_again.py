"""What an author corrects may let an API be read for the first time: it is looked at anew then."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from driversmith.engine.network.loopback import Request

from .test_facts import hosted

SHIPS = [{"id": n, "name": f"ship {n}"} for n in range(1, 61)]
PORTS = [{"id": n, "name": f"port {n}"} for n in range(1, 6)]
HEADER = {"fact": "/headers/X-Harbour", "value": "east", "because": "Each harbour is asked for by its header."}


def described() -> dict[str, Any]:
    """Says nothing of a header, nor that pages begin at 0, and that ports are a list."""
    fields = {"id": {"type": "integer"}, "name": {"type": "string"}}
    rows = {"type": "array", "items": {"type": "object", "properties": fields}}

    def listing(name: str, schema: dict[str, Any], *parameters: str) -> dict[str, Any]:
        given = [{"name": p, "in": "query", "schema": {"type": "integer"}} for p in parameters]
        answer = {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}
        return {"get": {"operationId": name, "parameters": given, "responses": answer}}

    ships = {"type": "object", "properties": {"data": rows}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Harbour", "version": "1"},
        "paths": {"/ships": listing("listShips", ships, "page"), "/ports": listing("listPorts", rows)},
    }


def answer(request: Request) -> Any:
    sent = {name.lower(): value for name, value in request.headers}
    if sent.get("x-harbour") != "east":
        return {"meta": {"hint": "see the documentation"}}
    url = urlsplit(request.target)
    if url.path == "/ports":
        return {"ports": {f"p{port['id']}": port for port in PORTS}}
    page = int(parse_qs(url.query).get("page", ["0"])[-1])
    return {"data": SHIPS[page * 20 : page * 20 + 20]}


async def test_answers_that_a_correction_brings_correct_further_facts(tmp_path: Path) -> None:
    async with hosted(tmp_path, answer, "true", described=described()) as (host, session):
        told = await host.hand_in(session, "facts.json", {"corrections": [HEADER]})
        assert told["ok"], told["findings"]
        result = await host.finish(session)
    assert result["success"], result["error"]
    facts = {c["fact"]: c["observed"] for c in result["contradictions"]}
    assert facts["/objects/ships/pagination"]["first"] == 0
    assert facts["/objects/ports/records"]["shape"] == "map"
    assert {name: o["level"] for name, o in result["verification"]["objects"].items()} == {
        "ships": "live",
        "ports": "live",
    }
