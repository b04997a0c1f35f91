"""Ways to a second page that one more GET can confirm, where the first answer says that there is one and not how it is asked for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from pydantic import JsonValue

from ...facts.answer import Answer, at
from ...facts.detectors.onward import way_on
from ...facts.totals import told_total
from ...models.profile import ObjectProfile
from .shapes import Shape
from .stub import case_of

CURSORS = (
    "cursor",
    "after",
    "page_token",
    "pageToken",
    "next_cursor",
    "next",
    "token",
    "continuation_token",
    "start_cursor",
    "starting_after",
)
"""Parameters that take a cursor, beside those that are called like its key, the most usual first."""
COUNTS = (
    ("page", "page"), ("offset", "offset"), ("skip", "offset"), ("start", "offset"), ("p", "page"), ("page_number", "page"),
    ("pageNumber", "page"), ("_page", "page"), ("$skip", "offset"), ("from", "offset"), ("startAt", "offset"), ("page[number]", "page"),
)  # fmt: skip
"""Parameters that count pages or records, the most usual first."""
MOST = 12


@dataclass(frozen=True)
class Way:
    """A way to the second page that may be right."""

    value: dict[str, JsonValue]
    """The fact of paging that it stands for."""
    query: dict[str, str]
    """What the second page would be asked for with."""
    because: str


def ways(answer: Answer, shape: Shape, name: str, known: tuple[str, ...] = ()) -> list[Way]:
    """Ways that could be right, the likeliest first; `known` are parameters that the answer shows already. [] where the answer leads
    on by itself (a URL, a Link header), or does not say that there is more."""
    described = _described(shape, name)
    case = case_of(answer, name=name, base_url="")
    profile = case.profile.model_copy(update={"objects": {case.name: described}})
    found = way_on(type(case)(profile, case.name, case.answers))
    if found:
        value = cast("dict[str, Any]", found[0].value)
        path = tuple(value.get("next_path", ()))
        return (
            list(_by_cursor(value, at(answer.body, path), found[0].because, known))[:MOST]
            if _is_cursor(value, path, shape)
            else []
        )
    total = told_total(answer, described)
    count = len(shape.records(answer.body))
    if total is None or total.number <= count or not count:
        return []
    return list(_by_count(answer, count, total.place, known))[:MOST]


def is_next(first: Answer, second: Answer, shape: Shape) -> bool:
    """Whether an answer is another page of the same: records stand there, and the first is none of those before."""
    if not second.is_good or second.body is None:
        return False
    before, after = shape.records(first.body), shape.records(second.body)
    return bool(after) and after[0] not in before


def asked_for(url: str, way: Way) -> str:
    """The URL of the second page."""
    return url + ("&" if "?" in url else "?") + urlencode(way.query, safe="[]$")


def _is_cursor(value: dict[str, Any], path: tuple[str, ...], shape: Shape) -> bool:
    """Whether it is a cursor in the body, rather than one of the last record."""
    return value.get("style") == "cursor" and bool(path) and path[: len(shape.path) or 1] != (shape.path or ("",))


def _by_cursor(value: dict[str, Any], cursor: Any, because: str, known: tuple[str, ...]) -> Iterator[Way]:
    own = str(value["position_parameter"])
    key = str(value["next_path"][-1])
    first = ("after", own) if re.match(r"end_?cursor\Z", key, re.IGNORECASE) else (own,)
    number = ("page", "offset") if isinstance(cursor, int) else ()
    for parameter in dict.fromkeys((*first, key, *known, *number, *CURSORS)):
        yield Way({**value, "position_parameter": parameter}, {parameter: str(cursor)}, because)


def _by_count(answer: Answer, count: int, total: dict[str, JsonValue], known: tuple[str, ...]) -> Iterator[Way]:
    """Names that the answer repeats come first."""
    told = {key.lower() for key in _keys(answer.body)}
    names = sorted(COUNTS, key=lambda pair: (pair[0] not in known, pair[0].lower() not in told))
    for parameter, style in names:
        if parameter in answer.query:
            continue
        value: dict[str, JsonValue] = {
            "style": style,
            "position_parameter": parameter,
            "first": int(style == "page"),
            **total,
        }
        query = {parameter: "2" if style == "page" else str(count)}
        yield Way(value, query, f"It tells of more records than it holds, and {parameter} leads to others.")


def _keys(body: Any) -> Iterator[str]:
    if isinstance(body, dict):
        for key, value in cast("dict[str, Any]", body).items():
            yield key
            if isinstance(value, dict):
                yield from cast("dict[str, Any]", value)


def _described(shape: Shape, name: str) -> ObjectProfile:
    case = case_of(Answer("/", 200), name=name, base_url="")
    return case.described.model_copy(update={"record_path": shape.path, "shape": shape.shape})
