"""The real server over streamable HTTP, with the official client, in both protocol eras."""

import json
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import ResourceUpdatedNotification

from ...end_to_end.journey import generated, generation_held_up, sessions, whole_journey
from ...end_to_end.processes import COMMAND, environment, started
from ...end_to_end.shop import Shop
from ...patience import LONG
from ...stand_ins.connection import ERAS, answered, refused


@dataclass(frozen=True)
class _Served:
    url: str
    headers: dict[str, str]
    process: "subprocess.Popen[bytes]"

    @asynccontextmanager
    async def client(self, era: str = "auto", **more: Any) -> AsyncGenerator[Client]:
        async with (
            httpx2.AsyncClient(headers=self.headers, timeout=LONG) as http,
            Client(streamable_http_client(self.url, http_client=http), mode=era, **more) as client,
        ):
            yield client


@asynccontextmanager
async def _served(folder: Path, shop: Shop) -> AsyncGenerator[_Served]:
    """A server, set up as the configuration says that it shows at its start."""
    with started(folder, shop, "--http", "127.0.0.1:0") as process:
        assert process.stderr
        said = [(await anyio.to_thread.run_sync(process.stderr.readline)).decode() for _ in range(3)]
        entry = json.loads(said[2])["mcpServers"]["driversmith"]
        assert entry["url"] in said[0]
        yield _Served(entry["url"], entry["headers"], process)


@pytest.mark.parametrize("era", ERAS)
async def test_the_whole_journey(tmp_path: Path, shop: Shop, era: str) -> None:
    with anyio.fail_after(LONG):
        async with _served(tmp_path, shop) as server, server.client(era) as client:
            await whole_journey(client, shop)


@pytest.mark.filterwarnings("ignore:resources/subscribe is removed")
async def test_a_client_of_the_handshake_era_hears_what_another_one_does(tmp_path: Path, shop: Shop) -> None:
    told = anyio.Event()

    async def hear(message: Any) -> None:
        if isinstance(message, ResourceUpdatedNotification) and str(message.params.uri) == "driversmith://sessions":
            told.set()

    with anyio.fail_after(LONG):
        async with (
            _served(tmp_path, shop) as server,
            server.client("legacy", message_handler=hear) as watching,
            server.client() as working,
        ):
            await watching.subscribe_resource("driversmith://sessions")
            await generated(working, shop)
            await told.wait()


@pytest.mark.parametrize("era", ERAS)
async def test_a_cancelled_request_loses_nothing(tmp_path: Path, shop: Shop, era: str) -> None:
    with anyio.fail_after(LONG):
        async with _served(tmp_path, shop) as server:
            async with server.client(era) as client:
                arguments = await generation_held_up(client, shop)
                (running,) = await sessions(client)
            shop.door.set()
            async with server.client(era) as client:
                ended = answered(await client.call_tool("generate_driver_supervised", arguments))
                assert (ended["session_id"], ended["success"]) == (running["session_id"], True)


async def test_paths_of_users_are_refused_where_no_folder_is_configured(tmp_path: Path, shop: Shop) -> None:
    with anyio.fail_after(LONG):
        async with _served(tmp_path, shop) as server, server.client() as client:
            arguments = {"api_name": "Shop", "api_url": shop.base_url, "output_dir": str(tmp_path)}
            text = refused(await client.call_tool("generate_driver_supervised", arguments))
    assert "DRIVERSMITH_READ_ROOTS" in text


@pytest.mark.parametrize(
    ("header", "status"), [({"Host": "evil.example"}, 421), ({"Origin": "https://evil.example"}, 403)]
)
async def test_foreign_hosts_and_origins_are_refused(
    tmp_path: Path, shop: Shop, header: dict[str, str], status: int
) -> None:
    async with _served(tmp_path, shop) as server, httpx2.AsyncClient(headers=server.headers) as client:
        accepted = {"Accept": "application/json, text/event-stream"}
        answer = await client.post(
            server.url, json={"jsonrpc": "2.0", "id": 1, "method": "ping"}, headers={**accepted, **header}
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
    async with _served(tmp_path, shop) as server, server.client("legacy") as client:
        await generation_held_up(client, shop)
        server.process.send_signal(number)
        assert await anyio.to_thread.run_sync(server.process.wait, LONG) == code
