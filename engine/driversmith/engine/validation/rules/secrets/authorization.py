"""Credentials: sent where the API wants them, in its way, and demanded by nobody who does not need them."""

import ast
import re
from collections.abc import Iterable, Iterator

from ....contract.surface import CREDENTIAL_ARGUMENTS, METHOD_NAMES
from ....models.profile import ApiProfile
from ...fault import Fault
from ...parsed.code_facts import driver_functions, environment_key, reads_data_files
from ...parsed.members import Function
from ...parsed.project import Project
from ...parsed.python_file import PythonFile

_AUTHORIZATION = "authorization"
_CREDENTIAL_VARIABLE = re.compile(r"[A-Z0-9_]*(?:API_KEY|TOKEN|SECRET|PASSWORD|USERNAME|CLIENT_ID|_KEY)")
_CREDENTIAL_NAME = re.compile(r"_*(?:api_?key|token|access_token|bearer_token|password|secret|key)")
_PREFIX = re.compile(r"[A-Za-z][\w-]* ")


def key_demanded(project: Project) -> Iterable[Fault]:
    """Nobody has to give a key for an API that has none, and to construct a driver nobody has to give any."""
    profile, place = project.profile, project.driver
    if place is None:
        return
    keyless = profile is not None and not profile.auth
    for file in project.files("package"):
        for node in file.nodes(ast.Subscript):
            variable = environment_key(node)
            at_import = variable and isinstance(node.ctx, ast.Load) and file.function_of(node) is None
            if at_import and not _is_conditional(file, node):
                yield _demanded(file, f"the variable {variable} at import", node, keyless=keyless)
    for file, function in driver_functions(project, place, "__init__", "from_env"):
        arguments = function.args
        positional = [*arguments.posonlyargs, *arguments.args]
        defaults = [None] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
        pairs = [
            *zip(positional, defaults, strict=True),
            *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
        ]
        for argument, default in pairs:
            if keyless and argument.arg in CREDENTIAL_ARGUMENTS and default is None:
                yield _demanded(file, f"the argument {argument.arg}", argument, keyless=keyless)
        names = {*CREDENTIAL_ARGUMENTS, *_from_environment(file, function)}
        for node in file.within(function, ast.If):
            if any(isinstance(n, ast.Raise) for n in node.body):
                for name in sorted(_absent(node.test, names)):
                    yield _demanded(file, name, node, keyless=keyless)
        for node in file.within(function, ast.Subscript):
            variable = environment_key(node)
            if variable and isinstance(node.ctx, ast.Load) and not _is_conditional(file, node):
                yield _demanded(file, f"the variable {variable}", node, keyless=keyless)


def auth_not_sent(project: Project) -> Iterable[Fault]:
    """The code knows where each credential goes."""
    profile, place = project.profile, project.driver
    if profile is None or place is None or reads_data_files(project):
        return
    texts = list(_texts_in_use(project))
    names = set(_keywords(project))
    used = {name for o in profile.operations.values() for alternative in o.security for name in alternative}
    for scheme in profile.auth:
        word = scheme.parameter.lower() if scheme.kind == "api_key" else _AUTHORIZATION
        delimited = re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])")
        sent = word in texts or any(len(text) < 200 and " " not in text and delimited.search(text) for text in texts)
        sent = sent or word in names or (scheme.kind != "api_key" and "auth" in names)
        if scheme.name in used and not sent:
            file, node = _likely_place(project) or (place.file, place.node)
            yield Fault(
                f"The credential of {scheme.name} is never sent: {scheme.location} {scheme.parameter} "
                f"does not occur in code that is used.",
                hint=f"Send it as {scheme.location} {scheme.parameter}"
                + (f" after `{scheme.prefix}`" if scheme.prefix else ""),
                node=node,
                file=file.path,
            )


