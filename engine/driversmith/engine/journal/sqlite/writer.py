"""The single writer of the journal: one task, one connection, many writes a transaction.

A caller hands in its work and waits; a caller that is cancelled leaves, and never owns a transaction. Work must raise
before its first write, and be idempotent: when a transaction fails, each of its works runs again alone, so that one
bad write cannot take its neighbours down.
"""

import sqlite3
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Generic, Protocol, TypeVar, cast

import anyio
from anyio.abc import TaskStatus

from ...errors import DriversmithError, JournalError

T = TypeVar("T")

MAX_BATCH = 256
BEGIN_TRIES = 4


class Statements(Protocol):
    """A database connection, as far as journal code sees it."""

    def execute_fetchall(self, sql: str, parameters: Iterable[Any] | None = None) -> Awaitable[Iterable[sqlite3.Row]]:
        """Run one statement and fetch all its rows at once (a half-read cursor would pin an old snapshot)."""
        ...


class Transactions(Statements, Protocol):
    """A connection that may be inside a transaction."""

    @property
    def in_transaction(self) -> bool:
        """Whether BEGIN has been said and neither COMMIT nor ROLLBACK."""
        ...


class _Entry(Generic[T]):
    def __init__(self, work: Callable[[Statements], Awaitable[T]]) -> None:
        self.work = work
        self.done = anyio.Event()
        self.value: T | None = None
        self.error: Exception | None = None


class BatchWriter:
    """Commits what callers hand in, in order, together with whatever else is waiting."""

    def __init__(self, connection: Transactions, *, explain: Callable[[sqlite3.Error], JournalError]) -> None:
        self._connection = connection
        self._explain = explain
        self._send, self._receive = anyio.create_memory_object_stream[_Entry[Any]](float("inf"))

    async def submit(self, work: Callable[[Statements], Awaitable[T]]) -> T:
        """The value of `work`, once it is committed.

        Raises:
            JournalError: it could not be committed, or the writer is closed. Errors that `work` raises come through.
        """
        entry = _Entry(work)
        try:
            self._send.send_nowait(entry)
        except (anyio.ClosedResourceError, anyio.BrokenResourceError):
            raise JournalError("The session database is closed.") from None
        await entry.done.wait()
        if entry.error is not None:
            raise entry.error
        return cast("T", entry.value)

    async def run(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Write until `close`; cancelling this task does not interrupt a write, only `close` ends it."""
        with anyio.CancelScope(shield=True):
            task_status.started()
            async with self._receive:
                async for entry in self._receive:
                    await self._write(self._with_waiting(entry))

    def close(self) -> None:
        """Take no more work; what is waiting is still written."""
        self._send.close()

    def _with_waiting(self, first: _Entry[Any]) -> list[_Entry[Any]]:
        batch = [first]
        while len(batch) < MAX_BATCH:
            try:
                batch.append(self._receive.receive_nowait())
            except (anyio.WouldBlock, anyio.EndOfStream):
                break
        return batch

    async def _write(self, batch: list[_Entry[Any]]) -> None:
        failure = await self._transact(batch)
        if failure is not None:
            for entry in batch:
                entry.error = failure if len(batch) == 1 else await self._transact([entry]) or entry.error
        for entry in batch:
            entry.done.set()

    async def _transact(self, batch: list[_Entry[Any]]) -> Exception | None:
        """Run and commit; the error that spoiled the transaction, if any."""
        try:
            await self._begin()
        except sqlite3.Error as error:
            failure = self._explain(error)
            for entry in batch:
                entry.error = failure
            return None
        try:
            for entry in batch:
                entry.error = None
                try:
                    entry.value = await entry.work(self._connection)
                except DriversmithError as refused:
                    entry.error = refused
            await self._connection.execute_fetchall("COMMIT")
        except Exception as error:  # edge: whatever one write raises must reach its caller and leave the writer alive
            await self._rollback()
            return self._explain(error) if isinstance(error, sqlite3.Error) else error
        return None

    async def _begin(self) -> None:
        for tries_left in reversed(range(BEGIN_TRIES)):
            try:
                await self._connection.execute_fetchall("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or not tries_left:
                    raise
            else:
                return

    async def _rollback(self) -> None:
        if self._connection.in_transaction:
            try:
                await self._connection.execute_fetchall("ROLLBACK")
            except sqlite3.Error:
                return
