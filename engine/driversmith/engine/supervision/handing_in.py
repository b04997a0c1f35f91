"""What a calling agent hands in, and what its session made of it."""

from dataclasses import dataclass

from pydantic import JsonValue

from ..errors import InvalidArgumentError
from ..journal.port import Journal
from ..models.findings import Finding, ValidationReport
from ..models.session import HostRequest, SessionRecord
from .asking import handed_in
from .leavings import tried_step


@dataclass(frozen=True)
class HandedIn:
    """A file that was handed in."""

    report: ValidationReport | None
    """The checks of the file; None while they are still under way."""
    record: SessionRecord
    """The session afterwards: it waits for the next file, works, or is finished."""


async def hand_in(journal: Journal, session_id: str, path: str, content: str) -> HostRequest:
    """Store a file for the session that waits for it; the request that it answers.

    Raises:
        SessionNotFoundError: no such session.
        InvalidArgumentError: the session waits for no file, or for another one; nothing is stored.
    """
    record = await journal.session(session_id)
    wanted = record.result.host_request if record.result and record.status == "waiting_for_host" else None
    if wanted is None:
        raise InvalidArgumentError(
            f"Session {session_id} is {record.status} and waits for no file.", next_action=_instead(record)
        )
    if path != wanted.path:
        raise InvalidArgumentError(
            f"Session {session_id} waits for {wanted.path}, not for {path}. Nothing was stored.",
            next_action=f"Call submit_file with path={wanted.path!r}, and the text of that file.",
        )
    asked = await journal.step_result(session_id, wanted.step)
    result: dict[str, JsonValue] = {
        **(asked if isinstance(asked, dict) else {}),
        "answer": handed_in(content).model_dump(mode="json"),
    }
    if not await journal.hand_in(session_id, wanted.step, result):
        raise InvalidArgumentError(
            f"Session {session_id} no longer waits for {path}: it was handed in already.",
            next_action="Call get_session to see what it waits for now.",
        )
    return wanted


async def verdict(journal: Journal, record: SessionRecord, answered: HostRequest) -> HandedIn:
    """What the session's checks said of the file that answered a request."""
    name = tried_step(answered.attempt, answered.path, answered.try_number)
    tried = await journal.step_result(record.session_id, name)
    if not isinstance(tried, dict):
        return HandedIn(report=None, record=record)
    findings = tried.get("findings")
    known = [Finding.model_validate(f) for f in findings] if isinstance(findings, list) else []
    return HandedIn(report=ValidationReport.of(known), record=record)


def _instead(record: SessionRecord) -> str:
    if record.status in {"running", "queued", "interrupted"}:
        return f'Call get_session(session_id="{record.session_id}", wait_seconds=45) until it waits for a file or is finished.'
    if record.request.engine != "host":
        return 'Only sessions with engine="host" wait for files.'
    return "It is finished: get_session tells how. Start again with generate_driver_supervised and fresh=true."
