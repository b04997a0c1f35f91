"""Secrets that a message shows: in an exception, a log line or output."""

import ast
import re
from collections.abc import Iterable
from itertools import pairwise

from ...fault import Fault
from ...parsed.code_facts import LOG_CALLS, environment_key
from ...parsed.named_values import named_values
from ...parsed.project import Project
from ...parsed.python_file import PythonFile
from ...parsed.scopes import is_local
from .literals import SECRET_NAME

_SECRET_ATTRIBUTES = frozenset({"api_key", "apikey", "token", "access_token", "password", "client_secret", "secret"})
_SETTINGS = re.compile(
    r"settings|config|cfg|conf|options|opts|args|credentials|creds|auth|client|session", re.IGNORECASE
)
_SENT_HEADERS = re.compile(
    r"_?(?:default_?|base_?|auth_?|request_?|req_?|common_?|extra_?|my_?)?(?:headers|hdrs)", re.IGNORECASE
)
_RECEIVED = re.compile(r"resp|reply|answer|result|\bres\b|\br\b|error|exc|\berr?\b|received|response", re.IGNORECASE)
_CREDENTIAL_HEADER = re.compile(
    r"authorization|(?:x[-_])?(?:api|access|auth|secret|app|subscription)[-_]?(?:key|token)|token|x[-_]\w*[-_](?:key|token|secret)|cookie|(?:\w+-)+(?:key|token|secret)",
    re.IGNORECASE,
)
_MESSAGE_NAME = re.compile(r"message|msg|error_message|error_text|reason|hint")


def secrets_in_messages(file: PythonFile, _project: Project) -> Iterable[Fault]:
    """No credential is put into an exception, a log line or output."""
    held = _SECRET_ATTRIBUTES | _held_secrets(file)
    for value in file.nodes(ast.Attribute):
        if not isinstance(value.ctx, ast.Load) or value.attr.lstrip("_") not in held:
            continue
        if _is_of_somebody(file, value.value) and (where := _message_around(file, value)):
            yield Fault(
                f"{ast.unparse(value)} goes into {where}: the secret would be shown.",
                hint="Name the argument, not its value.",
                node=value,
            )
    for value in file.nodes(ast.Name):
        if value.id not in _SECRET_ATTRIBUTES or not isinstance(value.ctx, ast.Load):
            continue
        named = isinstance(parent := file.parent(value), ast.Attribute) and parent.attr.startswith("__")
        if not named and is_local(file, value, value.id) and (where := _message_around(file, value)):
            yield Fault(
                f"{value.id} goes into {where}: the secret would be shown.",
                hint="Name the argument, not its value.",
                node=value,
            )


