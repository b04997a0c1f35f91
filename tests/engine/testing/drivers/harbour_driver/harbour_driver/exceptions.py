"""Errors of the driver, all below DriverError."""

from typing import Any


class DriverError(Exception):
    def __init__(self, message: str, *, details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.details = details or {}


class AuthenticationError(DriverError): ...


class DriverConnectionError(DriverError): ...


class DriverTimeoutError(DriverError): ...


class InvalidRequestError(DriverError): ...


class NotSupportedError(DriverError): ...


class ServerError(DriverError): ...


class UnexpectedResponseError(DriverError): ...


class RateLimitError(DriverError):
    def __init__(self, message: str, *, details: dict[str, Any], retry_after: float | None) -> None:
        super().__init__(message, details=details)
        self.retry_after = retry_after


class ObjectNotFoundError(DriverError):
    def __init__(self, message: str, *, details: dict[str, Any], suggestions: list[str] | None = None) -> None:
        super().__init__(message, details=details)
        self.suggestions = suggestions or []
