"""Changing `credentials.toml`: atomic, mode 600, comments and the other entries kept."""

import os
import tempfile
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InvalidArgumentError
from .addresses import origin_of
from .credentials import ENV_PREFIX, WIRE_TABLES, load_credentials

if TYPE_CHECKING:
    import tomlkit

ARGUMENTS = ("api_key", "token", "username", "password", "client_id", "client_secret")
"""Names of credentials that mean the same for every API."""
MASK = "********"


def set_credential(path: Path, origin: str, name: str, value: str, *, of_scheme: bool = False) -> str:
    """Store one value; `name` is a credential argument, `headers.NAME`, `query.NAME`, or, with `of_scheme`, the name of an
    auth scheme of the API. The origin as stored.

    Raises:
        FetchError: `origin` is not an http or https URL.
        InvalidArgumentError: the name or value cannot stand, or the file cannot be read or written.
    """
    import tomlkit

    origin = origin_of(origin)
    table_name, key = _split(name)
    if not (table_name or of_scheme or key in ARGUMENTS):
        close = get_close_matches(key.lower(), (*ARGUMENTS, "headers", "query"), n=1)
        meant = f"Did you mean {close[0]}? " if close else ""
        raise InvalidArgumentError(
            f"{key!r} is no credential that driversmith knows: {', '.join(ARGUMENTS)}, headers.NAME, query.NAME.",
            next_action=f"{meant}If it is the name of an auth scheme of the API, add --scheme.",
        )
    if not value or not value.isprintable():
        raise InvalidArgumentError(
            f"The value of {name} is empty or holds control characters.", next_action="Enter it again."
        )
    document = _document(path)
    table = _table(document, origin)
    if table is None:
        table = document[origin] = tomlkit.table()
    if table_name:
        if table_name not in table:
            table[table_name] = tomlkit.inline_table()
        table[table_name][key] = value
    else:
        table[key] = value
    _write(path, tomlkit.dumps(document))
    return origin


def remove_credential(path: Path, origin: str, name: str | None = None) -> bool:
    """Remove one value, or with no name the whole origin; whether there was one.

    Raises:
        FetchError, InvalidArgumentError: as `set_credential`.
    """
    import tomlkit

    origin = origin_of(origin)
    document = _document(path)
    table = _table(document, origin)
    if table is None:
        return False
    if name is not None:
        table_name, key = _split(name)
        holder = table.get(table_name, {}) if table_name else table
        if key not in holder:
            return False
        del holder[key]
        if table_name and not holder:
            del table[table_name]
    if name is None or not table:
        for written in [k for k in document if origin_of(k) == origin]:
            del document[written]
    _write(path, tomlkit.dumps(document))
    return True


def list_credentials(path: Path) -> dict[str, dict[str, str]]:
    """Origin -> name -> masked value; `env:NAME` shows as it is, since it is no secret.

    Raises:
        InvalidArgumentError: the file cannot be used.
    """
    listed: dict[str, dict[str, str]] = {}
    for origin, table in load_credentials(path).tables.items():
        names = listed.setdefault(origin, {})
        for name, value in table.items():
            if isinstance(value, str):
                names[name] = _masked(value)
            else:
                names.update({f"{name}.{k}": _masked(v) for k, v in value.items()})
    return listed


def _masked(value: str) -> str:
    if not value.startswith(ENV_PREFIX):
        return MASK
    return value if os.environ.get(value.removeprefix(ENV_PREFIX)) else f"{value} (not set here)"


def _split(name: str) -> tuple[str, str]:
    """`headers.X-API-Key` -> its table and key; a plain name has no table."""
    table, dot, key = name.partition(".")
    if dot and table in WIRE_TABLES:
        name = key
    else:
        table = ""
    if not name.strip() or not name.isprintable() or (not table and name in WIRE_TABLES):
        raise InvalidArgumentError(
            f"{name!r} is not the name of a credential.",
            next_action="Use api_key, token, username, password, client_id, client_secret, a scheme's name, "
            "headers.NAME or query.NAME.",
        )
    return table, name


def _document(path: Path) -> "tomlkit.TOMLDocument":
    import tomlkit

    load_credentials(path)  # refuses a file that is readable by others or broken, before anything is written
    return tomlkit.parse(path.read_text(encoding="utf-8") if path.exists() else "")


def _table(document: "tomlkit.TOMLDocument", origin: str) -> Any:
    for written in document:
        if origin_of(written) == origin:
            return document[written]
    return None


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".credentials-")  # mode 600 from the start
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as exc:
        raise InvalidArgumentError(
            f"{path} cannot be written ({exc.strerror or exc}).", next_action="Check the folder and its permissions."
        ) from exc
