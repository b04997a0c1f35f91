"""Any operation of the driver's API."""

import json
from collections import OrderedDict
from secrets import token_hex
from typing import Annotated, Any

from driversmith.engine.models.base import Value
from driversmith.engine.views.pages import PAGE
from driversmith.engine.views.parts import in_parts
from driversmith.engine.views.weights import compact, weight
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from mcp_types import CallToolResult
from pydantic import Field

from ..answers.shape import OF_THE_API, answer, more
from ..calling.arguments import Cursor
from ..calling.context import EngineContext, engine_of
from ..calling.declaration import declared
from .served import ServedDriver

MOST_KEPT = 8
"""Long answers whose parts can still be had: an operation is called once, however long its answer is."""
_ROOM = 2_000


class Answered(Value):
    """What an operation answered: the value, or a part of its JSON where that is longer than a page."""

    operation: str
    value: Any = None
    part: str | None = None
    next_cursor: str | None = None
    """Give it as `cursor` for the next part; null where nothing follows."""


def tool(served: ServedDriver) -> Tool:
    """The tool for this driver."""
    kept: OrderedDict[str, list[str]] = OrderedDict()

    async def call_operation(
        ctx: EngineContext,
        *,
        operation: Annotated[
            str, Field(description="Its name, as find_operations says.", min_length=1, max_length=300)
        ],
        params: Annotated[
            dict[str, Any] | None, Field(description="Its arguments; the request body goes as `body`.")
        ] = None,
        cursor: Cursor = None,
    ) -> Annotated[CallToolResult, Answered]:
        """Call an operation live. A long answer comes in parts: the next one is had by next_cursor, without a second call."""
        if cursor is None:
            await ctx.report_progress(0, message=f"Calling {operation}.")
            value = await engine_of(ctx).call_driver(
                served.project,
                operation,
                params=params or {},
                changes=served.write,
                allow_local=served.allow_local,
            )
            text = compact(value)
            if weight(value) <= PAGE - _ROOM:
                return answer(Answered(operation=operation, value=value), f"{OF_THE_API}\n{text}")
            name, number = token_hex(4), 0
            kept[name] = in_parts(json.dumps(value, ensure_ascii=False), PAGE - _ROOM)
            if len(kept) > MOST_KEPT:
                kept.popitem(last=False)
        else:
            name, _, told = cursor.partition(".")
            number = int(told) if told.isdecimal() and told.isascii() and len(told) < 7 else -1
        parts = kept.get(name, [])
        if not 0 <= number < len(parts):
            raise ToolError("cursor is none of a kept answer: leave it out to call the operation anew.")
        following = f"{name}.{number + 1}" if number + 1 < len(parts) else None
        head = f"{operation}: part {number + 1} of {len(parts)} of the answer's JSON."
        lines = "\n".join(line for line in (head, more(following), OF_THE_API) if line)
        part = Answered(operation=operation, part=parts[number], next_cursor=following)
        return answer(part, f"{lines}\n\n{parts[number]}")

    return declared(
        title=f"Call an operation of {served.profile.api_name}",
        read_only=not served.write,
        destructive=served.write,
        idempotent=not served.write,
        open_world=True,
    )(call_operation)
