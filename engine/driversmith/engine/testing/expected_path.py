"""The path that a call of an operation must go to, segment by segment, and the fixed part of its query."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote, unquote

from ..models.profile import OperationProfile, ParameterProfile
from .wire_text import SEPARATORS, Encode, joined, json_text, json_value, scalar_text

InPath = Mapping[str, tuple[ParameterProfile, Any]]
"""Parameters by name, each with its value."""
_PLACEHOLDER = re.compile(r"\{([^}]*)\}")
_DELIMITERS = re.compile("([,;=])")
"""What stands bare between values and encoded inside one."""


@dataclass(frozen=True)
class Segment:
    """A segment of a path."""

    text: str
    """Decoded."""
    wire: str = ""
    """As it is spelled where it holds a list or a dict: delimiters bare, all else encoded. Empty where nobody cares."""
    json: tuple[str, Any, str] | None = None
    """Where it holds JSON: the text before it, its value, and the text after it."""

    def is_in(self, raw: str) -> bool:
        """Whether a segment of a request says the same."""
        decoded = unquote(raw)
        if self.json:
            before, value, after = self.json
            inside = decoded[len(before) : len(decoded) - len(after)]
            return decoded == before + inside + after and json_value(inside) == value
        return decoded == self.text and (not self.wire or _spelled(raw) == self.wire)


def expected_segments(base_path: str, operation: OperationProfile, in_path: InPath) -> list[Segment]:
    """The segments of the path, the values of its placeholders filled in."""
    return [_segment(parts, in_path) for parts in _split(operation.path_below(base_path))]


def expected_fixed_query(operation: OperationProfile, in_path: InPath) -> list[str]:
    """The pairs of the query that are in every call, as they are spelled, the values of placeholders filled in."""
    pairs = [_PLACEHOLDER.split(pair) for pair in operation.fixed_query.split("&") if pair]
    return [_woven(parts[::2], [_encoded(value) for value in _values(parts, in_path)]) for parts in pairs]


def path_difference(expected: list[Segment], raw: list[str]) -> str:
    """How the segments of a request differ, in words; empty where they do not."""
    if len(expected) == len(raw) and all(segment.is_in(part) for segment, part in zip(expected, raw, strict=True)):
        return ""
    want, got = [segment.text for segment in expected], [unquote(part) for part in raw]
    if want == got:
        want, got = [segment.wire or segment.text for segment in expected], raw
    return f"path segments {got}, expected {want}"


def _split(template: str) -> Iterator[list[str]]:
    """Each segment as fixed texts and names of placeholders in turn; a slash inside a name separates nothing."""
    segment: list[str] = []
    for number, part in enumerate(_PLACEHOLDER.split(template)):
        first, *rest = [part] if number % 2 else part.split("/")
        segment.append(first)
        for text in rest:
            yield segment
            segment = [text]
    yield segment


def _segment(parts: list[str], in_path: InPath) -> Segment:
    filling = [in_path[name] for name in parts[1::2] if name in in_path]
    fixed = [unquote(part) for part in parts[::2]]
    text = _woven(fixed, _values(parts, in_path))
    if len(filling) == 1 and filling[0][0].json_encoded:
        return Segment(text, json=(fixed[0], filling[0][1], "".join(fixed[1:])))
    if not any(isinstance(value, (dict, list)) for parameter, value in filling if not parameter.json_encoded):
        return Segment(text)
    return Segment(text, wire=_woven([_spelled(part) for part in parts[::2]], _values(parts, in_path, encode=_encoded)))


def _values(parts: list[str], in_path: InPath, encode: Encode = str) -> list[str]:
    return [_written(*in_path[name], encode) if name in in_path else "" for name in parts[1::2]]


def _woven(fixed: list[str], values: list[str]) -> str:
    return "".join(text for pair in zip(fixed, [*values, ""], strict=True) for text in pair)


def _written(parameter: ParameterProfile, value: Any, encode: Encode) -> str:
    """A value in the style of its parameter, each text that is no delimiter encoded."""
    if parameter.json_encoded:
        return encode(json_text(value))
    explode, name = parameter.explode, encode(parameter.name)
    if parameter.style == "label":
        return "." + joined(value, explode=explode, separator="." if explode else ",", encode=encode)
    if parameter.style == "matrix":
        if not explode or not isinstance(value, (dict, list)):
            return f";{name}={joined(value, explode=False, encode=encode)}"
        if isinstance(value, dict):
            return ";" + joined(value, explode=True, separator=";", encode=encode)
        return "".join(f";{name}={encode(scalar_text(v))}" for v in cast("list[Any]", value))
    separator = encode(SEPARATORS[parameter.style]) if parameter.style in SEPARATORS else ","
    return joined(value, explode=explode, separator=separator, encode=encode)


def _spelled(raw: str) -> str:
    """A raw segment with its delimiters as they stand, and one spelling for all else."""
    return "".join(p if _DELIMITERS.fullmatch(p) else _encoded(unquote(p)) for p in _DELIMITERS.split(raw))


def _encoded(text: str) -> str:
    return quote(text, safe="")
