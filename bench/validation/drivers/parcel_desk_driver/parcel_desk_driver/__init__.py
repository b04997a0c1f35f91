"""Driver for Parcel Desk."""

from .client import ParcelDeskDriver
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
from .types import Depot, DriverCapabilities, ObjectName, Parcel

__all__ = (
    "ParcelDeskDriver",
    "DriverCapabilities",
    "ObjectName",
    "Parcel",
    "Depot",
    "DriverError",
    "AuthenticationError",
    "DriverConnectionError",
    "DriverTimeoutError",
    "InvalidRequestError",
    "NotSupportedError",
    "ObjectNotFoundError",
    "RateLimitError",
    "ServerError",
    "UnexpectedResponseError",
)
