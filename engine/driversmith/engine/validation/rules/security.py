"""Code that is unsafe in a driver: literal keys, TLS off, eval, shell, keys in messages, swallowed errors."""

import ast
import re
from collections.abc import Iterable

from ..fault import Fault
from ..parsed.project import Project
from ..parsed.python_file import PythonFile
from .code_facts import environment_key
from .scopes import is_local

_KEY_SHAPES = re.compile(
    r"\b(?:sk-[A-Za-z0-9_-]{20,}|sk_(?:live|test)_[A-Za-z0-9]{16,}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}"
    r"|AKIA[0-9A-Z]{16}|AIza[0-9A-Za-z_-]{35}|xox[abprs]-[A-Za-z0-9-]{12,}|glpat-[A-Za-z0-9_-]{20}"
    r"|eyJ[A-Za-z0-9_-]{15,}\.eyJ[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{15,}|SG\.[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,})"
)
_SECRET_NAME = re.compile(
    r"^_*(?:\w*_)?(?:api_?key|apikey|secret|client_secret|password|passwd|access_token|auth_token|token|bearer|authorization)$",
    re.IGNORECASE,
)
_SECRET_ATTRIBUTES = frozenset({"api_key", "apikey", "token", "access_token", "password", "client_secret", "secret"})
_PLACEHOLDER = re.compile(
    r"your|example|placeholder|changeme|change[-_ ]me|xxx|<|\$\{|test|dummy|demo|sample|env:|\.\.\.|^\W*$",
    re.IGNORECASE,
)
_SHOWN = re.compile(r"example|your|x{4}|placeholder", re.IGNORECASE)
_OPAQUE = re.compile(r"[A-Za-z0-9_.:+=-]{12,}")
_MESSAGE_NAME = re.compile(r"message|msg|error_message|error_text|reason|hint")
_EMPTY = frozenset({"[]", "{}", "list()", "dict()", "()"})
_LOG_CALLS = frozenset({"debug", "info", "warning", "error", "exception", "critical", "log", "print"})


def literal_keys(file: PythonFile, project: Project) -> Iterable[Fault]:
    """No secret stands in the code, unless the API's description shows it to everybody."""
    for node in file.nodes(ast.Constant):
        value: object = node.value
        found = _KEY_SHAPES.search(value) if isinstance(value, str) and 16 <= len(value) <= 4096 else None
        if found and not _is_shown(found[0], project):
            yield Fault("A literal key stands in the code.", hint="Take it as an argument or from_env.", node=node)


def keys_in_texts(project: Project) -> Iterable[Fault]:
    """No secret stands in README.md, pyproject.toml or driver.json."""
    for path, text in project.texts.items():
        if path.endswith((".md", ".toml", ".txt", ".cfg", ".ini")) or path == "driver.json":
            for found in _KEY_SHAPES.finditer(text):
                if not _is_shown(found[0], project):
                    line = text.count("\n", 0, found.start()) + 1
                    yield Fault(f"A literal key stands in {path}.", hint='Show "..." instead.', line=line, file=path)


def _is_shown(key: str, project: Project) -> bool:
    return _SHOWN.search(key) is not None or project.api_text.says(key)


def literal_credentials(file: PythonFile, project: Project) -> Iterable[Fault]:
    """No argument or variable that names a secret has a value in the code."""
    for name, node in _named_literals(file):
        value = str(node.value)
        if not _SECRET_NAME.match(name) or not _looks_secret(value) or _KEY_SHAPES.search(value):
            continue
        if not project.api_text.says(value):
            yield Fault(f"{name} is a literal in the code.", hint="Take it as an argument or from_env.", node=node)


def tls_off(file: PythonFile, _project: Project) -> Iterable[Fault]:
    """Certificates are verified."""
    for keyword in file.nodes(ast.keyword):
        match keyword:
            case ast.keyword(arg="verify" | "verify_ssl" | "check_hostname", value=ast.Constant(value=False)):
                yield Fault(f"{keyword.arg}=False turns TLS verification off.", hint="Remove it.", node=keyword.value)
            case _:
                pass
    for node in file.nodes(ast.Attribute):
        if node.attr in {"_create_unverified_context", "CERT_NONE"}:
            yield Fault(f"{node.attr} turns TLS verification off.", hint="Remove it.", node=node)
    for node in file.nodes(ast.Assign):
        match node:
            case ast.Assign(targets=[ast.Attribute(attr="check_hostname" | "verify")], value=ast.Constant(value=False)):
                yield Fault("TLS verification is turned off.", hint="Remove it.", node=node)
            case _:
                pass


