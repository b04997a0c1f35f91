"""Secrets that a message shows: in an exception, a log line or output."""

import ast
import re
from collections.abc import Iterable

from ...fault import Fault
from ...parsed.code_facts import LOG_CALLS, environment_key
from ...parsed.project import Project
from ...parsed.python_file import PythonFile
from ...parsed.scopes import is_local
from .literals import SECRET_NAME

_SECRET_ATTRIBUTES = frozenset({"api_key", "apikey", "token", "access_token", "password", "client_secret", "secret"})
_MESSAGE_NAME = re.compile(r"message|msg|error_message|error_text|reason|hint")


def secrets_in_messages(file: PythonFile, _project: Project) -> Iterable[Fault]:
    """No credential is put into an exception, a log line or output."""
    held = _SECRET_ATTRIBUTES | _held_secrets(file)
    for value in file.nodes(ast.Attribute):
        if not isinstance(value.ctx, ast.Load) or value.attr.lstrip("_") not in held:
            continue
        if _is_of_self(value.value) and (where := _message_around(file, value)):
            yield Fault(
                f"{ast.unparse(value)} goes into {where}: the secret would be shown.",
                hint="Name the argument, not its value.",
                node=value,
            )
    for value in file.nodes(ast.Name):
        if value.id not in _SECRET_ATTRIBUTES or not isinstance(value.ctx, ast.Load):
            continue
        if is_local(file, value, value.id) and (where := _message_around(file, value)):
            yield Fault(
                f"{value.id} goes into {where}: the secret would be shown.",
                hint="Name the argument, not its value.",
                node=value,
            )


def _is_of_self(holder: ast.expr) -> bool:
    """Whether this is `self`, or what `self` keeps: `self.config`."""
    while isinstance(holder, ast.Attribute):
        holder = holder.value
    return isinstance(holder, ast.Name) and holder.id == "self"


def shown_requests(file: PythonFile, _project: Project) -> Iterable[Fault]:
    """No headers or parameters that hold a credential are put into an exception, a log line or output."""
    for node in file.nodes(ast.Subscript):
        named = isinstance(node.slice, ast.Constant) and str(node.slice.value).lower() == "authorization"
        if named and isinstance(node.ctx, ast.Load) and (where := _message_around(file, node)):
            yield Fault(f"The Authorization header goes into {where}.", hint="Leave it out.", node=node)
    for call in file.nodes(ast.Call):
        made = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if made.endswith("headers") and _is_of_self(call.func) and (where := _message_around(file, call)):
            yield Fault(f"What {ast.unparse(call.func)}() makes goes into {where}.", hint="Leave it out.", node=call)
    for function in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
        touched = any(map(_is_secret, file.within(function, ast.Attribute, ast.Name, ast.Call, ast.Subscript)))
        holders = set(_holders(file, function)) if touched else set[str]()
        for value in file.within(function, ast.Name) if holders else ():
            shown = value.id in holders and isinstance(value.ctx, ast.Load) and _is_whole(file, value)
            if shown and (where := _message_around(file, value)):
                yield Fault(
                    f"{value.id} holds a credential and goes into {where}.",
                    hint="Tell the method and the path only.",
                    node=value,
                )


def _holders(file: PythonFile, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterable[str]:
    """Variables of a function into which a credential goes."""
    for node in file.within(function, ast.AnnAssign):
        if isinstance(node.target, ast.Name) and node.value is not None and _holds_dict(node.value):
            yield node.target.id
    for node in file.within(function, ast.Assign):
        secret = any(_is_secret(n) for n in ast.walk(node.value))
        for target in node.targets:
            match target:
                case ast.Subscript(value=ast.Name(id=name)) if secret:
                    yield name
                case ast.Name(id=name) if (
                    secret and isinstance(node.value, ast.Dict | ast.IfExp) and _holds_dict(node.value)
                ):
                    yield name
                case ast.Name(id="headers" | "auth" as name) if secret and isinstance(node.value, ast.Call):
                    yield name
                case _:
                    pass


def _holds_dict(value: ast.expr) -> bool:
    dicts = (n for n in ast.walk(value) if isinstance(n, ast.Dict))
    return any(_is_secret(n) for found in dicts for item in found.values for n in ast.walk(item))


def _is_secret(node: ast.AST) -> bool:
    if isinstance(node, ast.Call | ast.Subscript) and (variable := environment_key(node)):
        return SECRET_NAME.match(variable) is not None
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name.lstrip("_") in _SECRET_ATTRIBUTES


def _is_whole(file: PythonFile, node: ast.AST) -> bool:
    parent = file.parent(node)
    return not isinstance(parent, ast.Subscript | ast.Attribute | ast.Compare) and not (
        isinstance(parent, ast.Call) and getattr(parent.func, "id", "") in {"len", "sorted", "list", "set"}
    )


def _held_secrets(file: PythonFile) -> set[str]:
    # Attributes that are set to an argument of a credential's name.
    return {
        target.attr.lstrip("_")
        for node in file.nodes(ast.Assign)
        if isinstance(node.value, ast.Name) and node.value.id in _SECRET_ATTRIBUTES
        for target in node.targets
        if isinstance(target, ast.Attribute)
    }


def _message_around(file: PythonFile, node: ast.AST) -> str:  # noqa: PLR0911 - one case a kind of place
    inside_text = False
    for ancestor in file.ancestors(node):
        if isinstance(ancestor, ast.JoinedStr) or _is_joining(ancestor):
            inside_text = True
        elif isinstance(ancestor, ast.Call) and getattr(ancestor.func, "id", "") in {"str", "repr"}:
            continue
        elif isinstance(ancestor, ast.Raise):
            return "an exception's message" if inside_text else ""
        elif isinstance(ancestor, ast.Call):
            name = getattr(ancestor.func, "attr", getattr(ancestor.func, "id", ""))
            if name in LOG_CALLS:
                return "a log line" if name != "print" else "output"
            if not inside_text and name != "format" and not str(name).endswith("Error"):
                return ""
        elif isinstance(ancestor, ast.Assign | ast.AugAssign):
            targets = ancestor.targets if isinstance(ancestor, ast.Assign) else [ancestor.target]
            names = [t.id for t in targets if isinstance(t, ast.Name)]
            return "a message" if inside_text and any(_MESSAGE_NAME.fullmatch(n) for n in names) else ""
        elif isinstance(ancestor, ast.Return):
            named = getattr(file.function_of(ancestor), "name", "")
            return f"what {named} shows" if inside_text and named in {"__repr__", "__str__"} else ""
        elif isinstance(ancestor, ast.stmt):
            return ""
    return ""


def _is_joining(node: ast.AST) -> bool:
    """Whether a text is put together: `"..." + x`, `"..." % x`."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Add | ast.Mod):
        return False
    return any(
        isinstance(n, ast.JoinedStr | ast.Constant) and isinstance(getattr(n, "value", ""), str) for n in ast.walk(node)
    )
