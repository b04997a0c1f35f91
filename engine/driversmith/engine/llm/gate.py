"""One gate for the model requests of all sessions of a process: so many at once, and none before a time."""

import math
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio

from ..errors import ModelTransportError
from .clock import Clock, Sleep


class Gate:
    """Hold it around a whole request, its stream included; leave it while waiting to send again.

    `clock` counts seconds, `sleep` waits for some; deadlines are times on that clock.
    """

    def __init__(self, *, limit: int, clock: Clock = time.monotonic, sleep: Sleep = anyio.sleep) -> None:
        self._slots = anyio.Semaphore(limit)
        self.clock = clock
        self.sleep = sleep
        self._not_before = -math.inf

    def close_until(self, when: float) -> None:
        """Let nobody in before `when` on the clock; those inside go on. It is never opened earlier again."""
        self._not_before = max(self._not_before, when)

    @asynccontextmanager
    async def passage(self, *, deadline: float = math.inf) -> AsyncGenerator[None]:
        """Be inside for as long as the block lasts.

        Raises:
            ModelTransportError: the gate would not open before `deadline` on the clock.
        """
        await self._enter(deadline)
        try:
            yield
        finally:
            self._slots.release()

    async def _enter(self, deadline: float) -> None:
        while True:
            await self._wait_for_time(deadline)
            with anyio.move_on_after(deadline - self.clock()) as scope:
                await self._slots.acquire()
            if scope.cancelled_caught:
                raise ModelTransportError(
                    "All places for model requests were taken until the deadline.", fault="deadline"
                )
            if self.clock() >= self._not_before:
                return
            self._slots.release()

    async def _wait_for_time(self, deadline: float) -> None:
        """Other requests may push the time on while this one waits."""
        while (wait := self._not_before - self.clock()) > 0:
            if self._not_before >= deadline:
                raise ModelTransportError(
                    f"The model's server takes no requests for another {wait:.0f} s, which is past the deadline.",
                    fault="rate_limited",
                    retry_after=wait,
                )
            await self.sleep(wait)
