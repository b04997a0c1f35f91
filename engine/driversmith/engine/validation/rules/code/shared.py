"""Values that are made once and changed by everybody: what ruff's B006 does not see."""

import ast
from collections.abc import Iterable

from ...fault import Fault
from ...parsed.changes import CHANGING, change_of
from ...parsed.members import Function
from ...parsed.named_values import defaults
from ...parsed.project import Project
from ...parsed.python_file import PythonFile

_MADE = frozenset({"dict", "list", "set", "defaultdict", "OrderedDict", "deque", "Counter", "bytearray"})


def shared_defaults(file: PythonFile, _project: Project) -> Iterable[Fault]:
    """No function changes a default that a name outside it holds, and no method a dict or list of its class."""
    shared = _made_at(file.tree.body) if file.tree else set[str]()
    for function in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef) if shared else ():
        for argument, default in defaults(function.args):
            if not isinstance(default, ast.Name) or default.id not in shared or argument in _set(file, function):
                continue
            if (place := change_of(file.within(function, *CHANGING), argument, of_self=False)) is not None:
                yield Fault(
                    f"{argument} is {default.id} where nobody gives it, and is changed here: for all later calls.",
                    hint=f"Change a copy: dict({argument}), or list({argument}).",
                    node=place,
                )
    for node in file.nodes(ast.ClassDef):
        attributes = _made_at(node.body)
        methods = [s for s in node.body if isinstance(s, ast.FunctionDef | ast.AsyncFunctionDef)] if attributes else []
        own = {n.attr for m in methods for n in file.within(m, ast.Attribute) if isinstance(n.ctx, ast.Store)}
        for name in sorted(attributes - own):
            places = [
                p
                for m in methods
                if _is_of_object(m) and (p := change_of(file.within(m, *CHANGING), name, of_self=True)) is not None
            ]
            if places:
                yield Fault(
                    f"All objects of {node.name} share {name}, and this changes it for all of them.",
                    hint=f"Make self.{name} in __init__.",
                    node=places[0],
                )


def _made_at(body: list[ast.stmt]) -> set[str]:
    """Names that get a new dict, list or set in these statements; constants by their spelling are caches meant to be shared."""
    found = set[str]()
    for statement in body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                called = value.func if isinstance(value, ast.Call) else None
                made = getattr(called, "attr", getattr(called, "id", ""))
                if isinstance(value, ast.Dict | ast.List | ast.Set) or made in _MADE:
                    found.add(name)
            case _:
                pass
    return found


def _set(file: PythonFile, function: Function) -> set[str]:
    return {n.id for n in file.within(function, ast.Name) if isinstance(n.ctx, ast.Store)}


def _is_of_object(method: Function) -> bool:
    names = {getattr(d, "attr", getattr(d, "id", "")) for d in method.decorator_list}
    return not names & {"classmethod", "staticmethod"}
