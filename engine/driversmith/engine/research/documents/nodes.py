"""Tolerant reading of untrusted documents: whatever stands at a place, these answer with the type asked for."""

import math
import re
from collections.abc import Iterable, Iterator
from typing import Any, TypeGuard, cast

from pydantic import JsonValue

Node = dict[str, Any]
"""A JSON object of the description; what its values are must be asked with the functions below."""

_UNSEEN = re.compile("[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
"""White space, control characters and invisible marks that could turn a line of code around."""
_LONGEST_VALUE = 300
_MOST_ITEMS = 20


def is_deeper(node: Node, levels: int) -> bool:
    """Whether a document nests deeper than so many levels; what stands in it more than once is looked at once a level."""
    level: dict[int, object] = {id(node): node}
    for _ in range(levels):
        level = {id(child): child for parent in level.values() for child in _inside(parent)}
        if not level:
            return False
    return True


def _inside(parent: object) -> Iterator[object]:
    """The objects and lists in an object or list."""
    children = cast("Iterable[object]", parent.values() if is_object(parent) else parent)
    return (child for child in children if child and (is_object(child) or is_list(child)))


def is_object(node: object) -> TypeGuard[Node]:
    """Whether an object stands at this place."""
    return isinstance(node, dict)


def is_list(node: object) -> TypeGuard[list[Any]]:
    """Whether a list stands at this place."""
    return isinstance(node, list)


def mapping(node: object) -> Node:
    """The object at this place, or an empty one."""
    return node if is_object(node) else {}


def sequence(node: object) -> list[Any]:
    """The list at this place, or an empty one."""
    return node if is_list(node) else []


def text(node: object) -> str:
    """The string at this place; numbers as they are spelled, anything else as nothing."""
    if isinstance(node, str):
        return node
    return str(node) if isinstance(node, (int, float)) and not isinstance(node, bool) else ""


def one_line(node: object, length: int) -> str:
    """The string at this place on one printable line of at most `length` characters."""
    if not isinstance(node, str):
        return text(node)[:length]
    line = _UNSEEN.sub(" ", node[: length * 4]).strip()
    if len(line) <= length:
        return line
    cut = line[: length - 3]
    return (cut[: cut.rfind(" ")] if " " in cut[length // 2 :] else cut).rstrip(" ,;:.") + "..."


def flag(node: object) -> bool:
    """Whether true stands at this place (also as a string, as careless writers have it)."""
    return node is True or (isinstance(node, str) and node.lower() == "true")


def number(node: object) -> float | None:
    """The finite number at this place, also where it is spelled as a string."""
    if isinstance(node, str) and len(node) < 40:
        try:
            node = float(node)
        except ValueError:
            return None
    if isinstance(node, bool) or not isinstance(node, (int, float)):
        return None
    if isinstance(node, int) and abs(node) > 1 << 1000:
        return None
    return float(node) if math.isfinite(node) else None


def whole_number(node: object) -> int | None:
    """The whole number at this place, also where it is spelled as a string."""
    value = number(node)
    return int(value) if value is not None and value == int(value) and abs(value) < 1 << 53 else None


def json_value(node: object, depth: int = 3) -> JsonValue:
    """A small JSON value (an enum entry, a default, an example); None where it is too big, too deep or not finite."""
    if isinstance(node, (dict, list)):
        return _small(cast(Node | list[Any], node), depth)
    if isinstance(node, str):
        return node if len(node) <= _LONGEST_VALUE else None
    if isinstance(node, bool):
        return node
    return node if isinstance(node, (int, float)) and number(node) is not None else None


def _small(node: Node | list[Any], depth: int) -> JsonValue:
    if depth == 0 or len(node) > _MOST_ITEMS:
        return None
    if isinstance(node, list):
        return [json_value(item, depth - 1) for item in node]
    return {str(key): json_value(item, depth - 1) for key, item in node.items()}
