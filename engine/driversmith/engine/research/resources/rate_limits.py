"""Documented rate limits."""

import re

from ...models.profile import Evidence, RateLimit
from ..documents.nodes import Node, is_object, mapping, text, whole_number

_UNITS = {
    "s": 1,
    "second": 1,
    "sec": 1,
    "minute": 60,
    "min": 60,
    "hour": 3600,
    "hr": 3600,
    "day": 86_400,
    "month": 2_592_000,
}
_UNIT = r"(second|sec|minute|min|hour|hr|day|month)s?\b"
_CALLS = r"(?:(?:api|http)[ -])?(?:requests?|calls?|queries|reqs?|hits)"
_LIMIT = re.compile(
    rf"(?<![\d.,])(\d{{1,3}}(?:,\d{{3}})+|\d{{1,9}})\s+(?:\w+\s+)?{_CALLS}\s*(?:\w+\s+)?"
    rf"(?:per|an?|/|every|each|in|within)\s*(\d{{1,5}})?[ -]?{_UNIT}",
    re.IGNORECASE,
)
_SHORT = re.compile(
    rf"rate.{{0,60}}?(?<![\d.,])(\d{{1,9}})\s*(?:/|per)\s*()(?:{_UNIT}|(s)\b)", re.IGNORECASE | re.DOTALL
)
_PLACES = (
    ("info", "description"),
    ("info", "x-ratelimit"),
    ("x-ratelimit",),
    ("x-rate-limit",),
    ("info", "x-rate-limit"),
)


def rate_limit_of(root: Node) -> RateLimit | None:
    """The limit that the description gives in an extension or in its words, or None."""
    for place in _PLACES:
        node: object = root
        for key in place:
            node = mapping(node).get(key)
        pointer = "#/" + "/".join(place)
        found = _from_extension(node, pointer) if is_object(node) else _from_text(text(node), pointer)
        if found:
            return found
    return None


def _from_text(words: str, pointer: str) -> RateLimit | None:
    match = _LIMIT.search(words[:50_000]) or _SHORT.search(words[:50_000])
    if match is None:
        return None
    unit = next(group for group in match.groups()[2:] if group)
    requests = int(match.group(1).replace(",", ""))
    seconds = int(match.group(2) or 1) * _UNITS[unit.lower()]
    if requests < 1 or seconds < 1:
        return None
    quoted = " ".join(match.group(0).split())[:100]
    return RateLimit(requests=requests, seconds=seconds, evidence=Evidence(pointer=pointer, rule=f"it says {quoted!r}"))


def _from_extension(node: Node, pointer: str) -> RateLimit | None:
    requests = next((n for key in ("limit", "requests", "rate", "max") if (n := whole_number(node.get(key)))), None)
    seconds = next((n for key in ("seconds", "window", "period", "interval") if (n := _seconds(node.get(key)))), None)
    if not requests or not seconds or requests < 1:
        return None
    return RateLimit(requests=requests, seconds=seconds, evidence=Evidence(pointer=pointer))


def _seconds(node: object) -> int | None:
    if isinstance(node, str) and (
        match := re.fullmatch(r"(\d{0,6})\s*(s|second|sec|minute|min|hour|hr|day|month)s?", node.strip().lower())
    ):
        return int(match.group(1) or 1) * _UNITS[match.group(2)]
    seconds = whole_number(node)
    return seconds if seconds and seconds > 0 else None
