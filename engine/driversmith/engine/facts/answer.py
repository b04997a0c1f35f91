"""One answer of an API, as detectors look at it."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit

from ..models.profile import form_of
from .links import link_targets
from .rows import rows_of

_CHARSET = re.compile(r"charset=[\"']?([\w.:-]{1,40})", re.IGNORECASE)
MAX_DEPTH = 5
"""Keys below the top in which anything is looked for."""
MAX_VALUES = 2_000


@dataclass(frozen=True)
class Answer:
    """What came back for one GET."""

    target: str
    """Path and query that were asked for, as they went on the wire."""
    status: int
    headers: dict[str, str] = field(default_factory=dict[str, str])
    """Names in lower case."""
    body: Any = None
    """Decoded JSON, or the records of a text that holds some (CSV, lines of JSON); None where it is neither."""
    sent: tuple[tuple[str, str], ...] = ()
    """Headers that it was asked with: placeholders, no keys."""

    @property
    def query(self) -> dict[str, str]:
        """The query that was asked for; of a name that comes twice, the last."""
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def next_link(self) -> str:
        """The target of `Link: <...>; rel="next"`; "" where there is none (RFC 8288)."""
        return next(link_targets(self.headers.get("link", ""), "next"), "")

    @property
    def is_good(self) -> bool:
        """Whether it is no error."""
        return 200 <= self.status < 300


def answer_of(
    target: str, status: int, headers: dict[str, str], content: bytes, sent: tuple[tuple[str, str], ...] = ()
) -> Answer:
    """The answer with its body decoded."""
    try:
        form = form_of(headers.get("content-type", ""))
        body = rows_of(text_of(content, headers), form) if form else json.loads(content) if content.strip() else None
    except (ValueError, RecursionError):  # no JSON, or cut off, or nested without end
        body = None
    return Answer(target, status, headers, body, sent)


def text_of(content: bytes, headers: Mapping[str, str]) -> str:
    """A body as text, in the charset that its headers declare."""
    declared = _CHARSET.search(headers.get("content-type", ""))
    try:
        return content.decode(declared[1] if declared else "utf-8", "replace")
    except LookupError:
        return content.decode("utf-8", "replace")


def at(body: Any, keys: tuple[str, ...]) -> Any:
    """What stands below these keys; None where nothing does."""
    for key in keys:
        body = cast("dict[str, Any]", body).get(key) if isinstance(body, dict) else None
    return body


def members(body: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every member of nested objects, outermost first, with its keys; lists are not entered."""
    level: list[tuple[tuple[str, ...], Any]] = [((), body)]
    count = 0
    while level:
        below: list[tuple[tuple[str, ...], Any]] = []
        for keys, value in level:
            if not isinstance(value, dict) or len(keys) >= MAX_DEPTH:
                continue
            for key, member in cast("dict[str, Any]", value).items():
                count += 1
                if count > MAX_VALUES:
                    return
                below.append(((*keys, key), member))
        yield from below
        level = below
