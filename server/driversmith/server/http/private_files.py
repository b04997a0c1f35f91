"""Small files that nobody but the user may read."""

import os
import secrets
import stat
import sys
from pathlib import Path

from driversmith.engine.errors import InvalidArgumentError

MOST_BYTES = 1 << 20
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)


def read_private(path: Path) -> str | None:
    """The text of a file that others cannot read; None where there is none.

    Raises:
        InvalidArgumentError: it is a link, a folder, too large or no text, belongs to somebody else, or others can read it.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | _NO_FOLLOW)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unusable(path, str(error.strerror)) from error
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise _unusable(path, "it is no file")
        if sys.platform != "win32":  # there the user's profile folder is private by its access list
            if status.st_uid != os.geteuid():
                raise _unusable(path, "it belongs to somebody else")
            if (mode := stat.S_IMODE(status.st_mode)) & 0o077:
                raise InvalidArgumentError(
                    f"{path} can be read by others (mode {mode:o}), so it is not used.",
                    next_action=f"Run: chmod 600 {path}, and make the tokens in it anew.",
                )
        data = file.read(MOST_BYTES + 1)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise _unusable(path, "it is no text") from error
    if len(data) > MOST_BYTES:
        raise _unusable(path, "it is too large")
    return text


def write_private(path: Path, text: str) -> None:
    """Put the text there whole or not at all, readable by the user alone; what was there before is replaced.

    Raises:
        InvalidArgumentError: nothing can be written there.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_FOLLOW, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            beside.replace(path)
        except OSError:
            beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise _unusable(path, str(error.strerror)) from error


def _unusable(path: Path, why: str) -> InvalidArgumentError:
    return InvalidArgumentError(
        f"{path} cannot be used ({why}).", next_action="Remove it, or set DRIVERSMITH_HOME to another folder."
    )
