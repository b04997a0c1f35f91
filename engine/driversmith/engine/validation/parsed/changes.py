"""Where code changes in place what a name holds."""

import ast
from collections.abc import Iterable

CHANGING = (ast.Subscript, ast.Call, ast.AugAssign)
"""Nodes that may do so."""
_METHODS = frozenset(
    {
        "append",
        "extend",
        "insert",
        "add",
        "update",
        "setdefault",
        "pop",
        "popitem",
        "remove",
        "discard",
        "clear",
        "appendleft",
    }
)


def change_of(nodes: Iterable[ast.AST], name: str, *, of_self: bool) -> ast.AST | None:
    """The first of these nodes that changes what a variable, or an attribute of `self`, holds; None where none does."""
    for node in nodes:
        match node:
            case ast.Subscript(value=held, ctx=ast.Store() | ast.Del()):
                pass
            case ast.Call(func=ast.Attribute(value=held, attr=method)) if method in _METHODS:
                pass
            case ast.AugAssign(target=held):
                pass
            case _:
                continue
        match held:
            case ast.Attribute(value=ast.Name(id="self"), attr=found) if of_self and found == name:
                return node
            case ast.Name(id=found) if not of_self and found == name:
                return node
            case _:
                pass
    return None
