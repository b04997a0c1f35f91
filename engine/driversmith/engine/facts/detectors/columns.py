"""Columns side by side in place of records: `{"time": [...], "temperature": [...]}`."""

import re
from typing import Any, cast

from ..answer import members
from ..keys import is_word

AXIS = re.compile(
    r"(date|valid|start)?_?times?|(time|date)s?(_?(stamps?|times?|utc|local))?|t|ts|periods?|years?|months?",
    re.IGNORECASE,
)
"""What the column is called that tells the records apart."""


def column_blocks(body: Any) -> list[tuple[str, ...]]:
    """Where columns stand: objects of lists of plain values, as long as each other, one of which is a time and another holds
    numbers; in the answer itself, plain values may stand beside them. An answer with an identity of its own is a record."""
    found: list[tuple[str, ...]] = []
    if isinstance(body, dict) and {"id", "uuid", "_id"} & set(cast("dict[str, Any]", body)):
        return found
    for keys, value in ((), body), *members(body):
        if (
            isinstance(value, dict)
            and all(map(is_word, keys))
            and _are_columns(cast("dict[str, Any]", value), alone=bool(keys))
        ):
            found.append(keys)
    return found


def _are_columns(block: dict[str, Any], *, alone: bool) -> bool:
    lists = {key: cast("list[Any]", value) for key, value in block.items() if isinstance(value, list)}
    others = [value for key, value in block.items() if key not in lists]
    if len(lists) < 2 or (others and alone) or any(isinstance(value, dict) for value in others):
        return False
    lengths = {len(values) for values in lists.values()}
    plain = all(not isinstance(item, dict | list) for values in lists.values() for item in values[:50])
    counted = [key for key, values in lists.items() if any(type(item) in (int, float) for item in values[:50])]
    axes = [key for key in lists if AXIS.fullmatch(key)]
    return len(lengths) == 1 and 0 not in lengths and plain and bool(axes) and bool(set(counted) - set(axes[:1]))


def are_features(items: list[Any]) -> bool:
    """Whether these are the features of a GeoJSON document (RFC 7946)."""
    kinds = [cast("dict[str, Any]", item) for item in items if isinstance(item, dict)]
    return (
        bool(kinds) and len(kinds) == len(items) and all(k.get("type") == "Feature" and "geometry" in k for k in kinds)
    )
