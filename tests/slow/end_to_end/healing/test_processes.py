"""The real server in a process of its own, over stdio, with its model on loopback: healed, killed, resumed, keyless."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
from driversmith.engine.journal.sqlite.opening import open_journal
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from ....end_to_end.healing.author import NO_FACTS, Author
from ....end_to_end.healing.edits import lists_dicts
from ....end_to_end.healing.tiny import API_NAME, API_URL, CLIENT, LIST_OBJECTS, READ_RECORDS, README, WRITTEN
from ....end_to_end.processes import COMMAND
from ....patience import LONG
from ....stand_ins.connection import answered
from ....stand_ins.messages_api import StandInMessages
from ....stand_ins.messages_script import Answer, Asked, rate_limited
from ..test_stdio import OPENING


def environment(folder: Path, **more: str) -> dict[str, str]:
    """The variables of a server whose state and drivers lie below a folder."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("DRIVERSMITH_", "ANTHROPIC_"))}
    return {
        **ours,
        "DRIVERSMITH_HOME": str(folder / "home"),
        "DRIVERSMITH_OUTPUT_DIR": str(folder / "drivers"),
        "DRIVERSMITH_MODEL_LOOPBACK_ONLY": "1",
        **more,
    }


def arguments(spec: Path, **more: Any) -> dict[str, Any]:
    """The arguments of the tool for the tiny API."""
    known = {"api_name": API_NAME, "api_url": API_URL, "spec": str(spec), "live": "false", "engine": "model"}
    return {**known, "wait_seconds": 100, **more}


def over_stdio(folder: Path, api: StandInMessages) -> Client:
    """A client that starts the server."""
    variables = environment(folder, **api.environment)
    return Client(stdio_client(StdioServerParameters(command=COMMAND, args=["serve"], env=variables)))


async def test_a_session_is_healed_by_the_real_server(tmp_path: Path, spec: Path, right: Mapping[str, str]) -> None:
    burst = [rate_limited(0.05), lists_dicts(right[CLIENT])]
    with anyio.fail_after(LONG):
        async with StandInMessages(Author(right, {CLIENT: burst})) as api, over_stdio(tmp_path, api) as client:
            result = answered(await client.call_tool("generate_driver_supervised", arguments(spec, engine="auto")))
        async with open_journal(tmp_path / "home" / "driversmith.db") as journal:
            events = await journal.events(result["session_id"])
    assert result["success"]
    assert {f["author"] for f in result["files"] if f["path"] in WRITTEN} == {"model"}
    kinds = {event.kind for event in events}
    assert kinds >= {"driver.kept", "model.waiting", "file.rejected", "file.accepted", "session.succeeded"}
    assert "repair" in {asked.task.role for asked in api.asked}
    assert {asked.headers["authorization"] for asked in api.asked} == {f"Bearer {api.key}"}
    assert len(api.asked) == len(WRITTEN) + 3


async def test_a_server_that_is_killed_resumes_without_paying_twice(
    tmp_path: Path, spec: Path, right: Mapping[str, str]
) -> None:
    wrong, held, answered_tasks = lists_dicts(right[CLIENT]), anyio.Event(), Counter[str]()
    killed = False

    async def reply(asked: Asked) -> Answer:
        task = asked.task
        if task.role == "research":
            return NO_FACTS
        if not killed and task.path == READ_RECORDS:
            held.set()
            await anyio.sleep_forever()
        answered_tasks[f"{task.role} {task.path} {task.try_number}"] += 1
        return wrong if (task.path, task.try_number) == (CLIENT, 1) else right[task.path]

    with anyio.fail_after(LONG):
        async with StandInMessages(reply) as api:
            with raw_server(tmp_path, api) as process:
                await anyio.to_thread.run_sync(_ask_for_a_driver, process, spec)
                await held.wait()
                await _until_journalled(tmp_path / "home" / "driversmith.db", 4)
                process.kill()
                process.wait()
            killed = True
            async with over_stdio(tmp_path, api) as client:
                result = answered(await client.call_tool("generate_driver_supervised", arguments(spec)))
                sessions = answered(await client.call_tool("query_history", {"kind": "sessions"}))["items"]
    assert result["success"]
    assert len(sessions) == 1
    assert {f["author"] for f in result["files"] if f["path"] in WRITTEN} == {"model"}
    assert dict(answered_tasks) == {
        f"generate {CLIENT} 1": 1,
        f"repair {CLIENT} 2": 1,
        f"generate {README} 1": 1,
        f"generate {LIST_OBJECTS} 1": 1,
        f"generate {READ_RECORDS} 1": 1,
    }, "no answer was paid for twice"
    assert len(api.asked) == 7, "only what had no answer yet was asked again"
    assert result["model_usage"]["calls"] == 6


async def test_without_a_key_no_part_of_the_model_is_ever_loaded(tmp_path: Path, spec: Path) -> None:
    done = await anyio.run_process(
        [sys.executable, "-c", _KEYLESS, str(spec)], env=environment(tmp_path), check=False, stderr=subprocess.PIPE
    )
    assert done.returncode == 0, done.stderr.decode()
    told = json.loads(done.stdout)
    assert told["succeeded"] == {"template": True, "auto": True}
    assert set(told["authors"]) == {"template"}
    assert told["loaded"] == []


_KEYLESS = """
import json, sys
import anyio
from driversmith.engine.settings import Settings
from driversmith.server.app import create_server
from mcp import Client


async def main() -> None:
    found, authors = {}, set()
    async with Client(create_server(Settings())) as client:
        for engine in ("template", "auto"):
            arguments = {"api_name": "Tiny", "api_url": "https://tiny.example", "spec": sys.argv[1], "live": "false"}
            called = await client.call_tool(
                "generate_driver_supervised", {**arguments, "engine": engine, "wait_seconds": 100, "fresh": True}
            )
            found[engine] = called.structured_content["success"]
            authors |= {file["author"] for file in called.structured_content["files"]}
    loaded = [name for name in ("anthropic", "driversmith.engine.llm.anthropic.model") if name in sys.modules]
    print(json.dumps({"succeeded": found, "authors": sorted(authors), "loaded": loaded}))


anyio.run(main)
"""


@contextmanager
def raw_server(folder: Path, api: StandInMessages) -> "Iterator[subprocess.Popen[bytes]]":
    """`driversmith serve` with raw pipes; killed at the end where it still runs."""
    process = subprocess.Popen(
        [COMMAND, "serve"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment(folder, **api.environment),
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def _ask_for_a_driver(process: "subprocess.Popen[bytes]", spec: Path) -> None:
    assert process.stdin and process.stdout
    call = {"name": "generate_driver_supervised", "arguments": arguments(spec)}
    for message in (*OPENING, {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}):
        process.stdin.write(f"{json.dumps(message)}\n".encode())
    process.stdin.flush()
    assert process.stdout.readline()


async def _until_journalled(database: Path, count: int) -> None:
    """Until so many requests are paid for in the journal: an answer on its way when a process dies may be lost."""
    async with open_journal(database) as journal:
        (session,) = (await journal.sessions()).items
        for _ in range(1000):
            accepted = [e for e in await journal.events(session.session_id) if e.kind == "model.answered"]
            if len(accepted) >= count:
                return
            await anyio.sleep(0.02)
    raise AssertionError("the answers are not journalled")
