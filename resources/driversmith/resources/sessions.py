"""Sessions, and everything one session left."""

import json
from typing import Any, get_args

from driversmith.engine.models.session import SessionRecord, SessionStatus
from driversmith.engine.models.visible import visible_json
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ResourceNotFoundError

from .context import journal_of, read_from_journal
from .parameters import limit_of, one_of

EVENTS_AT_ONCE = 1000


@read_from_journal
async def list_sessions(
    ctx: Context,
    status: str | None = None,
    api_name: str | None = None,
    limit: str | None = None,
    cursor: str | None = None,
) -> str:
    """Sessions, newest first: {items, next_cursor}."""
    page = await journal_of(ctx).sessions(
        status=one_of("status", status, get_args(SessionStatus)),
        api_name=api_name,
        limit=limit_of(limit),
        cursor=cursor,
    )
    return _json({"items": [_listed(record) for record in page.items], "next_cursor": page.next_cursor})


@read_from_journal
async def read_session(ctx: Context, session_id: str) -> str:
    """One session: what was asked for, how it stands, its attempts and its result. What a host's model is to read of a
    request fills parts of `get_session`."""
    journal = journal_of(ctx)
    record = await journal.session(session_id)
    shown = record.model_dump(mode="json", exclude={"result": {"host_request": {"context", "last_answer"}}})
    return _json({**shown, "attempts": await journal.attempts(session_id)})


@read_from_journal
async def read_log(ctx: Context, session_id: str) -> str:
    """The session's events, oldest first, one JSON object a line."""
    journal = journal_of(ctx)
    await journal.session(session_id)
    lines: list[str] = []
    last = 0
    while events := await journal.events(session_id, after=last, limit=EVENTS_AT_ONCE):
        lines.extend(visible_json(event.model_dump_json()) for event in events)
        last = events[-1].seq
    return "".join(f"{line}\n" for line in lines)


@read_from_journal
async def read_diagnostics(ctx: Context, session_id: str) -> str:
    """What failed in the session, and why, newest first."""
    journal = journal_of(ctx)
    await journal.session(session_id)
    page = await journal.diagnostics(session_id=session_id, limit=200)
    return _json({"items": [record.model_dump(mode="json") for record in page.items], "next_cursor": page.next_cursor})


@read_from_journal
async def read_file(ctx: Context, session_id: str, path: str) -> str:
    """The text of a file that the session wrote."""
    journal = journal_of(ctx)
    await journal.session(session_id)
    text = await journal.file_text(session_id, path)
    if text is None:
        known = ", ".join(f.path for f in (await journal.files(session_id))[:50]) or "none"
        raise ResourceNotFoundError(f"Session {session_id} has no file {path!r}. Its files: {known}.")
    return text


def _listed(record: SessionRecord) -> dict[str, Any]:
    listed = record.model_dump(mode="json", exclude={"key", "result", "request"})
    request = record.request.model_dump(mode="json", include={"api_name", "api_url", "engine"})
    success = record.result.success if record.result else False
    return {**listed, **request, "success": success}


def _json(value: Any) -> str:
    return visible_json(json.dumps(value, indent=1, ensure_ascii=False))
