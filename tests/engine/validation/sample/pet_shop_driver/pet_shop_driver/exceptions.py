"""Everything that the driver raises."""

from typing import Any


class DriverError(Exception):
    """Base of all errors of the driver."""

    def __init__(self, message: str, *, details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.details = details or {}


class AuthenticationError(DriverError):
    """The API refuses the credentials."""


class DriverConnectionError(DriverError):
    """The API cannot be reached."""


class DriverTimeoutError(DriverError):
    """No answer in time."""


class RateLimitError(DriverError):
    """Too many requests."""

    def __init__(
        self, message: str, *, details: dict[str, Any] | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message, details=details)
        self.retry_after = retry_after


class ObjectNotFoundError(DriverError):
    """No such object or record."""

    def __init__(
        self, message: str, *, details: dict[str, Any] | None = None, suggestions: list[str] | None = None
    ) -> None:
        super().__init__(message, details=details)
        self.suggestions = suggestions or []


class InvalidRequestError(DriverError):
    """The API refuses the request."""


class NotSupportedError(DriverError):
    """The API has no such verb."""


class ServerError(DriverError):
    """The API failed."""


class UnexpectedResponseError(DriverError):
    """The API answered what nobody can read."""