def wrong_authorization(file: PythonFile, project: Project) -> Iterable[Fault]:
    """The Authorization header has the form that the API wants; where the API wants none, none is sent."""
    profile = project.profile
    if profile is None or not project.whole:
        return
    allowed = _prefixes(profile)
    for value in _authorizations(file):
        prefix = _prefix_of(value)
        if not profile.auth and (prefix or _is_credential(value)):
            yield Fault(
                "An Authorization header is sent, but the API takes no credentials.", hint="Remove it.", node=value
            )
        elif profile.auth and not allowed and prefix in {"Bearer ", "Basic ", "Token "}:
            wanted = ", ".join(sorted({f"{s.location} {s.parameter}" for s in profile.auth}))
            yield Fault(
                f"The credential goes into an Authorization header; the API takes it as {wanted}.",
                hint=f"Send it as {wanted}.",
                node=value,
            )
        elif allowed and prefix and prefix not in allowed:
            yield _wrong_form(f"begins with `{prefix.strip()}`", allowed, value)
        elif allowed and "" not in allowed and prefix is None and _is_credential(value):
            yield _wrong_form("is the bare credential", allowed, value)


def redirects_with_key(file: PythonFile, project: Project) -> Iterable[Fault]:
    """httpx2 follows no redirect by itself where a key in a header of its own would go along to another origin."""
    schemes = project.profile.auth if project.profile else ()
    keys = [s.parameter for s in schemes if s.location == "header" and s.parameter.lower() != "authorization"]
    for keyword in file.nodes(ast.keyword) if keys else ():
        match keyword:
            case ast.keyword(arg="follow_redirects", value=ast.Constant(value=True)):
                yield Fault(
                    f"follow_redirects=True takes {keys[0]} along to other origins.",
                    hint="Follow redirects yourself, and send the key to the base URL's origin only.",
                    node=keyword.value,
                )
            case _:
                pass


def _likely_place(project: Project) -> tuple[PythonFile, ast.AST] | None:
    """Where the code does something else with a credential than keeping it."""
    found: list[tuple[bool, PythonFile, ast.AST]] = []
    for file in project.files("package"):
        for node in file.nodes(ast.Name, ast.Attribute):
            name = node.attr if isinstance(node, ast.Attribute) else node.id
            function = file.function_of(node)
            if (
                isinstance(node.ctx, ast.Load)
                and name.lstrip("_") in CREDENTIAL_ARGUMENTS
                and isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
                and function.name not in {"__init__", "from_env"}
            ):
                header = isinstance(file.parent(node), ast.Dict)
                found.append((not header, file, node))
    best = min(found, key=lambda entry: entry[0], default=None)
    return best[1:] if best else None


def _wrong_form(what: str, allowed: set[str], node: ast.expr) -> Fault:
    forms = " or ".join(f"`{prefix.strip()} ...`" for prefix in sorted(allowed))
    return Fault(f"The Authorization header {what}; the API wants {forms}.", hint=f"Send {forms}.", node=node)


def _prefixes(profile: ApiProfile) -> set[str]:
    """What may stand before a credential in the Authorization header."""
    found: set[str] = set()
    for scheme in profile.auth:
        if scheme.parameter.lower() == _AUTHORIZATION:
            kinds = {"basic": "Basic ", "api_key": scheme.prefix}
            found.add(scheme.prefix or kinds.get(scheme.kind, "Bearer "))
    return found


def _authorizations(file: PythonFile) -> Iterator[ast.expr]:
    for node in file.nodes(ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and str(key.value).lower() == _AUTHORIZATION:
                yield value
    for node in file.nodes(ast.Assign):
        for target in node.targets:
            match target:
                case ast.Subscript(slice=ast.Constant(value=str() as key)) if key.lower() == _AUTHORIZATION:
                    yield node.value
                case _:
                    pass


def _prefix_of(value: ast.expr) -> str | None:
    """The scheme that a header's value begins with, None where it begins with no text."""
    match value:
        case ast.JoinedStr(values=[ast.Constant(value=str() as text), *_]) | ast.Constant(value=str() as text):
            pass
        case ast.BinOp(left=ast.Constant(value=str() as text)):
            pass
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str() as text), attr="format")):
            pass
        case _:
            return None
    found = _PREFIX.match(text)
    return found[0] if found else ""


