"""A session: how it stands, and everything it left."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

from driversmith.engine.models.session import SessionEvent, SupervisedResult
from driversmith.engine.views.pages import Place
from driversmith.engine.views.session_story import session_story
from driversmith.engine.views.weights import compact
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import CallToolResult
from pydantic import ConfigDict, Field, RootModel

from .answers.dashboard_items import story_items
from .answers.history import diagnosis_item, diagnosis_line, history_page
from .answers.host_parts import further_part
from .answers.list_pages import list_page, offset_page, told_page
from .answers.offsets import offset_of
from .answers.profile_pages import profile_page
from .answers.result_parts import RESULT_PARTS, result_part
from .answers.session_files import files_page
from .answers.shape import Items
from .answers.supervised import supervised_answer
from .calling.arguments import Cursor, SessionId
from .calling.context import EngineContext, engine_of
from .calling.declaration import declared
from .calling.downloads import download_url
from .calling.progress import ProgressTold

View = Literal["summary", "profile", "log", "diagnostics", "files", "metrics", "story"]
EVENTS = 200
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
            "diagnostics: what failed and why; files: what it wrote; metrics: attempts and usage; "
            "story: attempts, tries, diagnoses and corrections in order."
        ),
    ] = "summary",
    path: Annotated[
        str | None,
        Field(description="With view=files: the file whose text to show.", min_length=1, max_length=500),
    ] = None,
    search: Annotated[
        str | None,
        Field(
            description="With view=profile: only objects and operations that have all of these words in name, path or summary.",
            min_length=1,
            max_length=200,
        ),
    ] = None,
    cursor: Cursor = None,
    wait_seconds: Annotated[
        float, Field(description="Wait this long for the session to finish, then answer.", ge=0, le=600)
    ] = 0,
) -> Annotated[CallToolResult, SessionAnswer]:
    """Show how a session stands, or a page of its profile, log, diagnostics, files or metrics, or of one file's text.

    Where a session waits for a file, summary is the request for it; a long one goes on with its next_cursor. With
    cursor="result-1" summary is the whole result, in parts.
    """
    if path is not None and view != "files":
        raise ToolError(f"path applies to view='files' only, not to view={view!r}; leave it out.")
    if search is not None and view != "profile":
        raise ToolError(f"search applies to view='profile' only, not to view={view!r}; leave it out.")
    engine = engine_of(ctx)
    await engine.journal.session(session_id)
    if wait_seconds or view == "summary":
        result = await engine.wait(session_id, seconds=wait_seconds, on_event=ProgressTold(ctx))
        if view == "summary":
            if cursor is None:
                return supervised_answer(result, download=download_url(ctx, session_id))
            further = result_part if cursor.startswith(RESULT_PARTS) else further_part
            return await further(engine, session_id, cursor)
    if view == "files":
        return await files_page(engine, session_id, path, cursor)
    if view == "profile":
        return await profile_page(engine, session_id, cursor, search=search)
    return await _VIEWS[view](ctx, session_id, cursor)


async def _log(ctx: EngineContext, session_id: str, cursor: str | None) -> CallToolResult:
    place = Place.parsed(cursor)
    events = await engine_of(ctx).journal.events(session_id, after=offset_of(place.cursor), limit=EVENTS + 1)
    items = [e.model_dump(mode="json", exclude={"session_id"}) for e in events[:EVENTS]]
    lines = [_event_line(e) for e in events[:EVENTS]]

    def behind(count: int) -> str | None:
        return str(events[count - 1].seq) if count < len(events) else None

    return list_page(items, lines, place, behind, "events", of_api=True)


def _event_line(event: SessionEvent) -> str:
    """The event; what it carries besides its sentence is told where something went wrong."""
    told = f"{event.seq} {event.at} {event.level}: {event.message}"
    return f"{told} {compact(event.data)}" if event.data and event.level in {"warning", "error"} else told


async def _diagnostics(ctx: EngineContext, session_id: str, cursor: str | None) -> CallToolResult:
    journal = engine_of(ctx).journal
    return await history_page(
        lambda most, at: journal.diagnostics(session_id=session_id, limit=most, cursor=at),
        cursor,
        limit=DIAGNOSES,
        item=diagnosis_item,
        line=diagnosis_line,
        what="diagnoses",
    )


async def _story(ctx: EngineContext, session_id: str, cursor: str | None) -> CallToolResult:
    items, lines = story_items(await session_story(engine_of(ctx).journal, session_id))
    return told_page(items, lines, cursor, "items", of_api=True)


async def _metrics(ctx: EngineContext, session_id: str, cursor: str | None) -> CallToolResult:
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
    attempts = [{"kind": "attempt", **attempt} for attempt in await engine.journal.attempts(session_id)]
    return offset_page([whole, *attempts], _metrics_line, cursor, "entries")


def _metrics_line(item: dict[str, Any]) -> str:
    told = dict(item)
    if told.pop("kind") == "session":
        return f"{told.pop('status')}: {compact(told)}"
    return f"attempt {told.pop('attempt')}: {told.pop('outcome')} by {told.pop('engine')}: {compact(told)}"


_VIEWS: dict[str, Callable[[EngineContext, str, str | None], Awaitable[CallToolResult]]] = {
    "log": _log,
    "diagnostics": _diagnostics,
    "metrics": _metrics,
    "story": _story,
}
