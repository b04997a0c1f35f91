"""A server with the manners that a mock needs: it keeps what it is asked, and can answer late or not at all."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import anyio

from ...network.loopback import LoopbackServer, Request, Response

_IDLE_SECONDS = 3600.0
"""Longer than a contract run: a connection that is closed here would look like a fault of the driver's."""


@dataclass(frozen=True)
class OddResponse(Response):
    """A response that comes late, or a connection closed in its place."""

    delay: float = 0.0
    """Seconds before it is sent."""
    drop: bool = False
    """Close the connection instead."""


class Listener(LoopbackServer):
    """Every request is in `log`, whatever its Host: one that was meant for another server has to be seen."""

    def __init__(self, respond: Callable[[Request], Response]) -> None:
        super().__init__(self._hear, any_host=True, listens=False, idle_seconds=_IDLE_SECONDS)
        self._respond = respond
        self._asked = asyncio.Event()
        self.log: list[Request] = []
        """Every request, in the order of arrival."""

    async def until_asked(self, count: int, seconds: float) -> None:
        """Wait until so many requests are in the log, or until this time has passed."""
        with anyio.move_on_after(seconds):
            while len(self.log) < count:
                self._asked.clear()
                await self._asked.wait()

    async def stays_open(self, connection: int, seconds: float) -> bool:
        """Whether a connection is still open after this time; False as soon as it is not."""
        with anyio.move_on_after(seconds):
            await self.until_closed(connection)
            return False
        return True

    def _hear(self, request: Request) -> Response | Awaitable[Response] | None:
        self.log.append(request)
        self._asked.set()
        response = self._respond(request)
        if isinstance(response, OddResponse):
            return None if response.drop else _late(response)
        return response


async def _late(response: OddResponse) -> Response:
    await anyio.sleep(response.delay)
    return response
