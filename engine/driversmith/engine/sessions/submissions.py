"""What a calling agent hands in, and what its session made of it."""

from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from ..errors import InvalidArgumentError
from ..journal.port import Journal
from ..journal.step_names import (
    description_judged_step,
    facts_handed_step,
    facts_judged_step,
    facts_objection_step,
    tried_step,
)
from ..models.documentation import DESCRIPTION, JudgedDescription
from ..models.findings import Finding, ValidationReport
from ..models.judged import JudgedFacts
from ..models.report import FaultsOfFile
from ..models.session import HostRequest, SessionEvent, SessionRecord
from ..supervision.asks.host import handed_in
from ..supervision.corrections.facts_claim import FACTS
from ..supervision.healing.attempt_history import events_of


@dataclass(frozen=True)
class Submission:
    """A file that was handed in."""

    path: str
    report: ValidationReport | None
    """What is wrong with it; None while it is still being checked."""
    record: SessionRecord
    """The session afterwards: it waits for the next file, works, or is finished."""
    accepted: bool = False
    """Whether it passed its own checks."""
    happened: tuple[str, ...] = ()
    """What became of the driver with it, in sentences."""


@dataclass(frozen=True)
class Objection:
    """A facts.json that nobody asked for now."""

    judged_step: str
    """The step that says what became of it."""


async def hand_in(journal: Journal, session_id: str, path: str, content: str) -> HostRequest | Objection:
    """Store a file for the session that waits for it; the request that it answers. A facts.json may come whatever the
    session waits for.

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
    if path == FACTS and wanted.path != FACTS:
        return await _object(journal, session_id, wanted, content)
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


async def _object(journal: Journal, session_id: str, wanted: HostRequest, content: str) -> Objection:
    number = 1
    while await journal.step_result(session_id, facts_handed_step(number)) is not None:
        number += 1
    handed: dict[str, JsonValue] = {"content": content, "attempt": wanted.attempt, "instead_of": wanted.path}
    if not await journal.hand_in(session_id, facts_handed_step(number), handed):
        raise InvalidArgumentError(
            f"Session {session_id} is at work again.", next_action="Call submit_file again in a moment."
        )
    return Objection(facts_objection_step(number))


async def _facts_verdict(journal: Journal, record: SessionRecord, step: str) -> Submission:
    """What was made of corrections of facts."""
    stored = await journal.step_result(record.session_id, step)
    if stored is None:
        return Submission(FACTS, None, record)
    judged = JudgedFacts.model_validate(stored)
    kept = tuple(f"Kept: {k.correction.fact} ({k.known_by})." for k in judged.kept)
    report = ValidationReport.of(list(judged.findings))
    return Submission(FACTS, report, record, accepted=not judged.findings, happened=kept or ("No fact was changed.",))


async def _description_verdict(journal: Journal, record: SessionRecord, step: str) -> Submission:
    """What was made of a description."""
    stored = await journal.step_result(record.session_id, step)
    if stored is None:
        return Submission(DESCRIPTION, None, record)
    judged = JudgedDescription.model_validate(stored)
    report = ValidationReport.of(list(judged.findings))
    return Submission(DESCRIPTION, report, record, accepted=not judged.findings, happened=(f"{judged.outcome}.",))


async def verdict(journal: Journal, record: SessionRecord, answered: HostRequest | Objection) -> Submission:
    """What the session's checks said of the file that answered a request, and what a run of the driver showed of it."""
    if isinstance(answered, Objection):
        return await _facts_verdict(journal, record, answered.judged_step)
    if answered.path == FACTS:
        return await _facts_verdict(journal, record, facts_judged_step(answered.try_number))
    if answered.path == DESCRIPTION:
        return await _description_verdict(journal, record, description_judged_step(answered.try_number))
    name = tried_step(answered.attempt, answered.path, answered.try_number)
    tried = await journal.step_result(record.session_id, name)
    if not isinstance(tried, dict):
        return Submission(answered.path, None, record)
    accepted = tried["outcome"] == "accepted"
    findings = tried.get("findings")
    known = [Finding.model_validate(f) for f in findings] if isinstance(findings, list) else []
    since = await _since(journal, record.session_id, answered)
    known += await _found_later(journal, record.session_id, answered.path, since)
    if not accepted and not known:
        known = [_REPEATED.model_copy(update={"file": answered.path})]
    return Submission(
        answered.path,
        ValidationReport.of(known),
        record,
        accepted=accepted,
        happened=tuple(event.message for event in since if event.kind in _TOLD),
    )


_TOLD = frozenset({"driver.ran", "attempt.failed", "plan.made", "driver.kept"})
_REPEATED = Finding(
    code="answer-repeated",
    severity="P1",
    file="",
    message="The same text came before, and the driver did not pass with it.",
    hint="Write it in another way.",
)


async def _since(journal: Journal, session_id: str, answered: HostRequest) -> list[SessionEvent]:
    """The events after the one that tells of the file; a resumed session tells of a file once."""
    found: list[SessionEvent] = []
    async for event in events_of(journal, session_id, answered.attempt):
        data = event.data
        if event.kind in {"file.accepted", "file.rejected"} and _is_try(data, answered):
            found = []
        else:
            found.append(event)
    return found


def _is_try(data: dict[str, Any], answered: HostRequest) -> bool:
    return (data.get("path"), data.get("attempt"), data.get("try")) == (
        answered.path,
        answered.attempt,
        answered.try_number,
    )


async def _found_later(journal: Journal, session_id: str, path: str, since: list[SessionEvent]) -> list[Finding]:
    """What is to be mended in a file that passed its own checks."""
    from ..drivers.contract_check import run_findings

    started = next((e for e in since if e.kind == "repair.started" and e.data.get("path") == path), None)
    stored = await journal.step_result(session_id, started.data["step"]) if started else None
    if stored is None:
        return []
    faults = FaultsOfFile.model_validate(stored)
    return [*faults.findings, *run_findings(faults.behaviours, lambda _: (path, 1))]


def _instead(record: SessionRecord) -> str:
    if record.status in {"running", "queued", "interrupted"}:
        return f'Call get_session(session_id="{record.session_id}", wait_seconds=45) until it waits for a file or is finished.'
    if record.request.engine != "host":
        return 'Only sessions with engine="host" wait for files.'
    return "It is finished: get_session tells how. Start again with generate_driver_supervised and fresh=true."
