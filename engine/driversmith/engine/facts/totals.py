"""How many records there are, where an answer tells it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from pydantic import JsonValue

from ..models.profile import ObjectProfile
from .answer import Answer, at, members
from .keys import is_word

_TOTAL = re.compile(
    r"(hydra:)?(total|count|total_?(count|results?|records?|items?|elements?|rows?|hits|size|entries)|num_?found|record_?count"
    r"|@?odata\.count|hits_?total|nb_?hits|results_?count|item_?count)\Z",
    re.IGNORECASE,
)
_HEADER = re.compile(r"(x-)?(pagination-)?total(-(count|items|results|records))?\Z")
_HOME = re.compile(r"_?(meta(data)?|paging|pagination|paginator|page|page_?info|info|links)\Z", re.IGNORECASE)
"""What stands around a total, however deep it is."""


@dataclass(frozen=True)
class Total:
    """A number of all records, and where it stands."""

    number: int
    place: dict[str, JsonValue]
    """The member of /objects/<object>/pagination that says so: total_path or total_header."""

    @property
    def spelled(self) -> str:
        """`meta.total`, or the name of the header."""
        return next(".".join(map(str, p)) if isinstance(p, list) else str(p) for p in self.place.values())


def told_total(answer: Answer, described: ObjectProfile) -> Total | None:
    """The number of all records: where the facts say that it stands, else the largest that stands where it usually does.

    A number that is smaller than the records of the page is none; nor is one inside a record, in a list, or in an object that
    is about something else: `book.pages` says nothing of ours.
    """
    here = at(answer.body, described.record_path)
    count = len(cast("list[Any]", here)) if isinstance(here, list | dict) else 0
    found = [total for total in _found(answer, described) if total.number >= count]
    return max(found, key=lambda total: total.number, default=None)


def _found(answer: Answer, described: ObjectProfile) -> Iterator[Total]:
    paging, path = described.pagination, described.record_path
    if paging.total_path or paging.total_header:
        yield from _total(at(answer.body, paging.total_path) if paging.total_path else None, paging.total_path)
        yield from _in_headers(answer, paging.total_header) if paging.total_header else ()
        return
    yield from _in_headers(answer)
    for keys, value in members(answer.body) if path else ():
        named = keys[:-1] if keys[-1] == "value" else keys
        around = named[: len(path)] != path and all(map(is_word, keys))
        near = len(named) <= len(path) + 1 or all(_HOME.match(key) for key in named[:-1])
        if around and near and named and _TOTAL.match(named[-1]):
            yield from _total(value, keys)


def _in_headers(answer: Answer, name: str | None = None) -> Iterator[Total]:
    for header, value in answer.headers.items():
        if (header == name.lower() if name else _HEADER.match(header)) and value.isdecimal():
            yield Total(int(value), {"total_header": name or header})


def _total(value: Any, keys: tuple[str, ...]) -> Iterator[Total]:
    number = int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 16 else value
    if isinstance(number, int) and not isinstance(number, bool):
        yield Total(number, {"total_path": list(keys)})
