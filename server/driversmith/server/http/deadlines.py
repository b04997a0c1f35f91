"""HTTP connections whose requests arrive in bounded time: who sends a head byte by byte holds no place for long."""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10.0
"""From the beginning of a connection, or of a further request on it, to the end of the request's head."""
BODY_SECONDS = 60.0
"""From there to the end of its body."""
_TOO_LATE = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class PunctualProtocol(H11Protocol):
    """Closes connections on which a request does not arrive in time; uvicorn itself bounds only the pause between two.

    However long an answer takes, that is not its business.
    """

    head_seconds = HEAD_SECONDS
    body_seconds = BODY_SECONDS
    _waits_for: type[h11.IDLE] | type[h11.SEND_BODY] | None = None
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]  as uvicorn has it
        """Wait for the first head."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take it, and wait for what is missing."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._wait(None)
        super().connection_lost(exc)

    def _watch(self) -> None:
        state = self.conn.their_state
        self._wait(state if state in (h11.IDLE, h11.SEND_BODY) else None)

    def _wait(self, state: type[h11.IDLE] | type[h11.SEND_BODY] | None) -> None:
        if state is self._waits_for:
            return
        self._waits_for = state
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        if state is not None:
            seconds = self.head_seconds if state is h11.IDLE else self.body_seconds
            self._deadline = self.loop.call_later(seconds, self._too_late)

    def _too_late(self) -> None:
        if self.transport.is_closing():
            return
        if self.conn.our_state is h11.IDLE:
            self.transport.write(_TOO_LATE)
        self.transport.close()
