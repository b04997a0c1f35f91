"""The exception tree: every contract exception in exceptions.py, under DriverError, and nowhere a second one."""

import ast
from collections.abc import Iterable, Iterator

from ....contract.surface import EXCEPTION_NAMES, EXCEPTIONS, METHOD_NAMES
from ...fault import Fault
from ...parsed.project import ClassPlace, Project
from ...parsed.python_file import PythonFile

_BUILTIN_ERRORS = frozenset({"Exception", "BaseException", "RuntimeError", "ValueError", "OSError", "IOError"})


_PLAIN_ERRORS = frozenset(
    {"ValueError", "KeyError", "TypeError", "LookupError", "IndexError", "OSError", "PermissionError"}
)


def missing_exceptions(project: Project) -> Iterable[Fault]:
    """exceptions.py defines (or imports from a module of the package) every contract exception."""
    file = project.module("exceptions")
    if file is None or file.tree is None:
        return
    found = project.bindings(file)
    if found.open or found.stars:
        return
    defined = [name for name, node in found.names.items() if isinstance(node, ast.ClassDef)]
    for contract in EXCEPTIONS:
        if contract.name not in found.names:
            yield Fault(
                f"exceptions.py lacks {contract.name}; it defines: {', '.join(defined) or 'no class'}.",
                hint=f"Add class {contract.name}({contract.base}): {contract.meaning or 'see the contract'}.",
                file=file.path,
            )


def wrong_base(project: Project) -> Iterable[Fault]:
    """Every contract exception is a DriverError, and DriverError an Exception."""
    for place in _contract_classes(project):
        inside, outside = project.ancestry(place)
        names = {p.node.name for p in inside}
        if place.node.name == "DriverError":
            if not set(outside) & {"Exception", "RuntimeError"}:
                yield _base_fault(place, "Exception", outside)
        elif "DriverError" not in names and "DriverError" not in outside:
            yield _base_fault(place, "DriverError", [*[p.node.name for p in inside[1:]], *outside])


def second_hierarchy(project: Project) -> Iterable[Fault]:
    """No other module of the package defines an exception of the contract again."""
    home = project.module("exceptions")
    if home is None:
        return
    for file in project.files("package"):
        if file is home:
            continue
        for node in file.nodes(ast.ClassDef):
            again = node.name in EXCEPTION_NAMES
            own = project.find_class(home, node.name)
            if again and not (own and own.node is node):
                yield Fault(
                    f"{node.name} is defined again in {file.path}: code that catches the one of exceptions.py misses it.",
                    hint=f"Import it: from .exceptions import {node.name}.",
                    node=node,
                    file=file.path,
                )


def outside_the_tree(file: PythonFile, project: Project) -> Iterable[Fault]:
    """A public exception class of the package stands under DriverError."""
    for node in file.nodes(ast.ClassDef):
        if node.name.startswith("_") or node.name in EXCEPTION_NAMES or not node.name.endswith(("Error", "Exception")):
            continue
        inside, outside = project.ancestry(ClassPlace(file, node))
        if set(outside) & _BUILTIN_ERRORS and "DriverError" not in {p.node.name for p in inside}:
            yield Fault(
                f"{node.name} does not derive from DriverError, so `except DriverError` misses it.",
                hint="Derive it from DriverError, or raise one of the contract's exceptions.",
                node=node,
            )


def bare_raises(file: PythonFile, project: Project) -> Iterable[Fault]:
    """The driver raises its own exceptions, never a bare Exception or RuntimeError."""
    for node in file.nodes(ast.Raise):
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        if isinstance(raised, ast.Name) and raised.id in {"Exception", "BaseException", "RuntimeError"}:
            yield Fault(
                f"`raise {raised.id}` is no exception of the driver.",
                hint=f"Raise one of {', '.join(e.name for e in EXCEPTIONS[1:])}.",
                node=node,
            )
        elif isinstance(raised, ast.Name) and raised.id in _PLAIN_ERRORS and _in_contract_method(file, node, project):
            yield Fault(
                f"`raise {raised.id}` leaves a method of the driver: `except DriverError` misses it.",
                hint="Raise InvalidRequestError, ObjectNotFoundError or NotSupportedError.",
                node=node,
            )


def _in_contract_method(file: PythonFile, node: ast.Raise, project: Project) -> bool:
    function = file.function_of(node)
    holder = file.parent(function) if function is not None else None
    if project.driver is None or getattr(function, "name", "") not in METHOD_NAMES - {"__init__", "from_env"}:
        return False
    tried = (a for a in file.ancestors(node) if isinstance(a, ast.Try) and a.handlers)
    caught = any(raised is node for a in tried for statement in a.body for raised in file.within(statement, ast.Raise))
    return not caught and any(p.node is holder for p in project.ancestry(project.driver)[0])


def driver_error_arguments(project: Project) -> Iterable[Fault]:
    """DriverError takes a message and the keyword `details`; some take one more."""
    for place in _contract_classes(project):
        contract = next(e for e in EXCEPTIONS if e.name == place.node.name)
        wanted = ("details", *contract.keywords)
        init = _constructor(project, place)
        if init is None:
            missing: list[str] = list(wanted) if place.node.name == "DriverError" else list(contract.keywords)
        else:
            arguments = init.args
            known = {a.arg for a in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]}
            missing = [] if arguments.kwarg else [name for name in wanted if name not in known]
        if missing and project.ancestry(place)[1] != ["?"]:
            yield Fault(
                f"{place.node.name} does not take {' and '.join(missing)}.",
                hint=f"def __init__(self, message: str, *, {', '.join(f'{name}=None' for name in wanted)}) -> None",
                node=init or place.node,
                file=place.file.path,
            )


def _contract_classes(project: Project) -> Iterator[ClassPlace]:
    file = project.module("exceptions")
    if file is None or file.tree is None:
        return
    for contract in EXCEPTIONS:
        if place := project.find_class(file, contract.name):
            yield place


def _constructor(project: Project, place: ClassPlace) -> ast.FunctionDef | None:
    for ancestor in project.ancestry(place)[0]:
        for statement in ancestor.node.body:
            if isinstance(statement, ast.FunctionDef) and statement.name == "__init__":
                return statement
    return None


def _base_fault(place: ClassPlace, wanted: str, bases: list[str]) -> Fault:
    return Fault(
        f"{place.node.name} does not derive from {wanted}; its bases: {', '.join(bases) or 'none'}.",
        hint=f"class {place.node.name}({wanted}):",
        node=place.node,
        file=place.file.path,
    )
