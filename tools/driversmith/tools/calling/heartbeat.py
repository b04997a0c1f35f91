"""A sign of life: whoever waits hears what is under way, and for how long, whenever nothing else was said for a while."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import anyio

BEAT_SECONDS = 10.0
"""At most 15 are promised; what lies between is for a loop that is late."""

Say = Callable[[str], Awaitable[None]]


class Heartbeat:
    """Says what is under way once it has heard nothing for `seconds`, and again after as long."""

    def __init__(self, say: Say, *, doing: str, seconds: float = BEAT_SECONDS) -> None:
        self._say = say
        self._doing = doing
        self._seconds = seconds
        self._since = self._last = anyio.current_time()

    def heard(self, message: str) -> None:
        """Whoever waits was told what is under way now."""
        self.doing(message)
        self._last = anyio.current_time()

    def doing(self, message: str) -> None:
        """This is under way now; it is told once it lasts."""
        if message != self._doing:
            self._doing, self._since = message, anyio.current_time()

    @asynccontextmanager
    async def beating(self) -> AsyncGenerator[None]:
        """Beat while the block runs."""
        failure: Exception | None = None
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._beat)
            try:
                yield
            except Exception as error:  # edge: what the block raises must leave as it is, not inside a group
                failure = error
            finally:
                tasks.cancel_scope.cancel()
        if failure is not None:
            raise failure

    async def _beat(self) -> None:
        while True:
            await anyio.sleep_until(self._last + self._seconds)
            now = anyio.current_time()
            if now - self._last >= self._seconds:
                self._last = now
                await self._say(f"Still at work after {now - self._since:.0f} s: {self._doing}")
