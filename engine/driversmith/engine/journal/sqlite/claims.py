"""Who may work on a session: creating, claiming, renewing, releasing, cancelling. Each runs inside one write transaction.

A claim is a lease with an epoch. Every new claim, and every cancellation over the head of a dead owner, raises the
epoch, so that an owner that comes back from the dead finds its writes refused.
"""

import json
import secrets
import sqlite3
from pathlib import Path

from ...errors import ErrorCode, LeaseLostError, SessionConflictError, SessionLimitError, SessionNotFoundError
from ...models.principal import Principal
from ...models.report import without_values
from ...models.session import FINISHED, ErrorInfo, GenerateRequest, SessionRecord, SessionStatus, SupervisedResult
from ..port import Owner
from .rows import is_abandoned, session_record, timestamp
from .writer import Statements

STORE_STEP = (
    "INSERT INTO steps (session_id, name, result, at) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (session_id, name) DO UPDATE SET at = excluded.at, result = excluded.result"
)
PREVIEW_GONE = "The preview was shown once and is not kept: read_records reads records anew."
_UNFINISHED = "status NOT IN ('succeeded', 'failed', 'cancelled')"


async def create(
    db: Statements,
    session_id: str,
    request: GenerateRequest,
    *,
    key: str,
    project_path: str,
    principal: Principal,
    most_unfinished: int | None,
    creator: Owner,
    now: float,
) -> tuple[SessionRecord, bool]:
    """A new `queued` session of the principal, or their unfinished one with the same key.

    An interrupted session of theirs with another key that wrote to the same path is cancelled: the new one takes its
    place.

    Raises:
        SessionConflictError: a queued, waiting or running one with another key writes to `project_path`, or an unfinished
            one of another principal, which is not named.
        SessionLimitError: the principal has `most_unfinished` unfinished sessions already.
    """
    rivals: list[sqlite3.Row] = []
    for row in await db.execute_fetchall(
        f"SELECT * FROM sessions WHERE {_UNFINISHED} AND (key = ? OR project_path = ?) ORDER BY number DESC",  # noqa: S608  a constant
        (key, project_path),
    ):
        if row["principal"] == principal.name and row["key"] == key:
            return session_record(row, now), False
        if row["project_path"] == project_path:
            rivals.append(row)
    for row in rivals:
        if row["principal"] != principal.name:
            raise SessionConflictError(
                f"{project_path} is being written to by somebody else.", next_action="Give another output_dir."
            )
        status = session_record(row, now).status
        if status != "interrupted":
            raise SessionConflictError(
                f"Session {row['session_id']} is {status} with other arguments and writes to {project_path} too.",
                next_action="Wait for it, cancel it with cancel_session, or give another output_dir.",
            )
    await _check_limit(db, principal, most_unfinished, making_room=len(rivals))
    for row in rivals:
        await _cancel(db, row, now, f"Session {session_id} took its place.")
    moment = timestamp(now)
    await db.execute_fetchall(
        "INSERT INTO sessions (session_id, key, api_name, engine, request, project_path, status, created_at, updated_at,"
        " owner_boot_id, owner_pid, owner_started, principal) VALUES (?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (session_id) DO NOTHING",
        (
            session_id,
            key,
            request.api_name,
            request.engine,
            request.model_dump_json(),
            project_path,
            moment,
            moment,
            creator.boot_id,
            creator.pid,
            creator.started,
            principal.name,
        ),
    )
    return session_record(await require(db, session_id), now), True


async def _check_limit(db: Statements, principal: Principal, most: int | None, *, making_room: int) -> None:
    if most is None:
        return
    counted = await db.execute_fetchall(
        f"SELECT count(*) FROM sessions WHERE {_UNFINISHED} AND principal = ?",  # noqa: S608  a constant
        (principal.name,),
    )
    if int(next(iter(counted))[0]) - making_room >= most:
        raise SessionLimitError(
            f"You have {most} unfinished sessions, and this server takes no more of one user.",
            next_action="Wait until one is finished, or cancel one with cancel_session.",
        )


async def claim(db: Statements, session_id: str, owner: Owner, *, lease_seconds: float, now: float) -> int | None:
    """The epoch of a new claim, or None where a living owner holds the session or it is finished."""
    row = await require(db, session_id)
    if row["status"] in FINISHED or (row["status"] == "running" and not is_abandoned(row, now)):
        return None
    if row["cancel_requested"]:
        await _cancel(db, row, now, "It was cancelled; the process that worked on it died before it could stop.")
        return None
    epoch = row["epoch"] + 1
    await db.execute_fetchall(
        "UPDATE sessions SET status = 'running', epoch = ?, resumed = resumed + ?, owner_boot_id = ?, owner_pid = ?,"
        " owner_started = ?, lease_until = ?, updated_at = ? WHERE session_id = ?",
        (
            epoch,
            int(row["status"] in {"running", "interrupted"}),
            owner.boot_id,
            owner.pid,
            owner.started,
            now + lease_seconds,
            timestamp(now),
            session_id,
        ),
    )
    return epoch


async def renew(db: Statements, session_id: str, epoch: int, *, lease_seconds: float, now: float) -> bool:
    """Extend the lease; whether somebody asked to cancel."""
    row = await hold(db, session_id, epoch)
    if row["status"] != "running":
        raise LeaseLostError(f"Session {session_id} is {row['status']}; this process no longer works on it.")
    await db.execute_fetchall(
        "UPDATE sessions SET lease_until = ? WHERE session_id = ?", (now + lease_seconds, session_id)
    )
    return bool(row["cancel_requested"])


