"""Exceptions, all below DriverError."""

from typing import Any


class DriverError(Exception):
    """What every failure of the driver is."""

    def __init__(self, message: str, *, details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.details: dict[str, Any] = details if details is not None else {}


class AuthenticationError(DriverError):
    """The token is missing, wrong, or not enough."""


class DriverConnectionError(DriverError):
    """There is no way to the API."""


class DriverTimeoutError(DriverError):
    """The API was too slow."""


class RateLimitError(DriverError):
    """Too many requests; `retry_after` in seconds."""

    def __init__(self, message: str, *, retry_after: float | None = None, **kwargs: Any) -> None:
        super().__init__(message, **kwargs)
        self.retry_after = retry_after


class ObjectNotFoundError(DriverError):
    """No such object, operation or record; `suggestions` are close names."""

    def __init__(self, message: str, *, suggestions: list[str] | None = None, **kwargs: Any) -> None:
        super().__init__(message, **kwargs)
        self.suggestions: list[str] = suggestions or []


class InvalidRequestError(DriverError):
    """Arguments that the driver or the API refuses."""


class NotSupportedError(DriverError):
    """A verb that the API has not."""


class ServerError(DriverError):
    """The API failed, also after retries."""


class UnexpectedResponseError(DriverError):
    """An answer that cannot be understood."""
