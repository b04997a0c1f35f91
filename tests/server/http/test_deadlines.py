"""Requests that do not arrive in time."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import anyio.abc
import pytest
from driversmith.server.http.deadlines import PunctualProtocol

from ...patience import LONG
from ...security.served import bearing, served
from ...stand_ins.activities import ActivitiesStandIn

HEAD = b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\n"
WHOLE = b"GET /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@asynccontextmanager
async def _connected(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, head: float = LONG, body: float = LONG
) -> AsyncGenerator[anyio.abc.SocketStream]:
    monkeypatch.setattr(PunctualProtocol, "head_seconds", head)
    monkeypatch.setattr(PunctualProtocol, "body_seconds", body)
    with anyio.fail_after(LONG):
        async with served(folder) as server:
            port = int(server.url.rpartition(":")[2].partition("/")[0])
            async with await anyio.connect_tcp("127.0.0.1", port) as stream:
                yield stream


async def _until_closed(stream: anyio.abc.SocketStream, drip: bytes = b"") -> bytes:
    """All that comes until the server closes, while something is sent byte by byte."""
    said = b""
    while True:
        try:
            with anyio.move_on_after(0.02):
                said += await stream.receive()
            if drip:
                await stream.send(drip)
        except (anyio.EndOfStream, anyio.BrokenResourceError):
            return said


async def test_a_head_that_comes_byte_by_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with _connected(tmp_path, monkeypatch, head=0.3) as stream:
        await stream.send(HEAD + b"X-Slow: ")
        assert (await _until_closed(stream, b"x")).startswith(b"HTTP/1.1 408 ")


async def test_a_connection_on_which_nothing_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with _connected(tmp_path, monkeypatch, head=0.3) as stream:
        assert (await _until_closed(stream)).startswith(b"HTTP/1.1 408 ")


async def test_a_second_head_on_the_same_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with _connected(tmp_path, monkeypatch, head=0.3) as stream:
        await stream.send(WHOLE)
        assert (await stream.receive()).startswith(b"HTTP/1.1 401 ")
        await stream.send(HEAD + b"X-Slow: ")
        assert b"HTTP/1.1 408 " in await _until_closed(stream, b"x")


async def test_a_body_that_comes_byte_by_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with _connected(tmp_path, monkeypatch, body=0.3) as stream:
        token = bearing("alice")["Authorization"].encode()
        await stream.send(
            HEAD + b"Authorization: " + token + b"\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
        )
        assert await _until_closed(stream, b" ") == b""


async def test_an_answer_may_take_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PunctualProtocol, "head_seconds", 0.2)
    monkeypatch.setattr(PunctualProtocol, "body_seconds", 0.2)
    held = ActivitiesStandIn(gates={"research": anyio.Event()})
    call = {"api_name": "Pets", "api_url": "https://pets.example", "engine": "template", "wait_seconds": 0.6}
    async with served(tmp_path, activities=held) as server:
        params = {"name": "generate_driver_supervised", "arguments": call}
        answer = await server.asked("alice", "tools/call", params)
    assert answer.status_code == 200 and '"status":"running"' in answer.text.replace(" ", "")
