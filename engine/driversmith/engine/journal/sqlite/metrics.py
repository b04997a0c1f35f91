"""The metrics of DESIGN section 6, computed from what really happened; a rate without a denominator is None."""

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from ...models.principal import Principal
from .rows import is_abandoned, percentile
from .writer import Statements

FILE_ROLES = frozenset({"generate", "repair"})
"""Roles of requests whose answer is to be a file."""
MOST_DAYS = 30
"""Of `by_day`."""


async def metrics(db: Statements, *, principal: Principal | None, since: str, now: float) -> dict[str, Any]:
    """Everything of a principal (None: of all) since a point in time ('' for all time). Rates:

    - `first_try_success_rate`: sessions that succeeded in one attempt with at most one try a file, of all that succeeded
      or failed.
    - `after_healing_success_rate`: sessions that succeeded in whatever attempt, of the same.
    - `crash_recovery_rate`: interrupted sessions that were taken up again and came to an end of their own (succeeded
      or failed), of all that were interrupted and do not run at this moment.
    - `helped_rate`: diagnoses whose fix helped, of those where it is known.
    - `with_model`: the diagnoses for which a model was asked, whether its answer was of use or not.
    - `tries_by_file`: answers of a model that were to be a file; faults of transport are none.
    - `cache_hit_rate`: input tokens that came from the cache, of all input tokens.

    `by_day` has the newest days (UTC) on which sessions began: how many of them succeeded at the first try, were healed or
    failed, and what that day's requests cost and saved.

    Dollars are None where the price of a model is not known.
    """
    of = _Of(since, principal and principal.name)
    sessions = list(
        await db.execute_fetchall(
            "SELECT session_id, status, engine, resumed, substr(created_at, 1, 10) AS day,"
            " owner_boot_id, owner_pid, owner_started, lease_until,"
            " json_extract(result, '$.supervisor_attempts') AS attempts FROM sessions"
            " WHERE created_at >= ? AND principal = coalesce(?, principal)",
            of,
        )
    )
    healed = await _healed(db, of)
    usage = list(await db.execute_fetchall(f"SELECT * FROM usage WHERE at >= ? AND {_OWN_SESSION}", of))  # noqa: S608  a constant
    return {
        "since": since or None,
        **_sessions(sessions, healed, now),
        "unhandled_exceptions": await _count(db, "unhandled_exceptions", of),
        "diagnoses": _diagnoses(
            list(
                await db.execute_fetchall(
                    "SELECT * FROM diagnostics WHERE at >= ? AND principal = coalesce(?, principal)", of
                )
            )
        ),
        "findings_by_code": await _findings(db, of),
        **_usage(usage),
        "by_day": _by_day(sessions, healed, usage),
    }


class _Of(NamedTuple):
    """Whose, and since when: the parameters of each query."""

    since: str
    principal: str | None


_OWN_SESSION = "session_id IN (SELECT session_id FROM sessions WHERE principal = coalesce(?, principal))"


async def _healed(db: Statements, of: _Of) -> set[str]:
    """The sessions in which something had to be mended: an attempt failed, or a file took more than one try."""
    rows = await db.execute_fetchall(
        f"SELECT DISTINCT session_id FROM attempts WHERE at >= ? AND {_OWN_SESSION}"  # noqa: S608  a constant
        " AND (outcome = 'failed' OR EXISTS (SELECT 1 FROM json_each(data, '$.tries') WHERE value > 1))",
        of,
    )
    return {str(row[0]) for row in rows}


def _sessions(rows: list[sqlite3.Row], healed: set[str], now: float) -> dict[str, Any]:
    statuses = ["interrupted" if is_abandoned(row, now) else str(row["status"]) for row in rows]
    judged = [(s, row) for s, row in zip(statuses, rows, strict=True) if s in {"succeeded", "failed"}]
    attempts = [int(row["attempts"]) for _, row in judged if row["attempts"]]
    crashed = [
        (s, row)
        for s, row in zip(statuses, rows, strict=True)
        if s == "interrupted" or (row["resumed"] and s not in {"running", "queued", "cancelled"})
    ]
    return {
        "sessions": {
            "total": len(rows),
            "by_status": dict(Counter(statuses)),
            "by_engine": dict(Counter(str(row["engine"]) for row in rows)),
            "by_attempts": {str(n): count for n, count in sorted(Counter(attempts).items())},
        },
        "first_try_success_rate": rate(sum(_how(row, healed) == "first_try" for _, row in judged), len(judged)),
        "after_healing_success_rate": rate(sum(s == "succeeded" for s, _ in judged), len(judged)),
        "mean_supervisor_attempts": rate(sum(attempts), len(attempts)),
        "crash_recovery_rate": rate(sum(s in {"succeeded", "failed"} for s, _ in crashed), len(crashed)),
    }


def _how(row: sqlite3.Row, healed: set[str]) -> str | None:
    """How a session ended: at the first try, healed or failed; None for one that is neither success nor failure."""
    if row["status"] == "succeeded":
        return "first_try" if row["attempts"] == 1 and row["session_id"] not in healed else "healed"
    return "failed" if row["status"] == "failed" else None


