"""The prose of a description: every title, summary and description, with where it stands."""

from collections.abc import Iterator
from typing import Any, cast

from ...models.prose import Passage, Prose
from .nodes import Node
from .references import join

MOST_CHARACTERS = 1 << 20
"""Of all texts together."""
_MOST_NODES = 1_000_000
_TEXTS = frozenset({"title", "summary", "description", "x-displayName", "x-description"})
_NO_PROSE = frozenset({"example", "examples", "default", "enum", "const", "x-examples", "x-code-samples"})
"""Members whose values are data: they may hold somebody's key, and speak of one record only."""
_FIRST = ("info", "servers", "security", "components", "securityDefinitions", "tags")


def prose_of(document: Node, *, most: int = MOST_CHARACTERS) -> Prose:
    """The texts in the order of the document, what speaks of the whole API first; at most `most` characters."""
    kept: dict[str, str] = {}
    room = most
    for pointer, text in _texts(document):
        if text in kept:
            continue
        if len(text) > room:
            return Prose(passages=_passages(kept), cut=True)
        kept[text] = pointer
        room -= len(text)
    return Prose(passages=_passages(kept))


def _passages(kept: dict[str, str]) -> tuple[Passage, ...]:
    return tuple(Passage(pointer=pointer, text=text) for text, pointer in kept.items())


def _texts(document: Node) -> Iterator[tuple[str, str]]:
    first = {name: document[name] for name in _FIRST if name in document}
    stack: list[tuple[str, Any]] = [("#", {**first, **document})]
    count = 0
    while stack and count < _MOST_NODES:
        pointer, node = stack.pop()
        count += 1
        below: list[tuple[str, Any]] = []
        if isinstance(node, dict):
            for key, value in cast("dict[str, Any]", node).items():
                if isinstance(value, str):
                    if key in _TEXTS and value.strip():
                        yield join(pointer, key), value.strip()
                elif key not in _NO_PROSE:
                    below.append((join(pointer, key), value))
        elif isinstance(node, list):
            below = [(f"{pointer}/{index}", value) for index, value in enumerate(cast("list[Any]", node))]
        stack += reversed(below)
