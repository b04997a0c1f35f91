"""Cursors that count, and the pages that they lead through."""

from collections.abc import Callable
from typing import Any

from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import CallToolResult

from .shape import fitting, page_answer

MOST_ITEMS = 200

Item = dict[str, Any]


def offset_of(cursor: str | None) -> int:
    """How many items lie before the page.

    Raises:
        ToolError: the cursor is none of ours.
    """
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 16):
        raise not_a_cursor(cursor)
    return int(cursor)


def not_a_cursor(cursor: str) -> ToolError:
    """What to say of a cursor that is none of ours."""
    return ToolError(f"cursor must be the next_cursor of the page before, unchanged; you gave {cursor[:80]!r}.")


def offset_page(
    items: list[Item],
    line: Callable[[Item], str],
    cursor: str | None,
    what: str,
    *,
    whole: str = "",
    of_api: bool = False,
) -> CallToolResult:
    """The page of a list that the cursor points to (`whole`, `of_api`: as page_answer has them).

    Raises:
        ToolError: the cursor is none of ours.
    """
    at = offset_of(cursor)
    shown = items[at : at + MOST_ITEMS]
    lines = [line(item) for item in shown]
    end = at + fitting(shown, lines)
    following = str(end) if end < len(items) else None
    return page_answer(shown[: end - at], following, lines[: end - at], what, whole=whole, of_api=of_api)
