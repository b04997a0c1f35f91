"""Compares return annotations with the contract's, as far as both name built-in shapes."""

import ast
from dataclasses import dataclass
from functools import cache

from ....contract.python_source import parse_expression

_SPELLINGS = {
    "List": "list",
    "Dict": "dict",
    "Mapping": "dict",
    "MutableMapping": "dict",
    "Tuple": "tuple",
    "Set": "set",
    "FrozenSet": "frozenset",
    "Iterable": "Iterator",
    "Generator": "Iterator",
    "AsyncIterable": "AsyncIterator",
    "AsyncGenerator": "AsyncIterator",
    "Awaitable": "Coroutine",
}
_KNOWN = frozenset(
    {"list", "dict", "tuple", "set", "frozenset", "str", "int", "float", "bool", "bytes", "None"}
    | {"Iterator", "AsyncIterator", "Coroutine"}
)


@dataclass(frozen=True)
class Shape:
    """A type as written: its outer name in today's spelling, and its arguments."""

    name: str
    arguments: tuple["Shape", ...] = ()
    optional: bool = False


def mismatch(expected: str, annotation: ast.expr, *, own_class: str = "") -> str:
    """The annotation as written where it contradicts `expected`; "" where it agrees or nobody can tell."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            annotation = parse_expression(annotation.value).body
        except SyntaxError:
            return ""
    wanted = _expected(expected)
    found = shape(annotation)
    if wanted is None or found is None or found.name == own_class or _agrees(wanted, found):
        return ""
    return ast.unparse(annotation)


def shape(node: ast.expr) -> Shape | None:  # noqa: PLR0911 - one case a kind of annotation
    """The shape of an annotation, None where it is too unusual to tell."""
    match node:
        case ast.Constant(value=None):
            return Shape("None")
        case ast.Constant(value=str() as text):
            try:
                return shape(parse_expression(text).body)
            except SyntaxError:
                return None
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return Shape(_SPELLINGS.get(name, name))
        case ast.BinOp(op=ast.BitOr(), left=left, right=right):
            return _union([left, right])
        case ast.Subscript(value=ast.Name(id="Optional") | ast.Attribute(attr="Optional"), slice=inner):
            return _union([inner, ast.Constant(None)])
        case ast.Subscript(value=outer, slice=inner):
            outside = shape(outer)
            items = inner.elts if isinstance(inner, ast.Tuple) else [inner]
            shapes = [shape(item) or Shape("?") for item in items]
            return Shape(outside.name, tuple(shapes)) if outside else None
        case _:
            return None


@cache
def _expected(annotation: str) -> Shape | None:
    return shape(parse_expression(annotation).body)


def _union(nodes: list[ast.expr]) -> Shape | None:
    shapes = [shape(node) for node in nodes]
    others = [s for s in shapes if s is not None and s.name != "None"]
    if None in shapes or len(others) != 1:
        return None
    return Shape(others[0].name, others[0].arguments, optional=True)


def _agrees(wanted: Shape, found: Shape) -> bool:
    if wanted.name == "Any":
        return True
    if found.optional and not wanted.optional:
        return found.name not in _KNOWN
    if found.name not in _KNOWN:
        return True
    if found.name != wanted.name:
        return False
    pairs = zip(wanted.arguments, found.arguments, strict=False)
    return all(_agrees(w, f) for w, f in pairs)