def dynamic_code(file: PythonFile, _project: Project) -> Iterable[Fault]:
    """No eval, exec, or code from data."""
    for call in file.nodes(ast.Call):
        match call.func:
            case ast.Name(id="eval" | "exec" | "compile" | "__import__" as name) if not is_local(file, call, name):
                yield Fault(f"{name}() runs code from data.", hint="Parse the data; json.loads for JSON.", node=call)
            case ast.Attribute(value=ast.Name(id="importlib"), attr="import_module"):
                yield Fault("import_module() loads code by name.", hint="Import what is needed.", node=call)
            case ast.Attribute(value=ast.Name(id="pickle" | "marshal"), attr="load" | "loads" as name):
                yield Fault(f"{name}() of untrusted data runs code.", hint="Use JSON.", node=call)
            case ast.Attribute(value=ast.Name(id="yaml"), attr="load" | "unsafe_load"):
                yield Fault("yaml.load runs code from data.", hint="Use JSON.", node=call)
            case _:
                pass


def shell_commands(file: PythonFile, _project: Project) -> Iterable[Fault]:
    """No processes and no shell."""
    for call in file.nodes(ast.Call):
        match call.func:
            case ast.Attribute(value=ast.Name(id="os"), attr=name) if name in {"system", "popen"} or name.startswith(
                ("exec", "spawn")
            ):
                yield Fault(f"os.{name}() starts a process.", hint="A driver has no use for it: remove it.", node=call)
            case ast.Attribute(value=ast.Name(id="subprocess"), attr=name) if not is_local(file, call, "subprocess"):
                yield Fault(f"subprocess.{name}() starts a process.", hint="A driver has no use for it.", node=call)
            case _:
                pass


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
        return _SECRET_NAME.match(variable) is not None
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


def _named_literals(file: PythonFile) -> Iterable[tuple[str, ast.Constant]]:  # noqa: PLR0912 - one case a kind of place
    for node in file.nodes(ast.Assign):
        for target in node.targets:
            name = target.id if isinstance(target, ast.Name) else getattr(target, "attr", "")
            if isinstance(node.value, ast.Constant):
                yield name, node.value
    for node in file.nodes(ast.AnnAssign):
        target = node.target
        name = target.id if isinstance(target, ast.Name) else getattr(target, "attr", "")
        if isinstance(node.value, ast.Constant):
            yield name, node.value
    for node in file.nodes(ast.keyword):
        if node.arg and isinstance(node.value, ast.Constant):
            yield node.arg, node.value
    for node in file.nodes(ast.Call, ast.BoolOp):
        match node:
            case ast.Call(args=[_, ast.Constant() as value]) if name := environment_key(node):
                yield name, value
            case ast.BoolOp(
                op=ast.Or(), values=[ast.Name(id=name) | ast.Attribute(attr=name), *_, ast.Constant() as value]
            ):
                yield name, value
            case _:
                pass
    yield from _headers(file)
    for function in file.nodes(ast.arguments):
        positional = [*function.posonlyargs, *function.args]
        pairs = zip(positional[len(positional) - len(function.defaults) :], function.defaults, strict=True)
        for argument, default in [*pairs, *zip(function.kwonlyargs, function.kw_defaults, strict=True)]:
            if isinstance(default, ast.Constant):
                yield argument.arg, default


def _headers(file: PythonFile) -> Iterable[tuple[str, ast.Constant]]:
    for node in file.nodes(ast.Dict):
        parent = file.parent(node)
        if isinstance(parent, ast.keyword) and parent.arg is None:  # arguments by other means
            continue
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str) and isinstance(value, ast.Constant):
                name = key.value
                if "-" in name or name.lower() == "authorization":
                    yield name.replace("-", "_"), value


def _looks_secret(value: str) -> bool:
    value = value.removeprefix("Bearer ").removeprefix("Basic ")
    return (
        _OPAQUE.fullmatch(value) is not None
        and not _PLACEHOLDER.search(value)
        and any(c.isdigit() for c in value)
        and any(c.isalpha() for c in value)
    )


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
            if name in _LOG_CALLS:
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
            return getattr(function, "attr", getattr(function, "id", "")) in _LOG_CALLS
        case _:
            return False
