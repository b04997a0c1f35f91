"""Book Store driver."""

from .client import BookStoreDriver
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
from .types import Author, Book, DriverCapabilities, ObjectName

__all__ = [
    "Author",
    "AuthenticationError",
    "Book",
    "BookStoreDriver",
    "DriverCapabilities",
    "DriverConnectionError",
    "DriverError",
    "DriverTimeoutError",
    "InvalidRequestError",
    "NotSupportedError",
    "ObjectName",
    "ObjectNotFoundError",
    "RateLimitError",
    "ServerError",
    "UnexpectedResponseError",
]
