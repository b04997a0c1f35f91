"""Reading a file from disk for validation: every way in which that fails is an error that says so."""

import codecs
import errno
import io
import os
import re
import stat
import tokenize
from dataclasses import dataclass
from pathlib import Path

from ...errors import InvalidArgumentError
from ..fault import Fault
from ..limits import MAX_FILE_BYTES, MAX_PROFILE_BYTES

KNOWN_SUFFIXES = (".py", ".pyi", ".md", ".toml", ".json", ".yaml", ".yml", ".txt", ".cfg", ".ini", ".typed")
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")


@dataclass(frozen=True)
class SourceText:
    """The text of a file, or None with the fault that keeps it from being text."""

    text: str | None
    code: str = ""
    fault: Fault | None = None


def resolve_path(file_path: str, driver_root: Path | None) -> Path:
    """The absolute path of a file, its symlinks resolved; a relative one is taken below `driver_root`.

    Raises:
        InvalidArgumentError: the path is empty, holds NUL, has an unknown suffix, loops, or lies outside `driver_root`.
    """
    if not file_path.strip():
        raise InvalidArgumentError("file_path is empty.", next_action="Give the path of a file.")
    if "\0" in file_path:
        raise InvalidArgumentError("file_path holds a NUL character.", next_action="Give the path of a file.")
    path = Path(file_path).expanduser() if file_path.startswith("~") else Path(file_path)
    try:
        resolved = (driver_root / path if driver_root else path).resolve(strict=False)
    except (OSError, RuntimeError, ValueError) as error:
        raise _unreadable(file_path, error) from error
    if driver_root and not resolved.is_relative_to(driver_root):
        raise InvalidArgumentError(
            f"{file_path} lies outside driver_root {driver_root}.",
            next_action="Give a file below driver_root, or the driver_root that it belongs to.",
        )
    if resolved.suffix.lower() not in KNOWN_SUFFIXES:
        raise InvalidArgumentError(
            f"{file_path} is not a kind of file that drivers are made of.",
            next_action=f"Known suffixes: {', '.join(KNOWN_SUFFIXES)}.",
        )
    return resolved


def resolve_root(driver_root: str) -> Path:
    """The absolute path of a driver's project folder.

    Raises:
        InvalidArgumentError: it is no folder.
    """
    if not driver_root.strip() or "\0" in driver_root:
        raise InvalidArgumentError("driver_root is empty or holds NUL.", next_action="Give a driver's project folder.")
    try:
        root = Path(driver_root).expanduser().resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as error:
        raise _unreadable(driver_root, error) from error
    if not root.is_dir():
        raise InvalidArgumentError(
            f"driver_root {driver_root} is not a folder.", next_action="Give the driver's project folder."
        )
    return root


def read_source(path: Path) -> SourceText:
    """The text of one file.

    Raises:
        InvalidArgumentError: it does not exist (any more), is a folder or a device, or may not be read.
    """
    try:
        # Non-blocking, so that a named pipe cannot hold the reader up.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise InvalidArgumentError(f"{path} is not a regular file.", next_action="Give the path of a file.")
            data = stream.read(_most_bytes(path.name) + 1)
    except (OSError, ValueError) as error:
        raise _unreadable(str(path), error) from error
    return decode(path.name, data)


def decode(name: str, data: bytes) -> SourceText:  # noqa: PLR0911 - one refusal a reason
    """Bytes as text: UTF-8 with or without a byte order mark, for Python files also what their cookie declares."""
    if len(data) > _most_bytes(name):
        return too_large()
    if data.startswith(_WIDE_MARKS):
        return _refused("encoding", "The file is UTF-16 or UTF-32.", "Save it as UTF-8.")
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        return _refused("nul-bytes", "The file holds NUL bytes: it is binary or damaged.", "Write it as text.", line)
    if _CONTROL.search(data[:4096]) and not _is_utf8(data):
        return _refused("binary", "The file is binary, not text.", "Give a text file.")
    encoding = "utf-8-sig"
    if name.endswith((".py", ".pyi")):
        try:
            encoding = tokenize.detect_encoding(io.BytesIO(data).readline)[0]
        except SyntaxError as error:
            return _refused("encoding", f"Python cannot read the file: {error.msg}.", "Save it as UTF-8.")
    try:
        return SourceText(data.decode(encoding))
    except (UnicodeDecodeError, LookupError) as error:
        start = error.start if isinstance(error, UnicodeDecodeError) else 0
        line = data.count(b"\n", 0, start) + 1
        return _refused("encoding", f"The file is not {encoding}: {error}.", "Save it as UTF-8.", line)


def check_text(text: str, *, name: str = "") -> SourceText:
    """The same bounds for a text that came as an argument; `name` is its path in a driver."""
    most = _most_bytes(name)
    if len(text) > most or len(text.encode(errors="surrogatepass")) > most:
        return too_large()
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        return _refused("nul-bytes", "The text holds NUL characters.", "Leave them out.", line)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        return _refused("encoding", "The text holds half of a surrogate pair.", "Send it as valid UTF-8.", line)
    return SourceText(text.removeprefix("\ufeff"))


def _most_bytes(name: str) -> int:
    return MAX_PROFILE_BYTES if name == "profile.json" else MAX_FILE_BYTES


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def too_large() -> SourceText:
    """The refusal of a file above the limit."""
    return _refused(
        "too-large",
        f"The file is larger than {MAX_FILE_BYTES >> 20} MB and was not read.",
        "Split it; keep large tables in a JSON file.",
    )


def _refused(code: str, message: str, hint: str, line: int = 1) -> SourceText:
    return SourceText(None, code, Fault(message, hint=hint, line=line))


def _unreadable(path: str, error: Exception) -> InvalidArgumentError:
    number = error.errno if isinstance(error, OSError) else None
    if isinstance(error, RuntimeError) or number == errno.ELOOP:
        reason = "is a loop of symbolic links"
    elif number in {errno.ENOENT, errno.ENOTDIR}:
        reason = "does not exist"
    elif number == errno.EISDIR:
        reason = "is a folder, not a file"
    elif number in {errno.EACCES, errno.EPERM}:
        reason = "may not be read"
    else:
        reason = f"cannot be read ({error.strerror or error if isinstance(error, OSError) else error})"
    return InvalidArgumentError(f"{path[:500]} {reason}.", next_action="Give the path of a readable file.")
