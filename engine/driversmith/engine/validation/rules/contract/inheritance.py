"""The client inherits the contract's methods: it adds methods of its own, and copies none.

Where the contract has a module of its own, that is; in drivers of earlier versions the client is the contract.
"""

import ast
from collections.abc import Iterable, Iterator

from ....contract.surface import BASE_CLASS, BASE_MODULE, CONTEXT_METHODS, METHOD_NAMES
from ...fault import Fault
from ...parsed.members import Function
from ...parsed.project import ClassPlace, Project

_INHERITED = METHOD_NAMES.union(CONTEXT_METHODS) - {"__init__"}


def client_without_base(project: Project) -> Iterable[Fault]:
    """The driver class is a subclass of the base."""
    place, base = project.driver, project.base
    if place is None or base is None or any(p.node is base.node for p in project.ancestry(place)[0]):
        return
    yield Fault(
        f"{place.node.name} does not inherit {BASE_CLASS}, which has the contract's methods.",
        hint=f"from .{BASE_MODULE} import {BASE_CLASS}; class {place.node.name}({BASE_CLASS}): the constructor of the "
        "template, and methods of its own.",
        node=place.node,
        file=place.file.path,
    )


def copied_methods(project: Project) -> Iterable[Fault]:
    """No contract method is written again as it is inherited."""
    for place, function, inherited in _overrides(project):
        if _code(function) == _code(inherited):
            yield Fault(
                f"{function.name} is a copy of the inherited method.",
                hint="Remove it: it is inherited.",
                node=function,
                file=place.file.path,
            )


def unexplained_overrides(project: Project) -> Iterable[Fault]:
    """Whoever overrides a contract method says why in its docstring."""
    for place, function, inherited in _overrides(project):
        if _code(function) == _code(inherited) or _docstring(function) not in ("", _docstring(inherited)):
            continue
        yield Fault(
            f"{function.name} overrides the inherited method, and its docstring does not say why.",
            hint="Say in the docstring what of this API needs it; remove it where nothing does.",
            node=function,
            file=place.file.path,
        )


def _overrides(project: Project) -> Iterator[tuple[ClassPlace, Function, Function]]:
    """Contract methods that the driver class defines itself, with the ones that it would inherit."""
    place, base = project.driver, project.base
    if place is None or base is None:
        return
    bases = reversed(project.ancestry(base)[0])
    inherited = {name: function for b in bases for name, function in _functions(b) if name in _INHERITED}
    above = {id(b.node) for b in project.ancestry(base)[0]}
    for ancestor in project.ancestry(place)[0]:
        if id(ancestor.node) in above:
            continue
        for name, function in _functions(ancestor):
            if name in inherited:
                yield ancestor, function, inherited[name]


def _functions(place: ClassPlace) -> Iterator[tuple[str, Function]]:
    for statement in place.node.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            yield statement.name, statement


def _docstring(function: Function) -> str:
    return " ".join((ast.get_docstring(function) or "").split())


def _code(function: Function) -> str:
    """Its statements without a docstring, however they are laid out."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return "\n".join(map(ast.dump, body))
