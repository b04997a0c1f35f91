"""OpenAPI 3 and Swagger 2.0, in JSON or YAML: what every other source is made into."""

import re

from ..documents.parse import Description, parse_description

_MARKS = re.compile(rb"""["']?(openapi|swagger)["']?\s*:(?!\s*["']?(https?:|/|\.))""")


def read(content: bytes, *, location: str, max_bytes: int, api_url: str = "") -> Description:
    """The description as it stands; `api_url` changes nothing.

    Raises:
        DescriptionError: as parse_description does.
    """
    return parse_description(content, location=location, max_bytes=max_bytes)


def is_meant(content: bytes) -> bool:
    """Whether bytes that cannot be read were meant as one: their first lines say so. A root that names
    the address of one under that key is none."""
    head = content[:2000].lstrip(b"\xef\xbb\xbf \t\r\n")
    return head[:1] != b"<" and bool(_MARKS.search(head))
