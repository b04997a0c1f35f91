"""Python values as JSON between the parent and the child; standard library only, for the child loads this file too.

What JSON lacks is tagged: `{"__bytes__": base64}`, `{"__float__": "nan"}`, `{"__map__": [[key, value], ...]}` for a dict
whose keys are not all plain text, `{"__repr__": text}` for what cannot be sent, cut to a short text.
Dataclasses become dicts, tuples and sets lists, datetimes ISO text, enums their values.
"""

import base64
import dataclasses
import datetime
import decimal
import enum
import math
import uuid
from collections.abc import Callable, Mapping, Set
from typing import Any, cast

MAX_DEPTH = 100
MAX_NODES = 2_000_000
MAX_REPR = 500
MAX_INTEGER_BITS = 8_000
TAGS = ("__bytes__", "__float__", "__map__", "__repr__")


class TooLargeError(Exception):
    """The value has more parts than may be sent."""


def encode(value: Any, *, max_nodes: int = MAX_NODES) -> Any:
    """The value as plain JSON types with tags; cycles and what is nested too deeply become a `__repr__`.

    Raises:
        TooLargeError: more than `max_nodes` parts.
    """
    return _Encoder(max_nodes).encode(value, 0)


def decode(value: Any) -> Any:
    """The value that `encode` was given, as far as tags tell."""
    if isinstance(value, list):
        return [decode(item) for item in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    mapping = cast("dict[str, Any]", value)
    if len(mapping) == 1:
        tag, content = next(iter(mapping.items()))
        if tag == "__bytes__":
            return base64.b64decode(content)
        if tag == "__float__":
            return float(content)
        if tag == "__map__":
            return {decode(key): decode(item) for key, item in content}
    return {key: decode(item) for key, item in mapping.items()}


def readable(value: Any) -> Any:
    """What `encode` gave, as plain JSON for a person: `"nan"` for its tag, the text of a `__repr__`."""
    if isinstance(value, list):
        return [readable(item) for item in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    mapping = cast("dict[str, Any]", value)
    if len(mapping) == 1 and (tag := next(iter(mapping))) in TAGS:
        content = mapping[tag]
        return {str(readable(key)): readable(item) for key, item in content} if tag == "__map__" else content
    return {key: readable(item) for key, item in mapping.items()}


class _Encoder:
    def __init__(self, max_nodes: int) -> None:
        self._left = max_nodes
        self._open: set[int] = set()

    def encode(self, value: Any, depth: int) -> Any:
        self._left -= 1
        if self._left < 0:
            raise TooLargeError
        if value is None or value is True or value is False:
            return value
        if isinstance(value, enum.Enum):
            return self.encode(value.value, depth + 1)
        for kind, convert in SCALARS:
            if isinstance(value, kind):
                return convert(value)
        return self._container(value, depth)

    def _container(self, value: Any, depth: int) -> Any:
        identity = id(value)
        if identity in self._open or depth >= MAX_DEPTH:
            return {"__repr__": "..."}
        self._open.add(identity)
        try:
            if isinstance(value, Mapping):
                return self._mapping(cast("Mapping[Any, Any]", value), depth)
            if isinstance(value, (list, tuple, Set)):
                return [self.encode(item, depth + 1) for item in cast("list[Any]", value)]
            if dataclasses.is_dataclass(value) and not isinstance(value, type):
                return {f.name: self.encode(getattr(value, f.name), depth + 1) for f in dataclasses.fields(value)}
            return {"__repr__": short_repr(value)}
        finally:
            self._open.discard(identity)

    def _mapping(self, value: Mapping[Any, Any], depth: int) -> Any:
        plain = all(isinstance(key, str) for key in value) and not (len(value) == 1 and next(iter(value)) in TAGS)
        if plain:
            return {sendable_text(key): self.encode(item, depth + 1) for key, item in value.items()}
        return {"__map__": [[self.encode(k, depth + 1), self.encode(v, depth + 1)] for k, v in value.items()]}


def sendable_text(text: str) -> str:
    """The text as a plain `str` without lone surrogates, which UTF-8 cannot carry."""
    if text.isascii():
        return str(text)
    return text.encode("utf-8", "backslashreplace").decode()


def short_repr(value: object) -> str:
    """`repr(value)`, cut, even where `__repr__` fails."""
    try:
        return sendable_text(repr(value)[:MAX_REPR])
    except Exception:  # an edge: the object is the driver's, and so is whatever its __repr__ raises
        return f"<{type(value).__name__}>"


def _integer(value: int) -> Any:
    return int(value) if value.bit_length() < MAX_INTEGER_BITS else {"__repr__": "<a very large int>"}


def _float(value: float) -> Any:
    return float(value) if math.isfinite(value) else {"__float__": repr(float(value))}


def _bytes(value: Any) -> Any:
    return {"__bytes__": base64.b64encode(bytes(value)).decode()}


def _iso(value: datetime.date | datetime.time) -> Any:
    return value.isoformat()


SCALARS: tuple[tuple[type | tuple[type, ...], Callable[[Any], Any]], ...] = (
    (str, sendable_text),
    (int, _integer),
    (float, _float),
    ((bytes, bytearray, memoryview), _bytes),
    ((datetime.date, datetime.time), _iso),
    ((decimal.Decimal, uuid.UUID), str),
)
