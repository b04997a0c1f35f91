"""The driver against the facts of the API: endpoints, hosts, credentials, paging, objects, environment variables."""

import ast
import difflib
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from urllib.parse import urlsplit

from ...contract.surface import CREDENTIAL_ARGUMENTS, ENVIRONMENT_SUFFIXES
from ...models.profile import ApiProfile, OperationProfile, Verb
from ..fault import Fault
from ..project import ClassPlace, Project
from ..python_file import PythonFile
from .members import Function
from .usage import driver_variables, parsed_snippets

_HTTP_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_PATH = re.compile(r"/[A-Za-z{][\w{}/.,:@~-]*")
_ABSOLUTE_URL = re.compile(r"https?://[^\s/]")
_URL_NAME = re.compile(r"url|uri|host|endpoint|server", re.IGNORECASE)
_ENVIRONMENT_NAME = re.compile(
    r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:API_KEY|TOKEN|BASE_URL|SECRET|PASSWORD|USERNAME|CLIENT_ID|CLIENT_SECRET|KEY)\b"
)
_DATA_FILE = re.compile(r"[\w/]\.json['\"]|importlib\.resources|pkgutil")
_READ_VERBS: dict[str, Verb] = {"read": "read", "read_batched": "read"}
_OBJECT_METHODS = frozenset({"read", "read_batched", "get_fields", "create", "update", "delete"})


def invented_endpoints(file: PythonFile, project: Project) -> Iterable[Fault]:
    """Paths in the code are paths of the API."""
    profile = project.profile
    if profile is None or not profile.operations:
        return
    paths = _known_paths(profile)
    known = sorted(paths)
    for node, path in dict(_paths_in(file) if file.role != "package" else [*_paths_in(file), *_tabled(file)]).items():
        # Nearly all paths of a large driver are known as they are: comparing each with each would cost minutes.
        if path not in paths and not any(_covers(candidate, path, profile) for candidate in known):
            close = difflib.get_close_matches(path, known, 3, 0.3)
            yield Fault(
                f"The API has no path {path}; it has: {', '.join(close or known[:8])}"
                + (f" and {len(known) - len(close or known[:8])} more." if len(known) > 8 else "."),
                hint="Call operations of the profile only.",
                node=node,
            )


def foreign_hosts(file: PythonFile, project: Project) -> Iterable[Fault]:
    """The driver's requests go to the API's own hosts."""
    profile = project.profile
    if profile is None:
        return
    hosts = _known_hosts(profile)
    for name, node in [*_named_urls(file), *_requested_urls(file)]:
        host = urlsplit(str(node.value)).hostname or ""
        if host and host not in hosts and host not in {"localhost", "127.0.0.1", "::1"}:
            yield Fault(
                f"{name} leads to {host}; the API's hosts: {', '.join(sorted(hosts))}.",
                hint=f"Use {profile.base_url}.",
                node=node,
            )


def key_demanded(project: Project) -> Iterable[Fault]:
    """Nobody has to give a key for an API that has none, and to construct a driver nobody has to give any."""
    profile, place = project.profile, project.driver
    if place is None:
        return
    keyless = profile is not None and not profile.auth
    for file, function in _functions(project, place, "__init__", "from_env"):
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
        for node in file.within(function, ast.If):
            if any(isinstance(n, ast.Raise) for n in node.body):
                for name in sorted(_absent(node.test, set(CREDENTIAL_ARGUMENTS))):
                    yield _demanded(file, name, node, keyless=keyless)


def auth_not_sent(project: Project) -> Iterable[Fault]:
    """The code knows where each credential goes."""
    profile, place = project.profile, project.driver
    if profile is None or place is None or _reads_data_files(project):
        return
    texts = [
        n.value.lower() for f in project.files("package") for n in f.nodes(ast.Constant) if isinstance(n.value, str)
    ]
    names = {(n.arg or "").lower() for f in project.files("package") for n in f.nodes(ast.keyword)}
    used = {name for o in profile.operations.values() for alternative in o.security for name in alternative}
    for scheme in profile.auth:
        word = scheme.parameter.lower() if scheme.kind == "api_key" else "authorization"
        delimited = re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])")
        sent = word in texts or any(len(text) < 200 and " " not in text and delimited.search(text) for text in texts)
        sent = sent or word in names or (scheme.kind != "api_key" and "auth" in names)
        if scheme.name in used and not sent:
            yield Fault(
                f"The credential of {scheme.name} is never sent: {scheme.location} {scheme.parameter} "
                f"does not occur in the code.",
                hint=f"Send it as {scheme.location} {scheme.parameter}"
                + (f" after `{scheme.prefix}`" if scheme.prefix else ""),
                node=place.node,
                file=place.file.path,
            )


