"""The driver class against DriverContract version 1: files, class, methods, signatures."""

import ast
import difflib
from collections.abc import Iterable, Iterator
from functools import cache

from ....contract.surface import ANY, CONTEXT_METHODS, FILES, METHODS, REQUIRED, MethodContract, Need, ParameterContract
from ...fault import Fault
from ...parsed.project import ClassPlace, Project
from ..rule import ProjectCheck
from .annotations import mismatch

Function = ast.FunctionDef | ast.AsyncFunctionDef


def missing_files(need: Need) -> ProjectCheck:
    """Required files of this need that are not there."""

    def check(project: Project) -> Iterable[Fault]:
        package = project.package or "<name>_driver"
        for file in FILES:
            path = file.path(package)
            if file.need == need and path not in project.texts:
                there = sorted(p for p in project.texts if p.rpartition("/")[0] == path.rpartition("/")[0])
                yield Fault(
                    f"The driver has no {path}; there is: {', '.join(there[:12]) or 'nothing in that folder'}.",
                    hint="Write it as the driver contract describes.",
                    file=path,
                )

    return check


def driver_class(project: Project) -> Iterable[Fault]:
    """The client module defines the driver class under the name that follows from the package's."""
    client = project.module("client")
    if client is None or client.tree is None:
        return
    classes = [n.name for n in client.nodes(ast.ClassDef)]
    expected = project.manifest.get("class_name")
    place = project.driver
    if place is None:
        yield Fault(
            f"client.py defines no driver class; its classes: {', '.join(classes) or 'none'}.",
            hint=f"Define class {expected or _class_name(project)} with the methods of the driver contract.",
            file=client.path,
        )
        return
    wrong = place.node.name != expected if expected else place.node.name.lower() != _class_name(project).lower()
    if wrong and (project.package or "").endswith("_driver"):
        yield Fault(
            f"The driver class is called {place.node.name}; package {project.package} "
            f"calls for {expected or _class_name(project)}.",
            hint="Rename the class.",
            node=place.node,
            file=place.file.path,
        )


def class_exported(project: Project) -> Iterable[Fault]:
    """The package's `__init__` offers the driver class."""
    init, place = project.module(""), project.driver
    if init is None or init.tree is None or place is None:
        return
    found = project.bindings(init)
    if not found.open and not found.stars and place.node.name not in found.names:
        yield Fault(
            f"{project.package} does not export {place.node.name}; it binds: {', '.join(sorted(found.names)) or 'nothing'}.",
            hint=f"Add `from .client import {place.node.name}` to __init__.py.",
            file=init.path,
        )


def missing_methods(project: Project) -> Iterable[Fault]:
    """Every contract method exists, in the class or a base inside the package."""
    place = project.driver
    if place is None or (members := _members(project, place)) is None:
        return
    own = sorted(name for name in members if not name.startswith("_"))
    for contract in METHODS:
        if contract.name not in members:
            close = difflib.get_close_matches(contract.name, own, 1, 0.6)
            yield Fault(
                f"{place.node.name} has no method {contract.name}; it has: {', '.join(own[:30]) or 'none'}.",
                hint=(f"Rename {close[0]} if that is it. " if close else "") + f"The contract: {contract.signature}",
                node=members[close[0]][1] if close else place.node,
                file=members[close[0]][0] if close else place.file.path,
            )
    if gone := [name for name in CONTEXT_METHODS if name not in members]:
        yield Fault(
            f"{place.node.name} is no context manager: {' and '.join(gone)} missing.",
            hint="`with` must work: return self from __enter__, call self.close() in __exit__.",
            node=place.node,
            file=place.file.path,
        )


def async_methods(project: Project) -> Iterable[Fault]:
    """Contract methods are plain functions."""
    for path, contract, function in _contract_functions(project):
        if isinstance(function, ast.AsyncFunctionDef):
            yield Fault(
                f"{contract.name} is `async def`; contract methods are synchronous.",
                hint=contract.signature,
                node=function,
                file=path,
            )


def signatures(project: Project) -> Iterable[Fault]:
    """Parameter names, kinds and defaults are the contract's."""
    for path, contract, function in _contract_functions(project):
        decorators = {_last_name(d) for d in function.decorator_list}
        problems = list(_signature_problems(contract, function, decorators, layered=project.base is not None))
        if problems:
            named = problems[0].partition(" ")[0]
            arguments = [*function.args.args, *function.args.kwonlyargs]
            yield Fault(
                f"{contract.name}: {'; '.join(problems)}.",
                hint=f"The contract: {contract.signature}",
                node=next((a for a in arguments if a.arg == named), function),
                file=path,
            )


def returns(project: Project) -> Iterable[Fault]:
    """Where a return type is stated, it is the contract's."""
    for path, contract, function in _contract_functions(project):
        if function.returns is None or isinstance(function, ast.AsyncFunctionDef):
            continue
        place = project.driver
        own = place.node.name if place else ""
        if problem := mismatch(contract.returns, function.returns, own_class=own):
            yield Fault(
                f"{contract.name} is declared to return {problem}; the contract says {contract.returns}.",
                hint=f"The contract: {contract.signature}",
                node=function,
                file=path,
            )


def returns_stated(project: Project) -> Iterable[Fault]:
    """Contract methods state their return type."""
    for path, contract, function in _contract_functions(project):
        if function.returns is None and contract.name != "__init__":
            yield Fault(
                f"{contract.name} does not state its return type {contract.returns}.",
                hint=f"The contract: {contract.signature}",
                node=function,
                file=path,
            )


