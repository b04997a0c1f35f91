"""`diagnose_failure` over a stand-in engine: a long request is diagnosed once, however many parts are asked for."""

from pathlib import Path
from typing import Any

import pytest
from driversmith.engine.models.diagnosis import Diagnosis

from ..stand_ins.connection import answered, connected, refused
from ..stand_ins.engine import EngineStandIn

REPORT = {"error_message": "NameError: name 'x' is not defined"}


async def test_parts_are_those_of_one_diagnosis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    short = EngineStandIn.diagnose_failure

    async def long(self: EngineStandIn, **arguments: Any) -> Diagnosis:
        made.append(arguments["error_message"])
        request = {"role": "repair", "path": "", "messages": [{"content": f"{made} " + "x" * 60_000}]}
        return (await short(self, **arguments)).model_copy(update={"repair_request": request})

    monkeypatch.setattr(EngineStandIn, "diagnose_failure", long)
    async with connected(tmp_path) as (client, _):
        first = answered(await client.call_tool("diagnose_failure", REPORT))
        other = answered(await client.call_tool("diagnose_failure", {"error_message": "odd"}))
        further = answered(await client.call_tool("diagnose_failure", {**REPORT, "cursor": first["next_cursor"]}))
    assert [found["repair_request"]["part"] for found in (first, other, further)] == [1, 1, 2]
    assert made == [REPORT["error_message"], "odd"]


async def test_parts_of_what_was_never_asked_are_refused(tmp_path: Path) -> None:
    async with connected(tmp_path) as (client, _):
        text = refused(await client.call_tool("diagnose_failure", {**REPORT, "cursor": "2"}))
    assert "call again without cursor" in text
