"""A small HTTP/1.1 server on 127.0.0.1, answered by one plain function; every request is kept as it came in.

It runs on this process' event loop as an asyncio protocol: no tasks to leak, no threads, and a small part of the CPU of
a full server. `network/loopback.py` is its sibling for the relay, which waits for another server before it answers; this
one answers at once, and can be late or drop the connection on purpose.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl

import anyio
import h11

MAX_HEAD = 256 << 10
MAX_BODY = 32 << 20


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
    def cookie_pairs(self) -> list[tuple[str, str]]:
        """Cookies in order, as they stand; a name may come more than once."""
        pairs = [part.partition("=") for part in (self.header("cookie") or "").split(";") if part.strip()]
        return [(name.strip(), value.strip()) for name, _, value in pairs]

    @property
    def cookies(self) -> dict[str, str]:
        """Cookies by name, as they stand."""
        return dict(self.cookie_pairs)


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
        self._asked = anyio.Event()

    @property
    def url(self) -> str:
        """`http://127.0.0.1:<port>`."""
        return f"http://127.0.0.1:{self._port}"

    async def until_asked(self, count: int, seconds: float) -> None:
        """Wait until so many requests are in the log, or until this time has passed."""
        with anyio.move_on_after(seconds):
            while len(self.log) < count:
                await self._asked.wait()

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
        self._asked.set()
        self._asked = anyio.Event()
        return self.respond(seen)


class _Connection(asyncio.Protocol):
    def __init__(self, server: LoopbackServer) -> None:
        self._server = server
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD)
        self._head: h11.Request | None = None
        self._body = bytearray()
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
        try:
            self._http.receive_data(data)
            if self._late is None:
                self._next()
        except h11.RemoteProtocolError:
            self.abort()

    def _next(self) -> None:
        """Answer the requests that are there whole."""
        while self._late is None and (seen := self._take()):
            answer = self._server.answer(seen)
            if answer.drop:
                self.abort()
            elif answer.delay:
                self._late = asyncio.get_running_loop().call_later(answer.delay, self._answer_late, answer)
            else:
                self._answer(answer)

    def _answer_late(self, answer: Answer) -> None:
        self._late = None
        self._answer(answer)
        self._next()

    def _answer(self, answer: Answer) -> None:
        headers = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in answer.headers]
        headers.append((b"Content-Length", str(len(answer.body)).encode()))
        self._write(h11.Response(status_code=answer.status, headers=headers))
        if self._head is not None and self._head.method != b"HEAD" and answer.status not in {204, 304}:
            self._write(h11.Data(data=answer.body))
        self._write(h11.EndOfMessage())
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
        elif self._transport:
            self._transport.close()

    def _write(self, event: h11.Response | h11.Data | h11.EndOfMessage) -> None:
        data = self._http.send(event)
        if data and self._transport and not self._transport.is_closing():
            self._transport.write(data)

    def _take(self) -> Seen | None:
        """The next request, once it is there whole."""
        while True:
            match self._http.next_event():
                case h11.Request() as head:
                    self._head, self._body = head, bytearray()
                case h11.Data(data=data):
                    self._body += data
                    if len(self._body) > MAX_BODY:
                        self.abort()
                        return None
                case h11.EndOfMessage() if self._head is not None:
                    return self._seen(self._head)
                case _:
                    return None

    def _seen(self, head: h11.Request) -> Seen:
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers)
        return Seen(
            method=head.method.decode("ascii"),
            target=head.target.decode("latin-1"),
            headers=headers,
            body=bytes(self._body),
            time=time.monotonic(),
            connection=self.number,
        )