def _contract_functions(project: Project) -> Iterator[tuple[str, MethodContract, Function]]:
    place = project.driver
    if place is None:
        return
    inside, _ = project.ancestry(place)
    by_name = {m.name: m for m in METHODS}
    seen: set[str] = set()
    for ancestor in inside:
        for statement in ancestor.node.body:
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) and statement.name in by_name:
                if statement.name in seen or any(_last_name(d) == "overload" for d in statement.decorator_list):
                    continue
                seen.add(statement.name)
                yield ancestor.file.path, by_name[statement.name], statement


def _members(project: Project, place: ClassPlace) -> dict[str, tuple[str, ast.AST]] | None:
    """The file and node of each member."""
    # None where a base class outside the package may bring methods that nobody here can see.
    inside, outside = project.ancestry(place)
    if set(outside) - {"object", "ABC", "Generic", "Protocol", "AbstractContextManager"}:
        return None
    members: dict[str, tuple[str, ast.AST]] = {}
    if "AbstractContextManager" in outside:
        members["__enter__"] = (place.file.path, place.node)
    for ancestor in reversed(inside):
        path = ancestor.file.path
        for statement in ancestor.node.body:
            match statement:
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    members[statement.name] = (path, statement)
                case ast.Assign():
                    members |= {t.id: (path, statement) for t in statement.targets if isinstance(t, ast.Name)}
                case _:
                    pass
    return None if "__getattr__" in members else members


def _signature_problems(
    contract: MethodContract, function: Function, decorators: set[str], *, layered: bool
) -> Iterator[str]:
    if contract.classmethod != ("classmethod" in decorators):
        yield "it must be a classmethod" if contract.classmethod else "it must not be a classmethod"
        return
    for wrong in sorted(decorators & {"staticmethod", "property", "cached_property"}):
        yield f"it must not be a {wrong}"
        return
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    if not positional:
        yield f"it lacks {'cls' if contract.classmethod else 'self'}"
        return
    yield from _positional_problems(contract, positional[1:], arguments)
    yield from _keyword_problems(contract, arguments, layered=layered)
    wanted = next((p.name for p in contract.parameters if p.kind == "var_keyword"), None)
    if wanted and arguments.kwarg is None:
        yield f"it lacks **{wanted}"


def _positional_problems(contract: MethodContract, found: list[ast.arg], arguments: ast.arguments) -> Iterator[str]:
    wanted = [p for p in contract.parameters if p.kind == "positional"]
    keywords = {p.name for p in contract.parameters if p.kind == "keyword"}
    defaults: list[ast.expr | None] = [None] * (len(found) - len(arguments.defaults)) + list(arguments.defaults)
    defaults = defaults[-len(found) :] if found else []
    names = [a.arg for a in found]
    if names[: len(wanted)] != [p.name for p in wanted]:
        shown = ", ".join(names) or "none"
        yield f"its positional parameters are ({shown}), the contract's ({', '.join(p.name for p in wanted) or 'none'})"
        return
    for extra, default in zip(names[len(wanted) :], defaults[len(wanted) :], strict=True):
        if extra in keywords:
            yield f"{extra} must be keyword-only"
        elif contract.takes_credentials:
            yield f"{extra} must be keyword-only, as all credentials and options are"
        elif default is None:
            yield f"it demands {extra}, which the contract does not know"
    for parameter, default in zip(wanted, defaults, strict=False):
        yield from _default_problems(parameter, default)
    if arguments.posonlyargs[1:]:
        yield f"{arguments.posonlyargs[1].arg} must also be usable as a keyword"


def _keyword_problems(contract: MethodContract, arguments: ast.arguments, *, layered: bool) -> Iterator[str]:
    found = {a.arg: d for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)}
    positional = {a.arg for a in [*arguments.posonlyargs, *arguments.args]}
    wanted = [p for p in contract.parameters if p.kind == "keyword"]
    for parameter in wanted:
        if parameter.name in found:
            yield from _default_problems(parameter, found[parameter.name])
        elif parameter.name not in positional and (layered or not parameter.layered_only):
            close = difflib.get_close_matches(parameter.name, list(found), 1, 0.6)
            yield f"it lacks the keyword {parameter.name}" + (f" (it has {close[0]})" if close else "")
    known = {p.name for p in contract.parameters}
    for name, default in found.items():
        if default is None and name not in known:
            if contract.takes_credentials:
                yield f"{name} has no default: credentials are optional (None)"
            else:
                yield f"it demands the keyword {name}, which the contract does not know"


def _default_problems(parameter: ParameterContract, default: ast.expr | None) -> Iterator[str]:
    if parameter.default is REQUIRED:
        return
    if default is None:
        yield f"{parameter.name} has no default"
        return
    if parameter.default is ANY or not isinstance(default, ast.Constant):
        return
    if default.value != parameter.default:
        yield f"{parameter.name} defaults to {default.value!r}, the contract's default is {parameter.default!r}"


@cache
def _class_name_of(package: str) -> str:
    stem = package.removesuffix("_driver")
    return "".join(word[:1].upper() + word[1:] for word in stem.split("_")) + "Driver"


def _class_name(project: Project) -> str:
    return _class_name_of(project.package or "")


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        node = node.func
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
