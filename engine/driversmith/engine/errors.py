"""Every error that the engine raises on purpose.

    DriversmithError(message, *, code, next_action)
    |-- InvalidArgumentError       an argument that the caller must change
    |   |-- SessionConflictError   another session is writing the same output path
    |   |-- SessionLimitError      the caller has as many unfinished sessions as one may have
    |   `-- SessionNotFoundError   no such session
    |-- ResearchError              the API could not be understood
    |   |-- FetchError             a URL could not be read (DNS, refused, time-out, HTTP status, size)
    |   |   |-- FetchTimeoutError    nothing came in time
    |   |   `-- AddressRefusedError  a URL points where it must not (local, private, metadata)
    |   `-- DescriptionError       the description is empty, broken, too large or of an unknown kind
    |-- GenerationError            no files could be written for the profile
    |   `-- FileGenerationError    a model did not get one file right within its tries
    |-- ModelError                 a language model gave no answer; `fault` says why
    |   |-- ModelTransportError    waiting may cure it: overloaded, rate limited, unreachable, stalled, cut off
    |   `-- ModelRejectedError     waiting does not: key, permission, spend limit, model, size or shape of the request
    |-- BudgetSpentError           the session's dollars or tokens are used up
    |-- HostSilentError            the calling agent never handed in the file that was asked for
    |-- SandboxError               the child that runs a driver failed as a child
    |   |-- SandboxUnavailableError  it could not be started: says nothing about the code in it
    |   `-- SandboxLimitError        it was killed at a limit (time, memory, output)
    |-- OutputError                the driver could not be written to disk
    |-- JournalError               the session database cannot be used
    |   `-- LeaseLostError         another process owns the session now
    `-- ConformanceError           of a check that an implementation of a port is put to
        |-- UnmetError             it does not do what the port says
        `-- NotCheckableError      this machine does not show whether it does

`message` says what is wrong, `next_action` what a person can do about it; `code` is one of `ErrorCode`.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal, cast

ErrorCode = Literal[
    "invalid_argument",
    "choose_api",
    "session_conflict",
    "session_limit",
    "session_not_found",
    "description_not_found",
    "description_invalid",
    "description_too_large",
    "no_operations",
    "unknown_objects",
    "unreachable",
    "address_refused",
    "authentication_required",
    "generation_failed",
    "model_unavailable",
    "model_key_rejected",
    "model_spend_limit",
    "model_not_found",
    "model_request_rejected",
    "budget_spent",
    "host_silent",
    "validation_failed",
    "contract_failed",
    "read_wrongly",
    "isolation_unavailable",
    "sandbox_limit",
    "output_not_writable",
    "engine_not_available",
    "time_limit",
    "cancelled",
    "journal_unusable",
    "lease_lost",
    "internal",
]

TransportFault = Literal["overloaded", "rate_limited", "server_error", "connection", "stall", "cut_stream", "deadline"]
"""`connection`: no connection, or one that was reset before the answer began. `stall`: nothing came for too long.
`cut_stream`: the answer broke off or ended without a stop reason. `deadline`: the time for the request was over."""
RejectedFault = Literal[
    "bad_key", "permission", "spend_limit", "model_not_found", "request_too_large", "invalid_request", "not_allowed"
]
"""`not_allowed`: this process must not reach that endpoint (`DRIVERSMITH_MODEL_LOOPBACK_ONLY`)."""


class DriversmithError(Exception):
    """Base of all errors raised on purpose."""

    default_code: ClassVar[ErrorCode] = "internal"

    def __init__(self, message: str, *, code: ErrorCode | None = None, next_action: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code: ErrorCode = code or self.default_code
        self.next_action = next_action

    def __str__(self) -> str:
        return f"{self.message} {self.next_action}".strip()


class InvalidArgumentError(DriversmithError):
    """An argument that the caller must change; the message names it."""

    default_code = "invalid_argument"


class SessionConflictError(InvalidArgumentError):
    """Another session with other arguments is writing the same output path; the message names it."""

    default_code = "session_conflict"


class SessionLimitError(InvalidArgumentError):
    """The caller has as many unfinished sessions as one principal may have."""

    default_code = "session_limit"


class SessionNotFoundError(InvalidArgumentError):
    """No session has this id."""

    default_code = "session_not_found"


class ResearchError(DriversmithError):
    """The API could not be understood."""

    default_code = "description_not_found"


class FetchError(ResearchError):
    """A URL could not be read: unknown host, refused, time-out, an HTTP status, too large."""

    default_code = "unreachable"


class FetchTimeoutError(FetchError):
    """Whoever was asked said nothing in time: asking again may take as long again."""


class AddressRefusedError(FetchError):
    """A URL points to an address that it must not reach: local, private or cloud metadata."""

    default_code = "address_refused"


class DescriptionError(ResearchError):
    """The description is empty, broken, too large or of an unknown kind."""

    default_code = "description_invalid"


class GenerationError(DriversmithError):
    """No files could be written for the profile."""

    default_code = "generation_failed"


class FileGenerationError(GenerationError):
    """A model did not get one file right within its tries."""

    def __init__(
        self,
        message: str,
        *,
        path: str,
        findings: Sequence[Any] = (),
        tries: int,
        last_text: str = "",
        next_action: str = "",
    ) -> None:
        super().__init__(message, next_action=next_action)
        self.path = path
        """POSIX path in the project folder; `-` where slots of the templates were asked for."""
        self.findings = tuple(findings)
        """`models.findings.Finding`s of the last try, worst first; this module knows no other."""
        self.tries = tries
        self.last_text = last_text
        """The file as it was last; where no answer held one, the last answer."""
        self.accepted: dict[str, str] = {}
        """Files that passed before or beside it: path -> text."""


class ModelError(DriversmithError):
    """A language model gave no answer. It says nothing about the file that was asked for."""

    default_code = "model_unavailable"
    fault: TransportFault | RejectedFault


class ModelTransportError(ModelError):
    """A fault on the way to the model and back that waiting may cure."""

    def __init__(
        self, message: str, *, fault: TransportFault, retry_after: float | None = None, next_action: str = ""
    ) -> None:
        super().__init__(message, next_action=next_action)
        self.fault = fault
        self.retry_after = retry_after
        """Seconds that the server asked to wait, as it said it."""


class ModelRejectedError(ModelError):
    """The endpoint does not answer such a request, now or later: only a person, or another request, changes that."""

    _codes: ClassVar[dict[RejectedFault, ErrorCode]] = {
        "bad_key": "model_key_rejected",
        "permission": "model_key_rejected",
        "spend_limit": "model_spend_limit",
        "model_not_found": "model_not_found",
    }

    def __init__(self, message: str, *, fault: RejectedFault, next_action: str = "") -> None:
        super().__init__(message, code=self._codes.get(fault, "model_request_rejected"), next_action=next_action)
        self.fault = fault


class BudgetSpentError(DriversmithError):
    """The session's dollars or tokens are used up: no model is asked any more."""

    default_code = "budget_spent"