def paging_not_followed(project: Project) -> Iterable[Fault]:
    """The code uses what the API's paging needs."""
    profile, place = project.profile, project.driver
    if profile is None or place is None or _reads_data_files(project):
        return
    words = _words(project)
    for name, resource in profile.objects.items():
        paging = resource.pagination
        needed = [paging.position_parameter] if paging.position_parameter else []
        if paging.style == "link_header":
            needed = [] if "links" in words else ["link"]
        elif paging.style == "next_url":
            needed = list(paging.next_path[-1:])
        for word in needed:
            if word.lower() not in words:
                file, read = next(_functions(project, place, "read_batched", "read"), (place.file, place.node))
                yield Fault(
                    f"{name} is paged ({paging.style}) by `{word}`, which does not occur in the code: "
                    f"only the first page is read.",
                    hint="Follow the pages as the profile describes them.",
                    node=read,
                    file=file.path,
                )
                return


def example_calls(file: PythonFile, project: Project) -> Iterable[Fault]:
    """Examples name objects, operations and parameters that the API has."""
    if file.tree is not None:
        yield from _call_faults(file.tree, project)


def snippet_calls(project: Project) -> Iterable[Fault]:
    """README.md names objects, operations and parameters that the API has."""
    for snippet, tree in parsed_snippets(project.texts.get("README.md", "")):
        for fault in _call_faults(tree, project):
            line = getattr(fault.node, "lineno", 1)
            yield Fault(fault.message, fault.hint, line=snippet.line + line - 1, file="README.md")


def environment_names(project: Project) -> Iterable[Fault]:
    """README.md and code speak of the same environment variables."""
    place, readme = project.driver, project.texts.get("README.md")
    if place is None or readme is None or not project.env_prefix:
        return
    known = {f"{project.env_prefix}_{suffix}" for suffix in ENVIRONMENT_SUFFIXES}
    for _, function in _functions(project, place, "__init__"):
        arguments = function.args
        known |= {f"{project.env_prefix}_{a.arg.upper()}" for a in [*arguments.args, *arguments.kwonlyargs]}
    for file in project.files("package"):
        known |= {str(n.value) for n in file.nodes(ast.Constant) if isinstance(n.value, str)}
    own = re.compile(rf"\b{re.escape(project.env_prefix)}_[A-Z0-9_]*[A-Z0-9]\b|{_ENVIRONMENT_NAME.pattern}")
    for found in own.finditer(readme):
        if found[0] not in known and not found[0].startswith("DRIVERSMITH_"):
            close = difflib.get_close_matches(found[0], known, 1)
            yield Fault(
                f"README.md names the variable {found[0]}, which the code does not read.",
                hint=f"Did you mean {close[0]}?" if close else "Name what from_env reads.",
                line=readme.count("\n", 0, found.start()) + 1,
                file="README.md",
            )


def environment_prefix(file: PythonFile, project: Project) -> Iterable[Fault]:
    """Variables that the code reads begin with the driver's prefix."""
    prefix = project.env_prefix
    if not prefix or not project.whole or not (project.package or "").endswith("_driver"):
        return
    for node in file.nodes(ast.Call, ast.Subscript):
        match node:
            case (
                ast.Call(func=ast.Attribute(value=ast.Attribute(attr="environ"), attr="get"), args=[key, *_])
                | ast.Call(func=ast.Attribute(attr="getenv"), args=[key, *_])
                | ast.Subscript(value=ast.Attribute(attr="environ"), slice=key)
            ):
                if (
                    isinstance(key, ast.Constant)
                    and isinstance(key.value, str)
                    and not key.value.startswith(f"{prefix}_")
                ):
                    yield Fault(
                        f"The code reads the variable {key.value}; the driver's begin with {prefix}_.",
                        hint=f"{prefix}_BASE_URL, {prefix}_API_KEY, ...",
                        node=node,
                    )
            case _:
                pass


