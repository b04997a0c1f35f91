"""Sessions, and everything one session left."""

from typing import Any, get_args

from driversmith.engine.models.session import SessionRecord, SessionStatus
from driversmith.engine.models.visible import visible_json
from driversmith.engine.views.pages import PAGE, ROOM, Place, is_long, part_of
from driversmith.engine.views.weights import compact, weight
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ResourceNotFoundError

from .context import journal_of, read_from_journal
from .pages import cursor_refused, journal_page, number_of, whole_or_part
from .parameters import limit_of, one_of
from .uris import file_uri, log_uri

EVENTS_AT_ONCE = 500
_CURSOR = "?cursor="


@read_from_journal
async def list_sessions(
    ctx: Context,
    status: str | None = None,
    api_name: str | None = None,
    limit: str | None = None,
    cursor: str | None = None,
) -> str:
    """Sessions, newest first: {items, next_cursor}."""
    journal, wanted = journal_of(ctx), one_of("status", status, get_args(SessionStatus))
    return await journal_page(
        lambda most, at: journal.sessions(status=wanted, api_name=api_name, limit=most, cursor=at),
        cursor,
        limit=limit_of(limit),
        item=_listed,
    )


@read_from_journal
async def read_session(ctx: Context, session_id: str, cursor: str | None = None) -> str:
    """One session: what was asked for, how it stands, its attempts and its result. What a host's model is to read of a
    request fills parts of `get_session`."""
    journal = journal_of(ctx)
    record = await journal.session(session_id)
    shown = record.model_dump(mode="json", exclude={"result": {"host_request": {"context", "last_answer"}}})
    return whole_or_part({**shown, "attempts": await journal.attempts(session_id)}, cursor)


@read_from_journal
async def read_log(ctx: Context, session_id: str, cursor: str | None = None) -> str:
    """The session's events, oldest first, one JSON object a line; where more follow, the last line names their resource."""
    journal = journal_of(ctx)
    await journal.session(session_id)
    place = Place.parsed(cursor)
    after = number_of(place.cursor)
    events = await journal.events(session_id, after=after, limit=EVENTS_AT_ONCE + 1)
    lines, filled = list[str](), ROOM
    following: str | None = None
    for count, event in enumerate(events):
        line = visible_json(event.model_dump_json())
        if count == 0 and (place.part > 1 or is_long(line)):
            if (part := part_of(line, place.part)) is None:
                raise cursor_refused(cursor)
            lines.append(compact({"seq": event.seq, **part.item}))
            following = place.behind(part.number) if part.number < part.of else str(event.seq)
            break
        filled += weight(line)
        if filled > PAGE or count == EVENTS_AT_ONCE:
            following = str(events[count - 1].seq)
            break
        lines.append(line)
    if following is not None and not (len(events) == 1 and following == str(events[0].seq)):
        lines.append(compact({"next_cursor": following, "next": f"{log_uri(session_id)}{_CURSOR}{following}"}))
    return "".join(f"{line}\n" for line in lines)


@read_from_journal
async def read_diagnostics(ctx: Context, session_id: str, cursor: str | None = None) -> str:
    """What failed in the session, and why, newest first: {items, next_cursor}."""
    journal = journal_of(ctx)
    await journal.session(session_id)
    return await journal_page(
        lambda most, at: journal.diagnostics(session_id=session_id, limit=most, cursor=at),
        cursor,
        limit=limit_of(None),
        item=lambda record: record.model_dump(mode="json"),
    )


@read_from_journal
async def read_file(ctx: Context, session_id: str, path: str, cursor: str | None = None) -> str:
    """The text of a file that the session wrote; one that is longer than a page comes in parts, whose last line names
    the next."""
    journal = journal_of(ctx)
    await journal.session(session_id)
    text = await journal.file_text(session_id, path)
    if text is None:
        known = ", ".join(f.path for f in (await journal.files(session_id))[:50]) or "none"
        raise ResourceNotFoundError(f"Session {session_id} has no file {path!r}. Its files: {known}.")
    part = part_of(text, 1 if cursor is None else number_of(cursor))
    if part is None:
        raise cursor_refused(cursor)
    if part.of == 1:
        return text
    at = f"[Part {part.number} of {part.of} of {path}"
    following = f"{file_uri(session_id, path)}{_CURSOR}{part.number + 1}"
    end = "" if part.text.endswith("\n") else "\n"
    return (
        f"{part.text}{end}{at}; the next: {following}]\n"
        if part.number < part.of
        else f"{part.text}{end}{at}, the last]\n"
    )


def _listed(record: SessionRecord) -> dict[str, Any]:
    listed = record.model_dump(mode="json", exclude={"key", "result", "request"})
    request = record.request.model_dump(mode="json", include={"api_name", "api_url", "engine"})
    success = record.result.success if record.result else False
    return {**listed, **request, "success": success}