def _by_day(sessions: list[sqlite3.Row], healed: set[str], usage: list[sqlite3.Row]) -> list[dict[str, Any]]:
    """The newest days on which sessions began, oldest first."""
    days = sorted({str(row["day"]) for row in sessions})[-MOST_DAYS:]
    ended = Counter((str(row["day"]), _how(row, healed)) for row in sessions)
    spent: dict[str, list[sqlite3.Row]] = {day: [] for day in days}
    for row in usage:
        spent.get(str(row["at"])[:10], []).append(row)
    return [
        {
            "day": day,
            **{how: ended[day, how] for how in ("first_try", "healed", "failed")},
            "dollars": _dollars(spent[day]),
            "saved": _saved([json.loads(row["data"]) for row in spent[day]], spent[day]),
        }
        for day in days
    ]


def _diagnoses(rows: list[sqlite3.Row]) -> dict[str, Any]:
    strategies = sorted({str(row["fix_strategy"]) for row in rows})
    by_strategy = {strategy: [row for row in rows if row["fix_strategy"] == strategy] for strategy in strategies}
    asked = [row for row in rows if row["source"] == "model" or row["cost_usd"] != 0]
    return {
        "count": len(rows),
        "by_error_type": dict(Counter(str(row["error_type"]) for row in rows)),
        "by_strategy": dict(Counter(str(row["fix_strategy"]) for row in rows)),
        "by_source": dict(Counter(str(row["source"]) for row in rows)),
        "helped_rate": _helped_rate(rows),
        "helped_rate_by_strategy": {strategy: _helped_rate(own) for strategy, own in by_strategy.items()},
        "helped_by_strategy": {strategy: _helped(own) for strategy, own in by_strategy.items()},
        **_effort(rows),
        "with_model": {"count": len(asked), **_effort(asked)},
    }


def _helped_rate(rows: list[sqlite3.Row]) -> float | None:
    known = [bool(row["helped"]) for row in rows if row["helped"] is not None]
    return rate(sum(known), len(known))


def _helped(rows: list[sqlite3.Row]) -> dict[str, int]:
    known = Counter(row["helped"] for row in rows)
    return {"helped": known[1], "did_not_help": known[0], "unknown": known[None]}


def _effort(rows: list[sqlite3.Row]) -> dict[str, Any]:
    costs = [row["cost_usd"] for row in rows]
    return {
        "latency_seconds": _spread([float(row["latency_seconds"]) for row in rows]),
        "cost_usd": _spread([] if None in costs else [float(cost) for cost in costs]),
    }


async def _findings(db: Statements, of: _Of) -> dict[str, int]:
    """How often the validator found what, over all attempts: their data holds `findings`, code -> count."""
    total: Counter[str] = Counter()
    for row in await db.execute_fetchall(
        f"SELECT json_extract(data, '$.findings') FROM attempts WHERE at >= ? AND {_OWN_SESSION}",  # noqa: S608  a constant
        of,
    ):
        total.update(json.loads(row[0]) if row[0] else {})
    return dict(total)


def _usage(rows: list[sqlite3.Row]) -> dict[str, Any]:
    data = [json.loads(row["data"]) for row in rows]
    cached = sum(int(row["cached_tokens"]) for row in rows)
    fresh = sum(int(row["input_tokens"]) for row in rows)
    answers = [
        d for d, row in zip(data, rows, strict=True) if d.get("outcome") == "answered" and row["role"] in FILE_ROLES
    ]
    return {
        "tries_by_file": dict(Counter(str(d["path"]) for d in answers if d.get("path"))),
        "tokens": {
            "calls": len(rows),
            "input": fresh,
            "cached": cached,
            "output": sum(int(row["output_tokens"]) for row in rows),
        },
        "dollars": _dollars(rows),
        "cache_hit_rate": rate(cached, cached + fresh),
        "dollars_saved_by_cache": _saved(data, rows),
    }


def _dollars(rows: list[sqlite3.Row]) -> float | None:
    costs = [row["cost_usd"] for row in rows]
    return None if None in costs else sum(costs, 0.0)


def _saved(data: list[dict[str, Any]], rows: list[sqlite3.Row]) -> float | None:
    saved = [d.get("saved_usd") for d in data]
    unknown = [
        row
        for value, d, row in zip(saved, data, rows, strict=True)
        if value is None and row["cost_usd"] is None and (row["cached_tokens"] or d.get("cache_write_tokens"))
    ]
    return None if unknown else sum((float(value) for value in saved if value is not None), 0.0)


async def _count(db: Statements, name: str, of: _Of) -> int:
    rows = await db.execute_fetchall(
        "SELECT coalesce(sum(amount), 0) FROM counts WHERE name = ? AND at >= ? AND principal = coalesce(?, principal)",
        (name, *of),
    )
    return int(next(iter(rows))[0])


def rate(part: float, whole: int) -> float | None:
    """`part` of `whole`, or None of nothing."""
    return part / whole if whole else None


def _spread(values: Sequence[float]) -> dict[str, float | None]:
    return {"p50": percentile(values, 0.5), "p95": percentile(values, 0.95)}
