"""The journal as one principal sees it: what belongs to another is not there."""

from typing import Any

from pydantic import JsonValue

from ..models.diagnosis import ErrorType
from ..models.principal import Principal
from ..models.session import (
    DiagnosisRecord,
    ModelUsage,
    SessionEvent,
    SessionFileRecord,
    SessionRecord,
    SessionStatus,
)
from .port import Journal, Page


class OwnJournal:
    """What the Journal port reads, of one principal's own. The id of another's session is answered like one that nobody
    ever gave out: SessionNotFoundError, of the same words. Every method may raise JournalError."""

    def __init__(self, journal: Journal, principal: Principal) -> None:
        self._journal = journal
        self._principal = principal

    async def session(self, session_id: str) -> SessionRecord:
        """One session.

        Raises:
            SessionNotFoundError: the principal has no such session.
        """
        return await self._journal.session(session_id, principal=self._principal)

    async def sessions(
        self,
        *,
        status: SessionStatus | None = None,
        api_name: str | None = None,
        since: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[SessionRecord]:
        """Sessions, newest first."""
        return await self._journal.sessions(
            principal=self._principal, status=status, api_name=api_name, since=since, limit=limit, cursor=cursor
        )

    async def diagnostics(
        self,
        *,
        session_id: str | None = None,
        error_type: ErrorType | None = None,
        api_name: str | None = None,
        since: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[DiagnosisRecord]:
        """Diagnoses, newest first."""
        return await self._journal.diagnostics(
            principal=self._principal,
            session_id=session_id,
            error_type=error_type,
            api_name=api_name,
            since=since,
            limit=limit,
            cursor=cursor,
        )

    async def metrics(self, *, since: str | None = None) -> dict[str, Any]:
        """The metrics of DESIGN section 6; a rate without a denominator is None."""
        return await self._journal.metrics(principal=self._principal, since=since)

    async def events(self, session_id: str, *, after: int = 0, limit: int = 500) -> list[SessionEvent]:
        """Events of a session with a sequence number above `after`, oldest first.

        Raises:
            SessionNotFoundError: the principal has no such session.
        """
        await self.session(session_id)
        return await self._journal.events(session_id, after=after, limit=limit)

    async def step_result(self, session_id: str, name: str) -> JsonValue | None:
        """The stored result of a session's step, or None where it has not finished.

        Raises:
            SessionNotFoundError: the principal has no such session.
        """
        await self.session(session_id)
        return await self._journal.step_result(session_id, name)

    async def attempts(self, session_id: str) -> list[dict[str, Any]]:
        """The attempts of a session, in order.

        Raises:
            SessionNotFoundError: the principal has no such session.
        """
        await self.session(session_id)
        return await self._journal.attempts(session_id)

    async def files(self, session_id: str) -> list[SessionFileRecord]:
        """The files of a session, by path.

        Raises:
            SessionNotFoundError: the principal has no such session.
        """
        await self.session(session_id)
        return await self._journal.files(session_id)

    async def file_text(self, session_id: str, path: str) -> str | None:
        """The text of one file of a session.

        Raises:
            SessionNotFoundError: the principal has no such session.
        """
        await self.session(session_id)
        return await self._journal.file_text(session_id, path)

    async def usage(self, session_id: str) -> ModelUsage:
        """All model requests of a session together.

        Raises:
            SessionNotFoundError: the principal has no such session.
        """
        await self.session(session_id)
        return await self._journal.usage(session_id)

    async def count(self, name: str, amount: int = 1) -> None:
        """Add to a counter of the principal's own (`unhandled_exceptions`, ...)."""
        await self._journal.count(name, amount, principal=self._principal)
