"""Diagnoses in the database: adding one inside a write transaction, and the query that finds them."""

from collections.abc import Sequence

from ...models.diagnosis import Diagnosis
from ...models.principal import Principal
from .claims import require
from .rows import compact
from .writer import Statements

FIND = (
    "SELECT * FROM diagnostics WHERE id < ? AND at >= ? AND session_id IS coalesce(?, session_id)"
    " AND error_type = coalesce(?, error_type) AND api_name = coalesce(?, api_name)"
    " AND fingerprint = coalesce(?, fingerprint) AND principal = coalesce(?, principal) ORDER BY id DESC LIMIT ?"
)
"""Parameters: id below which, time from which, session, error type, API name, fingerprint, principal (each or NULL), limit."""


async def add(
    db: Statements,
    token: str,
    session_id: str | None,
    diagnosis: Diagnosis,
    *,
    api_name: str,
    attempt: int,
    at: str,
    fingerprint: str,
    findings: Sequence[str],
    latency_seconds: float,
    cost_usd: float | None,
    principal: Principal,
) -> int:
    """The id of the diagnosis; adding one token twice is adding it once. With a session it belongs to whom that belongs.

    Raises:
        SessionNotFoundError: there is no session of this id.
    """
    owner = (await require(db, session_id))["principal"] if session_id else principal.name
    await db.execute_fetchall(
        "INSERT INTO diagnostics (token, session_id, api_name, attempt, at, fingerprint, error_type, fix_strategy,"
        " source, diagnosis, findings, latency_seconds, cost_usd, principal)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (token) DO NOTHING",
        (
            token,
            session_id or None,
            api_name,
            attempt,
            at,
            fingerprint,
            diagnosis.error_type,
            diagnosis.fix_strategy,
            diagnosis.source,
            diagnosis.model_dump_json(),
            compact(list(findings)),
            latency_seconds,
            cost_usd,
            owner,
        ),
    )
    found = await db.execute_fetchall("SELECT id FROM diagnostics WHERE token = ?", (token,))
    return int(next(iter(found))[0])
