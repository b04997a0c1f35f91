"""A small HTTP/1.1 server, on 127.0.0.1 or on connections that it is handed, answered by one function, for as long as a block
runs.

It is an asyncio protocol on this process' event loop: no threads, no task unless an answer has to wait for something, and
a small part of the CPU of a full server.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Self, cast
from urllib.parse import parse_qsl

import anyio
import h11

Headers = tuple[tuple[str, str], ...]
"""Pairs in order, each character one byte of the wire (latin-1)."""

MAX_HEAD = 256 << 10
MAX_BODY = 8 << 20
IDLE_SECONDS = 60.0
_LAST_SECONDS = 1.0
"""For a client to read the last answer of its connection, and to close it."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Request:
    """One request as it came in."""

    method: str
    target: str
    """Path and query, byte for byte (latin-1)."""
    headers: Headers
    """Names in lower case."""
    body: bytes
    time: float
    """When it was there whole: monotonic seconds."""
    connection: int
    """Which connection of the server it came by, counted from 1."""

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
class Response:
    """A whole response. `Content-Length` is added, except for an answer to HEAD that brings its own."""

    status: int = 200
    body: bytes = b""
    headers: Headers = ()


Handler = Callable[[Request], Response | Awaitable[Response] | None]
"""Answers a request, at once or later; None closes the connection in the place of an answer.

What has to be awaited is cancelled when the server closes or the client goes away. Requests of one connection are
answered one after the other.
"""


