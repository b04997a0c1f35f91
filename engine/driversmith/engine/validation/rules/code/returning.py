"""Functions give back what they promise."""

import ast
from collections.abc import Iterable

from ...fault import Fault
from ...parsed.project import Project
from ...parsed.python_file import PythonFile
from .stubs import is_abstract, is_protocol

_NOTHING = frozenset({"None", "NoReturn", "Never", "Any", "object"})


def missing_returns(file: PythonFile, _project: Project) -> Iterable[Fault]:
    """A function that says what it returns has a return with a value, a yield, or ends by raising."""
    for function in file.nodes(ast.FunctionDef):
        if function.returns is None or is_abstract(function):
            continue
        said = ast.unparse(function.returns).strip("'\"")
        holder = file.parent(function)
        if said in _NOTHING or "None" in said or "Optional" in said:
            continue
        if isinstance(holder, ast.ClassDef) and is_protocol(holder):
            continue
        if _gives(file, function) or _never_ends(function):
            continue
        yield Fault(
            f"{function.name} says that it returns {said}, but has no return with a value: it gives None.",
            hint="Return the result.",
            node=function,
        )


def _gives(file: PythonFile, function: ast.FunctionDef) -> bool:
    for node in file.within(function, ast.Return, ast.Yield, ast.YieldFrom):
        if (node.value is not None or isinstance(node, ast.Yield)) and file.function_of(node) is function:
            return True
    return False


def _never_ends(function: ast.FunctionDef) -> bool:
    body = function.body[1:] if _is_text(function.body[0]) else function.body
    if not body:
        return True  # a stub, which other rules tell
    last = body[-1]
    match last:
        case ast.Raise() | ast.Pass() | ast.While() | ast.Try() | ast.With() | ast.Match():
            return True
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.If():
            return isinstance(last.body[-1], ast.Raise) and bool(last.orelse) and isinstance(last.orelse[-1], ast.Raise)
        case ast.Expr(value=ast.Call()):
            # Functions that only raise are not known here.
            return "NoReturn" in ast.unparse(last) or _is_exit(last)
        case _:
            return False


def _is_exit(statement: ast.stmt) -> bool:
    return any(word in ast.unparse(statement) for word in ("fail", "abort", "exit", "raise", "throw"))


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
