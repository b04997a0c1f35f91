"""Named, append-only migrations: `schema/0001_sessions.sql`, `schema/0002_...`; the count is `PRAGMA user_version`."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from ...errors import JournalError
from .writer import Statements, Transactions

APPLICATION_ID = 0x64727673
"""`drvs`: marks a database file as a journal of driversmith."""

SCHEMA = Path(__file__).parent / "schema"


async def migrate(db: Transactions, path: Path) -> None:
    """Bring the database up to date, in one transaction; does nothing where it is.

    Raises:
        JournalError: it is of a newer version, or belongs to another program; nothing was changed.
    """
    steps = sorted(SCHEMA.glob("[0-9]*.sql"))
    if await _version(db, path, known=len(steps)) == len(steps):
        return
    await db.execute_fetchall("BEGIN IMMEDIATE")
    try:
        version = await _version(db, path, known=len(steps))  # another process may just have migrated it
        for step in steps[version:]:
            for statement in _statements(step.read_text(encoding="utf-8")):
                await db.execute_fetchall(statement)
        await db.execute_fetchall(f"PRAGMA application_id = {APPLICATION_ID}")
        await db.execute_fetchall(f"PRAGMA user_version = {len(steps)}")
        await db.execute_fetchall("COMMIT")
    except BaseException:
        if db.in_transaction:
            await db.execute_fetchall("ROLLBACK")
        raise


async def check(db: Statements, path: Path) -> None:
    """Refuse a database that this version cannot use, before anything in it is touched.

    Raises:
        JournalError: it is of a newer version, or belongs to another program.
    """
    await _version(db, path, known=len(list(SCHEMA.glob("[0-9]*.sql"))))


async def _version(db: Statements, path: Path, *, known: int) -> int:
    version = await _number(db, "PRAGMA user_version")
    application = await _number(db, "PRAGMA application_id")
    tables = await _number(db, "SELECT count(*) FROM sqlite_master")
    if tables and application != APPLICATION_ID:
        raise JournalError(
            f"{path} is a database of another program.",
            next_action="Set DRIVERSMITH_HOME to a folder of driversmith's own.",
        )
    if version > known:
        raise JournalError(
            f"{path} was written by a newer version of driversmith (schema {version}, this one knows {known}).",
            next_action="Upgrade driversmith, or set DRIVERSMITH_HOME to another folder.",
        )
    return version


async def _number(db: Statements, sql: str) -> int:
    return int(next(iter(await db.execute_fetchall(sql)))[0])


def _statements(script: str) -> Iterator[str]:
    """The statements of a script one by one: `executescript` would commit the transaction around it."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