async def release(
    db: Statements, session_id: str, epoch: int, status: SessionStatus, result: SupervisedResult | None, *, now: float
) -> None:
    """Give the session up with this status and result; doing it twice is doing it once."""
    row = await hold(db, session_id, epoch)
    if row["status"] in FINISHED:
        if row["status"] != status:
            raise LeaseLostError(f"Session {session_id} is already {row['status']}.")
        return
    moment = timestamp(now)
    await db.execute_fetchall(
        "UPDATE sessions SET status = ?, result = coalesce(?, result), updated_at = ?, finished_at = ?,"
        " owner_boot_id = NULL, owner_pid = NULL, owner_started = NULL, lease_until = NULL WHERE session_id = ?",
        (
            status,
            result.model_dump_json() if result else None,
            moment,
            moment if status in FINISHED else None,
            session_id,
        ),
    )
    if status in FINISHED:
        await _forget_values(db, session_id)


async def mark_delivered(db: Statements, session_id: str) -> None:
    """Remember that a finished result has reached a caller; what it showed of the API's values goes."""
    for row in await db.execute_fetchall(
        "SELECT result FROM sessions WHERE session_id = ? AND status IN ('succeeded', 'failed', 'cancelled')",
        (session_id,),
    ):
        result = json.loads(row["result"]) if row["result"] else None
        if result and result.pop("preview", None):
            result["notes"] = [*result.get("notes", []), PREVIEW_GONE]
        text = None if result is None else json.dumps(result, separators=(",", ":"), ensure_ascii=False)
        await db.execute_fetchall(
            "UPDATE sessions SET delivered = 1, result = ? WHERE session_id = ?", (text, session_id)
        )


async def hand_in(db: Statements, session_id: str, name: str, result: str, *, now: float) -> bool:
    """Store a step for a session that waits for its host, and have it taken up again; whether it waited."""
    row = await require(db, session_id)
    if row["status"] != "waiting_for_host":
        return False
    moment = timestamp(now)
    await db.execute_fetchall(STORE_STEP, (session_id, name, result, moment))
    await db.execute_fetchall(
        "UPDATE sessions SET status = 'queued', updated_at = ? WHERE session_id = ?", (moment, session_id)
    )
    return True


async def request_cancel(db: Statements, session_id: str, *, now: float) -> SessionRecord:
    """Ask a running session's owner to stop; any other unfinished session is `cancelled` at once."""
    row = await require(db, session_id)
    if row["status"] == "running" and not is_abandoned(row, now):
        await db.execute_fetchall("UPDATE sessions SET cancel_requested = 1 WHERE session_id = ?", (session_id,))
    elif row["status"] not in FINISHED:
        await _cancel(db, row, now, "It was cancelled before it had finished.")
    return session_record(await require(db, session_id), now)


async def hold(db: Statements, session_id: str, epoch: int) -> sqlite3.Row:
    """The session's row, if `epoch` is still its own.

    Raises:
        LeaseLostError: a later claim exists.
    """
    row = await require(db, session_id)
    if row["epoch"] != epoch:
        raise LeaseLostError(
            f"Session {session_id} belongs to another process now.", next_action="Ask for its state with get_session."
        )
    return row


async def require(db: Statements, session_id: str, *, principal: Principal | None = None) -> sqlite3.Row:
    """The session's row.

    Raises:
        SessionNotFoundError: there is none, or it belongs to another principal.
    """
    for row in await db.execute_fetchall(
        "SELECT * FROM sessions WHERE session_id = ? AND principal = coalesce(?, principal)",
        (session_id, principal and principal.name),
    ):
        return row
    raise SessionNotFoundError(
        f"There is no session {session_id!r}.", next_action="query_history(kind='sessions') lists them."
    )


def new_session_id(now: float) -> str:
    """An id that sorts by time: `s` + 11 hex digits of milliseconds + 8 random ones."""
    return f"s{int(now * 1000):011x}{secrets.token_hex(4)}"


async def _cancel(db: Statements, row: sqlite3.Row, now: float, reason: str) -> None:
    code: ErrorCode = "cancelled"
    result = SupervisedResult(
        session_id=row["session_id"],
        status="cancelled",
        driver_name=Path(row["project_path"]).name,
        error=ErrorInfo(
            code=code, message=reason, next_action="Call generate_driver_supervised again to make the driver."
        ),
    )
    moment = timestamp(now)
    await db.execute_fetchall(
        "UPDATE sessions SET status = 'cancelled', epoch = epoch + 1, result = ?, updated_at = ?, finished_at = ?,"
        " owner_boot_id = NULL, owner_pid = NULL, owner_started = NULL, lease_until = NULL WHERE session_id = ?",
        (result.model_dump_json(), moment, moment, row["session_id"]),
    )
    await _forget_values(db, row["session_id"])


async def _forget_values(db: Statements, session_id: str) -> None:
    """Empty the records in the steps of a session that will not be taken up again."""
    for row in await db.execute_fetchall(
        "SELECT name, result FROM steps WHERE session_id = ? AND result LIKE '%\"records\":[{%'", (session_id,)
    ):
        stored = json.loads(row["result"])
        emptied = without_values(stored)
        if emptied is not stored:
            await db.execute_fetchall(
                "UPDATE steps SET result = ? WHERE session_id = ? AND name = ?",
                (json.dumps(emptied, separators=(",", ":"), ensure_ascii=False), session_id, row["name"]),
            )
