"""Named units of work whose results outlive the process."""

import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio.to_thread
from pydantic import BaseModel, JsonValue

from ..tracing import span
from .clean import Clean
from .log import SessionLog
from .port import Journal
from .step_names import CLOCK

V = TypeVar("V", bound=BaseModel)


def _as_it_is(value: JsonValue) -> JsonValue:
    return value


class Steps:
    """The steps of one session under one claim."""

    def __init__(
        self, *, journal: Journal, session_id: str, epoch: int, log: SessionLog, clean: Clean = _as_it_is
    ) -> None:
        self._journal = journal
        self._clean = clean
        self._session_id = session_id
        self._epoch = epoch
        self._log = log
        self._before = 0.0
        self._started = time.monotonic()
        self._believed: set[str] | None = None
        """Steps that were there when the session was taken up, and those that this process did: what appears besides, whoever
        wrote it, decides nothing."""

    async def start_clock(self) -> float:
        """Take up the session's clock, and its steps, where an earlier worker left them; the seconds worked so far."""
        self._believed = set(await self._journal.step_names(self._session_id, ""))
        stored = await self._journal.step_result(self._session_id, CLOCK)
        self._before = float(stored) if isinstance(stored, int | float) else 0.0
        self._started = time.monotonic()
        return self._before

    @property
    def elapsed(self) -> float:
        """Seconds worked on the session, by this worker and those before."""
        return self._before + time.monotonic() - self._started

    async def run(
        self, name: str, title: str, model: type[V], work: Callable[[], Awaitable[V]], *, until: float | None
    ) -> V:
        """The result of a step: the stored one, or that of `work`, which is stored, without secrets, before anybody sees it.

        `until` is the session's progress once the step is done; None says nothing of it.

        Raises:
            Whatever `work` raises; nothing is stored then.
        """
        if self._believed is None:
            self._believed = set(await self._journal.step_names(self._session_id, ""))
        stored = await self.stored(name) if name in self._believed else None
        if stored is not None:
            await self._log.write("step.reused", f"{title}: already done.", progress=until, data={"step": name})
            return model.model_validate(stored)
        await self._log.write("step.started", f"{title}.", data={"step": name})
        began = time.monotonic()
        with span(_kind(name), session_id=self._session_id, step=name):
            result = await work()
        # A profile of thousands of operations takes a second.
        dumped = await anyio.to_thread.run_sync(lambda: result.model_dump(mode="json", exclude_defaults=True))
        cleaned = await anyio.to_thread.run_sync(self._clean, dumped)
        await self.store(name, cleaned)
        self._believed.add(name)
        if cleaned is not dumped:
            result = model.model_validate(cleaned)
        await self._log.write(
            "step.finished",
            f"{title}: done.",
            progress=until,
            data={"step": name, "seconds": round(time.monotonic() - began, 3)},
        )
        return result

    async def stored(self, name: str) -> JsonValue | None:
        """The stored result of a step, or None."""
        return await self._journal.step_result(self._session_id, name)

    async def names(self, beginning: str) -> list[str]:
        """The names of stored steps that begin so, the latest stored last."""
        return await self._journal.step_names(self._session_id, beginning)

    async def store(self, name: str, result: JsonValue) -> None:
        """Store a result under a name, and how long the session has been worked on."""
        await self._journal.store_step(self._session_id, self._epoch, name, result)
        await self._journal.store_step(self._session_id, self._epoch, CLOCK, round(self.elapsed, 3))


def _kind(name: str) -> str:
    """What a step does, without where and for the how manieth time."""
    return next(part for part in reversed(name.split("/")) if not part.isdigit())
