"""From a failure to a diagnosis: of an attempt at work, of a stored session, of a report by a caller."""

import time
from dataclasses import dataclass
from typing import Any, NamedTuple

from ...diagnosis.context import FailureContext
from ...errors import InvalidArgumentError
from ...journal.port import Journal
from ...llm.port import Ask, ModelAnswer
from ...llm.request import ModelRequest
from ...models.diagnosis import Diagnosis, FaultKind
from ...models.principal import LOCAL, Principal
from ...models.session import DiagnosisRecord, SessionRecord
from ...tracing import span, tell
from .attempt_history import AttemptRecord, log_lines, read_attempt
from .failure import Failure, failure_context, finding_texts
from .repair_request import Repair, as_data, repair_request

MAX_HISTORY = 50
"""Earlier diagnoses of the same fault that are looked at."""
MAX_EARLIER = 100
WAIT_SECONDS = 30.0
"""How long a diagnosis waits for a model."""


class Diagnosed(NamedTuple):
    """A diagnosis as it was stored."""

    diagnosis: Diagnosis
    fingerprint: str
    id: int | None
    """None: it was not stored."""


def diagnosis_data(diagnosis: Diagnosis, number: int | None) -> dict[str, Any]:
    """What the event `diagnosis.made` says of a diagnosis; `number` is the one that it was stored under."""
    return {
        "diagnosis_id": number,
        "fault_kind": diagnosis.fault_kind,
        "error_type": diagnosis.error_type,
        "fix_strategy": diagnosis.fix_strategy,
        "source": diagnosis.source,
    }


async def record_diagnosis(
    journal: Journal,
    record: SessionRecord,
    failure: Failure,
    attempt: AttemptRecord,
    *,
    ask: Ask | None = None,
    passing: frozenset[FaultKind] = frozenset(),
) -> Diagnosed:
    """The diagnosis of an attempt's failure, in the light of this session and of others of its principal, stored with what it took and
    what the checks had said, unless the fault is of a kind in `passing`; a resumed session gets what it stored.

    Raises:
        Whatever `ask` raises besides ModelError; JournalError.
    """
    subject = _Subject(record.principal, record.session_id, record.request.api_name, attempt.number)
    context = failure_context(failure, attempt)
    if (stored := await _stored_before(journal, context, subject)) is not None:
        return stored
    context = await _with_log(journal, subject, context)
    return await _stored(journal, context, subject, ask=ask, passing=passing)


async def diagnose_session(
    journal: Journal,
    session_id: str,
    *,
    ask: Ask | None = None,
) -> Diagnosis:
    """The diagnosis of a session that failed: the one that its supervisor stored, unless a model may know better, else
    one from what its last attempt left; stored.

    Raises:
        SessionNotFoundError: no such session.
        InvalidArgumentError: it has not failed.
    """
    record = await journal.session(session_id)
    error = record.result.error if record.result else None
    if error is None or record.result is None:
        raise InvalidArgumentError(
            f"Session {session_id} is {record.status}; there is no failure to diagnose.",
            next_action="Give error_message, or the session_id of a failed session.",
        )
    left = await read_attempt(journal, session_id, record.result.supervisor_attempts)
    failure = Failure(error.code, error.message, path=left.at_fault, last_text=left.text(left.at_fault))
    subject = _Subject(record.principal, session_id, record.request.api_name, left.number)
    context = await _with_log(journal, subject, failure_context(failure, left))
    known = await _stored_before(journal, context, subject)
    if known is None or (ask is not None and _is_unsure(known.diagnosis)):
        known = await _stored(journal, context, subject, ask=ask)
    diagnosis = known.diagnosis
    return _with_request(diagnosis, _next_of_session(context, diagnosis, left), context, left.number)


async def diagnose_report(
    journal: Journal,
    *,
    error_message: str | None,
    file_path: str | None,
    content: str | None,
    log: str | None,
    ask: Ask | None = None,
    principal: Principal = LOCAL,
) -> Diagnosis:
    """The diagnosis of what a caller reports, in the light of the principal's sessions; stored without a session.

    Raises:
        InvalidArgumentError: there is nothing to go by.
    """
    if not (error_message or "").strip() and not (log or "").strip() and content is None:
        raise InvalidArgumentError(
            "There is nothing to diagnose.",
            next_action="Give session_id, or error_message with file_path, content or log.",
        )
    from ...diagnosis.examine import examined
    from ...diagnosis.mending import mend_request

    context = await examined(
        FailureContext(
            message=error_message or "", log=tuple((log or "").splitlines()), file_path=file_path, content=content
        )
    )
    diagnosis = (await _stored(journal, context, _Subject(principal), ask=ask)).diagnosis
    return _with_request(diagnosis, mend_request(context, diagnosis), context, 1)


