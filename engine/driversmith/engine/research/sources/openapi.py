"""OpenAPI 3 and Swagger 2.0, in JSON or YAML: what every other source is made into."""

import re

from ..documents.parse import parse_description

_MARKS = re.compile(rb"""["']?(openapi|swagger)["']?\s*:(?!\s*["']?(https?:|/|\.))""")

read = parse_description


def is_meant(content: bytes) -> bool:
    """Whether bytes that cannot be read were meant as one: their first lines say so. A root that names
    the address of one under that key is none."""
    head = content[:2000].lstrip(b"\xef\xbb\xbf \t\r\n")
    return head[:1] != b"<" and bool(_MARKS.search(head))
