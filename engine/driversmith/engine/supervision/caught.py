"""What an exception that ended an attempt says about it."""

from dataclasses import replace
from typing import cast

from ..errors import DriversmithError, FileGenerationError
from ..models.diagnosis import Diagnosis
from .attempt import Attempt
from .failure import Failure


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


def located(failure: Failure, error: Exception, attempt: Attempt) -> Failure:
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
