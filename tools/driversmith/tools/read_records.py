"""Records, read live."""

import json
from typing import Annotated, Any

from driversmith.engine.models.base import Value
from mcp_types import CallToolResult
from pydantic import Field

from .answers import LONGEST_TEXT, answer, clipped, fitting, shortened
from .arguments import SessionId
from .context import EngineContext, engine_of
from .declaration import declared


class Records(Value):
    """Records of one object."""

    object_name: str
    records: list[dict[str, Any]]
    omitted: int = 0
    """Records that were read and left out because the answer would not fit a chat."""


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
    limit: Annotated[int, Field(description="Most records to read.", ge=1, le=1000)] = 20,
) -> Annotated[CallToolResult, Records]:
    """Read records from the real API through the driver that a session made, in the sandbox."""
    await ctx.report_progress(0, message=f"Reading {object_name}.")
    read = await engine_of(ctx).read_records(session_id, object_name, params=params or {}, limit=limit)
    records: list[dict[str, Any]] = shortened(read)
    kept = records[: fitting(records)]
    omitted = len(records) - len(kept)
    left_out = (
        f" {omitted} more were read and left out here: ask for fewer fields or a smaller limit." if omitted else ""
    )
    lines = "\n".join(json.dumps(record, ensure_ascii=False, default=str) for record in kept)
    text = f"{len(kept)} records of {object_name}.{left_out}\n{clipped(lines, LONGEST_TEXT - 300)}"
    return answer(Records(object_name=object_name, records=kept, omitted=omitted), text)
