"""A session in one line."""

from datetime import datetime
from pathlib import PurePath

from ..models.base import Value
from ..models.driver import VerificationLevel
from ..models.session import SessionRecord, SessionStatus


class SessionLine(Value):
    """What a list shows of a session."""

    session_id: str
    api_name: str
    api_url: str
    status: SessionStatus
    engine: str
    at: str
    """When it was created: UTC, ISO 8601."""
    seconds: float | None = None
    """Until it was finished."""
    driver: str
    level: VerificationLevel | None = None
    """How far its driver was verified; None where there is none."""
    attempts: int = 0
    corrected: int = 0
    """Facts that the API showed to be otherwise than described."""
    strategies: list[str] = []
    """What healing did, in order."""
    error: str = ""
    """The code of the error that it ended with."""


def session_line(record: SessionRecord) -> SessionLine:
    """The line of a session."""
    result = record.result
    line = SessionLine(
        session_id=record.session_id,
        api_name=record.request.api_name,
        api_url=record.request.api_url,
        status=record.status,
        engine=record.request.engine,
        at=record.created_at,
        seconds=_seconds(record),
        driver=PurePath(record.project_path).name,
    )
    if result is None:
        return line
    return line.model_copy(
        update={
            "level": result.verification.level if result.success else None,
            "attempts": result.supervisor_attempts,
            "corrected": len(result.contradictions),
            "strategies": [fix.strategy for fix in result.fixes_applied],
            "error": result.error.code if result.error else "",
        }
    )


def _seconds(record: SessionRecord) -> float | None:
    if record.finished_at is None:
        return None
    began, ended = datetime.fromisoformat(record.created_at), datetime.fromisoformat(record.finished_at)
    return round((ended - began).total_seconds(), 3)
