"""Names of parameters in the code are those of the API."""

import ast
import difflib
import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl

from ....models.profile import ApiProfile
from ...fault import Fault
from ...parsed.project import Project
from ...parsed.python_file import PythonFile

_HOLDER = re.compile(r"_?(?:params|query|query_params|search_params)")
_QUERY = re.compile(r"(?:/[\w{}/.-]*)?[?&][\w.\[\]-]+=\S*$")
_IN_QUERY = re.compile(r"[?&]([\w.\[\]-]+)=")
_ARGUMENTS = frozenset({"params", "query"})
_SPREAD = re.compile(r"_?(?:params|query|query_params|search_params|arguments)")

_SIZE = re.compile(
    r"(?:page_)?(?:size|position|offset|limit)_?(?:param|parameter|key|name)?|(?:page|cursor)_(?:param|parameter|key)"
)


def invented_parameters(file: PythonFile, project: Project) -> Iterable[Fault]:
    """Keys of a request's parameters are parameters of some operation."""
    profile = project.profile
    if profile is None or not profile.operations:
        return
    known = _known(profile)
    for node, name in [*_keys(file), *_rows(file, profile, known), *_sizes(file)]:
        if name not in known and name:
            close = difflib.get_close_matches(name, known, 1)
            listed = sorted(known)
            yield Fault(
                f"No operation of the API takes `{name}`; parameters: {', '.join(listed[:20]) or 'none'}"
                + (f" and {len(listed) - 20} more." if len(listed) > 20 else "."),
                hint=f"Did you mean {close[0]}?" if close else "Send what the profile lists only.",
                node=node,
            )


def _known(profile: ApiProfile) -> set[str]:
    names: set[str] = set()
    for operation in profile.operations.values():
        names.update(name for name, _ in parse_qsl(operation.fixed_query, keep_blank_values=True))
        for parameter in operation.parameters:
            names |= {parameter.name, parameter.argument}
        if operation.body:
            names |= {operation.body.argument or "", *operation.body.fields, *operation.body.fixed}
    for resource in profile.objects.values():
        paging = resource.pagination
        names |= {n for n in (paging.position_parameter, paging.size_parameter) if n}
    names |= {scheme.parameter for scheme in profile.auth}
    return names | {"body", "limit", "batch_size", "grant_type", "client_id", "client_secret", "scope"}


def _rows(file: PythonFile, profile: ApiProfile, known: set[str]) -> Iterator[tuple[ast.AST, str]]:
    """Lists of names of which all but one are parameters of an operation."""
    operations = [{n for p in o.parameters for n in (p.name, p.argument)} for o in profile.operations.values()]
    operations = [names for names in operations if len(names) > 1]
    fields = {name for resource in profile.objects.values() for name in resource.fields} | set(profile.objects)
    types = {
        id(s.slice) for s in file.nodes(ast.Subscript) if isinstance(s.value, ast.Name) and s.value.id == "Literal"
    }
    for node in file.nodes(ast.Tuple, ast.List, ast.Set):
        if id(node) in types:
            continue  # values of a parameter
        texts = [e.value for e in node.elts if isinstance(e, ast.Constant) and isinstance(e.value, str)]
        if not 2 <= len(texts) == len(node.elts) <= 60:
            continue
        strange = [e for e in node.elts if isinstance(e, ast.Constant) and e.value not in known]
        if len(strange) == 1 and len(texts) > 2 and str(strange[0].value) not in fields:
            given = {t for t in texts if t != strange[0].value}
            if any(given <= names for names in operations):
                yield strange[0], str(strange[0].value)


def _sizes(file: PythonFile) -> Iterator[tuple[ast.AST, str]]:
    """Names of query parameters in rows that describe paging."""
    for keyword in file.nodes(ast.keyword):
        match keyword:
            case ast.keyword(arg=str() as role, value=ast.Constant(value=str() as name)):
                if _SIZE.fullmatch(role) and re.fullmatch(r"[\w.\[\]-]+", name):
                    yield keyword.value, name
            case _:
                pass


def _keys(file: PythonFile) -> Iterator[tuple[ast.AST, str]]:
    """Names that go into a query, with the node that says them."""
    passed = {n.value.id for n in file.nodes(ast.keyword) if n.arg in _ARGUMENTS and isinstance(n.value, ast.Name)}
    for node in file.nodes(ast.keyword):
        if node.arg == "params":
            yield from _names(node.value)
    for node in file.nodes(ast.Assign, ast.AnnAssign):
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            yield from _assigned(target, node.value, passed)
    for node in file.nodes(ast.Call):
        yield from _added(node, passed)
    for node in file.nodes(ast.Dict):
        # {**params, "page": page} as an argument: parameters with one more.
        spread = [v.id for k, v in zip(node.keys, node.values, strict=True) if k is None and isinstance(v, ast.Name)]
        if any(_SPREAD.fullmatch(name) for name in spread) and isinstance(file.parent(node), ast.Call):
            yield from _names(node)
    for node in file.nodes(ast.Constant):
        if isinstance(node.value, str) and len(node.value) < 500 and _QUERY.match(node.value):
            yield from ((node, name) for name in _IN_QUERY.findall(node.value))


def _assigned(target: ast.expr, value: ast.expr | None, passed: set[str]) -> Iterator[tuple[ast.AST, str]]:
    match target:
        case ast.Name(id=name) if _is_holder(name, passed):
            yield from _names(value)
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str() as key)):
            if _is_holder(name, passed):
                yield target.slice, key
        case _:
            pass


def _added(call: ast.Call, passed: set[str]) -> Iterator[tuple[ast.AST, str]]:
    match call:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="update"), args=[given]):
            if _is_holder(name, passed):
                yield from _names(given)
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id=name), attr="setdefault"), args=[ast.Constant(value=str() as key), *_]
        ):
            if _is_holder(name, passed):
                yield call, key
        case _:
            pass


def _is_holder(name: str, passed: set[str]) -> bool:
    # Names that hold headers or bodies as well are left alone.
    return _HOLDER.fullmatch(name) is not None or (name in passed and name not in {"kwargs", "headers", "data", "json"})


def _names(node: ast.expr | None) -> Iterator[tuple[ast.AST, str]]:
    if isinstance(node, ast.Dict):
        for key in node.keys:
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key, key.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict":
        yield from ((keyword, keyword.arg) for keyword in node.keywords if keyword.arg)
