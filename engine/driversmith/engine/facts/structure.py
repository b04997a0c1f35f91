"""The structure of an answer: keys, types and counts, never a value. What of an answer may be kept, logged and told."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from pydantic import JsonValue

from ..models.profile import JsonType

MAX_DEPTH = 8
MAX_KEYS = 60
"""Keys of one object that are told."""
ANY_KEY = "*"
"""Stands for the keys of an object that look like values: identifiers, dates, addresses."""
_VALUE_KEY = re.compile(
    r"-?\d[\d.:/_-]*|[0-9a-f]{8,}|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-.*|.*[@\s].*|\w+://.*|/.*|.{41,}", re.DOTALL
)

_JSON_TYPES: tuple[tuple[type, JsonType], ...] = (
    (bool, "boolean"),
    (int, "integer"),
    (float, "number"),
    (dict, "object"),
    (list, "array"),
)


def structure_of(value: Any) -> JsonValue:
    """An answer by its structure.

    An object is {key: structure}, keys that look like values folded to `*`; a list is [how many, structure of all items].
    What stands outside of lists says more: booleans as they are, and whether a number is that of the records.
    """
    return _structure(value, True, frozenset(len(items) for items in _lists(value)), 0)


def structure_hash(records: Sequence[Any]) -> str:
    """`sha256:<hex>` of what all these records have in common by structure; how many there are makes no difference."""
    merged = _merged([_structure(record, False, frozenset(), 1) for record in records]) if records else None
    return "sha256:" + hashlib.sha256(json.dumps(merged, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class FieldKinds:
    """What records have under one key."""

    records: int
    """Of how many."""
    nulls: int
    """In how many of them it is null."""
    kinds: frozenset[JsonType]
    """JSON types of what is neither null nor an empty array or object: these stand for each other in some APIs."""


def is_value_key(key: str) -> bool:
    """Whether a key looks like a value (an identifier, a date, an address): what a map keyed by data has for keys."""
    return key == ANY_KEY or _VALUE_KEY.fullmatch(key) is not None


def field_kinds(records: Sequence[Any]) -> dict[str, FieldKinds]:
    """By key, what the records have there; of values that are no objects, nothing."""
    values: dict[str, list[Any]] = {}
    for record in records:
        for key, value in cast("dict[str, Any]", record).items() if isinstance(record, dict) else ():
            values.setdefault(key, []).append(value)
    return {
        key: FieldKinds(
            records=len(found),
            nulls=sum(value is None for value in found),
            kinds=frozenset(_json_type(value) for value in found if value is not None and value not in ([], {})),
        )
        for key, found in values.items()
    }


def always_there(kinds: Mapping[str, FieldKinds], records: int) -> tuple[str, ...]:
    """The keys that so many records all have, sorted; without those that look like values."""
    return tuple(sorted(key for key, kind in kinds.items() if kind.records == records and not is_value_key(key)))[
        :MAX_KEYS
    ]


def _json_type(value: Any) -> JsonType:
    for kind, name in _JSON_TYPES:
        if isinstance(value, kind):
            return name
    return "string"


def _structure(value: Any, around: bool, counts: frozenset[int], depth: int) -> JsonValue:
    """`around` says that it stands outside of lists; inside, the structure is the same however many there are."""
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        if depth >= MAX_DEPTH:
            return "object"
        inner = {key: _structure(member, around, counts, depth + 1) for key, member in list(members.items())[:MAX_KEYS]}
        return _folded(inner, members)
    if isinstance(value, list):
        items = cast("list[Any]", value)
        if depth >= MAX_DEPTH or not items:
            return ["array"] if not around else [len(items)]
        merged = _merged([_structure(item, False, frozenset(), depth + 1) for item in items[:200]])
        return [len(items), merged] if around else [merged]
    return _scalar(value, around, counts)


def _scalar(value: Any, around: bool, counts: frozenset[int]) -> str:
    if isinstance(value, bool):
        return str(value).lower() if around else "boolean"
    if value is None:
        return "null"
    if isinstance(value, int):
        return f"integer, the number of records: {value}" if value in counts and value > 1 else "integer"
    if isinstance(value, float):
        return "number"
    return _text_kind(str(value)) if around else "string"


def _text_kind(text: str) -> str:
    if re.match(r"https?://", text):
        return "string, a URL"
    if re.match(r"[/?]\S+\Z", text):
        return "string, a path or query"
    return "string" if text else "string, empty"


def _folded(inner: Mapping[str, JsonValue], members: Mapping[str, Any]) -> dict[str, JsonValue]:
    """With the keys that look like values folded: all of them where the members are records like each other."""
    values = [key for key in inner if _VALUE_KEY.fullmatch(key)]
    objects = len(members) > 1 and all(isinstance(member, dict) for member in members.values())
    if objects and len(values) * 2 >= len(inner):
        values = list(inner)
    told = {key: kind for key, kind in inner.items() if key not in values}
    return {**told, ANY_KEY: _merged([inner[key] for key in values])} if values else told


def _merged(kinds: list[JsonValue]) -> JsonValue:
    """What holds for all of them: keys of any, types of any joined by "or"; null says nothing."""
    kinds = [kind for kind in kinds if kind != "null"] or kinds[:1]
    if all(isinstance(kind, dict) for kind in kinds):
        keys = dict.fromkeys(key for kind in kinds for key in cast("dict[str, JsonValue]", kind))
        objects = cast("list[dict[str, JsonValue]]", kinds)
        return {key: _merged([kind[key] for kind in objects if key in kind]) for key in keys}
    if all(isinstance(kind, list) for kind in kinds):
        items = [cast("list[JsonValue]", kind)[-1] for kind in kinds]
        filled = [item for item in items if item != "array"]
        return [_merged(filled)] if filled else ["array"]
    names = sorted(
        {kind if isinstance(kind, str) else "object" if isinstance(kind, dict) else "array" for kind in kinds}
    )
    return "number" if names == ["integer", "number"] else " or ".join(names)


def _lists(value: Any, depth: int = 0) -> list[list[Any]]:
    if isinstance(value, list):
        return [cast("list[Any]", value)]
    if isinstance(value, dict) and depth < MAX_DEPTH:
        return [found for member in cast("dict[str, Any]", value).values() for found in _lists(member, depth + 1)]
    return []
