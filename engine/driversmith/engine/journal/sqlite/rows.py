"""Rows of the database as values, times as text, and pages."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from ...errors import InvalidArgumentError
from ...models.principal import Principal
from ...models.session import (
    DiagnosisRecord,
    GenerateRequest,
    SessionEvent,
    SessionFileRecord,
    SessionRecord,
    SupervisedResult,
)
from ..ownership import is_alive
from ..port import Owner, Page

T = TypeVar("T")
MAX_PAGE = 500


def timestamp(seconds: float) -> str:
    """UTC, ISO 8601 with milliseconds and `Z`."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_since(since: str | None) -> str:
    """A point in time as rows spell it; '' for None.

    Raises:
        InvalidArgumentError: it is not ISO 8601.
    """
    if since is None:
        return ""
    try:
        moment = datetime.fromisoformat(since)
    except ValueError:
        raise InvalidArgumentError(
            f"since={since!r} is not a time.",
            next_action="Give ISO 8601, for example 2026-11-22 or 2026-11-22T13:00:00Z.",
        ) from None
    return timestamp((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def parse_cursor(cursor: str | None) -> int:
    """The row below which a page begins.

    Raises:
        InvalidArgumentError: it did not come from a page.
    """
    if cursor is None:
        return 1 << 62
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise InvalidArgumentError(
            f"cursor={cursor!r} is not one.", next_action="Give the next_cursor of the page before."
        )
    return int(cursor)


def page(rows: Iterable[sqlite3.Row], limit: int, convert: Callable[[sqlite3.Row], T]) -> Page[T]:
    """A page from `limit` + 1 rows, whose first column is the cursor."""
    found = list(rows)
    more = len(found) > limit
    return Page(
        items=[convert(row) for row in found[:limit]],
        next_cursor=str(found[limit - 1][0]) if more else None,
    )


def bounded(limit: int) -> int:
    """A page size that can be served."""
    return max(1, min(limit, MAX_PAGE))


def session_record(row: sqlite3.Row, now: float) -> SessionRecord:
    """A row of `sessions`; one that nobody works on any more shows as `interrupted`."""
    status = "interrupted" if is_abandoned(row, now) else row["status"]
    return SessionRecord(
        session_id=row["session_id"],
        key=row["key"],
        principal=Principal(row["principal"]),
        request=GenerateRequest.model_validate_json(row["request"]),
        status=status,
        project_path=row["project_path"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        finished_at=row["finished_at"],
        delivered=bool(row["delivered"]),
        resumed=row["resumed"],
        result=SupervisedResult.model_validate_json(row["result"]) if row["result"] else None,
    )


def is_abandoned(row: sqlite3.Row, now: float) -> bool:
    """Whether a row says queued or running although its process is gone, or has let its lease run out."""
    if row["status"] not in {"queued", "running"} or row["owner_pid"] is None:
        return False
    if row["lease_until"] is not None and row["lease_until"] < now:
        return True
    return is_alive(Owner(row["owner_boot_id"], row["owner_pid"], row["owner_started"])) is False


def event(row: sqlite3.Row) -> SessionEvent:
    """A row of `events`."""
    return SessionEvent(
        session_id=row["session_id"],
        seq=row["seq"],
        at=row["at"],
        kind=row["kind"],
        level=row["level"],
        message=row["message"],
        progress=row["progress"],
        data=json.loads(row["data"]),
    )


def file_record(row: sqlite3.Row) -> SessionFileRecord:
    """A row of `files`, without its text."""
    return SessionFileRecord(path=row["path"], sha256=row["sha256"], author=row["author"], size=row["size"])


def diagnosis_record(row: sqlite3.Row) -> DiagnosisRecord:
    """A row of `diagnostics`."""
    return DiagnosisRecord(
        id=row["id"],
        session_id=row["session_id"] or "",
        api_name=row["api_name"],
        attempt=row["attempt"],
        at=row["at"],
        fingerprint=row["fingerprint"],
        diagnosis=json.loads(row["diagnosis"]),
        findings=tuple(json.loads(row["findings"])),
        latency_seconds=row["latency_seconds"],
        cost_usd=row["cost_usd"],
        helped=None if row["helped"] is None else bool(row["helped"]),
    )


def attempt(row: sqlite3.Row) -> dict[str, Any]:
    """A row of `attempts`."""
    return {
        "attempt": row["attempt"],
        "at": row["at"],
        "engine": row["engine"],
        "outcome": row["outcome"],
        "elapsed_seconds": row["elapsed_seconds"],
        "data": json.loads(row["data"]),
    }


def compact(value: Any) -> str:
    """JSON as rows hold it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value below which `share` of all lie, interpolated between neighbours; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    position = share * (len(ordered) - 1)
    low = int(position)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (position - low)
