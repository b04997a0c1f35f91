"""The Journal on SQLite: what each method reads and writes."""

import secrets
import sqlite3
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import JsonValue, TypeAdapter

from ...errors import JournalError
from ...models.diagnosis import Diagnosis, ErrorType
from ...models.driver import DriverFile
from ...models.principal import LOCAL, Principal
from ...models.session import (
    DiagnosisRecord,
    EventLevel,
    GenerateRequest,
    ModelUsage,
    SessionEvent,
    SessionFileRecord,
    SessionRecord,
    SessionStatus,
    SupervisedResult,
)
from ..ownership import this_process
from ..port import Owner, Page
from . import claims, diagnoses, rows
from .faults import explain
from .metrics import metrics
from .writer import BatchWriter, Statements

_JSON: TypeAdapter[JsonValue] = TypeAdapter(JsonValue)


class SqliteJournal:
    """A Journal on two connections: one that reads, and one that only the writer task uses."""

    def __init__(self, path: Path, *, reading: Statements, writer: BatchWriter, now: Callable[[], float]) -> None:
        self.path = path
        self._reading = reading
        self._writer = writer
        self._now = now

    async def create_session(
        self,
        request: GenerateRequest,
        *,
        key: str,
        project_path: str,
        principal: Principal = LOCAL,
        most_unfinished: int | None = None,
    ) -> tuple[SessionRecord, bool]:
        now = self._now()
        session_id = claims.new_session_id(now)
        return await self._writer.submit(
            lambda db: claims.create(
                db,
                session_id,
                request,
                key=key,
                project_path=project_path,
                principal=principal,
                most_unfinished=most_unfinished,
                creator=this_process(),
                now=now,
            )
        )

    async def latest_session(self, key: str, *, principal: Principal = LOCAL) -> SessionRecord | None:
        found = await self._read(
            "SELECT * FROM sessions WHERE key = ? AND principal = ? ORDER BY number DESC LIMIT 1", key, principal.name
        )
        return rows.session_record(found[0], self._now()) if found else None

    async def session(self, session_id: str, *, principal: Principal | None = None) -> SessionRecord:
        with self._explained():
            row = await claims.require(self._reading, session_id, principal=principal)
            return rows.session_record(row, self._now())

    async def sessions(
        self,
        *,
        principal: Principal | None = None,
        status: SessionStatus | None = None,
        api_name: str | None = None,
        since: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[SessionRecord]:
        now = self._now()
        limit = rows.bounded(limit)
        open_rows = await self._read("SELECT * FROM sessions WHERE status IN ('queued', 'running')")
        abandoned = rows.compact([row["number"] for row in open_rows if rows.is_abandoned(row, now)])
        found = await self._read(
            "SELECT * FROM (SELECT *, CASE WHEN number IN (SELECT value FROM json_each(?)) THEN 'interrupted' ELSE status END"
            " AS shown FROM sessions) WHERE number < ? AND created_at >= ? AND api_name = coalesce(?, api_name)"
            " AND shown = coalesce(?, shown) AND principal = coalesce(?, principal) ORDER BY number DESC LIMIT ?",
            abandoned,
            rows.parse_cursor(cursor),
            rows.parse_since(since),
            api_name,
            status,
            principal and principal.name,
            limit + 1,
        )
        return rows.page(found, limit, lambda row: rows.session_record(row, now))

    async def claim(self, session_id: str, owner: Owner, *, lease_seconds: float) -> int | None:
        return await self._writer.submit(
            lambda db: claims.claim(db, session_id, owner, lease_seconds=lease_seconds, now=self._now())
        )

    async def renew(self, session_id: str, epoch: int, *, lease_seconds: float) -> bool:
        return await self._writer.submit(
            lambda db: claims.renew(db, session_id, epoch, lease_seconds=lease_seconds, now=self._now())
        )

    async def release(
        self, session_id: str, epoch: int, status: SessionStatus, result: SupervisedResult | None = None
    ) -> None:
        await self._writer.submit(lambda db: claims.release(db, session_id, epoch, status, result, now=self._now()))

    async def request_cancel(self, session_id: str) -> SessionRecord:
        return await self._writer.submit(lambda db: claims.request_cancel(db, session_id, now=self._now()))

    async def mark_delivered(self, session_id: str) -> None:
        await self._writer.submit(lambda db: claims.mark_delivered(db, session_id))
        with self._explained():  # what was written over still stands in the log before the database
            await self._reading.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")

    async def append_event(
        self,
        session_id: str,
        epoch: int,
        kind: str,
        message: str,
        *,
        level: EventLevel = "info",
        progress: float | None = None,
        data: dict[str, Any] | None = None,
    ) -> SessionEvent:
        token = secrets.token_hex(8)
        text = rows.compact(data or {})
        moment = rows.timestamp(self._now())

        async def work(db: Statements) -> SessionEvent:
            stored = await db.execute_fetchall(
                "INSERT INTO events (session_id, seq, token, at, kind, level, message, progress, data)"
                " SELECT session_id, (SELECT coalesce(max(seq), 0) + 1 FROM events AS e WHERE e.session_id = s.session_id),"
                " ?, ?, ?, ?, ?, ?, ? FROM sessions AS s WHERE session_id = ? AND epoch = ?"
                " ON CONFLICT (token) DO NOTHING RETURNING *",
                (token, moment, kind, level, message, progress, text, session_id, epoch),
            )
            if not stored:
                await claims.hold(db, session_id, epoch)
                stored = await db.execute_fetchall("SELECT * FROM events WHERE token = ?", (token,))
            return rows.event(next(iter(stored)))

        return await self._writer.submit(work)

    async def events(self, session_id: str, *, after: int = 0, limit: int = 500) -> list[SessionEvent]:
        found = await self._read(
            "SELECT * FROM events WHERE session_id = ? AND seq > ? ORDER BY seq LIMIT ?", session_id, after, limit
        )
        return [rows.event(row) for row in found]

    async def step_result(self, session_id: str, name: str) -> JsonValue | None:
        found = await self._read("SELECT result FROM steps WHERE session_id = ? AND name = ?", session_id, name)
        return _JSON.validate_json(found[0]["result"]) if found else None

    async def step_names(self, session_id: str, beginning: str) -> list[str]:
        found = await self._read(
            "SELECT name FROM steps WHERE session_id = ? AND substr(name, 1, ?) = ? ORDER BY at, name",
            session_id,
            len(beginning),
            beginning,
        )
        return [row["name"] for row in found]

    async def store_step(self, session_id: str, epoch: int, name: str, result: JsonValue) -> None:
        await self._write_held(
            session_id,
            epoch,
            claims.STORE_STEP,
            [(session_id, name, rows.compact(result), rows.timestamp(self._now()))],
        )

    async def record_attempt(
        self,
        session_id: str,
        epoch: int,
        attempt: int,
        *,
        engine: str,
        outcome: str,
        elapsed_seconds: float,
        data: dict[str, Any],
    ) -> None:
        await self._write_held(
            session_id,
            epoch,
            "INSERT INTO attempts (session_id, attempt, at, engine, outcome, elapsed_seconds, data)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (session_id, attempt) DO UPDATE SET at = excluded.at,"
            " engine = excluded.engine, outcome = excluded.outcome, elapsed_seconds = excluded.elapsed_seconds,"
            " data = excluded.data",
            [(session_id, attempt, rows.timestamp(self._now()), engine, outcome, elapsed_seconds, rows.compact(data))],
        )

    async def attempts(self, session_id: str) -> list[dict[str, Any]]:
        found = await self._read("SELECT * FROM attempts WHERE session_id = ? ORDER BY attempt", session_id)
        return [rows.attempt(row) for row in found]

    async def add_diagnosis(
        self,
        session_id: str | None,
        diagnosis: Diagnosis,
        *,
        api_name: str = "",
        attempt: int = 0,
        fingerprint: str,
        findings: Sequence[str] = (),
        latency_seconds: float = 0.0,
        cost_usd: float | None = 0.0,
        principal: Principal = LOCAL,
    ) -> int:
        token = secrets.token_hex(8)
        at = rows.timestamp(self._now())
        return await self._writer.submit(
            lambda db: diagnoses.add(
                db,
                token,
                session_id,
                diagnosis,
                api_name=api_name,
                attempt=attempt,
                at=at,
                fingerprint=fingerprint,
                findings=findings,
                latency_seconds=latency_seconds,
                cost_usd=cost_usd,
                principal=principal,
            )
        )

    async def set_helped(self, diagnosis_id: int, helped: bool) -> None:
        await self._write("UPDATE diagnostics SET helped = ? WHERE id = ?", int(helped), diagnosis_id)

    async def diagnostics(
        self,
        *,
        principal: Principal | None = None,
        session_id: str | None = None,
        error_type: ErrorType | None = None,
        api_name: str | None = None,
        fingerprint: str | None = None,
        since: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[DiagnosisRecord]:
        limit = rows.bounded(limit)
        found = await self._read(
            diagnoses.FIND,
            rows.parse_cursor(cursor),
            rows.parse_since(since),
            session_id,
            error_type,
            api_name,
            fingerprint,
            principal and principal.name,
            limit + 1,
        )
        return rows.page(found, limit, rows.diagnosis_record)

    async def store_files(self, session_id: str, epoch: int, files: list[DriverFile]) -> None:
        await self._write_held(
            session_id,
            epoch,
            "INSERT INTO files (session_id, path, sha256, author, size, text) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (session_id, path) DO UPDATE SET sha256 = excluded.sha256, author = excluded.author,"
            " size = excluded.size, text = excluded.text",
            [(session_id, f.path, f.sha256, f.author, len(f.text.encode()), f.text) for f in files],
        )

    async def files(self, session_id: str) -> list[SessionFileRecord]:
        found = await self._read(
            "SELECT path, sha256, author, size FROM files WHERE session_id = ? ORDER BY path", session_id
        )
        return [rows.file_record(row) for row in found]

    async def file_text(self, session_id: str, path: str) -> str | None:
        found = await self._read("SELECT text FROM files WHERE session_id = ? AND path = ?", session_id, path)
        return found[0]["text"] if found else None

    async def add_usage(
        self,
        session_id: str,
        epoch: int,
        *,
        role: str,
        model: str,
        input_tokens: int,
        cached_tokens: int,
        output_tokens: int,
        cost_usd: float | None,
        latency_seconds: float,
        data: dict[str, Any],
    ) -> None:
        tokens = (input_tokens, cached_tokens, output_tokens)
        moment = rows.timestamp(self._now())
        await self._write_held(
            session_id,
            epoch,
            "INSERT INTO usage (token, session_id, at, role, model, input_tokens, cached_tokens, output_tokens, cost_usd,"
            " latency_seconds, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (token) DO NOTHING",
            [
                (
                    secrets.token_hex(8),
                    session_id,
                    moment,
                    role,
                    model,
                    *tokens,
                    cost_usd,
                    latency_seconds,
                    rows.compact(data),
                )
            ],
        )

    async def usage(self, session_id: str) -> ModelUsage:
        (found,) = await self._read(
            "SELECT count(*) AS calls, coalesce(sum(input_tokens), 0) AS input, coalesce(sum(cached_tokens), 0) AS cached,"
            " coalesce(sum(output_tokens), 0) AS output, count(*) - count(cost_usd) AS unpriced,"
            " coalesce(sum(cost_usd), 0.0) AS cost FROM usage WHERE session_id = ?",
            session_id,
        )
        return ModelUsage(
            calls=found["calls"],
            input_tokens=found["input"],
            cached_tokens=found["cached"],
            output_tokens=found["output"],
            cost_usd=None if found["unpriced"] else round(found["cost"], 6),
        )

    async def hand_in(self, session_id: str, name: str, result: JsonValue) -> bool:
        async def work(db: Statements) -> bool:
            return await claims.hand_in(db, session_id, name, rows.compact(result), now=self._now())

        return await self._writer.submit(work)

    async def count(self, name: str, amount: int = 1, *, principal: Principal = LOCAL) -> None:
        await self._write(
            "INSERT INTO counts (token, name, at, amount, principal) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (token) DO NOTHING",
            secrets.token_hex(8),
            name,
            rows.timestamp(self._now()),
            amount,
            principal.name,
        )

    async def metrics(self, *, principal: Principal | None = None, since: str | None = None) -> dict[str, Any]:
        with self._explained():
            return await metrics(self._reading, principal=principal, since=rows.parse_since(since), now=self._now())

    async def prune(self, *, before: str) -> int:
        moment = rows.parse_since(before)

        async def work(db: Statements) -> int:
            gone = await db.execute_fetchall("DELETE FROM sessions WHERE finished_at < ? RETURNING number", (moment,))
            return len(list(gone))

        return await self._writer.submit(work)

    async def check_writable(self) -> None:
        async def work(db: Statements) -> None:
            token = secrets.token_hex(8)
            await db.execute_fetchall(
                "INSERT INTO counts (token, name, at, amount, principal) VALUES (?, 'health', '', 0, '')", (token,)
            )
            await db.execute_fetchall("DELETE FROM counts WHERE token = ?", (token,))

        await self._writer.submit(work)

    async def _read(self, sql: str, *parameters: Any) -> list[sqlite3.Row]:
        with self._explained():
            return list(await self._reading.execute_fetchall(sql, parameters))

    async def _write(self, sql: str, *parameters: Any) -> None:
        async def work(db: Statements) -> None:
            await db.execute_fetchall(sql, parameters)

        await self._writer.submit(work)

    async def _write_held(self, session_id: str, epoch: int, sql: str, entries: Iterable[tuple[Any, ...]]) -> None:
        """One statement for each entry, if the epoch is still the session's."""

        async def work(db: Statements) -> None:
            await claims.hold(db, session_id, epoch)
            for entry in entries:
                await db.execute_fetchall(sql, entry)

        await self._writer.submit(work)

    @contextmanager
    def _explained(self) -> Generator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise explain(error, self.path) from error
        except ValueError as error:
            if str(error) in {"Connection closed", "no active connection"}:
                raise JournalError("The session database is closed.") from error
            raise
