"""One session as a story: its attempts, and in order each try, run, diagnosis, plan and correction."""

from datetime import datetime
from typing import Any, Literal

from ..journal.own import OwnJournal
from ..models.base import Value
from ..models.choices import Choice
from ..models.driver import ObjectVerification
from ..models.facts import Contradiction
from ..models.profile import SkippedOperation
from ..models.session import DiagnosisRecord, ErrorInfo, EventLevel, ModelUsage, SessionEvent, SessionRecord
from .session_line import SessionLine, session_line

Part = Literal["session", "attempt", "try", "run", "model", "diagnosis", "plan", "fact", "driver"]
PARTS: dict[str, Part] = {
    "session.created": "session",
    "session.started": "session",
    "session.resumed": "session",
    "session.interrupted": "session",
    "session.succeeded": "session",
    "session.failed": "session",
    "session.cancelled": "session",
    "session.waiting": "session",
    "attempt.started": "attempt",
    "attempt.succeeded": "attempt",
    "attempt.failed": "attempt",
    "retry.waiting": "attempt",
    "exception.caught": "attempt",
    "file.accepted": "try",
    "file.rejected": "try",
    "file.wanted": "try",
    "repair.started": "try",
    "driver.ran": "run",
    "findings.own": "run",
    "model.waiting": "model",
    "diagnosis.made": "diagnosis",
    "plan.made": "plan",
    "fact.corrected": "fact",
    "fact.refused": "fact",
    "facts.judged": "fact",
    "description.judged": "fact",
    "choice.open": "fact",
    "driver.kept": "driver",
    "operations.left_out": "driver",
    "files.kept": "driver",
}
"""What a story tells of a session's log; the steps between are in the log alone."""
MOST_EVENTS = 5000
MOST_MOMENTS = 400
AT_ONCE = 500


class AttemptLine(Value):
    """How one attempt went."""

    attempt: int
    engine: str
    outcome: str
    strategy: str | None = None
    """What it did otherwise than the one before."""
    seconds: float
    tries: dict[str, int] = {}
    """File -> answers of a model until it was accepted, or given up."""
    findings: dict[str, int] = {}
    """Code -> how often the checks found it."""
    contract_runs: int = 0
    error: str = ""


class Moment(Value):
    """One thing that happened."""

    seq: int
    seconds: float
    """Since the session was created."""
    part: Part
    kind: str
    level: EventLevel
    message: str
    details: dict[str, Any] = {}
    """What there is to say besides: findings, what was described and observed, how a diagnosis was reached and helped."""


class SessionStory(Value):
    """All that a person wants to know of one session."""

    line: SessionLine
    asked_for: dict[str, Any]
    """The arguments that were given."""
    folder: str
    error: ErrorInfo | None = None
    isolation: str = "none"
    objects: dict[str, ObjectVerification] = {}
    corrected: list[Contradiction] = []
    skipped: list[SkippedOperation] = []
    choices: list[Choice] = []
    notes: list[str] = []
    usage: ModelUsage = ModelUsage()
    attempts: list[AttemptLine] = []
    moments: list[Moment] = []
    moments_left_out: int = 0
    """Of a very long session, those in the middle."""


async def session_story(journal: OwnJournal, session_id: str) -> SessionStory:
    """The story of a session.

    Raises:
        SessionNotFoundError: the principal has no such session.
    """
    record = await journal.session(session_id)
    moments = await _moments(journal, record)
    result = record.result
    usage = await journal.usage(session_id)
    shown = moments
    if len(moments) > MOST_MOMENTS:
        shown = [*moments[: MOST_MOMENTS // 2], *moments[-MOST_MOMENTS // 2 :]]
    request = record.request.model_dump(mode="json", exclude_defaults=True, exclude={"api_name", "api_url"})
    story = SessionStory(
        line=session_line(record),
        asked_for=request,
        folder=record.project_path,
        usage=usage,
        attempts=[_attempt(attempt) for attempt in await journal.attempts(session_id)],
        moments=shown,
        moments_left_out=len(moments) - len(shown),
    )
    if result is None:
        return story
    return story.model_copy(
        update={
            "error": result.error,
            "isolation": result.verification.held_by,
            "objects": result.verification.objects,
            "corrected": result.contradictions,
            "skipped": result.skipped,
            "choices": result.choices,
            "notes": result.notes,
        }
    )


async def _moments(journal: OwnJournal, record: SessionRecord) -> list[Moment]:
    diagnoses = await _diagnoses(journal, record.session_id)
    began = _moment_of(record.created_at)
    moments: list[Moment] = []
    last = 0
    while last < MOST_EVENTS and (events := await journal.events(record.session_id, after=last, limit=AT_ONCE)):
        last = events[-1].seq
        moments += [_moment(event, PARTS[event.kind], began, diagnoses) for event in events if event.kind in PARTS]
    return moments


async def _diagnoses(journal: OwnJournal, session_id: str) -> dict[int, DiagnosisRecord]:
    page = await journal.diagnostics(session_id=session_id, limit=200)
    return {record.id: record for record in page.items}


def _moment(event: SessionEvent, part: Part, began: datetime, diagnoses: dict[int, DiagnosisRecord]) -> Moment:
    return Moment(
        seq=event.seq,
        seconds=round(max(0.0, (_moment_of(event.at) - began).total_seconds()), 3),
        part=part,
        kind=event.kind,
        level=event.level,
        message=event.message,
        details=_details(event, diagnoses),
    )


def _details(event: SessionEvent, diagnoses: dict[int, DiagnosisRecord]) -> dict[str, Any]:
    kept = {name: value for name, value in event.data.items() if name in _TOLD and value not in (None, "", [], {})}
    number = event.data.get("diagnosis_id")
    stored = diagnoses.get(number) if isinstance(number, int) else None
    if stored is None:
        return kept
    said = {name: stored.diagnosis.get(name) for name in _OF_DIAGNOSES}
    found = {"findings": list(stored.findings), "helped": stored.helped}
    return {**kept, **{name: value for name, value in {**said, **found}.items() if value not in (None, "", [], {})}}


_TOLD = frozenset(
    {
        "path", "attempt", "try", "role", "outcome", "findings", "fixes", "how", "passed", "broken", "fault_kind",
        "error_type", "fix_strategy", "source", "fact", "described", "observed", "known_by", "strategy", "mode",
        "code", "fault", "retry", "seconds", "operations", "files", "refused",
    }
)  # fmt: skip
_OF_DIAGNOSES = ("root_cause", "fix_description", "prompt_modification", "confidence", "evidence")


def _attempt(attempt: dict[str, Any]) -> AttemptLine:
    data: dict[str, Any] = attempt["data"]
    error: dict[str, Any] = data.get("error") or {}
    return AttemptLine(
        attempt=attempt["attempt"],
        engine=attempt["engine"],
        outcome=attempt["outcome"],
        strategy=data.get("strategy"),
        seconds=attempt["elapsed_seconds"],
        tries=data.get("tries") or {},
        findings=data.get("findings") or {},
        contract_runs=data.get("contract_runs") or 0,
        error=error.get("message") or "",
    )


def _moment_of(text: str) -> datetime:
    return datetime.fromisoformat(text)
