"""Driver for the Pet Shop API."""

from .client import PetShopDriver
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
    "PetShopDriver",
    "RateLimitError",
    "ServerError",
    "UnexpectedResponseError",
]
