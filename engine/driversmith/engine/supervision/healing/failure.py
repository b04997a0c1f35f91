"""How an attempt failed, and what is known of that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol, cast

from ...errors import DriversmithError, ErrorCode, FileGenerationError
from ...models.diagnosis import Diagnosis
from ...models.driver import DriverBundle
from ...models.findings import Finding, ValidationReport
from ...models.profile import ApiProfile
from ...models.report import BehaviourResult, ContractReport, FaultsOfFile
from ...models.tries import Tried
from .attempt_history import EarlierAttempt

if TYPE_CHECKING:
    from ...diagnosis.context import FailureContext

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


class AttemptFacts(Protocol):
    """What a diagnosis looks at of an attempt."""

    @property
    def number(self) -> int: ...
    @property
    def profile(self) -> ApiProfile | None: ...
    @property
    def validation(self) -> ValidationReport | None: ...
    @property
    def contract(self) -> ContractReport | None: ...
    @property
    def bundle(self) -> DriverBundle | None: ...
    @property
    def faults(self) -> FaultsOfFile | None: ...
    @property
    def tried(self) -> Sequence[Tried]: ...


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


def located(failure: Failure, error: Exception, attempt: AttemptFacts) -> Failure:
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
    written = [file for file in attempt.bundle.files if file.author != "template"] if attempt.bundle else []
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


def failure_context(failure: Failure, attempt: AttemptFacts) -> "FailureContext":
    """What is known of an attempt's failure, but for the log."""
    return _context(
        failure,
        profile=attempt.profile,
        validation=attempt.validation,
        contract=attempt.contract,
        tried=attempt.tried,
        bundle=attempt.bundle,
        faults=attempt.faults,
    )


def context_of(failure: Failure, left: EarlierAttempt) -> "FailureContext":
    """What is known of the failure of an attempt that is over."""
    return _context(failure, profile=left.profile, validation=left.validation, contract=left.contract, tried=left.tried)


def finding_texts(context: "FailureContext") -> tuple[str, ...]:
    """What the checks and the run said, a line each, worst first: what is kept with a diagnosis."""
    from ...diagnosis.wording import behaviour_line, finding_line

    worst = sorted((f for f in context.findings if f.is_serious), key=lambda f: (f.severity, f.file, f.line))
    failed = [b for b in context.behaviours if not b.passed]
    return tuple([*map(finding_line, worst), *map(behaviour_line, failed)][:MAX_FINDINGS])


def _context(
    failure: Failure,
    *,
    profile: ApiProfile | None,
    validation: ValidationReport | None,
    contract: ContractReport | None,
    tried: Sequence[Tried],
    bundle: DriverBundle | None = None,
    faults: FaultsOfFile | None = None,
) -> "FailureContext":
    """The last try of the file at fault says most; then what was to be mended in it; then the reports on the package."""
    from ...diagnosis.context import FailureContext

    path = failure.path or (faults.path if faults else None)
    last = next((t for t in reversed(tried) if t.path == path), None)
    findings = failure.findings or (last.findings if last and last.outcome != "accepted" else ())
    behaviours: tuple[BehaviourResult, ...] = contract.behaviours if contract else ()
    if faults is not None and faults.path == path:
        findings = findings or faults.findings
        behaviours = behaviours or faults.behaviours
    if not findings and validation is not None:
        findings = validation.findings
    text = failure.last_text
    if not text and bundle is not None and path is not None:
        text = next((file.text for file in bundle.files if file.path == path), "")
    return FailureContext(
        code=failure.code,
        message=failure.message,
        file_path=None if path == WHOLE_DRIVER else path,
        content=text or None,
        findings=findings,
        behaviours=tuple(b for b in behaviours if not b.passed),
        names=(*profile.objects, *profile.operations) if profile else (),
    )
