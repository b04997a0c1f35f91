"""GraphQL schemas in files: SDL, and the answer to an introspection query as JSON."""

import re

from ..documents.bounds import too_large
from ..documents.parse import Description, read_object, read_text
from ..graphql import introspection, sdl
from ..graphql.document import KIND, describe

_INTROSPECTED = re.compile(rb'\A(\xef\xbb\xbf)?\s*\{\s*("data"\s*:\s*\{\s*)?"__schema"\s*:')


def is_meant(content: bytes) -> bool:
    """Whether bytes that begin so are a GraphQL schema."""
    head = content[:16_384]
    return bool(_INTROSPECTED.match(head)) or sdl.is_sdl(head.decode("utf-8", "replace"))


def read(content: bytes, *, location: str, max_bytes: int, api_url: str = "") -> Description:
    """What the schema has; where its endpoint is, is found out later.

    Raises:
        DescriptionError: it is too large, broken (the line is named), or has nothing that can be read.
    """
    if len(content) > max_bytes:
        raise too_large(location, len(content), max_bytes)
    if _INTROSPECTED.match(content[:16_384]):
        document = read_object(content, location=location, max_bytes=max_bytes)
        schema = introspection.schema_of(introspection.schema_node(document) or {})
        return describe(schema, content, location=location, kind=f"{KIND} introspection")
    source = read_text(content, location=location, max_bytes=max_bytes)
    return describe(sdl.schema_of(source, location=location), content, location=location, kind=f"{KIND} SDL")