def _is_of_somebody(file: PythonFile, holder: ast.expr) -> bool:
    """Whether this is `self`, or settings that a function was given: `self.config`, `settings`, `args`."""
    while isinstance(holder, ast.Attribute):
        holder = holder.value
    return isinstance(holder, ast.Name) and (
        holder.id == "self" or is_local(file, holder, holder.id) or _SETTINGS.search(holder.id) is not None
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
    told = set[ast.AST]()
    for function in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
        touched = any(map(_is_secret, file.within(function, ast.Attribute, ast.Name, ast.Call, ast.Subscript)))
        holders = set(_holders(file, function)) if touched else set[str]()
        for value in file.within(function, ast.Name) if holders else ():
            shown = (
                value.id in holders and value not in told and isinstance(value.ctx, ast.Load) and _is_whole(file, value)
            )
            if shown and (where := _message_around(file, value)):
                told.add(value)
                yield Fault(
                    f"{value.id} holds a credential and goes into {where}.",
                    hint="Tell the method and the path only.",
                    node=value,
                )
    yield from (fault for fault in _shown_headers(file) if fault.node not in told)


def _shown_headers(file: PythonFile) -> Iterable[Fault]:
    """Headers that are sent, whole, in a file that puts a credential among its headers."""
    if not _sends_credential(file):
        return
    yield from _debugged(file)
    received, holding = _received_headers(file), _names_of_headers(file)
    others = {name for _, name in holding if not _SENT_HEADERS.fullmatch(name)}
    for node in file.nodes(ast.Attribute, ast.Name, ast.Call):
        match node:
            case ast.Attribute(attr=name, value=holder, ctx=ast.Load()) if _SENT_HEADERS.fullmatch(name):
                sent = "request" in ast.unparse(holder) or not _RECEIVED.search(ast.unparse(holder).rpartition(".")[2])
            case ast.Name(id=name, ctx=ast.Load()) if name in others or _SENT_HEADERS.fullmatch(name):
                place = (file.function_of(node), name)
                sent = place not in received and (place in holding or name not in others)
            case ast.Call(func=ast.Attribute(attr="header_items")):
                sent = True
            case _:
                continue
        if not sent or not _is_whole(file, node) or _is_picked(file, node):
            continue
        if where := _message_around(file, node) or _told_one_by_one(file, node):
            yield Fault(
                f"{ast.unparse(node)} goes into {where}, the credential in it too.",
                hint="Tell the method and the path only, or leave the credential out.",
                node=node,
            )


def _debugged(file: PythonFile) -> Iterable[Fault]:
    """What http.client prints where it is told to, and texts that have a place for a credential."""
    for name, value in named_values(file):
        if name == "debuglevel" and isinstance(value, ast.Constant) and value.value and not _is_asked_for(file, value):
            yield Fault("debuglevel prints the headers of each request.", hint="Remove it.", node=value)
    for call in file.nodes(ast.Call):
        told = _called(call) == "set_debuglevel" and call.args and getattr(call.args[0], "value", 1)
        if told and not _is_asked_for(file, call):
            yield Fault("set_debuglevel prints the headers of each request.", hint="Remove it.", node=call)
    for text in file.nodes(ast.JoinedStr):
        for before, value in pairwise(text.values):
            shown = isinstance(before, ast.Constant) and _PLACE.search(str(before.value))
            hidden = isinstance(value, ast.FormattedValue) and isinstance(
                value.value, ast.Call | ast.Subscript | ast.IfExp
            )
            if (
                shown
                and isinstance(value, ast.FormattedValue)
                and not hidden
                and (where := _message_around(file, value))
            ):
                yield Fault(f"The credential goes into {where}.", hint="Leave it out.", node=value)


def _is_asked_for(file: PythonFile, node: ast.AST) -> bool:
    """Whether this happens only where somebody asks for it: behind a test, or in `enable_debug`."""
    name = getattr(file.function_of(node), "name", "")
    return "debug" in name or any(isinstance(a, ast.If) for a in file.ancestors(node))


_PLACE = re.compile(r"(?:authorization['\"]?\s*[:=]|\bbearer)\s*(?:bearer |token |basic )?['\"]?$", re.IGNORECASE)


def _told_one_by_one(file: PythonFile, headers: ast.AST) -> str:
    """The place of `for name, value in headers.items(): log.debug(name, value)`, where nothing sorts out."""
    child: ast.AST = headers
    while _is_passing(parent := file.parent(child)) or isinstance(parent, ast.Attribute):
        child = parent  # pyright: ignore[reportAssignmentType]
    if (
        not isinstance(parent, ast.For)
        or parent.iter is not child
        or any(True for _ in file.within(parent, ast.If, ast.IfExp))
    ):
        return ""
    last = parent.target.elts[-1] if isinstance(parent.target, ast.Tuple) else parent.target
    told = (n for n in file.within(parent, ast.Name) if n.id == getattr(last, "id", "") and isinstance(n.ctx, ast.Load))
    return next(filter(None, (_message_around(file, n) for n in told)), "")


def _sends_credential(file: PythonFile) -> bool:
    """Whether a file names a header that holds a credential, in a place where headers are made."""
    texts = (n.value for n in file.nodes(ast.Constant) if isinstance(n.value, str) and len(n.value) < 60)
    return any(_CREDENTIAL_HEADER.fullmatch(text) for text in texts)


def _received_headers(file: PythonFile) -> set[tuple[ast.AST | None, str]]:
    """Variables, by function, for headers that came back, or from which what is secret was taken out."""
    found = set[tuple[ast.AST | None, str]]()
    for node in file.nodes(ast.Assign):
        for target in node.targets:
            if (
                isinstance(target, ast.Name)
                and _SENT_HEADERS.fullmatch(target.id)
                and _TAKEN_OUT.search(ast.unparse(node.value))
            ):
                found.add((file.function_of(node), target.id))
    return found


_TAKEN_OUT = re.compile(r"resp|reply|answer|redact|mask|hide|scrub|saniti[sz]|filter|safe|strip", re.IGNORECASE)


def _names_of_headers(file: PythonFile) -> set[tuple[ast.AST | None, str]]:
    """Variables of other names, by function, that hold headers with a credential: `h`, `kwargs["headers"]`."""
    found = set[tuple[ast.AST | None, str]]()
    for node in file.nodes(ast.Assign):
        for target in node.targets:
            match target:
                case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str() as key)):
                    holds = "-" in key or key == "Authorization"
                    held = (holds and _CREDENTIAL_HEADER.fullmatch(key)) or (
                        key == "headers" and _holds_header(node.value)
                    )
                case ast.Name(id=name):
                    held = _holds_header(node.value)
                case _:
                    continue
            if held:
                found.add((file.function_of(node), name))
    return found


