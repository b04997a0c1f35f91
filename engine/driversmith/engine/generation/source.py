"""Python source from values: literals as `ruff format` would lay them out, and text that is safe in docstrings.

Nothing that comes from a description reaches a source file by another way than through here.
"""

import re
import textwrap
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from ..contract.naming import is_usable_identifier

LINE = 88
"""Columns of generated code: the default of `ruff format`."""


@dataclass(frozen=True)
class Raw:
    """Source that stands for itself: a name or a type, never text of a description."""

    text: str


@dataclass(frozen=True)
class Construct:
    """A call: `Param("id", required=True)`; keywords that are no identifiers go out as `**{...}`."""

    name: str
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict[str, Any])


def assignment(target: str, value: Any, annotation: str = "") -> str:
    """`target: annotation = value`, over as many lines as it needs."""
    head = f"{target}: {annotation} = " if annotation else f"{target} = "
    return head + literal(value, column=len(head))


def import_names(module: str, names: Iterable[str], *, indent: int = 0) -> str:
    """`from module import a, b`, sorted as isort does: constants, classes, functions."""
    ordered = sorted(names, key=lambda n: (not (n.isupper() and len(n) > 1), not n[0].isupper(), _natural(n), n))
    pad = " " * indent
    flat = f"{pad}from {module} import {', '.join(ordered)}"
    if len(flat) <= LINE:
        return flat
    return "\n".join([f"{pad}from {module} import (", *(f"{pad}    {name}," for name in ordered), f"{pad})"])


def _natural(name: str) -> list[tuple[str, int]]:
    """A key by which `Pet2` comes before `Pet10`."""
    return [(word, int(number or -1)) for word, number in re.findall(r"(\D+)(\d*)", name.lower())]


def literal(value: Any, *, indent: int = 0, column: int = 0, trailing: int = 0) -> str:
    """The source of a value that begins in `column` of a line indented by `indent`.

    Args:
        value: None, bool, int, float, str, tuple, list, dict, `Raw` or `Construct`, nested at will.
        indent: columns before the line's first token.
        column: columns before the value.
        trailing: columns that must be left after it.
    """
    flat = _flat(value)
    if column + width(flat) + trailing <= LINE or not _parts(value):
        return flat
    opening, parts, closing = _opening(value), _parts(value), _closing(value)
    inner = indent + 4
    if isinstance(value, Construct) and inner + width(inside := _inside(value)) <= LINE:
        return "\n".join([opening, " " * inner + inside, " " * indent + closing])
    lines = [
        " " * inner + head + literal(item, indent=inner, column=inner + width(head), trailing=1) + ","
        for head, item in parts
    ]
    return "\n".join([opening, *lines, " " * indent + closing])


def string(text: str) -> str:
    """A string literal in the quotes that `ruff format` prefers; whatever does not print is escaped."""
    plain = repr(text)
    if plain[0] == '"' or ('"' in text and text.count('"') > text.count("'")):
        return plain
    return '"' + plain[1:-1].replace("\\'", "'").replace('"', '\\"') + '"'


def docstring_source(source: str) -> str:
    """Source as it stands in a docstring."""
    return source.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')


def prose(text: str) -> str:
    """Text of a description on one line of a docstring or comment: nothing in it can end or hide anything."""
    words = " ".join(text.split())
    shown = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in words)
    return shown.replace("\\", "\\\\").replace('"', "'")


def shorten(text: str, length: int) -> str:
    """The first sentence of a text, or as many words of it as fit."""
    words = " ".join(text.split())
    sentence, stop, _ = words.partition(". ")
    words = sentence + "." if stop and len(sentence) < length else words
    return textwrap.shorten(words, length, placeholder=" ...") if len(words) > length else words


def wrapped(text: str, indent: int) -> str:
    """Prose broken into lines, the later ones indented."""
    return textwrap.fill(
        text,
        LINE,
        initial_indent=" " * indent,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    ).lstrip()


def _flat(value: Any) -> str:
    if isinstance(value, str):
        return string(value)
    parts = _parts(value)
    if not parts:
        return value.text if isinstance(value, Raw) else _empty(value)
    inside = _inside(value)
    if isinstance(value, tuple) and len(parts) == 1:
        inside += ","
    return f"{_opening(value)}{inside}{_closing(value)}"


def _inside(value: Any) -> str:
    return ", ".join(head + _flat(item) for head, item in _parts(value))


def _empty(value: Any) -> str:
    return f"{value.name}()" if isinstance(value, Construct) else repr(value)


def _parts(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, Construct):
        named = {k: v for k, v in value.kwargs.items() if is_usable_identifier(k)}
        others = {k: v for k, v in value.kwargs.items() if k not in named}
        parts = [("", v) for v in value.args] + [(f"{k}=", v) for k, v in named.items()]
        return [*parts, ("**", others)] if others else parts
    if isinstance(value, dict):
        return [(f"{_flat(k)}: ", v) for k, v in cast("dict[Any, Any]", value).items()]
    if isinstance(value, list | tuple):
        return [("", v) for v in cast("Iterable[Any]", value)]
    return []


def _opening(value: Any) -> str:
    if isinstance(value, Construct):
        return f"{value.name}("
    return "{" if isinstance(value, dict) else "[" if isinstance(value, list) else "("


def _closing(value: Any) -> str:
    return "}" if isinstance(value, dict) else "]" if isinstance(value, list) else ")"


def width(text: str) -> int:
    """Columns of a text, as `ruff format` counts them."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
