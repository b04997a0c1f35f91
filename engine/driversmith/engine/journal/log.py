"""The log of one session as its worker writes it."""

from collections.abc import Callable
from typing import Any

from ..events import EventKind
from ..models.session import EventLevel
from .port import Journal


class SessionLog:
    """Appends events under one claim; progress that would not increase is left out, and secrets are redacted."""

    def __init__(
        self,
        *,
        journal: Journal,
        session_id: str,
        epoch: int,
        redact: Callable[[str], str],
        changed: Callable[[str], None],
        progress: float = 0.0,
    ) -> None:
        self._journal = journal
        self._session_id = session_id
        self._epoch = epoch
        self._redact = redact
        self._changed = changed
        self.progress = progress
        """0 to 1, how far the session has come."""

    async def write(
        self,
        kind: EventKind,
        message: str,
        *,
        level: EventLevel = "info",
        progress: float | None = None,
        data: dict[str, Any] | None = None,
    ) -> None:
        """Append one line; `message` is one sentence for a person, `progress` 0 to 1.

        Raises:
            LeaseLostError: the session is not this worker's any more.
        """
        if progress is not None and progress <= self.progress:
            progress = None
        self.progress = progress or self.progress  # before the wait, since steps that run at once write at once
        await self._journal.append_event(
            self._session_id,
            self._epoch,
            kind,
            self._redact(message),
            level=level,
            progress=progress,
            data=data,
        )
        self._changed(self._session_id)


async def reached(journal: Journal, session_id: str) -> float:
    """The progress that a session's log has reached, for a worker that takes it up again."""
    progress, after = 0.0, 0
    while events := await journal.events(session_id, after=after):
        progress = max([progress, *(e.progress for e in events if e.progress is not None)])
        after = events[-1].seq
    return progress
