"""Pages of a list: as many whole items as fit, or a part of one that is longer than a page."""

from collections.abc import Callable
from typing import Any

from driversmith.engine.views.pages import Place, fitting, is_long, part_of
from driversmith.engine.views.weights import compact
from mcp_types import CallToolResult

from .offsets import not_a_cursor, offset_of
from .shape import OF_THE_API, Items, answer, more

MOST_ITEMS = 200

Item = dict[str, Any]


def offset_page(
    items: list[Item], line: Callable[[Item], str], cursor: str | None, what: str, *, of_api: bool = False
) -> CallToolResult:
    """The page of a whole list that the cursor points to (`of_api`: as list_page has it).

    Raises:
        ToolError: the cursor is none of ours.
    """
    return _page_at(items, lambda shown: [line(item) for item in items[shown]], cursor, what, of_api=of_api)


def told_page(
    items: list[Item], lines: list[str], cursor: str | None, what: str, *, of_api: bool = False
) -> CallToolResult:
    """The same, where the lines of all items are there.

    Raises:
        ToolError: the cursor is none of ours.
    """
    return _page_at(items, lambda shown: lines[shown], cursor, what, of_api=of_api)


def list_page(
    items: list[Item],
    lines: list[str],
    place: Place,
    behind: Callable[[int], str | None],
    what: str,
    *,
    of_api: bool = False,
) -> CallToolResult:
    """A page that begins with the first of the items, with a line of text for each; `of_api`: they hold what strangers wrote.

    `behind` gives the cursor that follows so many of the items.

    Raises:
        ToolError: the cursor names a part that there is not.
    """
    if place.part > 1 or (items and is_long(items[0], lines[0])):
        return _part_page(items[:1], place, behind, what, of_api=of_api)
    kept = fitting(items, lines)
    following = behind(kept)
    head = f"{kept} {what}." if kept else f"No {what}."
    mark = OF_THE_API if kept and of_api else ""
    text = "\n".join(part for part in (head, mark, *lines[:kept], more(following)) if part)
    return answer(Items(items=items[:kept], next_cursor=following), text)


def _page_at(
    items: list[Item], lines: Callable[[slice], list[str]], cursor: str | None, what: str, *, of_api: bool
) -> CallToolResult:
    place = Place.parsed(cursor)
    at = offset_of(place.cursor)
    shown = slice(at, at + MOST_ITEMS)

    def behind(count: int) -> str | None:
        return str(at + count) if at + count < len(items) else None

    return list_page(items[shown], lines(shown), place, behind, what, of_api=of_api)


def _part_page(
    items: list[Item], place: Place, behind: Callable[[int], str | None], what: str, *, of_api: bool
) -> CallToolResult:
    part = part_of(compact(items[0]), place.part) if items else None
    if part is None:
        raise not_a_cursor(place.behind(place.part - 1))
    following = place.behind(part.number) if part.number < part.of else behind(1)
    head = f"One of the {what} is longer than a page: part {part.number} of {part.of} of its JSON."
    heads = "\n".join(line for line in (head, more(following), OF_THE_API if of_api else "") if line)
    return answer(Items(items=[part.item], next_cursor=following), f"{heads}\n\n{part.text}")
