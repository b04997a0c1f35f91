"""The Journal port: everything that a session, tool or resource shows comes from here.

Writes that belong to a running session carry the epoch of its claim; a write with an epoch that is no longer
the session's raises LeaseLostError and changes nothing. Every method may raise JournalError.
Lists are pages: `cursor` is opaque and comes from the page before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from pydantic import JsonValue

from ..models.diagnosis import Diagnosis, ErrorType
from ..models.driver import DriverFile
from ..models.principal import LOCAL, Principal
from ..models.session import (
    DiagnosisRecord,
    EventLevel,
    GenerateRequest,
    ModelUsage,
    SessionEvent,
    SessionFileRecord,
    SessionRecord,
    SessionStatus,
    SupervisedResult,
)

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some items, and the cursor of the next page (None: there is none)."""

    items: list[T]
    next_cursor: str | None = None


@dataclass(frozen=True)
class Owner:
    """The process that works on a session: dead as soon as boot id, pid or start time no longer match."""

    boot_id: str
    pid: int
    started: str
    """Start time of the process in the platform's own unit, so that a reused pid is not mistaken for it."""


class StepResults(Protocol):
    """What of a journal tells the steps of a session, be it whole (Journal) or as a principal sees it (own.py)."""

    async def step_result(self, session_id: str, name: str) -> JsonValue | None:
        """The stored result of a named step, or None where it has not finished."""
        ...


