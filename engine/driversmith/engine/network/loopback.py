"""A small HTTP/1.1 server on 127.0.0.1, for as long as a block runs."""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus

import anyio
import h11
from anyio.abc import SocketAttribute, SocketStream

RawHeaders = list[tuple[bytes, bytes]]

_MAX_BODY = 8 << 20
_IDLE_SECONDS = 60.0
_CHUNK = 64 << 10

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class LoopbackRequest:
    """A request as it came in; header names in lower case, the target byte for byte."""

    method: str
    target: bytes
    headers: RawHeaders
    body: bytes

    def header(self, name: bytes) -> bytes | None:
        """The first header of this lower-case name."""
        return next((value for key, value in self.headers if key == name), None)


@dataclass(frozen=True)
class LoopbackResponse:
    """A whole response. `Content-Length` is added, except for an answer to HEAD that brings its own."""

    status: int
    headers: RawHeaders = field(default_factory=list[tuple[bytes, bytes]])
    body: bytes = b""


Handler = Callable[[LoopbackRequest], Awaitable[LoopbackResponse]]


@asynccontextmanager
async def serve_loopback(handler: Handler) -> AsyncGenerator[int]:
    """Serve on an ephemeral port of 127.0.0.1, which is yielded; connections are cut when the block ends.

    Requests whose Host is not this server are refused (403), so that no web page reaches it through a browser.
    """
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=0)
    port: int = listener.extra(SocketAttribute.local_port)  # noqa: S610 - anyio's, not Django's

    async def serve(stream: SocketStream) -> None:
        async with stream:
            await _Connection(stream, handler, port).run()

    failure: Exception | None = None
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, serve)
        try:
            yield port
        except Exception as exc:  # carried around the task group, which would wrap it into an exception group
            failure = exc
        finally:
            tasks.cancel_scope.cancel()
    if failure is not None:
        raise failure


class _Connection:
    """One client connection: requests in order until either side has enough."""

    def __init__(self, stream: SocketStream, handler: Handler, port: int) -> None:
        self._stream = stream
        self._handler = handler
        self._hosts = {f"127.0.0.1:{port}".encode(), f"localhost:{port}".encode()}
        self._protocol = h11.Connection(h11.SERVER, max_incomplete_event_size=256 << 10)

    async def run(self) -> None:
        try:
            while request := await self._receive():
                await self._send(request.method, await self._answer(request))
                if self._protocol.our_state is not h11.DONE or self._protocol.their_state is not h11.DONE:
                    return
                self._protocol.start_next_cycle()
        except h11.RemoteProtocolError as exc:
            if self._protocol.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
                await self._send("GET", LoopbackResponse(exc.error_status_hint, body=str(exc).encode()))
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            return  # the client went away

    async def _receive(self) -> LoopbackRequest | None:
        """The next request, or None where there is none any more."""
        head: h11.Request | None = None
        body = bytearray()
        while True:
            event = self._protocol.next_event()
            if event is h11.NEED_DATA:
                if self._protocol.they_are_waiting_for_100_continue:
                    await self._write(h11.InformationalResponse(status_code=100, headers=[]))
                self._protocol.receive_data(await self._read())
            elif isinstance(event, h11.Request):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > _MAX_BODY:
                    raise h11.RemoteProtocolError("body too large", error_status_hint=413)
            elif isinstance(event, h11.EndOfMessage) and head is not None:
                headers = [(bytes(k), bytes(v)) for k, v in head.headers]
                return LoopbackRequest(head.method.decode("ascii"), bytes(head.target), headers, bytes(body))
            else:
                return None

    async def _read(self) -> bytes:
        with anyio.move_on_after(_IDLE_SECONDS):
            try:
                return await self._stream.receive(_CHUNK)
            except anyio.EndOfStream:
                pass
        return b""

    async def _answer(self, request: LoopbackRequest) -> LoopbackResponse:
        if request.header(b"host") not in self._hosts:
            return LoopbackResponse(HTTPStatus.FORBIDDEN, body=b"This server answers to its own address only.")
        try:
            return await self._handler(request)
        except Exception:  # the edge of the server: one bad request must not end the others
            logger.exception("a request to the loopback server failed")
            return LoopbackResponse(HTTPStatus.INTERNAL_SERVER_ERROR, body=b"Internal error of the loopback server.")

    async def _send(self, method: str, response: LoopbackResponse) -> None:
        headers = list(response.headers)
        if method != "HEAD" or not any(name.lower() == b"content-length" for name, _ in headers):
            headers.append((b"Content-Length", str(len(response.body)).encode()))
        await self._write(h11.Response(status_code=int(response.status), headers=headers))
        if response.body and method != "HEAD" and response.status not in {204, 304}:
            await self._write(h11.Data(data=response.body))
        await self._write(h11.EndOfMessage())

    async def _write(self, event: h11.InformationalResponse | h11.Response | h11.Data | h11.EndOfMessage) -> None:
        if data := self._protocol.send(event):
            await self._stream.send(data)
