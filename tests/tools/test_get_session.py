"""The views of a session, for hosts that show nothing but text: whole lines, and a cursor that leads through all of them."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from driversmith.engine.journal.ownership import this_process
from driversmith.engine.models.diagnosis import Diagnosis
from driversmith.engine.views.pages import PAGE
from driversmith.engine.views.weights import weight
from mcp import Client

from ..stand_ins.connection import PETSTORE, answered, connected, said
from ..stand_ins.engine import EngineStandIn

LONG = "a long story " * 60


@asynccontextmanager
async def running(folder: Path) -> AsyncGenerator[tuple[Client, EngineStandIn, str]]:
    """A session that this process works on."""
    async with connected(folder) as (client, engine):
        engine.hold = True
        begun = answered(await client.call_tool("generate_driver_supervised", {**PETSTORE, "wait_seconds": 0}))
        await engine.journal.claim(begun["session_id"], this_process(), lease_seconds=60)
        yield client, engine, begun["session_id"]


async def texts_of(client: Client, tool: str, **arguments: Any) -> list[str]:
    """The texts of all pages, by the cursors that they tell."""
    texts: list[str] = []
    cursor: str | None = None
    while cursor or not texts:
        result = await client.call_tool(tool, {**arguments, "cursor": cursor})
        texts.append(said(result))
        assert len(texts[-1].encode()) <= PAGE and weight(answered(result)) <= PAGE
        found = re.search(r"^More: call again with cursor='([^']+)'\.$", texts[-1], re.MULTILINE)
        cursor = found[1] if found else None
        assert answered(result)["next_cursor"] == cursor
    return texts


async def test_every_line_of_a_log_is_told_whole(tmp_path: Path) -> None:
    async with running(tmp_path) as (client, engine, session):
        for number in range(120):
            await engine.journal.append_event(session, 1, "step.progress", f"line {number} {LONG}{number} ends.")
        texts = await texts_of(client, "get_session", session_id=session, view="log")
    lines = [line for text in texts for line in text.splitlines() if " line " in line]
    assert len(texts) > 3
    assert [line.partition(": ")[2] for line in lines] == [f"line {n} {LONG}{n} ends." for n in range(120)]


async def test_what_went_wrong_is_told_with_all_that_is_known_of_it(tmp_path: Path) -> None:
    async with running(tmp_path) as (client, engine, session):
        data = {"findings": ["F821", "list-objects-shape"]}
        await engine.journal.append_event(session, 1, "file.rejected", "Rejected.", level="warning", data=data)
        await engine.journal.append_event(session, 1, "model.asked", "Asked.", data={"role": "repair"})
        text = "\n".join(await texts_of(client, "get_session", session_id=session, view="log"))
    assert 'Rejected. {"findings": ["F821", "list-objects-shape"]}' in text
    assert "role" not in text


async def test_every_diagnosis_is_told_whole(tmp_path: Path) -> None:
    async with running(tmp_path) as (client, engine, session):
        for number in range(60):
            found = Diagnosis(
                error_type="logic",
                fault_kind="record_path",
                root_cause=f"cause {number} {LONG}",
                can_fix=True,
                fix_strategy="prompt_adjustment",
                fix_description=f"repair {number} {LONG}",
                prompt_modification=f"words {number} {LONG}",
                confidence=0.9,
            )
            await engine.journal.add_diagnosis(session, found, fingerprint=f"f{number}", findings=[f"found {number}"])
        of_session = await texts_of(client, "get_session", session_id=session, view="diagnostics")
        of_all = await texts_of(client, "query_history", kind="diagnostics", limit=50)
    for texts in (of_session, of_all):
        for word in ("cause", "repair", "words", "found"):
            told = re.findall(rf"\b{word} (\d+)\b", "\n".join(texts))
            assert told == [str(number) for number in reversed(range(60))], word
        assert "characters more" not in "".join(texts)


async def test_sessions_come_in_pages_that_fit(tmp_path: Path) -> None:
    async with connected(tmp_path) as (client, _):
        made = [
            answered(
                await client.call_tool(
                    "generate_driver_supervised",
                    {**PETSTORE, "api_name": f"Petstore {n}", "api_url": f"https://petstore.test/{'x' * 1_800}"},
                )
            )["session_id"]
            for n in range(15)
        ]
        texts = await texts_of(client, "query_history", kind="sessions", limit=50)
    told = re.findall(r"^(s\w+) ", "\n".join(texts), re.MULTILINE)
    assert told == list(reversed(made)) and len(texts) > 1


async def test_the_metrics_of_a_session_are_told(tmp_path: Path) -> None:
    async with running(tmp_path) as (client, engine, session):
        await engine.journal.record_attempt(
            session, 1, 1, engine="model", outcome="failed", elapsed_seconds=1.5, data={"tries": {"client.py": 2}}
        )
        text = "\n".join(await texts_of(client, "get_session", session_id=session, view="metrics"))
    assert "attempt 1: failed by model" in text and '"tries": {"client.py": 2}' in text
    assert '"model_usage"' in text
