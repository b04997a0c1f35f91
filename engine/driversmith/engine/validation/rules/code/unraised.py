"""Exceptions that are made, and that nothing raises."""

import ast
import builtins
import re
from collections.abc import Iterable

from ...fault import Fault
from ...parsed.members import Function
from ...parsed.project import Project
from ...parsed.python_file import PythonFile

_BUILTIN = frozenset(
    n for n, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, BaseException)
)
_NAMED = re.compile(r"[A-Z]\w*(?:Error|Exception|Fault)")


def unraised_exceptions(file: PythonFile, _project: Project) -> Iterable[Fault]:
    """An exception that a function makes is raised by who asked for it."""
    own = _own_exceptions(file)
    makers = _makers(file)
    for call in (call for statement in file.nodes(ast.Expr) for call in _outcomes(statement.value)):
        if not isinstance(call, ast.Call) or _called(call) in _BUILTIN:  # ruff knows the built-in ones (PLW0133)
            continue
        if _is_exception(call, own) or _called(call) in makers:
            yield _fault(call, "nothing raises it")
    for function in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
        yield from _returned(file, function, own)
        made: dict[str, ast.Call] = {}
        for node in file.within(function, ast.Assign):
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call) if _is_exception(call, own):
                    made[name] = call
                case _:
                    pass
        if not made:
            continue
        told = {n.id for n in file.within(function, ast.Name) if not isinstance(n.ctx, ast.Store)}
        told |= {name for n in file.within(function, ast.Global, ast.Nonlocal) for name in n.names}
        for name, call in made.items():
            if name not in told and file.function_of(call) is function:
                yield _fault(call, f"nothing raises {name}")


def _outcomes(value: ast.expr) -> list[ast.expr]:
    """What a statement may come to: `response.ok or ApiError(...)`."""
    match value:
        case ast.BoolOp(values=[*_, last]):
            return [last]
        case ast.IfExp(body=one, orelse=other):
            return [one, other]
        case _:
            return [value]


def _returned(file: PythonFile, function: Function, own: set[str]) -> Iterable[Fault]:
    """Exceptions that are returned where callers expect data: the other ways out of the function read an answer."""
    given = [n for n in file.within(function, ast.Return) if n.value and file.function_of(n) is function]
    made = [n.value for n in given if isinstance(n.value, ast.Call) and _is_exception(n.value, own)]
    reads = any(isinstance(n.value, ast.Call) and _called(n.value) in {"json", "loads"} for n in given)
    if made and reads:
        yield from (_fault(call, "it is returned, not raised") for call in made)


def _fault(call: ast.Call, what: str) -> Fault:
    return Fault(
        f"{ast.unparse(call.func)} makes an exception, and {what}.", hint=f"raise {ast.unparse(call)}", node=call
    )


def _is_exception(call: ast.Call, own: set[str]) -> bool:
    match call.func:
        case ast.Name(id=name):
            return name in own or name in _BUILTIN or _NAMED.fullmatch(name) is not None
        case ast.Attribute(value=ast.Name(id=holder), attr=name):
            return holder not in {"self", "cls"} and _NAMED.fullmatch(name) is not None
        case ast.Attribute(value=ast.Attribute(), attr=name):
            return _NAMED.fullmatch(name) is not None and not ast.unparse(call.func).startswith(("self.", "cls."))
        case _:
            return False


def _called(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def _own_exceptions(file: PythonFile) -> set[str]:
    """Classes of the file that stand under an exception, whatever their names."""
    bases = {
        node.name: {getattr(b, "attr", getattr(b, "id", "")) for b in node.bases} for node in file.nodes(ast.ClassDef)
    }
    found = set[str]()
    while (
        more := {
            n for n, over in bases.items() if any(b in _BUILTIN or b in found or _NAMED.fullmatch(b) for b in over)
        }
        - found
    ):
        found |= more
    return found


def _makers(file: PythonFile) -> set[str]:
    """Functions that say, each time that their name is given, that they return an exception."""
    made: dict[str, bool] = {}
    for function in file.nodes(ast.FunctionDef):
        made[function.name] = made.get(function.name, True) and gives_exception(function)
    return {name for name, gives in made.items() if gives}


def gives_exception(function: Function) -> bool:
    """Whether a function says that it returns an exception."""
    said = function.returns
    name = said.value if isinstance(said, ast.Constant) else getattr(said, "attr", getattr(said, "id", ""))
    return str(name).endswith(("Error", "Exception"))
