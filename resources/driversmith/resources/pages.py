"""Resources in pages that no host cuts, with a cursor behind each but the last."""

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from driversmith.engine.models.visible import visible_json
from driversmith.engine.views.pages import PAGE, ROOM, Place, fitting, is_long, page_that_fits, part_of
from driversmith.engine.views.weights import compact, weight
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS

if TYPE_CHECKING:
    from driversmith.engine.journal.port import Page

R = TypeVar("R")


async def journal_page(
    read: "Callable[[int, str | None], Awaitable[Page[R]]]",
    cursor: str | None,
    *,
    limit: int,
    item: Callable[[R], dict[str, Any]],
) -> str:
    """{items, next_cursor}: at most `limit` of a list behind the cursor, and as many as fit; or a part of a long one.

    Raises:
        MCPError: the cursor names a part that there is not.
    """

    def shown(records: Sequence[R]) -> tuple[list[dict[str, Any]], int]:
        items = [item(record) for record in records]
        return items, fitting([{"as it is shown": _indented(item)} for item in items])

    place = Place.parsed(cursor)
    page, items = await page_that_fits(read, place, limit, shown)
    following = page.next_cursor
    if place.part > 1 or (items and is_long(_indented(items[0]))):
        part = part_of(compact(items[0]), place.part) if items else None
        if part is None:
            raise cursor_refused(cursor)
        items = [part.item]
        following = place.behind(part.number) if part.number < part.of else following
    return _indented({"items": items, "next_cursor": following})


def whole_or_part(value: dict[str, Any], cursor: str | None) -> str:
    """A value as JSON; where it is longer than a page, {part, parts, text, next_cursor}: all texts together are its JSON.

    Raises:
        MCPError: the cursor is none of ours.
    """
    text = _indented(value)
    if cursor is None and weight(text) <= PAGE - ROOM:
        return text
    part = part_of(compact(value), 1 if cursor is None else number_of(cursor))
    if part is None:
        raise cursor_refused(cursor)
    following = str(part.number + 1) if part.number < part.of else None
    return _indented({**part.item, "next_cursor": following})


def number_of(cursor: str | None) -> int:
    """A cursor that counts; 0 where there is none.

    Raises:
        MCPError: it does not count.
    """
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 16):
        raise cursor_refused(cursor)
    return int(cursor)


def cursor_refused(cursor: str | None) -> MCPError:
    """What to say of a cursor that is none of ours."""
    given = (cursor or "")[:80]
    return MCPError(
        INVALID_PARAMS, f"cursor must be the one that the page before named, unchanged; you gave {given!r}."
    )


def _indented(value: Any) -> str:
    return visible_json(json.dumps(value, indent=1, ensure_ascii=False))
