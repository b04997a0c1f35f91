"""The sources of descriptions: each a file here that makes an OpenAPI-shaped document of what it is given, so that all that
stands behind it is shared. To add one, write the file and name it below."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ..documents.parse import Description
from . import curl, google_discovery, graphql, har, odata, openapi, postman


class Read(Protocol):
    """Makes a description of bytes."""

    def __call__(self, content: bytes, *, location: str, max_bytes: int, api_url: str = "") -> Description:
        """The description; `location` is where the bytes came from, as a person may see it, and `api_url` says which API is
        meant, for what may hold requests to several.

        Raises:
            DescriptionError: they cannot be read; the message names what they are and where they break.
        """
        ...


@dataclass(frozen=True)
class Source:
    """One kind of description."""

    is_meant: Callable[[bytes], bool]
    """Whether bytes are meant as one: a look at their beginning."""
    read: Read


SOURCES: list[Source] = [
    Source(openapi.is_meant, openapi.read),
    Source(postman.is_meant, postman.read),
    Source(har.is_meant, har.read),
    Source(curl.is_meant, curl.read),
    Source(google_discovery.is_meant, google_discovery.read),
    Source(odata.is_meant, odata.read),
    Source(graphql.is_meant, graphql.read),
]


def read_description(content: bytes, *, location: str, max_bytes: int, api_url: str = "") -> Description:
    """The description in these bytes. What no source claims is read as OpenAPI, which says what it is instead.

    Raises:
        DescriptionError: it cannot be read.
    """
    read = next((source.read for source in SOURCES if source.is_meant(content)), openapi.read)
    return read(content, location=location, max_bytes=max_bytes, api_url=api_url)


def is_meant_as_one(content: bytes) -> bool:
    """Whether any source claims these bytes."""
    return any(source.is_meant(content) for source in SOURCES)
