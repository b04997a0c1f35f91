"""What is wrong with a database file, in words for a person."""

import os
import sqlite3
from pathlib import Path

from ...errors import JournalError

_MAGIC = b"SQLite format 3\x00"
_ELSEWHERE = "Set DRIVERSMITH_HOME to a folder that driversmith can write to."

_NEXT_ACTION = {
    sqlite3.SQLITE_FULL: ("has no room left on its disk", "Free some disk space and try again; nothing was lost."),
    sqlite3.SQLITE_READONLY: ("is read-only", f"Make it writable. {_ELSEWHERE}"),
    sqlite3.SQLITE_CANTOPEN: ("cannot be opened", _ELSEWHERE),
    sqlite3.SQLITE_PERM: ("may not be accessed", _ELSEWHERE),
    sqlite3.SQLITE_NOTADB: ("is not a driversmith database", f"Move the file away. {_ELSEWHERE}"),
    sqlite3.SQLITE_CORRUPT: ("is damaged", f"Restore it from a backup, or move it away to start anew. {_ELSEWHERE}"),
    sqlite3.SQLITE_BUSY: ("is locked by another process", "Stop the program that holds it open, and try again."),
    sqlite3.SQLITE_LOCKED: ("is locked by another process", "Stop the program that holds it open, and try again."),
    sqlite3.SQLITE_IOERR: ("cannot be read or written", "Check the disk that it lies on."),
}


def explain(error: sqlite3.Error, path: Path) -> JournalError:
    """An error of SQLite as one of ours."""
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    what, next_action = _NEXT_ACTION.get(code, ("cannot be used", "This is a fault of driversmith: please report it."))
    return JournalError(f"The session database {path} {what} ({error}).", next_action=next_action)


def prepare(path: Path) -> None:
    """Make the folder and an empty, private file where there is none; look at one that exists without touching it.

    Raises:
        JournalError: it is a folder, not a database, or may not be written.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.is_dir():
            raise JournalError(f"The session database {path} is a folder.", next_action=f"Remove it. {_ELSEWHERE}")
        if not path.exists():
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            return
        with path.open("rb") as file:
            head = file.read(len(_MAGIC))
    except OSError as error:
        raise JournalError(
            f"The session database {path} cannot be opened ({error.strerror or error}).", next_action=_ELSEWHERE
        ) from error
    if head and head != _MAGIC:
        what, next_action = _NEXT_ACTION[sqlite3.SQLITE_NOTADB]
        raise JournalError(f"The session database {path} {what}.", next_action=next_action)
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        what, next_action = _NEXT_ACTION[sqlite3.SQLITE_READONLY]
        raise JournalError(f"The session database {path} {what}.", next_action=next_action)
