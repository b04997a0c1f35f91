"""Pages that are counted otherwise: from zero, shorter than documented, not at all."""

import re
from typing import Any, cast

from ...models.facts import Correction
from ..answer import Answer, at
from ..catalogue import address
from .case import Case

ROUND = frozenset({10, 20, 25, 30, 50, 100, 200, 250, 500, 1000})
"""Sizes that a list has where it is one page of more."""
_PAGE = re.compile(r"(page|page_?(no|num|number|index)|p|page\[number\])\Z", re.IGNORECASE)
_OFFSET = re.compile(r"(offset|skip|start|start_?index|from|\$skip|page\[offset\])\Z", re.IGNORECASE)


def counted_otherwise(case: Case) -> list[Correction]:
    """What the number and the size of pages could be."""
    answer = case.first
    if answer is None or case.described.shape != "list":
        return []
    now = case.described.pagination
    found: list[Correction] = []
    count = _count(case, answer)
    if now.style in ("page", "offset"):
        if "repeat" in case.error or "circle" in case.error:
            return [_correction(case, {"style": "none"}, "every page is the same")]
        if now.style == "page" and now.first == 1:
            found.append(_correction(case, {"first": 0}, "the pages may be counted from 0"))
        asked = answer.query.get(now.size_parameter or "", "")
        most = now.max_size or now.default_size
        if asked.isdigit() and 0 < count < int(asked) and count in ROUND and most is not None and count < most:
            sizes = {"max_size": count, "default_size": min(now.default_size or count, count)}
            found.append(_correction(case, sizes, f"it gives {count} records where {asked} are asked for"))
    if now.style == "none" and count in ROUND:
        names = [p.name for p in case.operation.parameters if p.location == "query"]
        ways = [(name, "page" if _PAGE.match(name) else "offset" if _OFFSET.match(name) else "") for name in names]
        known = [(name, style) for name, style in ways if style]
        for name, style in known or [("page", "page"), ("offset", "offset")]:
            value = {"style": style, "position_parameter": name, "first": 1 if style == "page" else 0}
            found.append(_correction(case, value, f"{count} records look like one page of more"))
    return found


def _count(case: Case, answer: Answer) -> int:
    there = at(answer.body, case.described.record_path)
    return len(cast("list[Any]", there)) if isinstance(there, list) else 0


def _correction(case: Case, value: dict[str, Any], because: str) -> Correction:
    return Correction(
        fact=address("objects", case.name, "pagination"),
        value=value,
        because=f"Of {case.operation.signature}: {because}.",
    )
