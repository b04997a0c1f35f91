"""A driver for the Tide Tables API."""

from .client import TideTablesDriver
from .exceptions import (
    AuthenticationError,
    DriverConnectionError,
    DriverError,
    DriverTimeoutError,
    InvalidRequestError,
    NotSupportedError,
    ObjectNotFoundError,
    RateLimitError,
    ServerError,
    UnexpectedResponseError,
)
from .types import DriverCapabilities

__all__ = [
    "AuthenticationError",
    "DriverCapabilities",
    "DriverConnectionError",
    "DriverError",
    "DriverTimeoutError",
    "InvalidRequestError",
    "NotSupportedError",
    "ObjectNotFoundError",
    "RateLimitError",
    "ServerError",
    "TideTablesDriver",
    "UnexpectedResponseError",
]
