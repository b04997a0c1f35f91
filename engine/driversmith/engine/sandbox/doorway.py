"""The parent's end of a child's only way out: it answers the connections that the child asks for, or refuses them.

Where descriptors can be passed between processes the child needs no network: it is sent one end of a pair of sockets, over a
pair that it was started with. Elsewhere (Windows) it dials a port of loopback that asks for a token of this run.
"""

import asyncio
import secrets
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

from .door import LONGEST

Door = Callable[[str, int], asyncio.Protocol | None]
"""Who answers a driver's connection to a host (in lower case) and port: a protocol that is given it; None refuses it."""

MOST_CONNECTIONS = 1_000
"""Of one child in its life: one that asks for more is refused from then on."""


class Doorway:
    """The way out of one child: until it is opened requests wait, without a door all are refused."""

    def __init__(self) -> None:
        self._pair: tuple[socket.socket, socket.socket] | None = None
        if sys.platform != "win32":
            self._pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
            self._pair[0].setblocking(False)
        self._door: Door | None = None
        self._port: asyncio.Server | None = None
        self._token = secrets.token_hex(16)
        self._given = 0

    @property
    def descriptors(self) -> tuple[int, ...]:
        """What the child must be started with."""
        return (self._pair[1].fileno(),) if self._pair else ()

    def child_has_its_end(self) -> None:
        """Forget the child's end: it was started."""
        if self._pair:
            self._pair[1].close()

    def setup(self, descriptor: int | None) -> dict[str, Any]:
        """What the runner is told of the way out."""
        connects = {"connects": self._door is not None}
        if self._port is not None:
            return {**connects, "port": self._port.sockets[0].getsockname()[1], "token": self._token}
        return {**connects, "door": descriptor}

    async def open(self, door: Door | None) -> None:
        """From now on answer by this door."""
        self._door = door
        loop = asyncio.get_running_loop()
        if self._pair:
            loop.add_reader(self._pair[0].fileno(), self._hear)
        elif door is not None:
            self._port = await loop.create_server(lambda: _Caller(self), "127.0.0.1", 0)

    def close(self) -> None:
        """Answer no more."""
        if self._port is not None:
            self._port.close()
        if self._pair:
            with suppress(RuntimeError):  # no loop runs any more
                asyncio.get_running_loop().remove_reader(self._pair[0].fileno())
            for end in self._pair:
                end.close()

    def answer(self, request: str, token: str = "") -> asyncio.Protocol | None:
        """The protocol for "HOST PORT"; None: refused."""
        host, _, port = request.strip().rpartition(" ")
        self._given += 1
        if self._door is None or not port.isdecimal() or self._given > MOST_CONNECTIONS:
            return None
        return self._door(host.lower(), int(port)) if not token or token == self._token else None

    def _hear(self) -> None:
        pair = self._pair
        if sys.platform == "win32" or pair is None:
            return
        with suppress(BlockingIOError, ConnectionError):
            request = pair[0].recv(LONGEST)
            protocol = self.answer(request.decode("utf-8", "replace"))
            if protocol is None:
                pair[0].send(b"-")
                return
            ours, theirs = socket.socketpair()
            with theirs:
                ours.setblocking(False)
                socket.send_fds(pair[0], [b"+"], [theirs.fileno()])
            _keep(asyncio.get_running_loop().create_task(_connect(ours, protocol)))


_tasks: set[asyncio.Task[None]] = set()


def _keep(task: asyncio.Task[None]) -> None:
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


async def _connect(connection: socket.socket, protocol: asyncio.Protocol) -> None:
    await asyncio.get_running_loop().connect_accepted_socket(lambda: protocol, connection)


class _Caller(asyncio.Protocol):
    """A connection by the port, until its first line has said what it is for."""

    def __init__(self, doorway: Doorway) -> None:
        self._doorway = doorway
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._heard += data
        line, found, rest = self._heard.partition(b"\n")
        if not found:
            if len(self._heard) > LONGEST:
                self._transport.abort()
            return
        token, _, request = line.decode("utf-8", "replace").partition(" ")
        protocol = self._doorway.answer(request, token or "-")
        if protocol is None:
            self._transport.abort()
            return
        self._transport.write(b"\n")
        self._transport.set_protocol(protocol)
        protocol.connection_made(self._transport)
        if rest:
            protocol.data_received(rest)
