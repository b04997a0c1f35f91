"""Cursors that count."""

from mcp.server.mcpserver.exceptions import ToolError


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
