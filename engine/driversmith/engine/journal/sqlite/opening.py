"""Opening the embedded Journal: one SQLite file, shared by any number of processes. The only file that imports aiosqlite."""

import sqlite3
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiosqlite
import anyio

from .faults import explain, prepare
from .journal import SqliteJournal
from .migrations import check, migrate
from .writer import BatchWriter

__all__ = ["SqliteJournal", "open_journal"]


@asynccontextmanager
async def open_journal(path: Path, *, now: Callable[[], float] = time.time) -> "AsyncGenerator[SqliteJournal]":
    """The journal in the database file `path`, made where there is none; `now` gives Unix seconds.

    Raises:
        JournalError: the file cannot be used (of a newer version, read-only, a folder, no database, no space left);
            nothing in it was touched.
    """
    failure: Exception | None = None
    async with _connections(path) as (reading, writing), anyio.create_task_group() as tasks:
        writer = BatchWriter(writing, explain=lambda error: explain(error, path))
        try:
            tasks.start_soon(writer.run)  # `start` would, when cancelled, wait for an end that only `close` brings
            yield SqliteJournal(path, reading=reading, writer=writer, now=now)
        except Exception as error:  # edge: an exception of the caller must leave as it is, not inside a group
            failure = error
        finally:
            writer.close()
    if failure is not None:
        raise failure


@asynccontextmanager
async def _connections(path: Path) -> AsyncGenerator[tuple[aiosqlite.Connection, aiosqlite.Connection]]:
    """A connection to read with and one to write with, on an up-to-date database; closed even under cancellation."""
    prepare(path)
    opened: list[aiosqlite.Connection] = []
    try:
        with anyio.CancelScope(shield=True):
            await _open(path, opened)
        writing, reading = opened
        yield reading, writing
    finally:
        with anyio.CancelScope(shield=True):
            for connection in opened:
                with suppress(sqlite3.Error):  # what was acknowledged is committed; there is nothing left to save
                    await connection.close()


async def _open(path: Path, opened: list[aiosqlite.Connection]) -> None:
    try:
        await migrate(await _connect(path, opened), path)
        reading = await _connect(path, opened)
        await reading.execute_fetchall("PRAGMA query_only = ON")
    except sqlite3.Error as error:
        raise explain(error, path) from error


async def _connect(path: Path, opened: list[aiosqlite.Connection]) -> aiosqlite.Connection:
    connection = await aiosqlite.connect(path, isolation_level=None)
    opened.append(connection)
    connection.row_factory = sqlite3.Row
    await connection.execute_fetchall("PRAGMA busy_timeout = 5000")
    await check(connection, path)
    await _switch_to_wal(connection)
    await connection.execute_fetchall("PRAGMA synchronous = FULL")
    await connection.execute_fetchall("PRAGMA foreign_keys = ON")
    await connection.execute_fetchall("PRAGMA secure_delete = ON")  # what is forgotten does not stay in free pages
    return connection


async def _switch_to_wal(connection: aiosqlite.Connection) -> None:
    """SQLite does not wait its busy_timeout here when two processes switch a new file at once, so this does."""
    for pause in (0.01, 0.05, 0.2, 0.5, 1.0, None):
        try:
            await connection.execute_fetchall("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or pause is None:
                raise
            await anyio.sleep(pause)
        else:
            return
