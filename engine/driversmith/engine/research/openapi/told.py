"""What a source that knows more than OpenAPI has words for says of its operations, in extensions of its own documents."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ..documents.nodes import Node, is_object, sequence, text

MARK = "x-driversmith-object"
"""On an operation: what it reads; {} where it is an operation alone. Operations with it are grouped by nothing else."""
ERRORS = "x-driversmith-errors"
"""On a document: keys into every answer to where errors stand although the status is good."""


@dataclass(frozen=True, slots=True)
class Told:
    """What an operation reads."""

    object_name: str = ""
    """"" where it belongs to no object."""
    verb: Literal["read", "read_one"] = "read"
    records: tuple[str, ...] = ()
    """Keys into the answer."""
    item: tuple[str, ...] = ()
    """Keys into each item of the list to its record."""


def told_of(operation: Node) -> Told | None:
    """What a source says of an operation; None where none does."""
    node = operation.get(MARK)
    if not is_object(node):
        return None
    verb = "read_one" if node.get("verb") == "read_one" else "read"
    return Told(
        text(node.get("object"))[:200],
        verb,
        _keys(node, "records"),
        _keys(node, "item"),
    )


def errors_of(document: Node) -> tuple[str, ...]:
    """Keys to the errors in good answers."""
    return _keys(document, ERRORS)


def _keys(node: Node, name: str) -> tuple[str, ...]:
    told: Iterable[object] = sequence(node.get(name))[:20]
    return tuple(text(key) for key in told)
