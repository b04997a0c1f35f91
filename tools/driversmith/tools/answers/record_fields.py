"""Some fields of records: by name, and by dotted path what stands inside of one."""

import difflib
from collections.abc import Iterable
from typing import Any, cast

from mcp.server.mcpserver.exceptions import ToolError

MOST_NAMED = 60

Record = dict[str, Any]


def picked(record: Record, fields: Iterable[str]) -> Record:
    """The record with these fields alone, where it has them; a path into a list goes into each of its items."""
    found: Record = {}
    for field in fields:
        _pick(record, field, found)
    return {name: found[name] for name in record if name in found}


def check_fields(fields: Iterable[str], records: list[Record], described: Iterable[str]) -> None:
    """Refuse a field that neither the description nor any of the records knows.

    Raises:
        ToolError: with the names that are known, where the path leaves them.
    """
    known = list(dict.fromkeys([*described, *(name for record in records for name in record)]))
    for field in fields:
        if not known or field in known or _reaches(records, field):
            continue
        if field.partition(".")[0] not in known:
            raise _unknown(field, "", known)
        _check_inside(field, records)


def _pick(record: Record, path: str, into: Record) -> None:
    if path in record:
        into[path] = record[path]
        return
    name, dot, rest = path.partition(".")
    if not dot or name not in record:
        return
    inner = record[name]
    if isinstance(inner, dict):
        part = into.setdefault(name, {})
        if part is not inner:  # else it is there whole already
            _pick(cast("Record", inner), rest, part)
    elif isinstance(inner, list):
        items = _records_in(inner)
        parts = into.setdefault(name, [{} for _ in items])
        if parts is not inner:
            for item, part in zip(items, parts, strict=True):
                _pick(item, rest, part)


def _records_in(value: Any) -> list[Record]:
    """The value, where it is a record, or those in a list of them."""
    if isinstance(value, dict):
        return [cast("Record", value)]
    if isinstance(value, list):
        return [record for item in cast("list[Any]", value) for record in _records_in(item)]
    return []


def _reaches(value: Any, path: str) -> bool:
    """Whether something stands at the path."""
    name, dot, rest = path.partition(".")
    return any(
        path in record or (bool(dot) and name in record and _reaches(record[name], rest))
        for record in _records_in(value)
    )


def _check_inside(path: str, records: list[Record]) -> None:
    """Say where a path leaves what is there; nothing is said where no record shows what is inside."""
    values: list[Any] = list(records)
    way: list[str] = []
    for name in path.split("."):
        inside = _records_in(values)
        names = list(dict.fromkeys(key for record in inside for key in record))
        if way and name not in names and names:
            raise _unknown(path, ".".join(way), names)
        if way and not names and any(value not in (None, [], {}) for value in values):
            raise ToolError(f"fields: {'.'.join(way)} holds no fields, so {path!r} leads nowhere.")
        values = [record[name] for record in inside if name in record]
        way.append(name)


def _unknown(field: str, inside: str, known: list[str]) -> ToolError:
    alike = difflib.get_close_matches(field.rpartition(".")[2], known, n=1, cutoff=0.6)
    named = ", ".join(known[:MOST_NAMED]) + (f" and {len(known) - MOST_NAMED} more" if len(known) > MOST_NAMED else "")
    where = f" in {inside}" if inside else ""
    guess = f" Did you mean {alike[0]}?" if alike else ""
    return ToolError(f"fields: there is no {field!r}{where}.{guess} Known{where}: {named}.")
