"""The JSON schema of what was seen: keys and types of samples, none of their values."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from ...facts.keys import is_word
from ..documents.nodes import Node, is_list, is_object

MOST_RECORDS = 200
MOST_KEYS = 300
_DEEPEST = 7
_FORMATS = (
    ("date-time", re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?\Z")),
    ("date", re.compile(r"\d{4}-\d{2}-\d{2}\Z")),
    ("uuid", re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")),
    ("uri", re.compile(r"https?://\S+\Z")),
)


def schema_of(values: Sequence[Any], depth: int = 0) -> Node:
    """The schema that all of these values keep to. Keys that look like values (identifiers, dates) are not told."""
    seen = [value for value in values[:MOST_RECORDS] if value is not None]
    kinds = list(dict.fromkeys(_kind(value) for value in seen))
    if "integer" in kinds and "number" in kinds:
        kinds.remove("integer")
    is_nullable = len(seen) < len(values[:MOST_RECORDS])
    if len(kinds) != 1:
        return {}  # nothing was seen, or several kinds: any
    schema: Node = {"type": [kinds[0], "null"] if is_nullable else kinds[0]}
    if kinds[0] == "object" and depth < _DEEPEST:
        schema |= _object([value for value in seen if is_object(value)], depth)
    elif kinds[0] == "array":
        items = [item for value in seen if is_list(value) for item in value[:MOST_RECORDS]]
        schema["items"] = schema_of(items, depth + 1) if items and depth < _DEEPEST else {}
    elif kinds[0] == "string" and (found := _format(seen)):
        schema["format"] = found
    return schema


def _object(values: Sequence[Node], depth: int) -> Node:
    keys = list(dict.fromkeys(key for value in values for key in value))
    told = [key for key in keys if is_word(key)][:MOST_KEYS]
    if len(told) * 2 < len(keys):  # a map: its keys are values
        return {"additionalProperties": schema_of([item for value in values for item in value.values()], depth + 1)}
    properties = {key: schema_of([value[key] for value in values if key in value], depth + 1) for key in told}
    required = [key for key in told if all(key in value for value in values)]
    return {"properties": properties, "required": required}


def _format(texts: Iterable[Any]) -> str | None:
    filled = [text for text in texts if text]
    return next((name for name, rule in _FORMATS if filled and all(rule.match(text) for text in filled)), None)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    return "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"
