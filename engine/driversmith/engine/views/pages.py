"""Pages that no host cuts, of tools and of resources alike.

Hosts cut answers at about 25k tokens, and structured content counts like the text: long lists are pages, and whatever
is longer than a page comes in parts. Nothing is cut without a way to the rest.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeVar

from .parts import in_parts
from .weights import weight

if TYPE_CHECKING:
    from ..journal.port import Page

R = TypeVar("R")
S = TypeVar("S")

PAGE = 28_000
"""Bytes of a page, of its text and of its JSON each: together below 20,000 tokens, even where a token is three bytes."""
ROOM = 500
"""Bytes of a page for what stands around its items."""
_PLACE = re.compile(r"(.*?)~(\d{1,6})", re.DOTALL)


class Place(NamedTuple):
    """Where a page begins: at an item of a list, or in the middle of one that is longer than a page."""

    cursor: str | None = None
    """As the list itself knows the place; None is its beginning."""
    part: int = 1
    """The part of the item that comes first; 1 where it is to come whole, if it fits."""

    @classmethod
    def parsed(cls, cursor: str | None) -> Self:
        """The place that `next_cursor` of the page before named."""
        found = _PLACE.fullmatch(cursor) if cursor is not None else None
        return cls(cursor) if found is None else cls(found[1] or None, int(found[2]))

    def behind(self, part: int) -> str:
        """The cursor of the part that follows this one."""
        return f"{self.cursor or ''}~{part + 1}"


class Part(NamedTuple):
    """A piece of an item that is longer than a page."""

    number: int
    """1 for the first one."""
    of: int
    text: str
    """All pieces together are the item's JSON, or the text."""

    @property
    def item(self) -> dict[str, Any]:
        """As it stands in a list."""
        return {"part": self.number, "parts": self.of, "text": self.text}


def part_of(text: str, number: int, *, size: int = PAGE - ROOM) -> Part | None:
    """One part of a text; None where it has no such part."""
    parts = in_parts(text, size)
    return Part(number, len(parts), parts[number - 1]) if 1 <= number <= len(parts) else None


def is_long(item: Any, line: str = "") -> bool:
    """Whether an item, or what is said of it, is longer than a page."""
    return max(weight(item), weight(line)) > PAGE - ROOM


def fitting(items: list[dict[str, Any]], lines: list[str] | None = None, *, size: int = PAGE) -> int:
    """How many of the items go into one page, by their JSON and by their lines of text; at least one where there is one."""
    as_json = as_text = ROOM
    for count, item in enumerate(items):
        as_json += weight(item) + 2
        as_text += weight(lines[count]) if lines else 0
        if max(as_json, as_text) > size:
            return max(count, 1)
    return len(items)


async def page_that_fits(
    read: "Callable[[int, str | None], Awaitable[Page[R]]]",
    place: Place,
    limit: int,
    shown: Callable[[Sequence[R]], tuple[S, int]],
) -> "tuple[Page[R], S]":
    """A page of the journal at a place, and how it is shown: at most `limit` of its records, and no more than `shown` says
    that fit, beside what it makes of them. It is read again with fewer, so that its cursor stands behind what is shown."""
    while True:
        page = await read(limit, place.cursor)
        made, fit = shown(page.items)
        kept = 1 if place.part > 1 else fit
        if kept >= len(page.items):
            return page, made
        limit = kept
