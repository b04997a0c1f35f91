"""The real server over stdio, with the official client, in both protocol eras."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import anyio
import pytest
from driversmith.engine.journal.sqlite.opening import open_journal
from mcp import Client
from mcp.client.stdio import stdio_client

from ...end_to_end.journey import generated, generation_held_up, sessions, whole_journey
from ...end_to_end.processes import over_stdio, started
from ...end_to_end.shop import Shop
from ...patience import LONG
from ...stand_ins.connection import ERAS, answered

OPENING = (
    {
        "jsonrpc": "2.0",
        "id": 0,
        "method": "initialize",
        "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}},
    },
    {"jsonrpc": "2.0", "method": "notifications/initialized"},
)


def _client(folder: Path, shop: Shop, era: str = ERAS[0]) -> Client:
    return Client(stdio_client(over_stdio(folder, shop)), mode=era)


@pytest.mark.parametrize("era", ERAS)
async def test_the_whole_journey(tmp_path: Path, shop: Shop, era: str) -> None:
    with anyio.fail_after(LONG):
        async with _client(tmp_path, shop, era) as client:
            await whole_journey(client, shop)


async def test_a_restart_shows_the_same_sessions_and_the_same_driver_again(tmp_path: Path, shop: Shop) -> None:
    with anyio.fail_after(LONG):
        async with _client(tmp_path, shop) as client:
            session = await generated(client, shop)
            before = await sessions(client)
        async with _client(tmp_path, shop) as client:
            assert await sessions(client) == before
            arguments = {"api_name": "Shop", "api_url": shop.base_url}
            again = answered(await client.call_tool("generate_driver_supervised", arguments))
    assert again["session_id"] == session, "nothing changed: the session is returned as it is"


@pytest.mark.parametrize("era", ERAS)
async def test_a_cancelled_request_loses_nothing(tmp_path: Path, shop: Shop, era: str) -> None:
    with anyio.fail_after(LONG):
        async with _client(tmp_path, shop, era) as client:
            arguments = await generation_held_up(client, shop)
            (running,) = await sessions(client)
            assert running["status"] == "running"
            shop.door.set()
            ended = answered(await client.call_tool("generate_driver_supervised", arguments))
            assert (ended["session_id"], ended["success"]) == (running["session_id"], True)
            assert len(await sessions(client)) == 1


async def test_a_running_session_is_cancelled(tmp_path: Path, shop: Shop) -> None:
    with anyio.fail_after(LONG):
        async with _client(tmp_path, shop) as client:
            await generation_held_up(client, shop)
            (running,) = await sessions(client)
            ended = answered(await client.call_tool("cancel_session", {"session_id": running["session_id"]}))
            assert ended["status"] == "cancelled"
            assert [session["status"] for session in await sessions(client)] == ["cancelled"]


@pytest.mark.parametrize("how", ["SIGTERM", "SIGINT", "end of stdin"])
async def test_leaves_in_time_with_its_sessions_interrupted(tmp_path: Path, shop: Shop, how: str) -> None:
    if sys.platform == "win32" and how != "end of stdin":
        pytest.skip("signals cannot be sent to one process on Windows")
    with started(tmp_path, shop) as process:
        lines = await anyio.to_thread.run_sync(_generation_begun, process, shop)
        if how == "end of stdin":
            assert process.stdin
            process.stdin.close()
        else:
            process.send_signal(getattr(signal, how))
        code = await anyio.to_thread.run_sync(process.wait, LONG)
        assert process.stdout and process.stderr
        lines += process.stdout.read().splitlines()
        assert "Traceback" not in process.stderr.read().decode()
    assert code == (130 if how == "SIGINT" else 0)
    assert all(json.loads(line)["jsonrpc"] == "2.0" for line in lines), "stdout is the wire and nothing else"
    async with open_journal(tmp_path / "home" / "driversmith.db") as journal:
        (session,) = (await journal.sessions()).items
    assert session.status == "interrupted"


async def test_an_interrupted_session_is_taken_up_by_the_next_server(tmp_path: Path, shop: Shop) -> None:
    with anyio.fail_after(LONG):
        async with _client(tmp_path, shop) as client:
            arguments = await generation_held_up(client, shop)
        shop.door.set()
        async with _client(tmp_path, shop) as client:
            ended = answered(await client.call_tool("generate_driver_supervised", arguments))
            assert ended["success"]
            assert len(await sessions(client)) == 1


def _generation_begun(process: "subprocess.Popen[bytes]", shop: Shop) -> list[bytes]:
    """Ask for a driver whose description does not arrive; the lines that came back so far."""
    assert process.stdin and process.stdout
    arguments = {"api_name": "Held", "api_url": shop.base_url, "spec": f"{shop.base_url}/held.json"}
    call = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "generate_driver_supervised", "arguments": arguments},
    }
    for message in (*OPENING, call):
        process.stdin.write(f"{json.dumps(message)}\n".encode())
    process.stdin.flush()
    first = process.stdout.readline()
    assert shop.asked_for_held.wait(LONG)
    return [first]