class LoopbackServer:
    """An async context manager on an ephemeral port; connections are cut when its block ends.

    Requests whose Host is not this server are refused (403), so that no web page reaches it through a browser; one that
    says `any_host` answers them too.
    """

    def __init__(
        self,
        handler: Handler,
        *,
        any_host: bool = False,
        listens: bool = True,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._handler = handler
        self._any_host = any_host
        self._listens = listens
        """Whether it has a port; one that has none serves what `connection` gives only."""
        self._listener: asyncio.Server | None = None
        self.is_open = False
        self.idle_seconds = idle_seconds
        """For how long a client may send nothing before its connection is closed."""
        self.accepted = 0
        """Connections ever accepted."""
        self.open: dict[int, _Connection] = {}
        """Connections by number, each until it is closed and nothing is left of an answer to it."""
        self._hosts: frozenset[str] = frozenset()
        self._port = 0

    @property
    def url(self) -> str:
        """`http://127.0.0.1:<port>`, without a slash."""
        return f"http://127.0.0.1:{self._port}"

    async def until_closed(self, connection: int) -> None:
        """Wait until a connection is closed; one that never was is closed."""
        if held := self.open.get(connection):
            await held.gone.wait()

    async def __aenter__(self) -> Self:
        self.is_open = True
        if self._listens:
            loop = asyncio.get_running_loop()
            self._listener = await loop.create_server(self.connection, "127.0.0.1", 0, start_serving=False)
            self._port = self._listener.sockets[0].getsockname()[1]
            self._hosts = frozenset({f"127.0.0.1:{self._port}", f"localhost:{self._port}"})
            await self._listener.start_serving()
        return self

    def connection(self) -> asyncio.Protocol:
        """A protocol that serves one connection, however it came to be."""
        return _Connection(self)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.is_open = False
        if self._listener is not None:
            self._listener.close()
        with anyio.CancelScope(shield=True):
            while self.open:
                await next(iter(self.open.values())).cut()
            if self._listener is not None:
                await self._listener.wait_closed()

    def answer(self, request: Request) -> Response | Awaitable[Response] | None:
        """What the handler makes of a request that is for this server."""
        if not self._any_host and request.header("host") not in self._hosts:
            return Response(HTTPStatus.FORBIDDEN, b"This server answers to its own address only.")
        try:
            return self._handler(request)
        except Exception:  # the edge of the server: one bad request must not end the others
            return _failure()


class _Connection(asyncio.Protocol):
    """One client: its requests in order, until either side has enough."""

    _transport: asyncio.Transport
    _idle: asyncio.TimerHandle

    def __init__(self, server: LoopbackServer) -> None:
        self._server = server
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD)
        self._head: h11.Request | None = None
        self._body = bytearray()
        self._number = 0
        self._heard = 0.0
        self._late: asyncio.Task[None] | None = None
        self._is_full = False
        self._is_ending = False
        self.gone = asyncio.Event()

    async def cut(self) -> None:
        """Close at once, and wait until nothing is left of an answer under way."""
        self._transport.abort()
        await self.gone.wait()
        if self._late:
            await asyncio.wait([self._late])

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._server.accepted += 1
        self._number = self._server.accepted
        self._server.open[self._number] = self
        self._heard = time.monotonic()
        self._idle = asyncio.get_running_loop().call_later(self._server.idle_seconds, self._look_for_more)
        if not self._server.is_open:  # it was accepted while the block ended
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone.set()
        self._idle.cancel()
        if self._late:
            self._late.cancel()
            self._late.add_done_callback(lambda _: self._server.open.pop(self._number))
        else:
            self._server.open.pop(self._number)

    def pause_writing(self) -> None:
        self._is_full = True

    def resume_writing(self) -> None:
        self._is_full = False
        self._transport.resume_reading()
        self._go_on()

    def data_received(self, data: bytes) -> None:
        if self._is_ending:
            return
        self._heard = time.monotonic()
        self._http.receive_data(data)
        if self._late or self._is_full:
            self._transport.pause_reading()
        self._go_on()

    def eof_received(self) -> None:
        self._http.receive_data(b"")
        self._go_on()

    def _look_for_more(self) -> None:
        """Close the connection if it has been idle for too long."""
        seconds = self._server.idle_seconds
        left = seconds if self._late else self._heard + seconds - time.monotonic()
        if left > 0:
            self._idle = asyncio.get_running_loop().call_later(left, self._look_for_more)
        else:
            self.eof_received()
            self._transport.close()

    def _go_on(self) -> None:
        """Answer the requests that are there whole."""
        try:
            while not (self._is_full or self._is_ending or self._transport.is_closing()) and (request := self._take()):
                answer = self._server.answer(request)
                if isinstance(answer, Response | None):
                    self._give(answer)
                else:
                    self._late = asyncio.get_running_loop().create_task(self._give_late(answer))
        except h11.RemoteProtocolError as exc:
            self._give(Response(exc.error_status_hint, str(exc).encode()))

    async def _give_late(self, answer: Awaitable[Response]) -> None:
        try:
            response = await answer
        except Exception:  # the edge of the server, as above
            response = _failure()
        except asyncio.CancelledError:
            self._transport.abort()
            raise
        self._late = None
        self._heard = time.monotonic()
        self._transport.resume_reading()
        self._give(response)
        self._go_on()

    def _give(self, response: Response | None) -> None:
        if response is None or self._transport.is_closing():
            self._transport.abort()
            return
        try:
            self._send(response)
        except h11.LocalProtocolError:
            logger.exception("an answer of the loopback server is no HTTP")
            self._transport.abort()
            return
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
            self._head = None
        else:
            self._end()

    def _end(self) -> None:
        """Say no more, and throw away what still comes: to close at once could destroy what is on its way out."""
        self._is_ending = True
        self._transport.write_eof()
        self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(_LAST_SECONDS, self._transport.close)

    def _send(self, response: Response) -> None:
        is_head = self._head is not None and self._head.method == b"HEAD"
        headers = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in response.headers]
        if not is_head or not any(name.lower() == b"content-length" for name, _ in headers):
            headers.append((b"Content-Length", str(len(response.body)).encode()))
        has_body = response.body and not is_head and response.status not in {204, 304}
        events = [h11.Data(data=response.body), h11.EndOfMessage()] if has_body else [h11.EndOfMessage()]
        head = h11.Response(status_code=response.status, headers=headers)
        self._transport.write(b"".join(self._http.send(event) or b"" for event in (head, *events)))

    def _take(self) -> Request | None:
        """The next request, once it is there whole and the one before is answered.

        Raises:
            h11.RemoteProtocolError: this is no HTTP, or more of it than is taken.
        """
        while True:
            match self._http.next_event():
                case h11.Request() as head:
                    self._head, self._body = head, bytearray()
                case h11.Data(data=data):
                    self._body += data
                    if len(self._body) > MAX_BODY:
                        raise h11.RemoteProtocolError("body too large", error_status_hint=413)
                case h11.EndOfMessage() if self._head is not None:
                    return Request(
                        method=self._head.method.decode("ascii"),
                        target=self._head.target.decode("latin-1"),
                        headers=tuple((k.decode("latin-1"), v.decode("latin-1")) for k, v in self._head.headers),
                        body=bytes(self._body),
                        time=self._heard,
                        connection=self._number,
                    )
                case h11.ConnectionClosed():
                    self._transport.close()
                    return None
                case _:
                    if self._http.they_are_waiting_for_100_continue:
                        more = h11.InformationalResponse(status_code=100, headers=[])
                        self._transport.write(self._http.send(more) or b"")
                    return None


def _failure() -> Response:
    logger.exception("a request to the loopback server failed")
    return Response(HTTPStatus.INTERNAL_SERVER_ERROR, b"Internal error of the loopback server.")
