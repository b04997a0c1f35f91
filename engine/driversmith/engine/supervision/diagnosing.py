"""From a failure to a diagnosis by rules: of an attempt at work, of a stored session, of a report by a caller."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..errors import ErrorCode, InvalidArgumentError
from ..journal.port import Journal
from ..models.diagnosis import Diagnosis, SimilarDiagnosis
from ..models.findings import ValidationReport
from ..models.report import ContractReport
from .attempt import Attempt

MAX_SIMILAR = 3


@dataclass(frozen=True)
class Failure:
    """How an attempt failed, secrets redacted."""

    code: ErrorCode
    message: str
    next_action: str = ""
    path: str | None = None
    """The file at fault, where there is one."""
    accepted: Mapping[str, str] = field(default_factory=dict[str, str])
    """Files that passed before another one failed: path -> text."""


def diagnose(failure: Failure, attempt: Attempt) -> tuple[Diagnosis, str]:
    """The diagnosis and the fingerprint of an attempt's failure."""
    return _by_rules(failure, attempt.validation, attempt.contract)


async def diagnose_session(journal: Journal, session_id: str) -> Diagnosis:
    """The diagnosis of a session that failed, from what its last attempt left; stored.

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
    attempt = record.result.supervisor_attempts
    validation = await journal.step_result(session_id, f"attempt/{attempt}/validate")
    contract = await journal.step_result(session_id, f"attempt/{attempt}/contract")
    began = time.monotonic()
    diagnosis, fingerprint = _by_rules(
        Failure(error.code, error.message),
        ValidationReport.model_validate(validation) if validation else None,
        ContractReport.model_validate(contract) if contract else None,
    )
    return await _stored(
        journal, diagnosis, fingerprint, began, session_id=session_id, api_name=record.request.api_name, attempt=attempt
    )


async def diagnose_report(
    journal: Journal, *, error_message: str | None, file_path: str | None, content: str | None, log: str | None
) -> Diagnosis:
    """The diagnosis of what a caller reports; stored without a session.

    Raises:
        InvalidArgumentError: there is nothing to go by.
    """
    if not (error_message or "").strip() and not (log or "").strip() and content is None:
        raise InvalidArgumentError(
            "There is nothing to diagnose.",
            next_action="Give session_id, or error_message with file_path, content or log.",
        )
    from ..diagnosis.context import FailureContext
    from ..diagnosis.examine import examine
    from ..diagnosis.fingerprint import fingerprint

    began = time.monotonic()
    context = FailureContext(
        message=error_message or "", log=tuple((log or "").splitlines()), file_path=file_path, content=content
    )
    return await _stored(journal, await examine(context), fingerprint(context), began)


def _by_rules(
    failure: Failure, validation: ValidationReport | None, contract: ContractReport | None
) -> tuple[Diagnosis, str]:
    from ..diagnosis import rules
    from ..diagnosis.context import FailureContext
    from ..diagnosis.fingerprint import fingerprint

    context = FailureContext(
        code=failure.code,
        message=failure.message,
        findings=validation.findings if validation else (),
        behaviours=contract.behaviours if contract else (),
    )
    return rules.diagnose(context), fingerprint(context)


async def _stored(
    journal: Journal,
    diagnosis: Diagnosis,
    fingerprint: str,
    began: float,
    *,
    session_id: str | None = None,
    api_name: str = "",
    attempt: int = 0,
) -> Diagnosis:
    """The diagnosis with what is known of earlier ones of the same fault."""
    earlier = await journal.diagnostics(fingerprint=fingerprint, limit=MAX_SIMILAR)
    similar = tuple(
        SimilarDiagnosis(
            session_id=record.session_id,
            api_name=record.api_name,
            root_cause=record.diagnosis["root_cause"],
            fix_strategy=record.diagnosis["fix_strategy"],
            helped=record.helped,
        )
        for record in earlier.items
        if record.session_id and record.session_id != session_id
    )
    diagnosis = diagnosis.model_copy(update={"similar": similar})
    await journal.add_diagnosis(
        session_id,
        diagnosis,
        api_name=api_name,
        attempt=attempt,
        fingerprint=fingerprint,
        latency_seconds=round(time.monotonic() - began, 6),
    )
    return diagnosis
