"""A client whose connections end where a driver's do: at the door of a relay or a mock server."""

import asyncio
import socket
from collections.abc import Iterable
from typing import Any

import anyio
import httpcore2
import httpx2
from anyio.abc import SocketStream
from driversmith.engine.sandbox.doorway import Door
from httpcore2._backends.anyio import AnyIOStream


def client_of(door: Door, **options: Any) -> httpx2.AsyncClient:
    """A client for which there is nothing but what the door answers."""
    return httpx2.AsyncClient(transport=_Transport(door), **options)


class _Transport(httpx2.AsyncHTTPTransport):
    def __init__(self, door: Door) -> None:
        super().__init__(verify=False)
        self._pool = httpcore2.AsyncConnectionPool(network_backend=_Backend(door))


class _Backend(httpcore2.AsyncNetworkBackend):
    def __init__(self, door: Door) -> None:
        self._door = door

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - as httpcore2 has it
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        protocol = self._door(host, port)
        if protocol is None:
            raise httpcore2.ConnectError(f"nobody answers at {host}:{port}")
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        await asyncio.get_running_loop().connect_accepted_socket(lambda: protocol, ours)
        return _Plain(await SocketStream.from_socket(theirs))

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds)


class _Plain(AnyIOStream):
    async def start_tls(self, *_: Any, **__: Any) -> httpcore2.AsyncNetworkStream:
        return self
