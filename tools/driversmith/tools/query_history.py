"""What happened before, over all sessions."""

from typing import Annotated, Literal

from driversmith.engine.models.diagnosis import ErrorType
from driversmith.engine.models.session import SessionStatus
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import CallToolResult
from pydantic import Field

from .answers.history import diagnosis_item, diagnosis_line, history_page, session_item, session_line
from .answers.shape import Items, compact, fitted, page_answer
from .calling.arguments import Cursor
from .calling.context import EngineContext, engine_of
from .calling.declaration import declared


@declared(title="Look at earlier sessions, diagnoses and metrics", read_only=True)
async def query_history(
    ctx: EngineContext,
    *,
    kind: Annotated[Literal["sessions", "diagnostics", "metrics"], Field(description="What to list.")],
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
    """List sessions or diagnoses, newest first, or the metrics over all of them (one item)."""
    _refuse(kind, api_name=api_name, status=status, error_type=error_type, cursor=cursor)
    journal = engine_of(ctx).journal
    if kind == "sessions":
        return await history_page(
            lambda most: journal.sessions(status=status, api_name=api_name, since=since, limit=most, cursor=cursor),
            limit,
            session_item,
            session_line,
            "sessions",
            whole="the resources of the sessions",
        )
    if kind == "diagnostics":
        return await history_page(
            lambda most: journal.diagnostics(
                error_type=error_type, api_name=api_name, since=since, limit=most, cursor=cursor
            ),
            limit,
            diagnosis_item,
            diagnosis_line,
            "diagnoses",
            whole="the resource driversmith://diagnostics",
        )
    metrics = await journal.metrics(since=since)
    lines = [f"{name}: {compact(value)}" for name, value in fitted(metrics).items()]
    return page_answer([metrics], None, lines, "set of metrics", whole="the resource driversmith://metrics")


def _refuse(kind: str, **given: str | None) -> None:
    """Refuse a filter that the kind does not have, rather than ignore it in silence."""
    foreign = {
        "sessions": ("error_type",),
        "diagnostics": ("status",),
        "metrics": ("api_name", "status", "error_type", "cursor"),
    }
    for name in foreign[kind]:
        if given[name] is not None:
            raise ToolError(f"{name} does not apply to kind={kind!r}; leave it out.")
