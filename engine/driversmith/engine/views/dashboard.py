"""The dashboard: what all of its faces show, as one value (HTTP, command line, MCP App, text, a session's file)."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from ..journal.own import OwnJournal
from ..models.base import Value
from ..models.driver import ObjectVerification, VerificationLevel
from ..models.facts import Contradiction
from ..models.session import SessionRecord
from .session_line import SessionLine, session_line
from .session_story import SessionStory, session_story

NEWEST = 100
"""Sessions that are read for the lists."""
MOST_DRIVERS = 30
MOST_CORRECTED = 50


class DriverLine(Value):
    """A driver on disk, with how far each object was proven by the session that made it last."""

    driver: str
    api_name: str
    folder: str
    session_id: str
    at: str
    level: VerificationLevel
    passed: int
    """Contract behaviours."""
    failed: int
    isolation: str
    skipped: int
    """Operations that it has not."""
    objects: dict[str, ObjectVerification] = {}


class CorrectedFact(Contradiction):
    """A fact that a session found to be otherwise than described."""

    session_id: str
    api_name: str


class Dashboard(Value):
    """Everything that there is to look at."""

    made_at: str
    since: str | None = None
    metrics: dict[str, Any]
    """As `driversmith://metrics` has them."""
    sessions: list[SessionLine] = []
    """The newest ones, newest first."""
    more_sessions: bool = False
    """Whether there are older ones than those that the lists were made of."""
    drivers: list[DriverLine] = []
    corrected: list[CorrectedFact] = []
    corrected_by_kind: dict[str, int] = {}
    """Members of facts (`path`, `records`, `pagination`, ...) -> how often they were corrected."""
    session: SessionStory | None = None
    """The one that was asked for."""


class OneSession(Value):
    """A session by itself."""

    made_at: str
    session: SessionStory


async def one_session(journal: OwnJournal, session_id: str) -> OneSession:
    """The story of a session, to be kept.

    Raises:
        SessionNotFoundError: the principal has no such session.
    """
    return OneSession(made_at=_now(), session=await session_story(journal, session_id))


async def dashboard(
    journal: OwnJournal, *, since: str | None = None, session_id: str | None = None, newest: int = NEWEST
) -> Dashboard:
    """Everything of the journal's principal (since a point in time, ISO 8601), with the story of one session if asked for;
    the lists are made of so many of the newest sessions.

    Raises:
        SessionNotFoundError: the principal has no such session.
        InvalidArgumentError: `since` is no point in time.
    """
    page = await journal.sessions(since=since, limit=newest)
    corrected = _corrected(page.items)
    return Dashboard(
        made_at=_now(),
        since=since,
        metrics=await journal.metrics(since=since),
        sessions=[session_line(record) for record in page.items],
        more_sessions=page.next_cursor is not None,
        drivers=_drivers(page.items),
        corrected=corrected[:MOST_CORRECTED],
        corrected_by_kind=dict(Counter(kind_of(one.fact) for one in corrected).most_common()),
        session=await session_story(journal, session_id) if session_id else None,
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def kind_of(fact: str) -> str:
    """What a fact is about, whatever object or operation it is of: `/objects/ships/records` is `records`."""
    parts = [part for part in fact.split("/") if part]
    if len(parts) > 2 and parts[0] in {"objects", "operations"}:
        return parts[2]
    return parts[0] if parts else fact


def _drivers(records: list[SessionRecord]) -> list[DriverLine]:
    """The newest success of each folder."""
    by_folder: dict[str, DriverLine] = {}
    for record in records:
        result = record.result
        if result is None or not result.success or record.project_path in by_folder:
            continue
        by_folder[record.project_path] = DriverLine(
            driver=session_line(record).driver,
            api_name=record.request.api_name,
            folder=record.project_path,
            session_id=record.session_id,
            at=record.finished_at or record.updated_at,
            level=result.verification.level,
            passed=result.verification.passed,
            failed=result.verification.failed,
            isolation=result.verification.held_by,
            skipped=len(result.skipped),
            objects=result.verification.objects,
        )
    return list(by_folder.values())[:MOST_DRIVERS]


def _corrected(records: list[SessionRecord]) -> list[CorrectedFact]:
    return [
        CorrectedFact(**one.model_dump(mode="json"), session_id=record.session_id, api_name=record.request.api_name)
        for record in records
        if record.result
        for one in record.result.contradictions
    ]
