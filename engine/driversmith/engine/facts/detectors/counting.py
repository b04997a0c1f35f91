"""Pages that are counted otherwise: from another number, shorter than documented, with gaps, or not at all."""

import re
from collections.abc import Iterator
from typing import Any, cast

from pydantic import JsonValue

from ...models.facts import Correction
from ...models.profile import PaginationProfile
from ..answer import Answer, at, members
from ..catalogue import address
from ..complaints import sentences
from ..totals import told_total
from .case import Case

ROUND = frozenset({10, 12, 15, 16, 20, 24, 25, 30, 32, 40, 50, 60, 64, 75, 100, 128, 200, 250, 256, 300, 500, 1000})
"""Sizes that a list has where it is one page of more."""
MOST = 5
_PAGE = re.compile(r"(page|page_?(no|num|number|index)|p|pg|current_?page|page\[number\])\Z", re.IGNORECASE)
_OFFSET = re.compile(
    r"(offset|skip|start|start_?(index|at)|from|first_?result|\$skip|page\[offset\]|start_?position)\Z", re.IGNORECASE
)
_LIMIT = re.compile(
    r"(?:max(?:imum)?|at most|no more than|not (?:be )?(?:greater|more|larger|exceed)\D{0,20}|up to|between \d+ (?:and|to)|"
    r"less than or equal to|<=|exceeds?|limit(?:ed)? (?:is|to|of))\D{0,30}?(\d{1,5})\b",
    re.IGNORECASE,
)
_AT_LEAST_ONE = re.compile(
    r"(at least|minimum|greater than or equal to|>=|start(s|ing)? (at|from|with)|begins? (at|with)|from) (is )?1\b|"
    r"(greater than|positive|>) ?0?|must be positive|1-based",
    re.IGNORECASE,
)


def counted_otherwise(case: Case) -> list[Correction]:
    """What the number and the size of pages could be."""
    now = case.described.pagination
    refused = next((a for a in case.answers if a.status in (400, 404, 416, 422)), None)
    if case.first is None:
        return list(_refused(case, now, refused))[:MOST] if refused else []
    if case.described.shape not in ("list", "table", "columns", "features"):
        return []
    ways = _other_count(case, now, case.first) if now.style in ("page", "offset") else _unpaged(case, now, case.first)
    return list(ways)[:MOST]


def _refused(case: Case, now: PaginationProfile, answer: Answer) -> Iterator[Correction]:
    """What the API says of the number or the size of a page that it refuses."""
    text = " ".join(sentences(answer.body))
    size = answer.query.get(now.size_parameter or "", "")
    most = next((int(found) for found in _LIMIT.findall(text) if int(found) > 0), None)
    if most and size.isdigit() and most < int(size):
        value = {"max_size": most, "default_size": min(now.default_size or most, most)}
        yield _correction(case, value, f"a page of {size} records is refused, and one of {most} is allowed")
    at_zero = now.style == "page" and now.first == 0 and answer.query.get(now.position_parameter or "") == "0"
    if at_zero and (answer.status in (404, 416) or _AT_LEAST_ONE.search(text)):
        yield _correction(case, {"first": 1}, "there is no page 0")


def _other_count(case: Case, now: PaginationProfile, answer: Answer) -> Iterator[Correction]:
    count = count_of(case, answer)
    repeated = "repeat" in case.error or "circle" in case.error
    if repeated and now.style == "page" and now.first == 0 and _same_start(case):
        yield _correction(case, {"first": 1}, "pages 0 and 1 are the same")
    if repeated:
        names = [
            p.name for p in case.operation.parameters if p.location == "query" and p.name != now.position_parameter
        ]
        for name, style in _styles(names):
            value = {"style": style, "position_parameter": name, "first": int(style == "page")}
            yield _correction(case, value, f"{now.position_parameter} changes nothing, and {name} may")
        yield _correction(case, {"style": "none"}, "every page is the same")
        return
    asked = answer.query.get(now.size_parameter or "", "")
    most = now.max_size or now.default_size
    is_short = asked.isdigit() and 0 < count < int(asked)
    if is_short and most is not None and count < most and count in ROUND:
        sizes = {"max_size": count, "default_size": min(now.default_size or count, count)}
        yield _correction(case, sizes, f"it gives {count} records where {asked} are asked for")
    is_known = now.total_path or now.total_header
    if is_short and not is_known and (told := _more_told(case, answer)) and len(case.answers) == 1:
        yield _correction(case, told, "the answer tells a greater number of all records than it holds")
    if now.style == "page" and now.first == 1:
        yield _correction(case, {"first": 0}, "the pages may be counted from 0")
    if is_short and len(case.answers) == 1 and now.short_page_ends is not False and count * 2 >= min(int(asked), 20):
        yield _correction(
            case, {"short_page_ends": False}, "a page that is shorter than asked for may not be the last one"
        )


def _unpaged(case: Case, now: PaginationProfile, answer: Answer) -> Iterator[Correction]:
    """What a list could be of which only a part came: its size is round, or the answer tells more."""
    count = count_of(case, answer)
    told = _more_told(case, answer)
    if now.style != "none" or not count or not (count in ROUND or told):
        return
    names = [p.name for p in case.operation.parameters if p.location == "query"]
    sizes = _sizes(answer, count)
    for name, style in _styles(names) or [("page", "page"), ("offset", "offset")]:
        value = {"style": style, "position_parameter": name, "first": int(style == "page"), **told, **sizes}
        yield _correction(case, value, f"{count} records look like one page of more")


def _styles(names: list[str]) -> list[tuple[str, str]]:
    ways = [(name, "page" if _PAGE.match(name) else "offset" if _OFFSET.match(name) else "") for name in names]
    return [(name, style) for name, style in ways if style]


def _sizes(answer: Answer, count: int) -> dict[str, int]:
    """The size of a page, where the answer tells it by a number that is that of its records."""
    told = any(
        value == count and re.match(r"(per_?page|page_?size|limit|size|max_?results)\Z", keys[-1], re.IGNORECASE)
        for keys, value in members(answer.body)
    )
    return {"default_size": count} if told else {}


def _more_told(case: Case, answer: Answer) -> dict[str, JsonValue]:
    """Where a number of all records stands that is greater than that of the answer; {} where none does."""
    told = told_total(answer, case.described)
    return told.place if told and told.number > count_of(case, answer) else {}


def _same_start(case: Case) -> bool:
    """Whether the first two answers are the same and a later one, if there is one, is not."""
    path = case.described.record_path
    good = [at(answer.body, path) or answer.body for answer in case.answers if answer.is_good]
    return len(good) > 1 and good[0] == good[1]


def count_of(case: Case, answer: Answer) -> int:
    """How many items the list has that stands where the facts say; 0 where none does."""
    there = at(answer.body, case.described.record_path)
    return len(cast("list[Any]", there)) if isinstance(there, list) else 0


def _correction(case: Case, value: dict[str, Any], because: str) -> Correction:
    return Correction(
        fact=address("objects", case.name, "pagination"),
        value=value,
        because=f"Of {case.operation.signature}: {because}.",
    )