def _holds_header(value: ast.expr) -> bool:
    if not isinstance(value, ast.Dict):
        return False
    keys = [k.value for k in value.keys if isinstance(k, ast.Constant) and isinstance(k.value, str)]
    named = any(("-" in key or key == "Authorization") and _CREDENTIAL_HEADER.fullmatch(key) for key in keys)
    named = named or any(_SENT_HEADERS.fullmatch(n.id) for n in value.values if isinstance(n, ast.Name))
    return named or any(_holds_header(v) for v in value.values)


def _is_picked(file: PythonFile, node: ast.AST) -> bool:
    """Whether only some of the headers are told: what a comprehension sorts out, or a function of the file's own."""
    for ancestor in file.ancestors(node):
        match ancestor:
            case ast.comprehension(ifs=[_, *_]):
                return True
            case ast.DictComp() | ast.ListComp() | ast.GeneratorExp() | ast.SetComp():
                if any(
                    isinstance(n, ast.IfExp | ast.Call) and n is not node and not _is_passing(n)
                    for n in ast.walk(ancestor)
                ):
                    return True
            case ast.stmt():
                return False
            case _:
                pass
    return False


def _is_passing(node: ast.AST | None) -> bool:
    """Whether a call gives on what it is given: `dict(headers)`, `headers.items()`."""
    return isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in _PASS_ON


_PASS_ON = frozenset(
    {
        "str",
        "repr",
        "dict",
        "list",
        "tuple",
        "sorted",
        "dumps",
        "items",
        "pformat",
        "copy",
        "raw",
        "multi_items",
        "format",
        "join",
        "values",
    }
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
    if isinstance(parent, ast.Attribute) and _is_passing(file.parent(parent) or parent):
        return True
    return not isinstance(parent, ast.Subscript | ast.Attribute | ast.Compare) and not (
        isinstance(parent, ast.Call)
        and getattr(parent.func, "id", "") in {"len", "sorted", "list", "set", "bool", "type"}
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
    child = node
    for ancestor in file.ancestors(node):
        before, child = child, ancestor
        # A few letters of it, or whether there is one, give nothing away.
        if isinstance(ancestor, ast.Subscript) and isinstance(ancestor.slice, ast.Slice):
            return ""
        if isinstance(ancestor, ast.Compare) or (isinstance(ancestor, ast.IfExp) and ancestor.test is before):
            return ""
        if isinstance(ancestor, ast.JoinedStr) or _is_joining(ancestor):
            inside_text = True
        elif _is_passing(ancestor) and _called(ancestor) != "format":
            continue
        elif isinstance(ancestor, ast.Raise):
            return "an exception's message" if inside_text else ""
        elif isinstance(ancestor, ast.Call):
            name = _called(ancestor)
            if name in LOG_CALLS or name in _OUTPUT:
                return "output" if name == "print" or name in _OUTPUT else "a log line"
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


def _called(call: ast.AST) -> str:
    function = call.func if isinstance(call, ast.Call) else call
    name = getattr(function, "attr", getattr(function, "id", ""))
    return name if name != "write" or re.search(r"std(?:err|out)", ast.unparse(function)) else ""


_OUTPUT = frozenset({"pprint", "pp", "echo", "secho", "write"})


def _is_joining(node: ast.AST) -> bool:
    """Whether a text is put together: `"..." + x`, `"..." % x`."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Add | ast.Mod):
        return False
    return any(
        isinstance(n, ast.JoinedStr | ast.Constant) and isinstance(getattr(n, "value", ""), str) for n in ast.walk(node)
    )
