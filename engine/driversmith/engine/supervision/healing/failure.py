"""How an attempt failed, and what is known of that."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from ...diagnosis.context import FailureContext
from ...errors import DriversmithError, ErrorCode, FileGenerationError
from ...models.diagnosis import Diagnosis
from ...models.findings import Finding
from ...models.report import BehaviourResult
from .attempt_history import AttemptRecord

MAX_FINDINGS = 20
"""Findings that are kept with a diagnosis."""
WHOLE_DRIVER = "-"
"""The path of a request that is for no one file."""


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
    findings: tuple[Finding, ...] = ()
    """What was found in the last try of that file."""
    last_text: str = ""
    """That file as it stood last; "" where it is not known."""


def own_fault(failure: Failure) -> Diagnosis:
    """The diagnosis of a fault in the supervision itself."""
    return Diagnosis(
        error_type="unknown",
        fault_kind="internal",
        root_cause=failure.message,
        can_fix=False,
        fix_strategy="fallback",
        fix_description="The templates finish the driver where there is something to finish; please report the fault.",
        confidence=1.0,
        evidence=("an exception in the supervision itself",),
    )


def located(failure: Failure, error: Exception, attempt: AttemptRecord) -> Failure:
    """The failure with the file at fault, and those that passed before."""
    if isinstance(error, FileGenerationError):
        return replace(
            failure,
            path=error.path,
            accepted=error.accepted,
            findings=error.findings,
            last_text=error.last_text,
        )
    path = attempt.faults.path if attempt.faults else None
    written = [file for file in attempt.files if file.author != "template"]
    return replace(failure, path=path, accepted={file.path: file.text for file in written if file.path != path})


def expected_error(error: Exception) -> DriversmithError | None:
    """The error raised on purpose, also where a task group wrapped it; None for any other exception."""
    if isinstance(error, DriversmithError):
        return error
    if isinstance(error, ExceptionGroup):
        leaves = [expected_error(inner) for inner in cast("ExceptionGroup[Exception]", error).exceptions]
        if leaves and all(leaves):
            return leaves[0]
    return None


def failure_context(failure: Failure, attempt: AttemptRecord) -> FailureContext:
    """What is known of an attempt's failure, but for the log.

    The last try of the file at fault says most; then what was to be mended in it; then the reports on the package.
    """
    faults, validation, contract = attempt.faults, attempt.validation, attempt.contract
    path = failure.path or (faults.path if faults else None)
    last = next((t for t in reversed(attempt.tried) if t.path == path), None)
    findings = failure.findings or (last.findings if last and last.outcome != "accepted" else ())
    behaviours: tuple[BehaviourResult, ...] = contract.behaviours if contract else ()
    if faults is not None and faults.path == path:
        findings = findings or faults.findings
        behaviours = behaviours or faults.behaviours
    if not findings and validation is not None:
        findings = validation.findings
    return FailureContext(
        code=failure.code,
        message=failure.message,
        file_path=None if path == WHOLE_DRIVER else path,
        content=failure.last_text or attempt.text(path) or None,
        findings=findings,
        behaviours=tuple(b for b in behaviours if not b.passed),
        names=(*attempt.profile.objects, *attempt.profile.operations) if attempt.profile else (),
    )


def finding_texts(context: FailureContext) -> tuple[str, ...]:
    """What the checks and the run said, a line each, worst first: what is kept with a diagnosis."""
    from ...diagnosis.wording import behaviour_line, finding_line

    worst = sorted((f for f in context.findings if f.is_serious), key=lambda f: (f.severity, f.file, f.line))
    failed = [b for b in context.behaviours if not b.passed]
    return tuple([*map(finding_line, worst), *map(behaviour_line, failed)][:MAX_FINDINGS])
