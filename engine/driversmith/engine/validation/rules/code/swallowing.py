"""Failures that nobody hears of: a broad handler hides them behind nothing or an empty answer."""

import ast
import re
from collections.abc import Iterable

from ...fault import Fault
from ...parsed.code_facts import LOG_CALLS
from ...parsed.project import Project
from ...parsed.python_file import PythonFile

_EMPTY = frozenset({"[]", "{}", "list()", "dict()", "()"})


def swallowed_errors(file: PythonFile, _project: Project) -> Iterable[Fault]:
    """No broad handler hides a failure behind nothing or an empty answer."""
    for handler in file.nodes(ast.ExceptHandler):
        caught = _broad(handler.type)
        for given in file.within(handler, ast.Return):
            if given.value and ast.unparse(given.value).startswith("httpx2.Response("):
                yield Fault(
                    "A failure becomes an answer that no server gave.", hint="Raise a DriverError from it.", node=given
                )
        if not caught and _hides_broken_json(file, handler):
            yield Fault(
                "An answer that is not JSON becomes an empty one: callers see no records instead of an error.",
                hint="Raise UnexpectedResponseError from it.",
                node=handler,
            )
        if caught and all(_says_nothing(s) or _sets_nothing(s, caught) for s in handler.body):
            yield Fault(
                f"`except {caught}` hides the failure: callers see an empty answer instead of an error."
                if caught != "everything"
                else "A bare `except:` hides every failure.",
                hint="Let it through, or raise the driver's own exception from it.",
                node=handler,
            )
    for call in file.nodes(ast.Call):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name == "suppress" and any(_broad(argument) for argument in call.args):
            yield Fault("suppress() of a broad exception hides failures.", hint="Name what may fail.", node=call)


def _broad(caught: ast.expr | None) -> str:
    if caught is None:
        return "everything"
    for node in caught.elts if isinstance(caught, ast.Tuple) else [caught]:
        match node:
            case ast.Name(id="Exception" | "BaseException" | "DriverError" as name):
                return name
            case ast.Attribute(
                value=ast.Name(id="httpx2"), attr="HTTPError" | "RequestError" | "TransportError" as name
            ):
                return f"httpx2.{name}"
            case _:
                pass
    return ""


def _hides_broken_json(file: PythonFile, handler: ast.ExceptHandler) -> bool:
    tried = file.parent(handler)
    last = handler.body[-1]
    if not isinstance(tried, ast.Try) or not isinstance(last, ast.Return | ast.Pass):
        return False
    if (
        isinstance(last, ast.Return)
        and not _reads_an_answer(file, handler)
        and (last.value is None or ast.unparse(last.value) not in _EMPTY)
    ):
        return False
    function = file.function_of(handler)
    if re.search(r"error|message|detail|reason|text", getattr(function, "name", "")):
        return False
    calls = (call for statement in tried.body for call in file.within(statement, ast.Call))
    return any(
        isinstance(call.func, ast.Attribute)
        and (call.func.attr == "json" or ast.unparse(call.func).endswith("json.loads"))
        for call in calls
    )


def _reads_an_answer(file: PythonFile, handler: ast.ExceptHandler) -> bool:
    """Whether a handler gives None for the very body that its function returns otherwise."""
    tried, last = file.parent(handler), handler.body[-1]
    gives = isinstance(tried, ast.Try) and isinstance(tried.body[-1], ast.Return)
    nothing = isinstance(last, ast.Return) and (last.value is None or ast.unparse(last.value) == "None")
    return gives and nothing and len(handler.body) == 1


def _sets_nothing(statement: ast.stmt, caught: str) -> bool:
    # A handler of one kind of failure may well go on with a value of its own.
    if caught not in {"Exception", "BaseException", "everything", "DriverError"} or not isinstance(
        statement, ast.Assign
    ):
        return False
    return ast.unparse(statement.value) in _EMPTY


def _says_nothing(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass() | ast.Continue() | ast.Break():
            return True
        case ast.Return(value=value):
            return value is None or ast.unparse(value) in {"[]", "{}", "None", "''", "()", "False", "list()", "dict()"}
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Expr(value=ast.Call(func=function)):
            return getattr(function, "attr", getattr(function, "id", "")) in LOG_CALLS
        case _:
            return False
