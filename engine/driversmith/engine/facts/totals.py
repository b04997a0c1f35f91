"""How many records there are, where an answer tells it."""

import re
from typing import Any, cast

from ..models.profile import ObjectProfile
from .answer import Answer, at, members

_TOTAL = re.compile(
    r"(total|count|total_?(count|results?|records?|items?|elements?|rows?|hits|size|entries)|num_?found|record_?count"
    r"|@?odata\.count|hits_?total|nb_?hits|results_?count|item_?count)\Z",
    re.IGNORECASE,
)
HEADERS = ("x-total-count", "x-total", "total-count", "x-pagination-total-count")


def told_total(answer: Answer, described: ObjectProfile) -> int | None:
    """The number of all records: where the facts say it stands, else where it usually does; None where nothing tells.

    A number that is smaller than the records of the page, or stands inside a record, is none.
    """
    here = at(answer.body, described.record_path)
    count = len(cast("list[Any]", here)) if isinstance(here, list | dict) else 0
    if described.pagination.total_path:
        return _number(at(answer.body, described.pagination.total_path), count)
    for name in HEADERS:
        text = answer.headers.get(name, "")
        if text.isdigit() and int(text) >= count:
            return int(text)
    path = described.record_path
    if not path:
        return None
    told = [
        number
        for keys, value in members(answer.body)
        if _TOTAL.match(keys[-1]) and keys[: len(path)] != path and len(keys) <= len(path) + 1
        if (number := _number(value, count)) is not None
    ]
    return max(told, default=None)


def _number(value: Any, least: int) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= least else None
