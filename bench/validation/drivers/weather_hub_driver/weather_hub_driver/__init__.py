"""A Python driver for Weather Hub."""

from .client import WeatherHubDriver
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
from .types import AlertRecord, DriverCapabilities, ObjectName, SensorRecord

__all__ = [
    "AlertRecord",
    "AuthenticationError",
    "DriverCapabilities",
    "DriverConnectionError",
    "DriverError",
    "DriverTimeoutError",
    "InvalidRequestError",
    "NotSupportedError",
    "ObjectName",
    "ObjectNotFoundError",
    "RateLimitError",
    "SensorRecord",
    "ServerError",
    "UnexpectedResponseError",
    "WeatherHubDriver",
]
