"""Spans: where they go, what they say, and that what a client began is one trace with what came of it."""

import json
from pathlib import Path
from typing import Any

import pytest
from driversmith.engine.errors import JournalError, ModelTransportError
from driversmith.engine.supervision.asks.host import Suspended
from driversmith.engine.tracing import span
from driversmith.server.telemetry import asked_for
from opentelemetry import trace
from opentelemetry.trace import StatusCode

from ..security.served import served
from ..stand_ins.connection import answered
from ..stand_ins.spans import Tree, exported, said

CALL = {"api_name": "Pets", "api_url": "https://pets.example"}


@pytest.mark.parametrize(
    ("environment", "exporter"),
    [
        ({}, None),
        ({"OTEL_SERVICE_NAME": "x"}, None),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x:4318"}, "otlp"),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://x:4318/v1/traces"}, "otlp"),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, "otlp"),
        ({"OTEL_TRACES_EXPORTER": "Console"}, "console"),
        ({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://x:4318"}, None),
        ({"OTEL_SDK_DISABLED": "TRUE", "OTEL_TRACES_EXPORTER": "otlp"}, None),
    ],
)
def test_spans_are_exported_where_the_usual_variables_say_so(environment: dict[str, str], exporter: str | None) -> None:
    assert asked_for(environment) == exporter


@pytest.mark.parametrize("era", ["auto", "legacy"])
async def test_what_a_client_began_over_http_is_one_trace_with_the_session_that_came_of_it(
    tmp_path: Path, era: str
) -> None:
    exported().clear()
    async with served(tmp_path) as server, server.client("alice", era) as client:
        with trace.get_tracer("test").start_as_current_span("my agent"):
            session = answered(await client.call_tool("generate_driver_supervised", CALL))["session_id"]
    tree = Tree(below="my agent")
    (found,) = tree.named("session")
    call = "tools/call generate_driver_supervised"
    assert tree.way_to(found) == ["my agent", f"MCP send {call}", call, "session"]
    assert said(found) == {
        "session_id": session,
        "engine": "auto",
        "resumed": 0,
        "status": "succeeded",
        "attempts": 1,
        "verified": "mock",
    }
    (attempt,) = tree.named("attempt")
    assert tree.way_to(attempt)[-2:] == ["session", "attempt"]
    assert [tree.way_to(s)[-2] for name in ("research", "contract", "publish") for s in tree.named(name)] == [
        "attempt"
    ] * 3


async def test_a_session_that_failed_says_at_what_and_in_no_words_why(tmp_path: Path) -> None:
    exported().clear()
    async with served(tmp_path) as server, server.client("alice") as client:
        server.activities.faults["research"] = [JournalError("secret words"), ValueError("secret words")] * 3
        await client.call_tool("generate_driver_supervised", {**CALL, "max_supervisor_attempts": 1})
    tree = Tree(below="session")
    assert tree.named("session") and tree.named("research")
    assert all(s.status.status_code == StatusCode.ERROR for s in tree.named("research"))
    assert "secret words" not in "".join(s.to_json() for s in exported().get_finished_spans())


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ModelTransportError("secret words", fault="overloaded"), "overloaded"),
        (JournalError("secret words"), "journal_unusable"),
        (KeyError("secret words"), "KeyError"),
        (Suspended.__new__(Suspended), None),
    ],
)
def test_a_span_tells_a_failure_by_its_code_and_a_pause_not_at_all(error: Exception, told: str | None) -> None:
    exported().clear()
    with pytest.raises(type(error)), span("try", path=None, attempt=1):
        raise error
    (found,) = exported().get_finished_spans()
    assert said(found) == {"attempt": 1, **({"error.type": told} if told else {})}
    assert (found.status.status_code == StatusCode.ERROR) == bool(told)
    assert "secret words" not in found.to_json()


def test_the_words_of_others_spans_are_not_exported() -> None:
    exported().clear()
    with pytest.raises(ValueError), trace.get_tracer("mcp-python-sdk").start_as_current_span("tools/call x"):
        raise ValueError("secret words")
    (found,) = exported().get_finished_spans()
    shown: dict[str, Any] = json.loads(found.to_json())
    assert shown["status"] == {"status_code": "ERROR"} and shown["events"] == []
