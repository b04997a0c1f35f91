"""Requests in the code: their paths and methods are those of the API."""

import ast
import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urlsplit

from ....models.profile import ApiProfile
from ...fault import Fault
from ...parsed.members import Function
from ...parsed.project import Project
from ...parsed.python_file import PythonFile

HTTP_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_PATH = re.compile(r"/[A-Za-z{][\w{}/.,:@~-]*")
_PERCENT = re.compile(r"%[sdr]")
_PATH_PARAMETER = re.compile(r"_?(?:path|endpoint|route|uri|url|url_path|resource_path)")
_PATH_NAME = re.compile(r"(?:\w*_)?(?:path|endpoint|route|uri|url)", re.IGNORECASE)
_BASE = re.compile(
    r"(?:self\.|cls\.)?_*(?:\w*_)?(?:base|root|host|origin|server|base_?url|api_?url|url)_*", re.IGNORECASE
)
_NOT_PATHS = frozenset({"endswith", "startswith", "strip", "rstrip", "lstrip", "join", "removeprefix", "removesuffix"})
_START = "\0"


@dataclass(frozen=True)
class _Request:
    node: ast.expr
    path: str
    """With `{}` for what is filled in."""
    method: str = ""
    """Empty where the place does not say it."""
    host: str = ""
    """Empty where the path goes below the base URL."""


def invented_endpoints(file: PythonFile, project: Project) -> Iterable[Fault]:
    """Paths in the code are paths of the API."""
    profile = project.profile
    if profile is None or not profile.operations:
        return
    paths = _known_paths(profile)
    known = sorted(paths)
    names = {parameter.name for operation in profile.operations.values() for parameter in operation.parameters}
    for node, path in {request.node: request.path for request in _requests(file, project)}.items():
        if isinstance(node, ast.Constant) and node.value in names:
            continue  # a parameter may be called so
        # Nearly all paths of a large driver are known as they are: comparing each with each would cost minutes.
        if path not in paths and not any(_covers(candidate, path, profile) for candidate in known):
            close = difflib.get_close_matches(path, known, 3, 0.3) or known[:8]
            yield Fault(
                f"The API has no path {path}; it has: {', '.join(paths[near] for near in close)}"
                + (f" and {len(known) - len(close)} more." if len(known) > 8 else "."),
                hint="Call operations of the profile only.",
                node=node,
            )


def wrong_methods(file: PythonFile, project: Project) -> Iterable[Fault]:
    """A path of the API is called by a method that it has."""
    profile = project.profile
    if profile is None:
        return
    methods: dict[str, set[str]] = defaultdict(set)
    for name in [
        *(f"{o.method} {o.path}" for o in profile.operations.values()),
        *(s.operation for s in profile.skipped),
    ]:
        method, _, path = name.partition(" ")
        methods[_plain(path)].add(method)
    prefix = urlsplit(profile.base_url).path.rstrip("/")
    for request in _requests(file, project):
        has = methods.get(request.path) or methods.get(request.path.removeprefix(prefix) or "/")
        if has and request.method not in {"", "HEAD", "OPTIONS", *has}:
            yield Fault(
                f"{request.path} cannot be called with {request.method}; the API has: {', '.join(sorted(has))}.",
                hint=f"Use {' or '.join(sorted(has))}.",
                node=request.node,
            )


def _requests(file: PythonFile, project: Project) -> Iterator[_Request]:
    """Requests to the API; those to other hosts are another fault."""
    base = urlsplit(project.profile.base_url if project.profile else "")
    root = {"/", base.path.rstrip("/")}
    for request in _all_requests(file, project):
        if not request.host or (request.host == base.hostname and request.path not in root):
            yield request


def _all_requests(file: PythonFile, project: Project) -> Iterator[_Request]:
    constants = project.constants
    takers = _takers(project)
    for node in file.nodes(ast.Call):
        yield from _called(node, constants, takers)
    for node in file.nodes(ast.Tuple):
        yield from _pairs(node.elts, constants)
    if file.role != "package":
        return
    for node in file.nodes(ast.Assign):
        for target in node.targets:
            name = getattr(target, "id", getattr(target, "attr", ""))
            if _PATH_NAME.fullmatch(name) and not _is_absolute(node.value):
                yield from _request(node.value, constants)
    for node in file.nodes(ast.AnnAssign):
        name = getattr(node.target, "id", getattr(node.target, "attr", ""))
        if node.value and _PATH_NAME.fullmatch(name) and not _is_absolute(node.value):
            yield from _request(node.value, constants)
    for node in file.nodes(ast.JoinedStr):
        if not any(isinstance(a, ast.Raise | ast.JoinedStr) for a in file.ancestors(node)):
            text = _text(node, constants)
            if text.startswith(f"{_START}/"):
                yield from _request(node, constants)
    yield from _tabled(file)


