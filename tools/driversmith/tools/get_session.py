"""A session: how it stands, and everything it left."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

from driversmith.engine.models.session import SupervisedResult
from mcp_types import CallToolResult
from pydantic import ConfigDict, Field, RootModel

from .answers import Items, fitting, page_answer, shortened
from .arguments import Cursor, SessionId
from .context import EngineContext, engine_of
from .declaration import declared
from .history import diagnosis_item, diagnosis_line
from .offsets import offset_of
from .profile_pages import profile_page
from .progress import ProgressTold
from .supervised import supervised_answer

View = Literal["summary", "profile", "log", "diagnostics", "files", "metrics"]
EVENTS = 200
FILES = 200
DIAGNOSES = 10


class SessionAnswer(RootModel[SupervisedResult | Items]):
    """The summary, or a page of what the other views show."""

    model_config = ConfigDict(json_schema_extra={"type": "object"})


@declared(title="Look at a session", read_only=True)
async def get_session(
    ctx: EngineContext,
    *,
    session_id: SessionId,
    view: Annotated[
        View,
        Field(
            description="summary: how it stands; profile: what was found out about the API; log: its events; "
            "diagnostics: what failed and why; files: what it wrote; metrics: attempts and usage."
        ),
    ] = "summary",
    cursor: Cursor = None,
    wait_seconds: Annotated[
        float, Field(description="Wait this long for the session to finish, then answer.", ge=0, le=600)
    ] = 0,
) -> Annotated[CallToolResult, SessionAnswer]:
    """Show how a session stands, or a page of its profile, log, diagnostics, files or metrics."""
    engine = engine_of(ctx)
    await engine.journal.session(session_id)
    if wait_seconds or view == "summary":
        result = await engine.wait(session_id, seconds=wait_seconds, on_event=ProgressTold(ctx))
        if view == "summary":
            return supervised_answer(result)
    return await _VIEWS[view](ctx, session_id, cursor)


async def _log(ctx: EngineContext, session_id: str, cursor: str | None) -> CallToolResult:
    events = await engine_of(ctx).journal.events(session_id, after=offset_of(cursor), limit=EVENTS + 1)
    items = [shortened(e.model_dump(mode="json", exclude={"session_id"}), 500) for e in events[:EVENTS]]
    kept = fitting(items)
    following = str(items[kept - 1]["seq"]) if kept < len(events) else None
    lines = [f"{e.seq} {e.at} {e.level}: {e.message}" for e in events[:kept]]
    return page_answer(items[:kept], following, lines, "events")


async def _diagnostics(ctx: EngineContext, session_id: str, cursor: str | None) -> CallToolResult:
    page = await engine_of(ctx).journal.diagnostics(session_id=session_id, limit=DIAGNOSES, cursor=cursor)
    items = [diagnosis_item(record) for record in page.items]
    return page_answer(items, page.next_cursor, [diagnosis_line(r) for r in page.items], "diagnoses")


async def _files(ctx: EngineContext, session_id: str, cursor: str | None) -> CallToolResult:
    at = offset_of(cursor)
    files = await engine_of(ctx).journal.files(session_id)
    base = f"driversmith://sessions/{session_id}/files/"
    items = [{**f.model_dump(mode="json"), "uri": f"{base}{f.path}"} for f in files[at : at + FILES]]
    following = str(at + FILES) if at + FILES < len(files) else None
    return page_answer(items, following, [f"{i['path']} ({i['size']} bytes, by {i['author']})" for i in items], "files")


async def _metrics(ctx: EngineContext, session_id: str, _cursor: str | None) -> CallToolResult:
    engine = engine_of(ctx)
    result = await engine.result(session_id)
    whole: dict[str, Any] = {
        "kind": "session",
        **result.model_dump(
            mode="json",
            include={
                "status",
                "supervisor_attempts",
                "diagnostics_run",
                "iterations",
                "elapsed_seconds",
                "model_usage",
            },
        ),
    }
    attempts = [{"kind": "attempt", **shortened(a, 500)} for a in await engine.journal.attempts(session_id)]
    head = f"{result.status}: {result.supervisor_attempts} attempts, {result.iterations} contract runs, {result.elapsed_seconds:.1f} s"
    lines = [head, *(f"attempt {a.get('attempt')}: {a.get('outcome')} by {a.get('engine')}" for a in attempts)]
    return page_answer([whole, *attempts], None, lines, "entries")


async def _profile(ctx: EngineContext, session_id: str, cursor: str | None) -> CallToolResult:
    return await profile_page(engine_of(ctx), session_id, cursor)


_VIEWS: dict[str, Callable[[EngineContext, str, str | None], Awaitable[CallToolResult]]] = {
    "profile": _profile,
    "log": _log,
    "diagnostics": _diagnostics,
    "files": _files,
    "metrics": _metrics,
}
