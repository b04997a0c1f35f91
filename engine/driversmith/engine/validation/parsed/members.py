"""What classes of the package offer: their methods and attributes, as far as the code shows all of them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from .bindings import target_names, top_level
from .project import ClassPlace, Project

Function = ast.FunctionDef | ast.AsyncFunctionDef

_PLAIN_BASES = frozenset({"object", "ABC", "Generic", "Protocol", "Exception", "RuntimeError", "ValueError", "OSError"})
_HIDING = frozenset({"setattr", "vars", "__dict__", "__setattr__"})
_INHERITED = frozenset(dir(Exception)) | {"errno", "strerror", "filename"}


@dataclass(frozen=True)
class Members:
    """All that instances of a class have."""

    methods: dict[str, Function]
    names: frozenset[str]


def members(project: Project, place: ClassPlace) -> Members | None:
    """The members of a class, or None where some may be hidden: bases elsewhere, `__getattr__`, setattr."""
    inside, outside = project.ancestry(place)
    if set(outside) - _PLAIN_BASES:
        return None
    methods: dict[str, Function] = {}
    names: set[str] = set(_INHERITED)
    for ancestor in inside:
        if ancestor.node.keywords:
            return None
        for statement in ancestor.node.body:
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
                methods.setdefault(statement.name, statement)
        names |= set(_class_names(ancestor.node))
        for node in ancestor.file.within(ancestor.node, ast.Attribute):
            if isinstance(node.ctx, ast.Store | ast.Del):
                names.add(node.attr)
            elif node.attr in _HIDING:
                return None
        if any(node.id in _HIDING for node in ancestor.file.within(ancestor.node, ast.Name)):
            return None
    if "__getattr__" in methods or "__getattribute__" in methods:
        return None
    return Members(methods, frozenset(names | set(methods)))


def _class_names(node: ast.ClassDef) -> Iterator[str]:
    for statement in top_level(node.body):
        match statement:
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                yield statement.name
            case ast.Assign():
                for target in statement.targets:
                    yield from (name.id for name in target_names(target))
                    if isinstance(target, ast.Name) and target.id == "__slots__":
                        yield from _strings(statement.value)
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.For():
                yield from (name.id for name in target_names(statement.target))
            case _:
                pass


def _strings(value: ast.expr) -> Iterator[str]:
    for node in ast.walk(value):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