def _called(call: ast.Call, constants: Mapping[str, str], takers: Mapping[str, tuple[int, int]]) -> Iterator[_Request]:
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    yield from _pairs(call.args, constants)
    verb = name.strip("_").upper()
    if verb in HTTP_METHODS and call.args:
        on_self = isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "self"
        sends = re.search(r"client|session|http|api|link|transport", ast.unparse(call.func).lower())
        if on_self or sends:
            yield from _request(call.args[0], constants, verb)
    place, method = takers.get(name, (-1, -1))
    if 0 <= place < len(call.args):
        said = call.args[method] if 0 <= method < len(call.args) else None
        word = said.value if isinstance(said, ast.Constant) and said.value in HTTP_METHODS else ""
        yield from _request(call.args[place], constants, str(word))
    for keyword in call.keywords:
        if keyword.arg and _PATH_PARAMETER.fullmatch(keyword.arg):
            yield from _request(keyword.value, constants)


def _pairs(values: list[ast.expr], constants: Mapping[str, str]) -> Iterator[_Request]:
    for method, path in pairwise(values):
        if isinstance(method, ast.Constant) and method.value in HTTP_METHODS:
            yield from _request(path, constants, str(method.value))


def _takers(project: Project) -> dict[str, tuple[int, int]]:
    """Functions of the package that take a path: name -> its place and that of the method among positional arguments."""
    found: dict[str, tuple[int, int]] = {}
    for file in project.files("package"):
        for function in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
            names = [a.arg for a in [*function.args.posonlyargs, *function.args.args]]
            if _is_method(file, function):
                names = names[1:]
            path = next((i for i, name in enumerate(names) if _PATH_PARAMETER.fullmatch(name)), -1)
            if path >= 0:
                found[function.name] = (path, names.index("method") if "method" in names else -1)
    return found


def _is_method(file: PythonFile, function: Function) -> bool:
    static = any(getattr(d, "id", "") == "staticmethod" for d in function.decorator_list)
    return isinstance(file.parent(function), ast.ClassDef) and not static


def _tabled(file: PythonFile) -> Iterator[_Request]:
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
        if (in_table or in_row) and called not in _NOT_PATHS:
            yield from _request(node, {})


def _is_absolute(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and "://" in str(node.value)


def _request(node: ast.expr, constants: Mapping[str, str], method: str = "") -> Iterator[_Request]:
    text = _text(node, constants)
    host = ""
    if re.match(r"https?://", text):
        parts = urlsplit(text.replace("{}", "x"))
        host, text = parts.hostname or "", "/" + text.partition("://")[2].partition("/")[2]
    text = text.removeprefix(_START).replace(_START, "{}")
    if text.startswith("/") and not re.search(r"\s", text):
        yield _Request(node, _plain(text), method, host)


def _text(node: ast.expr, constants: Mapping[str, str]) -> str:  # noqa: PLR0911 - one case a kind of expression
    """What an expression spells, with `{}` for what is not known, and a mark for a base URL at the start."""
    match node:
        case ast.Constant(value=str() as value):
            return value
        case ast.Name(id=name) | ast.Attribute(attr=name) if name in constants:
            return constants[name]
        case ast.JoinedStr(values=values):
            return "".join(_text(v.value if isinstance(v, ast.FormattedValue) else v, constants) for v in values)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _text(left, constants) + _text(right, constants)
        case ast.BinOp(left=left, op=ast.Mod()):
            return _PERCENT.sub("{}", _text(left, constants))
        case ast.Call(func=ast.Attribute(value=inner, attr="format" | "rstrip" | "strip" | "replace")):
            return _text(inner, constants)
        case ast.Name() | ast.Attribute() if _BASE.fullmatch(ast.unparse(node)):
            return _START
        case _:
            return "{}"


def _plain(path: str) -> str:
    """A path without its query, with `{}` for what is filled in."""
    return _PLACEHOLDER.sub("{}", path.partition("?")[0]).rstrip("/") or "/"


def _known_paths(profile: ApiProfile) -> dict[str, str]:
    """The plain paths of the API, each with how it is told: with its fixed query, where it is not there without."""
    paths = [o.path for o in profile.operations.values()]
    # What another server has, this one need not have.
    paths += [s.operation.partition(" ")[2] for s in profile.skipped if s.reason != "other_server"]
    paths += [urlsplit(a.token_url).path for a in profile.auth if a.token_url]
    told: dict[str, str] = {}
    for path in filter(None, paths):
        plain, fixed = _plain(path), path.partition("?")[2]
        told[plain] = plain if not fixed or told.get(plain) == plain else f"{plain}?{fixed}"
    return told


def _covers(known: str, path: str, profile: ApiProfile) -> bool:
    prefix = urlsplit(profile.base_url).path.rstrip("/")
    for candidate in {path, path.removeprefix(prefix)} if prefix else {path}:
        if _begins(candidate.strip("/").split("/"), known.strip("/").split("/")):
            return True
    return False


def _begins(wanted: list[str], have: list[str]) -> bool:
    # A part of a path is fine: code may join the rest to it.
    for number, part in enumerate(wanted):
        if number >= len(have):
            return False
        known = have[number]
        if part in {known, "{}"} or "{}" in known:
            continue
        # What is filled in may hold slashes.
        return "{}" in part and known.startswith(part.partition("{}")[0])
    return True
