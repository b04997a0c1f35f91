"""Columns and rows in place of records."""

import re
from typing import Any, cast

from ..answer import members
from ..keys import is_word

_COLUMNS = re.compile(
    r"(columns?|column_?names|cols|fields?|field_?names|headers?|header|schema|names|keys)\Z", re.IGNORECASE
)


def tables(body: Any) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Where rows stand, and where the names of their columns do: lists of lists beside a list of as many names."""
    found: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
    for keys, value in ((), body), *members(body):
        if not all(map(is_word, keys)) or not isinstance(value, dict):
            continue
        inside = cast("dict[str, Any]", value)
        for key, rows in inside.items():
            columns = columns_of(cast("list[Any]", rows), inside) if isinstance(rows, list) else ""
            if columns and is_word(key):
                found.append(((*keys, key), (*keys, columns)))
    return found


def columns_of(rows: list[Any], beside: dict[str, Any]) -> str:
    """The key beside the rows under which their columns are named; "" where these are no rows, or nothing names them."""
    lengths = {len(cast("list[Any]", row)) if isinstance(row, list) else 0 for row in rows}
    if len(lengths) != 1 or not (width := lengths.pop()):
        return ""
    for key, value in beside.items():
        names = cast("list[Any]", value) if isinstance(value, list) else []
        if value is not rows and _COLUMNS.match(key) and len(names) == width and all(map(_is_name, names)):
            return key
    return ""


def _is_name(column: Any) -> bool:
    """Whether this names a column: a text, or an object with its name."""
    return isinstance(column, str) or (isinstance(column, dict) and isinstance(column.get("name"), str))  # pyright: ignore[reportUnknownMemberType]
