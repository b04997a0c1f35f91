"""A read of records, answered page by page."""

from collections.abc import Awaitable, Callable
from typing import Any

from driversmith.engine.models.records import RecordPage
from mcp_types import CallToolResult

from .record_cursors import RecordCursor, digest_of
from .record_fields import check_fields, picked
from .record_pages import Stretch


async def read_answer(
    page: Callable[[int, str], Awaitable[RecordPage]],
    of: str,
    object_name: str,
    *,
    params: dict[str, Any],
    fields: list[str],
    cursor: str | None,
) -> CallToolResult:
    """The page that `cursor` leads to, of a read of an object of a session or folder (`of`); `page` gives the records behind
    so many, from the read of this name.

    Raises:
        ToolError: the cursor belongs to another read, or no record has such a field.
    """
    wanted = list(dict.fromkeys(fields))
    read = digest_of(of, object_name, params, wanted)
    place = RecordCursor.parsed(cursor, read)
    found = await page(place.after, place.reading)
    records: list[dict[str, Any]] = found.records
    if wanted:
        if cursor is None:
            check_fields(wanted, records, found.fields)
        records = [picked(record, wanted) for record in records]
    stretch = Stretch(object_name, records, found.done, place._replace(reading=found.reading), read)
    return stretch.part() if place.part or stretch.begins_long() else stretch.page()