class PricedAsk:
    """An Ask that keeps what its answers cost."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self.cost_usd: float | None = 0.0
        """None where the price of an answer is not known."""

    async def __call__(self, request: ModelRequest) -> ModelAnswer:
        answer = await self._ask(request)
        unknown = self.cost_usd is None or answer.cost_usd is None
        self.cost_usd = None if unknown else (self.cost_usd or 0.0) + (answer.cost_usd or 0.0)
        return answer


@dataclass(frozen=True)
class _Subject:
    """Whose failure it is; nobody's but the caller's where there is no session."""

    principal: Principal
    session_id: str = ""
    api_name: str = ""
    attempt: int = 0


async def _with_log(journal: Journal, subject: _Subject, context: FailureContext) -> FailureContext:
    """With the log, where the driver is at fault: of other failures it tells nothing but what was written before."""
    from ...diagnosis.rules import OF_THE_DRIVER

    if context.code not in OF_THE_DRIVER:
        return context
    return context.model_copy(update={"log": await log_lines(journal, subject.session_id, subject.attempt)})


async def _stored_before(journal: Journal, context: FailureContext, subject: _Subject) -> Diagnosed | None:
    from ...diagnosis.fingerprint import fingerprint

    key = fingerprint(context)
    for record in (await journal.diagnostics(session_id=subject.session_id, fingerprint=key)).items:
        if record.attempt == subject.attempt:
            return Diagnosed(Diagnosis.model_validate(record.diagnosis), key, record.id)
    return None


def _is_unsure(diagnosis: Diagnosis) -> bool:
    from ...diagnosis.causes import SURE
    from ...diagnosis.rules import OUTSIDE_THE_CODE

    judged = diagnosis.source == "rules" and diagnosis.fault_kind not in OUTSIDE_THE_CODE
    return judged and diagnosis.confidence < SURE


async def _stored(
    journal: Journal,
    context: FailureContext,
    subject: _Subject,
    *,
    ask: Ask | None,
    passing: frozenset[FaultKind] = frozenset(),
) -> Diagnosed:
    began = time.monotonic()
    priced = PricedAsk(ask) if ask is not None else None
    with span("diagnosis", session_id=subject.session_id or None, attempt=subject.attempt or None) as current:
        diagnosis, fingerprint = await _weigh(journal, context, subject, ask=priced)
        tell(
            current,
            error_type=diagnosis.error_type,
            fault_kind=diagnosis.fault_kind,
            fix_strategy=diagnosis.fix_strategy,
            source=diagnosis.source,
            confidence=diagnosis.confidence,
        )
    if diagnosis.fault_kind in passing:
        return Diagnosed(diagnosis, fingerprint, None)
    number = await journal.add_diagnosis(
        subject.session_id or None,
        diagnosis,
        api_name=subject.api_name,
        attempt=subject.attempt,
        fingerprint=fingerprint,
        findings=finding_texts(context),
        latency_seconds=round(time.monotonic() - began, 6),
        cost_usd=priced.cost_usd if priced else 0.0,
        principal=subject.principal,
    )
    return Diagnosed(diagnosis, fingerprint, number)


async def _weigh(
    journal: Journal, context: FailureContext, subject: _Subject, *, ask: Ask | None
) -> tuple[Diagnosis, str]:
    from ...diagnosis.causes import find_cause
    from ...diagnosis.fingerprint import fingerprint

    key = fingerprint(context)
    known = (await journal.diagnostics(principal=subject.principal, fingerprint=key, limit=MAX_HISTORY)).items
    history = [record for record in known if record.session_id and record.session_id != subject.session_id]
    earlier: list[DiagnosisRecord] = []
    if subject.session_id:
        own = (await journal.diagnostics(session_id=subject.session_id, limit=MAX_EARLIER)).items
        # A resumed session may have stored a diagnosis of this very attempt.
        earlier = [record for record in own if record.attempt < subject.attempt]
    attempt = max(subject.attempt, 1)
    found = await find_cause(context, history=history, earlier=earlier, ask=ask, attempt=attempt, seconds=WAIT_SECONDS)
    return found, key


def _next_of_session(context: FailureContext, diagnosis: Diagnosis, left: AttemptRecord) -> ModelRequest | None:
    """The repair of the file at fault as the model engine would ask for it; None where it writes no such file."""
    from ...authoring.requests import judgement_files
    from ...diagnosis.rules import OUTSIDE_THE_CODE

    if left.profile is None or diagnosis.fault_kind in OUTSIDE_THE_CODE:
        return None
    path, text = left.at_fault, left.text(left.at_fault)
    if path is None or not text or path not in judgement_files(left.client.partition("/")[0]):
        return None
    tries = [tried.try_number for tried in left.tried if tried.path == path]
    return repair_request(
        Repair(
            profile=left.profile,
            path=path,
            text=text,
            attempt=left.number,
            try_number=max(tries, default=1) + 1,
            findings=context.findings,
            behaviours=context.behaviours,
            modification=diagnosis.prompt_modification,
            client="" if path == left.client else left.text(left.client),
        )
    )


def _with_request(
    diagnosis: Diagnosis, repair: ModelRequest | None, context: FailureContext, attempt: int
) -> Diagnosis:
    """With the request that would come next: the repair of a file, else the question for the cause."""
    from ...diagnosis.questions import cause_request
    from ...diagnosis.rules import OUTSIDE_THE_CODE

    if repair is None and diagnosis.fault_kind not in OUTSIDE_THE_CODE:
        repair = cause_request(context, diagnosis, earlier=(), attempt=attempt)
    return diagnosis.model_copy(update={"repair_request": as_data(repair) if repair else None})
