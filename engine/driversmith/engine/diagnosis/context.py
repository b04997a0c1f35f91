"""What is known of a failure."""

from ..errors import ErrorCode
from ..models.base import Value
from ..models.findings import Finding
from ..models.report import BehaviourResult


class FailureContext(Value):
    """A failure as it was met; every part may be missing."""

    code: ErrorCode | None = None
    message: str = ""
    """The error's text: one line, or a whole traceback."""
    log: tuple[str, ...] = ()
    """Lines of the log, oldest first."""
    file_path: str | None = None
    """The file at fault, where it is known."""
    content: str | None = None
    """The text of that file."""
    findings: tuple[Finding, ...] = ()
    behaviours: tuple[BehaviourResult, ...] = ()
    """Of a contract run; those that passed say nothing and are ignored."""
    names: tuple[str, ...] = ()
    """The API's own words (objects, operations, fields): they do not make it another fault."""
