"""The real server over streamable HTTP, with the official client, in both protocol eras."""

import re
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import httpx2
import pytest
from mcp import Client

from ...end_to_end.journey import generation_held_up, sessions, whole_journey
from ...end_to_end.processes import COMMAND, environment, started
from ...end_to_end.shop import Shop
from ...patience import LONG
from ...stand_ins.connection import ERAS, answered, refused


@asynccontextmanager
async def _served(folder: Path, shop: Shop) -> "AsyncGenerator[tuple[str, subprocess.Popen[bytes]]]":
    with started(folder, shop, "--http", "127.0.0.1:0") as process:
        assert process.stderr
        said = (await anyio.to_thread.run_sync(process.stderr.readline)).decode()
        found = re.search(r"http://127\.0\.0\.1:\d+/mcp", said)
        assert found, said
        yield found[0], process


@pytest.mark.parametrize("era", ERAS)
async def test_the_whole_journey(tmp_path: Path, shop: Shop, era: str) -> None:
    with anyio.fail_after(LONG):
        async with _served(tmp_path, shop) as (url, _), Client(url, mode=era) as client:
            await whole_journey(client, shop)


@pytest.mark.parametrize("era", ERAS)
async def test_a_cancelled_request_loses_nothing(tmp_path: Path, shop: Shop, era: str) -> None:
    with anyio.fail_after(LONG):
        async with _served(tmp_path, shop) as (url, _):
            async with Client(url, mode=era) as client:
                arguments = await generation_held_up(client, shop)
                (running,) = await sessions(client)
            shop.door.set()
            async with Client(url, mode=era) as client:
                ended = answered(await client.call_tool("generate_driver_supervised", arguments))
                assert (ended["session_id"], ended["success"]) == (running["session_id"], True)


async def test_paths_of_users_are_refused_where_no_folder_is_configured(tmp_path: Path, shop: Shop) -> None:
    with anyio.fail_after(LONG):
        async with _served(tmp_path, shop) as (url, _), Client(url) as client:
            arguments = {"api_name": "Shop", "api_url": shop.base_url, "output_dir": str(tmp_path)}
            text = refused(await client.call_tool("generate_driver_supervised", arguments))
    assert "DRIVERSMITH_READ_ROOTS" in text


@pytest.mark.parametrize(
    ("header", "status"), [({"Host": "evil.example"}, 421), ({"Origin": "https://evil.example"}, 403)]
)
async def test_foreign_hosts_and_origins_are_refused(
    tmp_path: Path, shop: Shop, header: dict[str, str], status: int
) -> None:
    async with _served(tmp_path, shop) as (url, _), httpx2.AsyncClient() as client:
        accepted = {"Accept": "application/json, text/event-stream"}
        answer = await client.post(
            url, json={"jsonrpc": "2.0", "id": 1, "method": "ping"}, headers={**accepted, **header}
        )
    assert answer.status_code == status


@pytest.mark.parametrize("address", ["0.0.0.0:0", "192.0.2.1:80", "example.com:80", "127.0.0.1", "127.0.0.1:port"])
def test_addresses_that_others_could_reach_are_refused(tmp_path: Path, shop: Shop, address: str) -> None:
    ended = subprocess.run(
        [COMMAND, "serve", "--http", address],
        capture_output=True,
        timeout=LONG,
        env=environment(tmp_path, shop),
        check=False,
    )
    assert ended.returncode == 2
    assert b"--http" in ended.stderr and b"Traceback" not in ended.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals cannot be sent to one process on Windows")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
async def test_leaves_in_time_while_a_client_waits(
    tmp_path: Path, shop: Shop, number: signal.Signals, code: int
) -> None:
    async with _served(tmp_path, shop) as (url, process), Client(url, mode="legacy") as client:
        await generation_held_up(client, shop)
        process.send_signal(number)
        assert await anyio.to_thread.run_sync(process.wait, LONG) == code
