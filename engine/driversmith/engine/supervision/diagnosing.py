"""From a failed attempt to a diagnosis by rules."""

from dataclasses import dataclass

from ..errors import ErrorCode
from ..models.diagnosis import Diagnosis
from .attempt import Attempt


@dataclass(frozen=True)
class Failure:
    """How an attempt failed, secrets redacted."""

    code: ErrorCode
    message: str
    next_action: str = ""


def diagnose(failure: Failure, attempt: Attempt) -> tuple[Diagnosis, str]:
    """The diagnosis and the fingerprint of a failure."""
    from ..diagnosis import rules

    context = rules.FailureContext(
        code=failure.code,
        message=failure.message,
        findings=attempt.validation.findings if attempt.validation else (),
        behaviours=tuple(b for b in attempt.contract.behaviours if not b.passed) if attempt.contract else (),
    )
    return rules.diagnose(context), rules.fingerprint(context)
