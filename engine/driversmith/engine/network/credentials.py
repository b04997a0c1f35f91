"""Credentials of target APIs: `credentials.toml`, one table an origin, readable by its owner only (DESIGN section 7)."""

import os
import stat
import sys
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from ..errors import FetchError, InvalidArgumentError
from .addresses import origin_of, parse_url

ENV_PREFIX = "env:"
WIRE_TABLES = ("headers", "query")
_NO_SECRETS = frozenset({
    "accept", "accept-charset", "accept-encoding", "accept-language", "cache-control", "content-language", "content-type", "date",
    "from", "host", "if-modified-since", "origin", "pragma", "referer", "user-agent", "x-api-version", "x-requested-with",
})  # fmt: skip
"""Headers that say how, not who; their values stand in descriptions, too."""


@dataclass(frozen=True)
class OriginCredentials:
    """What one origin is given; nothing of it shows in a repr."""

    origin: str
    arguments: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    """By credential argument (`api_key`, `token`, `username`, ...) or name of an auth scheme."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    """Headers as they go on the wire."""
    query: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    """Query parameters as they go on the wire."""

    def secrets(self) -> frozenset[str]:
        """All values, for redaction; those of headers also without the word before them, pairs also as they are joined."""
        headers = {value for name, value in self.headers.items() if name.lower() not in _NO_SECRETS}
        words = {value.partition(" ")[2].strip() for value in headers}
        pairs = {
            f"{self.arguments.get(name, '')}:{self.arguments.get(secret, '')}"
            for name, secret in (("username", "password"), ("client_id", "client_secret"))
        }
        return frozenset({*self.arguments.values(), *headers, *self.query.values(), *words, *pairs} - {"", ":"})


@dataclass(frozen=True)
class Credentials:
    """The whole file: origin -> its table, values as written there."""

    path: Path
    tables: Mapping[str, Mapping[str, str | Mapping[str, str]]] = field(
        default_factory=dict[str, Mapping[str, str | Mapping[str, str]]], repr=False
    )

    def for_origin(self, url: str) -> OriginCredentials | None:
        """The credentials for the origin of `url`, or None; `env:NAME` values are looked up now.

        Raises:
            InvalidArgumentError: a variable that the file names is not set.
        """
        origin = origin_of(url)
        table = self.tables.get(origin)
        if table is None:
            return None
        flat = {k: self._value(origin, k, v) for k, v in table.items() if isinstance(v, str)}
        wire = {
            name: {k: self._value(origin, f"{name}.{k}", v) for k, v in values.items()}
            for name, values in table.items()
            if not isinstance(values, str)
        }
        return OriginCredentials(
            origin=origin, arguments=flat, headers=wire.get("headers", {}), query=wire.get("query", {})
        )

    def _value(self, origin: str, name: str, value: str) -> str:
        if not value.startswith(ENV_PREFIX):
            return value
        variable = value.removeprefix(ENV_PREFIX)
        found = os.environ.get(variable)
        if not found:
            raise InvalidArgumentError(
                f"The environment variable {variable} is not set; {self.path} names it as {name} of {origin}.",
                next_action=f"Set {variable} where driversmith runs, or change the file.",
            )
        return found


def load_credentials(path: Path) -> Credentials:
    """Read `credentials.toml`; a missing file holds no credentials.

    Raises:
        InvalidArgumentError: others can read the file, it is not TOML, or not of the documented shape; the message
            never shows a value.
    """
    try:
        _check_mode(path)
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Credentials(path)
    except (OSError, UnicodeDecodeError) as exc:
        raise InvalidArgumentError(
            f"{path} cannot be read ({type(exc).__name__}).", next_action="Check the file and its permissions."
        ) from exc
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise InvalidArgumentError(f"{path} is not valid TOML: {exc}.", next_action=_EXAMPLE) from exc
    tables: dict[str, Mapping[str, str | Mapping[str, str]]] = {}
    for key, table in document.items():
        origin = _origin_key(path, key)
        if origin in tables:
            raise InvalidArgumentError(f"{path} has two tables for {origin}.", next_action="Make them one.")
        tables[origin] = _checked_table(path, key, table)
    return Credentials(path, tables)


def stored_secrets(path: Path) -> frozenset[str]:
    """All values of all origins in the file, for redaction; none of a file that cannot be used, which says so where it is
    needed, and of variables only those that are set."""
    found = set[str]()
    with suppress(InvalidArgumentError):
        file = load_credentials(path)
        for origin in file.tables:
            with suppress(InvalidArgumentError, FetchError):
                credentials = file.for_origin(origin)
                found |= credentials.secrets() if credentials else set()
    return frozenset(found)


def _check_mode(path: Path) -> None:
    if sys.platform == "win32":
        return  # the user's profile folder is private by its access list
    status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        raise InvalidArgumentError(f"{path} is a folder.", next_action="Move it away.")
    mode = stat.S_IMODE(status.st_mode)
    if mode & 0o077:
        raise InvalidArgumentError(
            f"{path} can be read by others (mode {mode:o}), so its keys are not used.",
            next_action=f"Run: chmod 600 {path}",
        )


def _origin_key(path: Path, key: str) -> str:
    try:
        parsed = parse_url(key)
        origin = origin_of(key)
    except FetchError as exc:
        raise InvalidArgumentError(f"{path}: {key!r} is not an origin.", next_action=_EXAMPLE) from exc
    if parsed.path not in {"", "/"} or parsed.query or parsed.fragment:
        raise InvalidArgumentError(
            f"{path}: {key!r} is more than an origin.", next_action=f'Write it as ["{origin}"], without a path.'
        )
    return origin


def _checked_table(path: Path, key: str, table: object) -> Mapping[str, str | Mapping[str, str]]:
    if not isinstance(table, dict):
        raise InvalidArgumentError(f"{path}: {key!r} is not a table.", next_action=_EXAMPLE)
    checked: dict[str, str | Mapping[str, str]] = {}
    for name, value in cast(dict[str, object], table).items():
        if name not in WIRE_TABLES:
            checked[name] = _text(path, key, name, value)
        elif isinstance(value, dict):
            entries = cast(dict[str, object], value)
            checked[name] = {k: _text(path, key, f"{name}.{k}", v) for k, v in entries.items()}
        else:
            raise InvalidArgumentError(
                f"{path}: {name} of {key!r} is not a table.", next_action=f'Write {name} = {{ Name = "value" }}.'
            )
    return checked


def _text(path: Path, key: str, name: str, value: object) -> str:
    if not isinstance(value, str):
        raise InvalidArgumentError(f"{path}: {name} of {key!r} is not text.", next_action="Put it in quotes.")
    if not value:
        raise InvalidArgumentError(f"{path}: {name} of {key!r} is empty.", next_action="Enter it again, or remove it.")
    if any(ord(c) < 32 or ord(c) == 127 for c in value):
        raise InvalidArgumentError(
            f"{path}: {name} of {key!r} holds a line break or control character.", next_action="Enter it again."
        )
    return value


_EXAMPLE = 'A table looks like: ["https://api.example.com"], below it api_key = "env:EXAMPLE_KEY".'
