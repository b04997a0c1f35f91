"""A session that was really healed, as spans; and spans that really leave the process."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import anyio
import pytest
from driversmith.engine.network.loopback import LoopbackServer, Request, Response
from driversmith.server import demo
from driversmith.server.cli.terminal.progress import run_watched
from driversmith.server.demo.healing import HealingShow

from ...patience import LONG
from ...security.served import LATEST
from ...stand_ins.spans import Tree, exported, said

WORDS = (resources.files(demo) / "data" / "reads_one_page.txt", resources.files(demo) / "data" / "records.json")


def test_a_healed_session_is_a_tree_that_holds_no_word_of_api_or_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported().clear()
    keys: list[str] = []
    from driversmith.engine.network import credentials_file

    known = credentials_file.set_credential
    monkeypatch.setattr(credentials_file, "set_credential", lambda *a: (keys.append(a[3]), known(*a))[1])
    show = HealingShow(tmp_path / "home", tmp_path / "drivers", quiet=True)
    run_watched("demo", show.run, quiet=True)
    assert show.missing() == []

    tree = Tree(below="session")
    assert [said(s)["attempt"] for s in tree.named("attempt")] == [1, 2]
    assert [said(s).get("strategy") for s in tree.named("attempt")] == [None, "prompt_adjustment"]
    outcomes = [said(s)["outcome"] for s in tree.named("try") if said(s)["path"].endswith("client.py")]
    assert outcomes == ["rejected", "accepted", "stuck", "stuck", "accepted"]
    (diagnosis,) = tree.named("diagnosis")
    assert (said(diagnosis)["fault_kind"], said(diagnosis)["source"]) == ("pagination_stops_early", "rules")
    (proof,) = tree.named("proof")
    call = "tools/call generate_driver_supervised"
    assert tree.way_to(proof) == [call, "session", "attempt", "proof"]
    asked = tree.named("chat claude-sonnet-5-5")
    assert {tuple(tree.way_to(s)[1:]) for s in asked} == {("session", "attempt", "try", "chat claude-sonnet-5-5")}
    assert [said(s).get("error.type") for s in asked].count("overloaded") == 3
    answered = [said(s) for s in asked if "error.type" not in said(s)]
    assert all(a["gen_ai.usage.input_tokens"] and a["gen_ai.usage.output_tokens"] for a in answered)
    assert {a["gen_ai.response.finish_reasons"] for a in answered} == {("end_turn",)}

    whole = "\n".join(span.to_json() for span in exported().get_finished_spans())
    assert len(keys) == 1 and keys[0] not in whole
    values = {v for rows in json.loads(WORDS[1].read_text()).values() for row in rows for v in _texts(row)}
    lines = {line.strip() for line in WORDS[0].read_text().splitlines() if len(line.strip()) > 12}
    assert len(values) > 50 and len(lines) >= 3
    words = (values | lines) - {LATEST}  # a keeper began on the day of the protocol's version
    assert [word for word in words if len(word) > 6 and word in whole] == []


@asynccontextmanager
async def _collector() -> AsyncGenerator[tuple[str, list[Request]]]:
    got: list[Request] = []

    async def take(request: Request) -> Response:
        got.append(request)
        return Response()

    async with LoopbackServer(take) as server:
        yield server.url, got


async def test_spans_leave_by_the_variables_that_everybody_knows(tmp_path: Path) -> None:
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http")
    async with _collector() as (url, got):
        answers = await anyio.to_thread.run_sync(_served, tmp_path, {"OTEL_EXPORTER_OTLP_ENDPOINT": url})
    assert answers.returncode == 0 and answers.stderr == ""
    assert [request.target for request in got] == ["/v1/traces"]
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    (sent,) = ExportTraceServiceRequest.FromString(got[0].body).resource_spans
    named = {a.key: a.value.string_value for a in sent.resource.attributes}
    assert named["service.name"] == "driversmith" and named["service.version"]
    assert {span.name for scope in sent.scope_spans for span in scope.spans} >= {"tools/list"}


async def test_a_collector_that_is_not_there_holds_up_nobody(tmp_path: Path) -> None:
    answers = await anyio.to_thread.run_sync(_served, tmp_path, {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"})
    assert answers.returncode == 0 and '"tools"' in answers.stdout


async def test_without_the_extra_it_serves_and_says_what_is_missing(tmp_path: Path) -> None:
    program = "import sys; sys.modules['opentelemetry.sdk'] = None; from driversmith.server.entry import main; main()"
    answers = await anyio.to_thread.run_sync(_served, tmp_path, {"OTEL_TRACES_EXPORTER": "otlp"}, ["-c", program])
    assert answers.returncode == 0 and '"tools"' in answers.stdout
    assert "driversmith[otel]" in answers.stderr


def _served(folder: Path, more: dict[str, str], how: "list[str] | None" = None) -> "subprocess.CompletedProcess[str]":
    """A server on stdio that was asked for its tools, then left."""
    hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}}
    messages: list[dict[str, Any]] = [
        {"id": 0, "method": "initialize", "params": hello},
        {"method": "notifications/initialized"},
        {"id": 1, "method": "tools/list"},
    ]
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("OTEL_", "DRIVERSMITH_"))}
    with subprocess.Popen(
        [sys.executable, *(how or ["-m", "driversmith.server"])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**kept, "DRIVERSMITH_HOME": str(folder / "home"), **more},
    ) as process:
        assert process.stdin and process.stdout
        for message in messages:
            process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        process.stdin.flush()
        answers = process.stdout.readline() + process.stdout.readline()
        out, err = process.communicate(timeout=LONG)
    return subprocess.CompletedProcess(process.args, process.returncode, answers + out, err)


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner)]
    return [value] if isinstance(value, str) else []
