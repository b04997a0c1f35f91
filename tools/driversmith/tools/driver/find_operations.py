"""The operations of the driver's API: a search, since there may be a thousand."""

from typing import Annotated, Any

from driversmith.engine.generation.source import shorten
from driversmith.engine.models.profile import OperationProfile
from mcp.server.mcpserver.tools import Tool
from mcp_types import CallToolResult

from ..answers.list_pages import offset_page
from ..answers.shape import Items
from ..calling.arguments import Cursor
from ..calling.context import EngineContext
from ..calling.declaration import declared
from .list_objects import Words
from .served import ServedDriver, holding, told_arguments, told_kind


def tool(served: ServedDriver) -> Tool:
    """The tool for this driver."""
    allowed = [o for o in served.profile.operations.values() if served.write or o.is_safe]
    items = [_item(operation) for operation in allowed]

    @declared(title=f"Find operations of {served.profile.api_name}", read_only=True)
    async def find_operations(
        ctx: EngineContext, *, words: Words = None, cursor: Cursor = None
    ) -> Annotated[CallToolResult, Items]:
        """Find operations for call_operation, by words of their names, paths and summaries."""
        return offset_page(holding(items, words), _line, cursor, "operations", of_api=True)

    return find_operations


def _item(operation: OperationProfile) -> dict[str, Any]:
    takes = {p.argument: told_kind(p.type, required=p.must_be_given) for p in operation.parameters}
    if operation.body and operation.body.argument is not None:
        takes[operation.body.argument] = told_kind(operation.body.type, required=operation.body.required)
    summary = shorten(operation.summary, 160)
    return {"operation": operation.name, "request": operation.signature, "takes": takes, "summary": summary}


def _line(item: dict[str, Any]) -> str:
    return f"{item['operation']}: {item['request']}; takes {told_arguments(item['takes'])}" + (
        f". {item['summary']}" if item["summary"] else ""
    )