def _call_faults(tree: ast.AST, project: Project) -> Iterator[Fault]:
    profile, place = project.profile, project.driver
    if profile is None or place is None:
        return
    variables = driver_variables(tree, place.node.name)
    for call in (n for n in ast.walk(tree) if isinstance(n, ast.Call)):
        match call:
            case ast.Call(func=ast.Attribute(value=holder, attr=method), args=[ast.Constant(value=str() as name), *_]):
                if isinstance(holder, ast.Name | ast.Attribute) and ast.unparse(holder) in variables:
                    yield from _named_call(call, method, name, profile)
            case _:
                pass


def _named_call(call: ast.Call, method: str, name: str, profile: ApiProfile) -> Iterator[Fault]:
    if method in _OBJECT_METHODS and name not in profile.objects:
        yield _unknown("object", name, list(profile.objects), call)
    elif method == "call_operation" and name not in profile.operations:
        yield _unknown("operation", name, list(profile.operations), call)
    elif method in _READ_VERBS:
        resource = profile.objects[name]
        operations = [
            profile.operations[resource.operations[v]] for v in ("read", "read_one") if v in resource.operations
        ]
        arguments = {a for o in operations for a in _arguments(o)} | {"limit", "batch_size"}
        for keyword in call.keywords:
            if keyword.arg and keyword.arg not in arguments:
                yield _unknown(f"parameter of {name}", keyword.arg, sorted(arguments), keyword)


def _arguments(operation: OperationProfile) -> Iterator[str]:
    for parameter in operation.parameters:
        yield parameter.argument
    if operation.body:
        yield operation.body.argument


def _unknown(what: str, name: str, known: list[str], node: ast.AST) -> Fault:
    close = difflib.get_close_matches(name, known, 1)
    return Fault(
        f"The API has no {what} `{name}`; it has: {', '.join(known[:20]) or 'none'}.",
        hint=f"Did you mean {close[0]}?" if close else "Use one that exists.",
        node=node,
    )


def _known_paths(profile: ApiProfile) -> set[str]:
    paths = {o.path for o in profile.operations.values()}
    paths |= {s.operation.partition(" ")[2] for s in profile.skipped}
    paths |= {urlsplit(a.token_url).path for a in profile.auth if a.token_url}
    return {_PLACEHOLDER.sub("{}", p).rstrip("/") or "/" for p in paths if p}


def _covers(known: str, path: str, profile: ApiProfile) -> bool:
    prefix = urlsplit(profile.base_url).path.rstrip("/")
    for candidate in {path, path.removeprefix(prefix)} if prefix else {path}:
        wanted, have = candidate.strip("/").split("/"), known.strip("/").split("/")
        # A part of a path is fine: code may join the rest to it.
        if len(wanted) <= len(have) and all(w in (h, "{}") or "{}" in h for w, h in zip(wanted, have, strict=False)):
            return True
    return False


def _paths_in(file: PythonFile) -> Iterator[tuple[ast.expr, str]]:
    for node in file.nodes(ast.Call, ast.Tuple):
        values = node.args if isinstance(node, ast.Call) else node.elts
        name = getattr(node.func, "attr", "") if isinstance(node, ast.Call) else ""
        if name.upper() in _HTTP_METHODS and values and "client" in ast.unparse(node.func).lower():  # pyright: ignore
            yield from _as_path(values[0])
        for method, path in pairwise(values):
            if isinstance(method, ast.Constant) and method.value in _HTTP_METHODS:
                yield from _as_path(path)


def _tabled(file: PythonFile) -> Iterator[tuple[ast.expr, str]]:
    # Paths in tables and in constructors of table rows.
    for node in file.nodes(ast.Constant):
        value: object = node.value
        if not isinstance(value, str) or not _PATH.fullmatch(value):
            continue
        parent = file.parent(node)
        call = next((a for a in file.ancestors(node) if isinstance(a, ast.Call)), None)
        called = getattr(call.func, "attr", "") if call else ""
        in_table = isinstance(parent, ast.Tuple | ast.List | ast.Dict) and not isinstance(
            file.parent(parent), ast.Compare
        )
        in_row = (
            isinstance(parent, ast.Call) and isinstance(call, ast.Call) and getattr(call.func, "id", "x")[:1].isupper()
        )
        if (in_table or in_row) and called not in {"endswith", "startswith", "strip", "rstrip", "join"}:
            yield from _as_path(node)


