"""What happened over all sessions: diagnoses and metrics."""

from typing import get_args

from driversmith.engine.models.diagnosis import ErrorType
from mcp.server.mcpserver import Context

from .context import journal_of, read_from_journal
from .pages import journal_page, whole_or_part
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
    journal, wanted = journal_of(ctx), one_of("error_type", error_type, get_args(ErrorType))
    return await journal_page(
        lambda most, at: journal.diagnostics(error_type=wanted, api_name=api_name, limit=most, cursor=at),
        cursor,
        limit=limit_of(limit),
        item=lambda record: record.model_dump(mode="json"),
    )


@read_from_journal
async def read_metrics(ctx: Context, since: str | None = None, cursor: str | None = None) -> str:
    """Metrics from real use; a rate without a denominator is null."""
    return whole_or_part(await journal_of(ctx).metrics(since=since), cursor)
