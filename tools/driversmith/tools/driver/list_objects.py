"""What the driver can read."""

from typing import Annotated, Any

from driversmith.engine.generation.parameters import arguments
from driversmith.engine.generation.source import shorten
from mcp.server.mcpserver.tools import Tool
from mcp_types import CallToolResult
from pydantic import Field

from ..answers.list_pages import offset_page
from ..answers.shape import Items
from ..calling.arguments import Cursor
from ..calling.context import EngineContext
from ..calling.declaration import declared
from .served import ServedDriver, holding, told_arguments, told_kind

Words = Annotated[str | None, Field(description="Only those in which all these words stand.", max_length=200)]


def tool(served: ServedDriver) -> Tool:
    """The tool for this driver."""
    told = arguments(served.profile)
    items = [
        {
            "object": name,
            "can": [verb for verb in ("read", "create", "update", "delete") if _can(found.operations, verb)],
            "takes": {a: told_kind(about.type, required=about.required) for a, about in told[name].items()},
            "fields": {field: about.type for field, about in found.fields.items()},
            "description": shorten(found.description, 200),
        }
        for name, found in served.profile.objects.items()
    ]

    @declared(title=f"List objects of {served.profile.api_name}", read_only=True)
    async def list_objects(
        ctx: EngineContext, *, words: Words = None, cursor: Cursor = None
    ) -> Annotated[CallToolResult, Items]:
        """List what can be read: each object with the arguments of its read and the fields of its records."""
        return offset_page(holding(items, words), _line, cursor, "objects", of_api=True)

    return list_objects


def _can(operations: Any, verb: str) -> bool:
    return verb in operations or (verb == "read" and "read_one" in operations)


def _line(item: dict[str, Any]) -> str:
    takes = told_arguments(item["takes"])
    fields = ", ".join(item["fields"])
    return f"{item['object']}: can {', '.join(item['can'])}; read takes {takes}" + (f"; has {fields}" if fields else "")
