"""What happened over all sessions: diagnoses and metrics."""

import json
from typing import get_args

from driversmith.engine.models.diagnosis import ErrorType
from driversmith.engine.models.visible import visible_json
from mcp.server.mcpserver import Context

from .context import journal_of, read_from_journal
from .parameters import limit_of, one_of


@read_from_journal
async def list_diagnostics(
    ctx: Context,
    error_type: str | None = None,
    api_name: str | None = None,
    limit: str | None = None,
    cursor: str | None = None,
) -> str:
    """Diagnoses, newest first: {items, next_cursor}."""
    page = await journal_of(ctx).diagnostics(
        error_type=one_of("error_type", error_type, get_args(ErrorType)),
        api_name=api_name,
        limit=limit_of(limit),
        cursor=cursor,
    )
    items = [record.model_dump(mode="json") for record in page.items]
    return visible_json(json.dumps({"items": items, "next_cursor": page.next_cursor}, indent=1, ensure_ascii=False))


@read_from_journal
async def read_metrics(ctx: Context, since: str | None = None) -> str:
    """Metrics from real use; a rate without a denominator is null."""
    return json.dumps(await journal_of(ctx).metrics(since=since), indent=1, ensure_ascii=False)
