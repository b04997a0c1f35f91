"""The steps of one attempt, and how far they bring the session."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from pydantic import BaseModel

from ..journal.log import SessionLog
from ..journal.steps import Steps

V = TypeVar("V", bound=BaseModel)

LEAST_PROGRESS = 0.02
"""Smaller steps forward are not worth a line in the log."""
_WHOLE = 0.98
"""The session's progress when all is written."""


class Tell(Protocol):
    """Hears what is going on inside a step."""

    async def __call__(self, message: str, fraction: float | None = None) -> None:
        """`message` is one sentence, `fraction` how much of the step is done, 0 to 1."""
        ...


class AttemptProgress:
    """Runs named steps; each attempt's progress takes what the attempts before it left."""

    def __init__(self, *, steps: Steps, log: SessionLog) -> None:
        self._steps = steps
        self._log = log
        self._start = log.progress
        self._span = (0.0, 0.02)
        """The attempt's progress at the beginning and at the end of what is under way."""

    async def step(
        self, name: str, title: str, model: type[V], work: Callable[[], Awaitable[V]], *, until: float | None
    ) -> V:
        """The result of a step (Steps.run); `until` is the attempt's progress once it is done, 0 to 1, or None where it goes
        on beside the one that leads there."""
        if until is not None:
            self.head_for(until)
            until = self._overall(until)
        return await self._steps.run(name, title, model, work, until=until)

    async def is_new(self, name: str) -> bool:
        """Whether a step has no stored result."""
        return await self._steps.stored(name) is None

    async def keep(self, name: str, value: BaseModel) -> None:
        """Store a value under a name, for whoever looks at the session later."""
        await self._steps.store(name, value.model_dump(mode="json", exclude_defaults=True))

    def head_for(self, until: float) -> None:
        """What follows leads up to this progress of the attempt."""
        self._span = (min(self._span[1], until), until)

    async def tell(self, message: str, fraction: float | None = None) -> None:
        """Say what goes on; `fraction` is how much of what is under way is done, 0 to 1."""
        begin, end = self._span
        progress = None if fraction is None else self._overall(begin + (end - begin) * min(max(fraction, 0.0), 1.0))
        if progress is None or progress >= self._log.progress + LEAST_PROGRESS:
            await self._log.write("step.progress", message, progress=progress)

    async def tell_part(self, message: str, part: float) -> None:
        """Say that a further part, 0 to 1, of what is under way is done."""
        begin, end = self._span
        await self.tell(message, part)
        self._span = (begin + (end - begin) * part, end)

    def _overall(self, progress: float) -> float:
        return self._start + (_WHOLE - self._start) * min(1.0, progress / _WHOLE)