def _as_path(node: ast.expr) -> Iterator[tuple[ast.expr, str]]:
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    text = "".join(str(p.value) if isinstance(p, ast.Constant) else "{}" for p in parts)
    if text.startswith("/") and all(isinstance(p, ast.Constant | ast.FormattedValue) for p in parts):
        yield node, _PLACEHOLDER.sub("{}", text.partition("?")[0]).rstrip("/") or "/"


def _known_hosts(profile: ApiProfile) -> set[str]:
    urls = [profile.base_url, profile.documentation_url or "", profile.source.location]
    urls += [s.url for s in profile.servers] + [a.token_url or "" for a in profile.auth]
    return {host for url in urls if (host := urlsplit(url).hostname)}


def _named_urls(file: PythonFile) -> Iterator[tuple[str, ast.Constant]]:
    for node in file.nodes(ast.Assign):
        for target in node.targets:
            name = getattr(target, "id", getattr(target, "attr", ""))
            yield from _url(name, node.value)
    for node in file.nodes(ast.AnnAssign, ast.keyword):
        name = node.arg if isinstance(node, ast.keyword) else getattr(node.target, "id", "")
        yield from _url(name or "", node.value)
    for arguments in file.nodes(ast.arguments):
        positional = [*arguments.posonlyargs, *arguments.args]
        pairs = zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True)
        for argument, default in pairs:
            yield from _url(argument.arg, default)


def _requested_urls(file: PythonFile) -> Iterator[tuple[str, ast.Constant]]:
    for call in file.nodes(ast.Call):
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        if name.upper() in _HTTP_METHODS or name in {"request", "stream", "send", "urlopen", "Request", "URL"}:
            for argument in call.args[:2]:
                first = argument.values[0] if isinstance(argument, ast.JoinedStr) and argument.values else argument
                match first:
                    case ast.Constant(value=str() as url) if _ABSOLUTE_URL.match(url):
                        yield f"{name}()", first
                    case _:
                        pass


def _url(name: str, value: ast.expr | None) -> Iterator[tuple[str, ast.Constant]]:
    match value:
        case ast.Constant(value=str() as url) if _URL_NAME.search(name) and _ABSOLUTE_URL.match(url):
            yield name, value
        case _:
            pass


def _functions(project: Project, place: ClassPlace, *names: str) -> Iterator[tuple[PythonFile, Function]]:
    for ancestor in project.ancestry(place)[0]:
        for statement in ancestor.node.body:
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) and statement.name in names:
                yield ancestor.file, statement


def _reads_data_files(project: Project) -> bool:
    return any(_DATA_FILE.search(file.text) for file in project.files("package"))


def _words(project: Project) -> set[str]:
    # What code can name on the wire: strings, keywords, attributes, in lower case.
    words: set[str] = set()
    for file in project.files("package"):
        words |= {n.value.lower() for n in file.nodes(ast.Constant) if isinstance(n.value, str)}
        words |= {n.arg.lower() for n in file.nodes(ast.keyword) if n.arg}
        words |= {n.attr.lower() for n in file.nodes(ast.Attribute)}
    return words


def _absent(test: ast.expr, names: set[str]) -> set[str]:
    """Names whose absence a condition asks for, where it asks for nothing else: `not key`, `key is None`."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=ast.Name(id=name)) if name in names:
            return {name}
        case ast.UnaryOp(op=ast.Not(), operand=ast.BoolOp(values=values)):
            return {v.id for v in values if isinstance(v, ast.Name)} & names
        case ast.Compare(left=ast.Name(id=name), ops=[ast.Is()], comparators=[ast.Constant(value=None)]):
            return {name} & names
        case ast.BoolOp(values=values):
            found = [_absent(value, names) for value in values]
            return {n for part in found for n in part} if all(found) else set()
        case _:
            return set()


def _demanded(file: PythonFile, what: str, node: ast.AST, *, keyless: bool) -> Fault:
    why = "the API takes no credentials" if keyless else "credentials are optional: requests without them go out bare"
    return Fault(
        f"The driver demands {what}, but {why}.",
        hint="Remove it, or make it optional (None).",
        node=node,
        file=file.path,
    )
