"""Records of the driver's objects."""

from typing import Annotated, Any, Literal

from driversmith.engine.models.records import RecordPage
from mcp.server.mcpserver.tools import Tool
from mcp_types import CallToolResult
from pydantic import Field

from ..answers.record_pages import Records
from ..answers.record_reads import read_answer
from ..calling.arguments import Cursor
from ..calling.context import EngineContext, engine_of
from ..calling.declaration import declared
from .served import ServedDriver

MOST_NAMED = 300
"""Objects that the schema names one by one; of more list_objects tells."""


def tool(served: ServedDriver) -> Tool:
    """The tool for this driver."""
    readable = [n for n, o in served.profile.objects.items() if "read" in o.operations or "read_one" in o.operations]
    named: Any = Literal[tuple(readable)] if 0 < len(readable) <= MOST_NAMED else str
    object_name: Any = Annotated[named, Field(description="What to read; list_objects says what each takes.")]

    async def read(
        ctx: EngineContext,
        *,
        object_name: Any,
        params: Annotated[
            dict[str, Any] | None, Field(description="Arguments of the read, as list_objects names them.")
        ] = None,
        limit: Annotated[int, Field(description="Most records of a page.", ge=1, le=1000)] = 20,
        fields: Annotated[
            list[str] | None, Field(description="Only these fields; a dotted path goes inside.", max_length=200)
        ] = None,
        cursor: Cursor = None,
    ) -> Annotated[CallToolResult, Records]:
        """Read records live, in pages: call again with the same arguments and next_cursor until it is null, to have all."""
        engine = engine_of(ctx)

        async def page(after: int, reading: str) -> RecordPage:
            return await engine.read_driver_page(
                served.project,
                object_name,
                params=params or {},
                limit=limit,
                after=after,
                reading=reading,
                allow_local=served.allow_local,
            )

        await ctx.report_progress(0, message=f"Reading {object_name}.")
        of = str(served.project)
        return await read_answer(page, of, object_name, params=params or {}, fields=fields or [], cursor=cursor)

    read.__annotations__["object_name"] = object_name
    return declared(title=f"Read records of {served.profile.api_name}", read_only=True, open_world=True)(read)
