"""Which operations of two descriptions are the same: by method and path template, whatever parameters are called and wherever
the API stands."""

import re
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from .documents.nodes import Node, is_object, mapping, text
from .documents.notes import Notes
from .documents.parse import Description
from .documents.references import Document, join
from .openapi.servers import own_servers

METHODS = ("get", "post", "put", "patch", "delete", "head")
_BASES = re.compile(r"(api|apis|rest|public|v\d+([._]\d+)*)", re.IGNORECASE)
"""Segments in front of a path that say where the API stands rather than what is asked for."""
_SAYS = ("properties", "items", "allOf", "oneOf", "anyOf", "additionalProperties", "enum")


Shape = tuple[str, ...]
"""A path template with every parameter alike."""


@dataclass(frozen=True)
class Operation:
    """One operation of a document, and where it stands."""

    path: str
    method: str
    node: Node
    item: Node

    @property
    def pointer(self) -> str:
        return join(join("#/paths", self.path), self.method)

    @property
    def signature(self) -> str:
        return f"{self.method.upper()} {self.path}"


class Operations:
    """The operations of a description, by their shapes."""

    def __init__(self, description: Description) -> None:
        self.description = description
        self.base = description.base_url or next((server.url for server in own_servers(description)), "")
        self.prefix = urlsplit(self.base).path.rstrip("/")
        paths = mapping(description.document.get("paths"))
        self.operations = [
            Operation(path, method, mapping(item)[method], mapping(item))
            for path, item in paths.items()
            if path.startswith("/")
            for method in METHODS
            if is_object(mapping(item).get(method))
        ]

    def find(self, operation: Operation, prefix: str) -> Operation | None:
        """The operation that one of another document is, which stands below `prefix` there; None where none or several may be."""
        for by_shape, shape in zip(self._by_shape, _shapes(operation.path, prefix), strict=True):
            if (found := by_shape.get((operation.method, shape))) is not None:
                return found
        return None

    @cached_property
    def _by_shape(self) -> tuple[dict[tuple[str, Shape], Operation | None], ...]:
        levels: tuple[dict[tuple[str, Shape], Operation | None], ...] = ({}, {}, {}, {})
        for operation in self.operations:
            for level, shape in zip(levels, _shapes(operation.path, self.prefix), strict=True):
                key = operation.method, shape
                level[key] = None if key in level else operation
        return levels

    @cached_property
    def document(self) -> Document:
        """For following references."""
        return Document(self.description, Notes())

    def says_answer(self, node: Node) -> bool:
        """Whether an operation says what it answers: a schema with anything in it."""
        for status, answer in mapping(node.get("responses")).items():
            if text(status)[:1] not in ("2", "d"):
                continue
            place = self.document.resolve(answer, "#")
            told = place.node if place else {}
            media = [mapping(entry).get("schema") for entry in mapping(told.get("content")).values()]
            if any(self._says(schema) for schema in (told.get("schema"), *media)):
                return True
        return False

    def _says(self, schema: object) -> bool:
        place = self.document.resolve(schema, "#") if is_object(schema) else None
        node = place.node if place else {}
        return any(node.get(key) for key in _SAYS) or node.get("type") not in (None, "object", "array", "any")


def says_answers(description: Description) -> bool:
    """Whether a description says of at least half of what it reads what that answers."""
    index = Operations(description)
    reading = [operation.node for operation in index.operations if operation.method == "get"]
    return bool(index.operations) and 2 * sum(map(index.says_answer, reading)) >= len(reading)


def covers(known: Description, other: Description) -> bool:
    """Whether at least half of the operations of another description are known."""
    index, others = Operations(known), Operations(other)
    found = sum(index.find(operation, others.prefix) is not None for operation in others.operations)
    return 2 * found >= len(others.operations)


def _shapes(path: str, prefix: str) -> tuple[Shape, ...]:
    """How a path may be matched, the surest way first: as a whole, below its base, and each without what only says where the
    API stands."""
    whole, below = _shape(prefix + path), _shape(path)
    return whole, below, _bare(whole), _bare(below)


def _shape(path: str) -> Shape:
    path, mark, query = path.partition("?")
    parts = [re.sub(r"\{[^{}]*\}", "{}", part) for part in path.split("/") if part]
    return (*parts, mark + query) if query else tuple(parts)


def _bare(shape: Shape) -> Shape:
    at = next((n for n, part in enumerate(shape) if not _BASES.fullmatch(part)), len(shape))
    return shape[at:] or shape
