"""What happened before, over all sessions."""

from typing import Annotated, Any, Literal

from driversmith.engine.models.diagnosis import ErrorType
from driversmith.engine.models.session import SessionStatus
from driversmith.engine.views.dashboard import dashboard
from driversmith.engine.views.weights import compact
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import CallToolResult
from pydantic import Field

from .answers.dashboard_items import dashboard_items
from .answers.history import diagnosis_item, diagnosis_line, history_page, session_item, session_line
from .answers.list_pages import offset_page, told_page
from .answers.shape import Items
from .calling.arguments import Cursor
from .calling.context import EngineContext, engine_of
from .calling.declaration import declared


@declared(title="Look at earlier sessions, diagnoses and metrics", read_only=True, app="ui://driversmith/dashboard")
async def query_history(
    ctx: EngineContext,
    *,
    kind: Annotated[
        Literal["sessions", "diagnostics", "metrics", "dashboard"],
        Field(description="What to list; dashboard: how it all went, with drivers and corrected facts."),
    ],
    api_name: Annotated[str | None, Field(description="Only of this API.", max_length=80)] = None,
    status: Annotated[SessionStatus | None, Field(description="Only sessions with this status.")] = None,
    error_type: Annotated[ErrorType | None, Field(description="Only diagnoses of this type.")] = None,
    since: Annotated[
        str | None,
        Field(
            description="Only from this time on: ISO 8601, such as 2026-11-22 or 2026-11-22T08:00:00Z.", max_length=40
        ),
    ] = None,
    limit: Annotated[int, Field(description="Most items of a page.", ge=1, le=50)] = 20,
    cursor: Cursor = None,
) -> Annotated[CallToolResult, Items]:
    """List sessions or diagnoses, newest first, the metrics over all of them (one item), or the dashboard."""
    _refuse(kind, api_name=api_name, status=status, error_type=error_type)
    journal = engine_of(ctx).journal
    if kind == "sessions":
        return await history_page(
            lambda most, at: journal.sessions(status=status, api_name=api_name, since=since, limit=most, cursor=at),
            cursor,
            limit=limit,
            item=session_item,
            line=session_line,
            what="sessions",
        )
    if kind == "diagnostics":
        return await history_page(
            lambda most, at: journal.diagnostics(
                error_type=error_type, api_name=api_name, since=since, limit=most, cursor=at
            ),
            cursor,
            limit=limit,
            item=diagnosis_item,
            line=diagnosis_line,
            what="diagnoses",
        )
    if kind == "dashboard":
        return told_page(
            *dashboard_items(await dashboard(journal, since=since, newest=limit)), cursor, "items", of_api=True
        )
    return offset_page([await journal.metrics(since=since)], _metrics_lines, cursor, "set of metrics")


def _metrics_lines(metrics: dict[str, Any]) -> str:
    return "\n".join(f"{name}: {compact(value)}" for name, value in metrics.items())


def _refuse(kind: str, **given: str | None) -> None:
    """Refuse a filter that the kind does not have, rather than ignore it in silence."""
    foreign = {
        "sessions": ("error_type",),
        "diagnostics": ("status",),
        "metrics": ("api_name", "status", "error_type"),
        "dashboard": ("api_name", "status", "error_type"),
    }
    for name in foreign[kind]:
        if given[name] is not None:
            raise ToolError(f"{name} does not apply to kind={kind!r}; leave it out.")
