"""How an attempt failed, and what is known of that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from ..errors import ErrorCode
from ..models.driver import DriverBundle
from ..models.findings import Finding, ValidationReport
from ..models.profile import ApiProfile
from ..models.report import BehaviourResult, ContractReport, FaultsOfFile
from ..models.tries import Tried
from .leavings import Leavings

if TYPE_CHECKING:
    from ..diagnosis.context import FailureContext

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


def context_of(failure: Failure, left: Leavings) -> "FailureContext":
    """What is known of the failure of an attempt that is over."""
    return _context(failure, profile=left.profile, validation=left.validation, contract=left.contract, tried=left.tried)


def finding_texts(context: "FailureContext") -> tuple[str, ...]:
    """What the checks and the run said, a line each, worst first: what is kept with a diagnosis."""
    from ..diagnosis.wording import behaviour_line, finding_line

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
    from ..diagnosis.context import FailureContext

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
