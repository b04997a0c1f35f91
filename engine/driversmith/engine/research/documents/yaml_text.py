"""YAML to plain values in one pass over the events: bounded before anything is built, keys as they are spelled.

Scalars follow the core schema of YAML 1.2, which OpenAPI asks for: `on`, `yes` and `2020-01-01` are strings,
and a key is its source text, so that the response code `200:` and the property `on:` are the strings "200" and "on".
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from ...errors import DescriptionError
from .bounds import MAX_DEPTH, MAX_NODES, too_many_values
from .nodes import is_list

_GIVE = "Give an OpenAPI or Swagger description in JSON or YAML."

_CONSTANTS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMBER_START = frozenset("+-.0123456789")
_INTEGER = re.compile(r"[-+]?[0-9]{1,50}\Z")
_BASED = re.compile(r"0o[0-7]{1,50}\Z|0x[0-9a-fA-F]{1,50}\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?\Z")
_INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF|nan|NaN|NAN)\Z")
_TYPED = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float"))


def read_yaml(text: str, *, location: str, max_nodes: int = MAX_NODES, max_depth: int = MAX_DEPTH) -> object:
    """The first document of a YAML text as dicts with string keys, lists, strings, numbers, booleans and None.

    Raises:
        DescriptionError: it is not YAML (with line and column), nests too deeply, or unfolds to too many nodes.
    """
    import yaml

    loader = cast(Any, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    parse = cast(Callable[..., Iterator[Any]], yaml.parse)  # pyright: ignore[reportUnknownMemberType]
    builder = _Builder(location, max_nodes, max_depth)
    try:
        return _build(parse(text, Loader=loader), builder)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        # A newer parser may look ahead further than it has told, and refuse in its own words what lies so deep.
        if mark and _open_brackets(text[: mark.index]) > max_depth:
            raise builder.too_deep() from None
        place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise DescriptionError(
            f"{location} is not valid YAML{place}: {error.problem or error.context}.",
            next_action="Correct or complete it at that place.",
        ) from None
    except yaml.YAMLError as error:
        raise DescriptionError(
            f"{location} is not valid YAML: {' '.join(str(error).split())[:200]}.",
            next_action=_GIVE,
        ) from None


def _open_brackets(text: str) -> int:
    return sum(map(text.count, "[{")) - sum(map(text.count, "]}"))


def _build(events: Iterator[Any], builder: "_Builder") -> object:
    import yaml

    for event in events:
        kind = cast(type[object], type(event))
        if kind is yaml.ScalarEvent:
            builder.scalar(event)
        elif kind is yaml.MappingStartEvent:
            builder.start(event, {})
        elif kind is yaml.SequenceStartEvent:
            builder.start(event, [])
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            builder.end()
        elif kind is yaml.AliasEvent:
            builder.alias(event)
        elif kind is yaml.DocumentEndEvent:
            break
    return builder.root.value if builder.root else None


@dataclass(slots=True)
class _Built:
    """A value with its size and height when every alias in it is counted out."""

    value: object
    nodes: int
    height: int


@dataclass(slots=True)
class _Frame:
    """A sequence or mapping under construction."""

    value: Any
    anchor: str | None
    key: str | None = None
    merges: list[Any] | None = None
    nodes: int = 1
    height: int = 1

    def put(self, built: _Built) -> None:
        """Take the next item, key or value."""
        self.nodes += built.nodes
        self.height = max(self.height, built.height + 1)
        if is_list(self.value):
            self.value.append(built.value)
        elif self.key is None:
            self.key = built.value if isinstance(built.value, str) else str(built.value)[:60]
        elif self.key == "<<" and self.merges is not None:
            self.merges.append(built.value)
            self.key = None
        else:
            self.value[self.key] = built.value
            self.key = None


class _Builder:
    """Takes the events of one document and keeps count."""

    def __init__(self, location: str, max_nodes: int, max_depth: int) -> None:
        self._location = location
        self._max_nodes = max_nodes
        self._max_depth = max_depth
        self._stack: list[_Frame] = []
        self._anchors: dict[str, _Built] = {}
        self._total = 0
        self.root: _Built | None = None

    def scalar(self, event: Any) -> None:
        top = self._stack[-1] if self._stack else None
        if top is not None and top.key is None and type(top.value) is dict:
            if event.value == "<<" and event.implicit[0]:
                top.merges = top.merges or []
            top.key = event.value
            built = _Built(event.value, 1, 1)
        else:
            built = _Built(_scalar(event), 1, 1)
            self._put(built, 1)
        if event.anchor:
            self._anchors[event.anchor] = built

    def start(self, event: Any, value: Any) -> None:
        self._stack.append(_Frame(value, event.anchor))
        self._count(1)
        if len(self._stack) > self._max_depth:
            raise self.too_deep()
        if event.anchor:
            self._anchors.pop(event.anchor, None)

    def end(self) -> None:
        frame = self._stack.pop()
        value = _merged(frame) if frame.merges else frame.value
        built = _Built(value, frame.nodes, frame.height)
        if frame.anchor:
            self._anchors[frame.anchor] = built
        self._put(built, 0)

    def alias(self, event: Any) -> None:
        if (known := self._anchors.get(event.anchor)) is None:
            mark = event.start_mark
            raise DescriptionError(
                f"{self._location} is not valid YAML at line {mark.line + 1}, column {mark.column + 1}: "
                f"the alias *{event.anchor[:60]} stands for nothing, or for something that it is a part of.",
                next_action=_GIVE,
            )
        self._put(known, known.nodes)

    def _put(self, built: _Built, nodes: int) -> None:
        self._count(nodes)
        if not self._stack:
            self.root = built
            return
        if len(self._stack) + built.height > self._max_depth:
            raise self.too_deep()
        self._stack[-1].put(built)

    def _count(self, nodes: int) -> None:
        self._total += nodes
        if self._total > self._max_nodes:
            raise too_many_values(self._location, self._max_nodes)

    def too_deep(self) -> DescriptionError:
        """The error of a text that nests deeper than it may."""
        return DescriptionError(f"{self._location} nests deeper than {self._max_depth} levels.", next_action=_GIVE)


def _merged(frame: _Frame) -> dict[str, Any]:
    """The mapping with what its merge keys (`<<: *base`) bring; its own keys win, then the first named."""
    result: dict[str, Any] = {}
    for source in reversed(frame.merges or []):
        for part in reversed(cast(list[Any], source) if isinstance(source, list) else [source]):
            if isinstance(part, dict):
                result.update(cast(dict[str, Any], part))
    result.update(frame.value)
    return result


def _scalar(event: Any) -> object:
    value: str = event.value
    if not event.implicit[0] and event.tag not in _TYPED:
        return value
    if value in _CONSTANTS:
        return _CONSTANTS[value]
    return _number(value) if value[0] in _NUMBER_START else value


def _number(value: str) -> object:
    if _INTEGER.match(value):
        return int(value)
    if _BASED.match(value):
        return int(value, 0)
    if _FLOAT.match(value):
        return float(value)
    return None if _INFINITE.match(value) else value
