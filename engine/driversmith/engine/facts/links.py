"""Link headers (RFC 8288): for whoever looks for the next page, and for whoever looks for a description."""

import re
from collections.abc import Iterator

_VALUE = r'"(?:[^"\\]|\\.){0,2000}"|[^\s;,]{0,2000}'
_PART = re.compile(rf"\s*;\s*([^\s=;,]+)(?:\s*=\s*({_VALUE}))?")
_LINK = re.compile(rf"<([^>]{{1,2000}})>((?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:{_VALUE}))?){{0,40}})")
_LONGEST = 10_000


def link_targets(header: str, relation: str) -> Iterator[str]:
    """The targets of this relation (lower case) in the value of a Link header, as they stand, in order.

    Of a parameter that is there twice the first counts, and a link with an `anchor` is about something else (RFC 8288, sections 3.2
    and 3.3).
    """
    for target, parameters in _LINK.findall(header[:_LONGEST]):
        told: dict[str, str] = {}
        for name, value in _PART.findall(parameters):
            told.setdefault(name.lower(), value.strip("\"'"))
        if "anchor" not in told and relation in told.get("rel", "").lower().split():
            yield target