class Journal(Protocol):
    """Durable sessions, steps, events, attempts, diagnostics, files and usage. One suite serves every implementation
    (journal/conformance).

    Sessions, diagnoses and counts belong to a principal. Where a method that reads them takes `principal`, None means
    everybody's: that is for what runs sessions, never for what answers a caller (own.py).
    """

    async def create_session(
        self,
        request: GenerateRequest,
        *,
        key: str,
        project_path: str,
        principal: Principal = LOCAL,
        most_unfinished: int | None = None,
    ) -> tuple[SessionRecord, bool]:
        """A new `queued` session of the principal, or their unfinished one with the same key; the boolean says whether it
        is new.

        An interrupted session of theirs with another key that wrote to `project_path` is cancelled: the new one takes its
        place.

        Raises:
            SessionConflictError: a queued, running or waiting session with another key writes to `project_path`; the
                message names it. Where an unfinished session of another principal does, it says no more than that.
            SessionLimitError: the principal has `most_unfinished` unfinished sessions already.
        """
        ...

    async def latest_session(self, key: str, *, principal: Principal = LOCAL) -> SessionRecord | None:
        """The principal's newest session with this key."""
        ...

    async def session(self, session_id: str, *, principal: Principal | None = None) -> SessionRecord:
        """One session; a `running` one whose owner is dead or whose lease ran out shows as `interrupted`.

        Raises:
            SessionNotFoundError: no such session, or it is not the principal's.
        """
        ...

    async def sessions(
        self,
        *,
        principal: Principal | None = None,
        status: SessionStatus | None = None,
        api_name: str | None = None,
        since: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[SessionRecord]:
        """Sessions, newest first."""
        ...

    async def claim(self, session_id: str, owner: Owner, *, lease_seconds: float) -> int | None:
        """Make `owner` the session's worker and set it `running`; the new epoch, or None where a living owner holds it or it is
        finished. A session that was to be cancelled when its owner died is `cancelled` instead."""
        ...

    async def renew(self, session_id: str, epoch: int, *, lease_seconds: float) -> bool:
        """Extend the lease; the answer says whether somebody asked to cancel the session."""
        ...

    async def release(
        self, session_id: str, epoch: int, status: SessionStatus, result: SupervisedResult | None = None
    ) -> None:
        """Give the session up with this status (`interrupted`, `waiting_for_host`, or a finished one with its result)."""
        ...

    async def request_cancel(self, session_id: str) -> SessionRecord:
        """Ask the owner, in whatever process, to cancel; a session without a living owner is `cancelled` at once."""
        ...

    async def mark_delivered(self, session_id: str) -> None:
        """Remember that a finished result has reached a caller, and forget its preview: values of the API are kept no longer
        than for that. Those in steps go when a session is finished."""
        ...

    async def append_event(
        self,
        session_id: str,
        epoch: int,
        kind: str,
        message: str,
        *,
        level: EventLevel = "info",
        progress: float | None = None,
        data: dict[str, Any] | None = None,
    ) -> SessionEvent:
        """Append one line to the session's log."""
        ...

    async def events(self, session_id: str, *, after: int = 0, limit: int = 500) -> list[SessionEvent]:
        """Events with a sequence number above `after`, oldest first."""
        ...

    async def step_result(self, session_id: str, name: str) -> JsonValue | None:
        """The stored result of a named step, or None where it has not finished."""
        ...

    async def step_names(self, session_id: str, beginning: str) -> list[str]:
        """The names of stored steps that begin so, the latest stored last."""
        ...

    async def store_step(self, session_id: str, epoch: int, name: str, result: JsonValue) -> None:
        """Store a step's result; storing the same name again replaces it."""
        ...

    async def record_attempt(
        self,
        session_id: str,
        epoch: int,
        attempt: int,
        *,
        engine: str,
        outcome: str,
        elapsed_seconds: float,
        data: dict[str, Any],
    ) -> None:
        """Record how one attempt of the supervisor went (`outcome`: succeeded, failed, cancelled)."""
        ...

    async def attempts(self, session_id: str) -> list[dict[str, Any]]:
        """The attempts of a session, in order."""
        ...

    async def add_diagnosis(
        self,
        session_id: str | None,
        diagnosis: Diagnosis,
        *,
        api_name: str = "",
        attempt: int = 0,
        fingerprint: str,
        findings: Sequence[str] = (),
        latency_seconds: float = 0.0,
        cost_usd: float | None = 0.0,
        principal: Principal = LOCAL,
    ) -> int:
        """Store a diagnosis with what the checks said of the fault; its id. `cost_usd`: None where it is not known.

        It belongs to whom its session belongs; one without a session to `principal`.
        """
        ...

    async def set_helped(self, diagnosis_id: int, helped: bool) -> None:
        """Record whether the fix of a diagnosis helped."""
        ...

    async def diagnostics(
        self,
        *,
        principal: Principal | None = None,
        session_id: str | None = None,
        error_type: ErrorType | None = None,
        api_name: str | None = None,
        fingerprint: str | None = None,
        since: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[DiagnosisRecord]:
        """Diagnoses, newest first."""
        ...

    async def store_files(self, session_id: str, epoch: int, files: list[DriverFile]) -> None:
        """Store the text of files; the same path again replaces it."""
        ...

    async def files(self, session_id: str) -> list[SessionFileRecord]:
        """The files of a session, by path."""
        ...

    async def file_text(self, session_id: str, path: str) -> str | None:
        """The text of one file."""
        ...

    async def add_usage(
        self,
        session_id: str,
        epoch: int,
        *,
        role: str,
        model: str,
        input_tokens: int,
        cached_tokens: int,
        output_tokens: int,
        cost_usd: float | None,
        latency_seconds: float,
        data: dict[str, Any],
    ) -> None:
        """Record one model request."""
        ...

    async def usage(self, session_id: str) -> ModelUsage:
        """All model requests of a session together; `cost_usd` is None where one of them has no known price."""
        ...

    async def hand_in(self, session_id: str, name: str, result: JsonValue) -> bool:
        """Store a step's result for a session that waits for its host, and set it `queued`; whether it did wait.

        Raises:
            SessionNotFoundError: no such session.
        """
        ...

    async def count(self, name: str, amount: int = 1, *, principal: Principal = LOCAL) -> None:
        """Add to a principal's counter (`unhandled_exceptions`, ...)."""
        ...

    async def metrics(self, *, principal: Principal | None = None, since: str | None = None) -> dict[str, Any]:
        """The metrics of DESIGN section 6, from real use of the principal's; a rate without a denominator is None."""
        ...

    async def prune(self, *, before: str) -> int:
        """Forget sessions that finished before a point in time (ISO 8601), with all that belongs to them; how many."""
        ...

    async def check_writable(self) -> None:
        """Write something and take it back, all the way to the disk.

        Raises:
            JournalError: nothing can be written.
        """
        ...
