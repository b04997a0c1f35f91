"""Files of a session: which there are, and the text of one of them, page by page."""

import difflib
from typing import TYPE_CHECKING, Any

from driversmith.engine.models.session import SessionFileRecord
from driversmith.engine.views.pages import PAGE
from driversmith.engine.views.parts import in_parts
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import CallToolResult

from .list_pages import offset_page
from .offsets import not_a_cursor
from .shape import Items, answer, more

if TYPE_CHECKING:
    from driversmith.engine.api import Engine

MOST_NAMED = 50
_DIGEST = 12
_ROOM = 1_500
"""Bytes of a page for what stands around a part of a file; paths have at most 500 characters."""


async def files_page(engine: "Engine", session_id: str, path: str | None, cursor: str | None) -> CallToolResult:
    """A page of the list, or of the text of one file.

    Raises:
        ToolError: no such file, or the cursor is none of ours, or of another text.
    """
    files = await engine.journal.files(session_id)
    if path is not None:
        return await _text_page(engine, session_id, _named(path, files, session_id), cursor)
    items = [_item(session_id, file) for file in files]
    what = "files. Give path to read one" if files else "files"
    return offset_page(items, lambda i: f"{i['path']} ({i['size']} bytes, by {i['author']})", cursor, what)


def _named(path: str, files: list[SessionFileRecord], session_id: str) -> SessionFileRecord:
    found = next((file for file in files if file.path == path), None)
    if found is None:
        known = [file.path for file in files]
        alike = [name for name in known if name.endswith(f"/{path}")] or difflib.get_close_matches(path, known, n=1)
        named = ", ".join(known[:MOST_NAMED]) + (", ..." if len(known) > MOST_NAMED else "")
        raise ToolError(
            f"Session {session_id} has no file {path[:200]!r}."
            + (f" Did you mean {alike[0]}?" if alike else "")
            + f" Its files: {named or 'none so far'}."
        )
    return found


async def _text_page(engine: "Engine", session_id: str, file: SessionFileRecord, cursor: str | None) -> CallToolResult:
    text = await engine.journal.file_text(session_id, file.path) or ""
    parts = in_parts(text, PAGE - _ROOM)
    number = _part_number(cursor, file, len(parts))
    following = f"{number + 1}.{file.sha256[:_DIGEST]}" if number < len(parts) else None
    shown = {"part": number, "parts": len(parts), "text": parts[number - 1]}
    head = f"{file.path} ({file.size} bytes, by {file.author})"
    marked = f"{head}, part {number} of {len(parts)}." if len(parts) > 1 else f"{head}, whole."
    lines = "\n".join(part for part in (marked, more(following)) if part)
    return answer(
        Items(items=[{**_item(session_id, file), **shown}], next_cursor=following), f"{lines}\n\n{parts[number - 1]}"
    )


def _part_number(cursor: str | None, file: SessionFileRecord, parts: int) -> int:
    """1 for the first part."""
    if cursor is None:
        return 1
    number, _, digest = cursor.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 9 and len(digest) == _DIGEST):
        raise not_a_cursor(cursor)
    if digest != file.sha256[:_DIGEST]:
        raise ToolError(
            f"cursor belongs to another text: {file.path} was written anew since, or it is the cursor of another file."
            " Leave cursor out to read it from the beginning."
        )
    if not 1 < int(number) <= parts:
        raise not_a_cursor(cursor)
    return int(number)


def _item(session_id: str, file: SessionFileRecord) -> dict[str, Any]:
    return {**file.model_dump(mode="json"), "uri": f"driversmith://sessions/{session_id}/files/{file.path}"}
