"""Records, read live."""

from typing import Annotated, Any

from driversmith.engine.models.records import RecordPage
from mcp_types import CallToolResult
from pydantic import Field

from .answers.record_pages import Records
from .answers.record_reads import read_answer
from .calling.arguments import Cursor, SessionId
from .calling.context import EngineContext, engine_of
from .calling.declaration import declared


@declared(title="Read records of an API", read_only=True, open_world=True)
async def read_records(
    ctx: EngineContext,
    *,
    session_id: SessionId,
    object_name: Annotated[
        str, Field(description="Name of an object, as the driver's list_objects says.", min_length=1, max_length=200)
    ],
    params: Annotated[
        dict[str, Any] | None, Field(description="Arguments of the read: filters, path arguments.")
    ] = None,
    limit: Annotated[int, Field(description="Most records of a page.", ge=1, le=1000)] = 20,
    fields: Annotated[
        list[str] | None,
        Field(
            description="Only these fields of each record; a dotted path such as owner.name goes inside.",
            max_length=200,
        ),
    ] = None,
    cursor: Cursor = None,
) -> Annotated[CallToolResult, Records]:
    """Read records from the real API through the driver that a session made, in the sandbox.

    Records come whole, in pages of at most `limit` and as many as fit; call again with the same arguments and next_cursor
    until it is null, to have all of them. A record that is longer than a page comes in parts that say so: `fields`
    makes it shorter.
    """
    engine = engine_of(ctx)

    async def page(after: int, reading: str) -> RecordPage:
        return await engine.read_records(
            session_id, object_name, params=params or {}, limit=limit, after=after, reading=reading
        )

    await ctx.report_progress(0, message=f"Reading {object_name}.")
    return await read_answer(page, session_id, object_name, params=params or {}, fields=fields or [], cursor=cursor)