def _is_credential(value: ast.expr) -> bool:
    match value:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return _CREDENTIAL_NAME.fullmatch(name) is not None
        case ast.JoinedStr(values=[ast.FormattedValue(value=inner)]):
            return _is_credential(inner)
        case _:
            return False


def _texts_in_use(project: Project) -> Iterator[str]:
    # What stands in a function that nobody calls is not sent.
    for file in project.files("package"):
        for node in file.nodes(ast.Constant):
            if not isinstance(node.value, str) or _in_unread_constant(file, node, project):
                continue
            if not _in_dead_function(file, node, project.names_used):
                yield node.value.lower()


def _in_unread_constant(file: PythonFile, node: ast.Constant, project: Project) -> bool:
    """Whether a text only gives a name of a module its value, and nothing reads that name."""
    match file.parent(node):
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return file.function_of(node) is None and file.class_of(node) is None and name not in project.names_used
        case _:
            return False


def _in_dead_function(file: PythonFile, node: ast.AST, used: frozenset[str]) -> bool:
    function = file.function_of(node)
    while isinstance(function, ast.Lambda):
        function = file.function_of(function)
    if function is None or function.decorator_list or function.name in METHOD_NAMES or function.name.startswith("__"):
        return False
    return function.name not in used


def _keywords(project: Project) -> Iterator[str]:
    for file in project.files("package"):
        for node in file.nodes(ast.keyword):
            parent = file.parent(node)
            called = (
                getattr(parent.func, "id", getattr(parent.func, "attr", "")) if isinstance(parent, ast.Call) else ""
            )
            if node.arg and not str(called).endswith("Capabilities"):
                yield node.arg.lower()


def _from_environment(file: PythonFile, function: Function) -> Iterator[str]:
    """Variables of a function that hold a credential read from the environment."""
    for node in file.within(function, ast.Assign):
        if isinstance(node.value, ast.Call | ast.Subscript):
            variable = environment_key(node.value)
            if variable and _CREDENTIAL_VARIABLE.fullmatch(variable):
                yield from (t.id for t in node.targets if isinstance(t, ast.Name))


def _is_conditional(file: PythonFile, node: ast.AST) -> bool:
    return any(
        isinstance(
            a, ast.If | ast.IfExp | ast.Try | ast.BoolOp | ast.comprehension | ast.DictComp | ast.ListComp | ast.For
        )
        for a in file.ancestors(node)
    )


def _absent(test: ast.expr, names: set[str]) -> set[str]:  # noqa: PLR0911 - one case a kind of condition
    """Names whose absence a condition asks for, where it asks for nothing else: `not key`, `key is None`."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=ast.Name(id=name)) if name in names:
            return {name}
        case ast.UnaryOp(op=ast.Not(), operand=ast.Call() as call):
            variable = environment_key(call)
            return {variable} if variable and _CREDENTIAL_VARIABLE.fullmatch(variable) else set()
        case ast.UnaryOp(op=ast.Not(), operand=ast.BoolOp(values=values)):
            return {v.id for v in values if isinstance(v, ast.Name)} & names
        case ast.Compare(left=ast.Name(id=name), ops=[ast.Is()], comparators=[ast.Constant(value=None)]):
            return {name} & names
        case ast.Compare(
            left=ast.Constant(value=str() as variable), ops=[ast.NotIn()], comparators=[ast.Attribute(attr="environ")]
        ):
            return {variable} if _CREDENTIAL_VARIABLE.fullmatch(variable) else set()
        case ast.BoolOp(values=values):
            found = [_absent(value, names) for value in values]
            return {n for part in found for n in part} if all(found) else set()
        case _:
            return set()


def _demanded(file: PythonFile, what: str, node: ast.AST, *, keyless: bool) -> Fault:
    why = "the API takes no credentials" if keyless else "credentials are optional: requests without them go out bare"
    if what.endswith("_BASE_URL"):
        why = "it has a default"
    return Fault(
        f"The driver demands {what}, but {why}.",
        hint="Remove it, or make it optional (None).",
        node=node,
        file=file.path,
    )