class HostSilentError(DriversmithError):
    """The calling agent never handed in the file that the session waited for."""

    default_code = "host_silent"


class SandboxError(DriversmithError):
    """The child process that runs a driver failed as a process."""

    default_code = "isolation_unavailable"


class SandboxUnavailableError(SandboxError):
    """The child could not be started: this says nothing about the code meant for it."""


class SandboxLimitError(SandboxError):
    """The child was killed at a limit: time, memory or output."""

    default_code = "sandbox_limit"


class OutputError(DriversmithError):
    """The driver could not be written to disk."""

    default_code = "output_not_writable"


class JournalError(DriversmithError):
    """The session database cannot be used: read-only, full, broken, or of a newer version."""

    default_code = "journal_unusable"


class LeaseLostError(JournalError):
    """Another process owns the session now; this one must stop writing to it."""

    default_code = "lease_lost"


class ConformanceError(DriversmithError):
    """A check of a port's conformance suite did not pass."""


class UnmetError(ConformanceError):
    """The implementation does not do what its port says; the message tells what was expected and received."""


class NotCheckableError(ConformanceError):
    """This machine does not show whether the implementation does what its port says; the message tells why."""


def alone(error: Exception) -> Exception:
    """The one exception in nested groups of one, as task groups raise it."""
    if isinstance(error, ExceptionGroup):
        inner = cast("ExceptionGroup[Exception]", error).exceptions
        return alone(inner[0]) if len(inner) == 1 else cast(Exception, error)
    return error
