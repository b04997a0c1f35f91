"""What the driver raises.

DriverError
  +-- AuthenticationError, DriverConnectionError, DriverTimeoutError, RateLimitError, ObjectNotFoundError,
  +-- InvalidRequestError, NotSupportedError, ServerError, UnexpectedResponseError
"""

from __future__ import annotations

from typing import Any


class DriverError(Exception):
    """The base of all."""

    def __init__(self, message: str, *, details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details: dict[str, Any] = dict(details or {})


class AuthenticationError(DriverError):
    """401 or 403."""


class DriverConnectionError(DriverError):
    """No connection."""


class DriverTimeoutError(DriverError):
    """No answer in time."""


class RateLimitError(DriverError):
    """429, after all retries."""

    def __init__(
        self, message: str, *, details: dict[str, Any] | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message, details=details)
        self.retry_after = retry_after


class ObjectNotFoundError(DriverError):
    """404, 410, or a name that the driver does not know."""

    def __init__(
        self, message: str, *, details: dict[str, Any] | None = None, suggestions: list[str] | None = None
    ) -> None:
        super().__init__(message, details=details)
        self.suggestions = suggestions or []


class InvalidRequestError(DriverError):
    """The request cannot be made, or the API refuses it."""


class NotSupportedError(DriverError):
    """The API has no such verb."""


class ServerError(DriverError):
    """5xx, after all retries."""


class UnexpectedResponseError(DriverError):
    """An answer that nobody expects."""
