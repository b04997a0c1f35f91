"""A small HTTP/1.1 server on 127.0.0.1, answered by one plain function; every request is kept as it came in.

It runs on this process' event loop as an asyncio protocol: no tasks to leak, no threads, and about a tenth of the CPU
of a full server.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl

import anyio

MAX_REQUEST = 32 << 20


@dataclass(frozen=True)
class Seen:
    """One request as it came in."""

    method: str
    target: str
    """Path and query, raw."""
    headers: tuple[tuple[str, str], ...]
    """Names in lower case."""
    body: bytes
    time: float
    """Monotonic seconds."""
    connection: int

    @property
    def path(self) -> str:
        """The raw path, not decoded."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> list[tuple[str, str]]:
        """Pairs of the query, decoded, in order."""
        return parse_qsl(self.target.partition("?")[2], keep_blank_values=True)

    def parameter(self, name: str) -> str | None:
        """The first value of a query parameter."""
        return next((value for key, value in self.query if key == name), None)

    def header(self, name: str) -> str | None:
        """The first value of a header."""
        return next((value for key, value in self.headers if key == name.lower()), None)

    @property
    def cookies(self) -> dict[str, str]:
        """Cookies, as they stand."""
        pairs = [part.partition("=") for part in (self.header("cookie") or "").split(";") if part.strip()]
        return {name.strip(): value.strip() for name, _, value in pairs}


@dataclass(frozen=True)
class Answer:
    """What to send back."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0
    """Seconds before it is sent."""
    drop: bool = False
    """Close the connection in its place."""

    def to_bytes(self, *, head: bool) -> bytes:
        """The response on the wire, without its body where the request was a HEAD."""
        reason = HTTPStatus(self.status).phrase if self.status in HTTPStatus.__members__.values() else "Answer"
        lines = [f"HTTP/1.1 {self.status} {reason}", *(f"{name}: {value}" for name, value in self.headers)]
        bodiless = self.status in {204, 304}
        if not bodiless:
            lines.append(f"Content-Length: {len(self.body)}")
        text = "\r\n".join(lines) + "\r\n\r\n"
        return text.encode("latin-1", "replace") + (b"" if head or bodiless else self.body)


Respond = Callable[[Seen], Answer]


@dataclass
class LoopbackServer:
    """An async context manager; `url` has no trailing slash."""

    respond: Respond
    log: list[Seen] = field(default_factory=list[Seen])
    """Every request, in the order of arrival."""
    accepted: int = 0
    """Connections ever accepted."""

    def __post_init__(self) -> None:
        self._server: asyncio.Server | None = None
        self._open: set[_Connection] = set()
        self._port = 0

    @property
    def url(self) -> str:
        """`http://127.0.0.1:<port>`."""
        return f"http://127.0.0.1:{self._port}"

    async def stays_open(self, connection: int, seconds: float) -> bool:
        """Whether a connection is still open after this time; False as soon as it is not."""
        with anyio.move_on_after(seconds):
            for held in [c for c in self._open if c.number == connection]:
                await held.gone.wait()
            return False
        return True

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), "127.0.0.1", 0)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server:
            self._server.close()
            for connection in list(self._open):
                connection.abort()
            await self._server.wait_closed()

    def opened(self, connection: "_Connection") -> int:
        """Note a new connection; its number."""
        self._open.add(connection)
        self.accepted += 1
        return self.accepted

    def closed(self, connection: "_Connection") -> None:
        """Note that a connection has gone."""
        self._open.discard(connection)

    def answer(self, seen: Seen) -> Answer:
        """Keep the request, then answer it."""
        self.log.append(seen)
        return self.respond(seen)


class _Connection(asyncio.Protocol):
    def __init__(self, server: LoopbackServer) -> None:
        self._server = server
        self._received = bytearray()
        self.number = 0
        self.gone = asyncio.Event()
        self._transport: asyncio.Transport | None = None
        self._late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self._transport = transport
        self.number = self._server.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.closed(self)
        self.gone.set()
        if self._late:
            self._late.cancel()

    def abort(self) -> None:
        """Close at once."""
        if self._transport:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._received += data
        if len(self._received) > MAX_REQUEST:
            self.abort()
        elif self._late is None:
            self._next()

    def _next(self) -> None:
        """Answer the requests that are there whole."""
        self._late = None
        while self._late is None and (seen := self._take()):
            answer = self._server.answer(seen)
            if answer.drop:
                self.abort()
                return
            payload = answer.to_bytes(head=seen.method == "HEAD")
            if answer.delay:
                self._late = asyncio.get_running_loop().call_later(answer.delay, self._write_late, payload)
            else:
                self._write(payload)

    def _write_late(self, payload: bytes) -> None:
        self._write(payload)
        self._next()

    def _write(self, payload: bytes) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.write(payload)

    def _take(self) -> Seen | None:
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return None
        first, *lines = self._received[:end].decode("latin-1").split("\r\n")
        headers = tuple((n.strip().lower(), v.strip()) for n, _, v in (line.partition(":") for line in lines))
        body = self._body(end + 4, dict(headers))
        if body is None:
            return None
        method, _, rest = first.partition(" ")
        target = rest.rpartition(" ")[0]
        return Seen(method, target, headers, body, time.monotonic(), self.number)

    def _body(self, start: int, headers: dict[str, str]) -> bytes | None:
        """Take the body off the buffer; None while it is not there whole."""
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return self._chunked(start)
        length = headers.get("content-length", "0")
        end = start + (int(length) if length.isdigit() else 0)
        if len(self._received) < end:
            return None
        body = bytes(self._received[start:end])
        del self._received[:end]
        return body

    def _chunked(self, position: int) -> bytes | None:
        body = bytearray()
        while (line := self._received.find(b"\r\n", position)) >= 0:
            try:
                size = int(bytes(self._received[position:line]).partition(b";")[0], 16)
            except ValueError:
                self.abort()
                return None
            start, end = line + 2, line + 2 + size
            if len(self._received) < end + 2:
                return None
            body += self._received[start:end]
            position = end + 2
            if size == 0:
                del self._received[:position]
                return bytes(body)
        return None
