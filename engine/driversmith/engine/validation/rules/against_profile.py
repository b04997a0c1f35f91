"""The driver against the facts of the API: hosts, objects, operations, parameters of calls."""

import ast
import difflib
import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from ...models.profile import ApiProfile, OperationProfile, Verb
from ..fault import Fault
from ..project import Project
from ..python_file import PythonFile
from .code_facts import driver_functions
from .endpoints import HTTP_METHODS
from .usage import driver_variables, parsed_snippets

_ABSOLUTE_URL = re.compile(r"https?://[^\s/]")
_URL_NAME = re.compile(r"url|uri|host|endpoint|server|(?:^|_)(?:root|base|origin|api)(?:_|$)", re.IGNORECASE)
_READ_VERBS: dict[str, Verb] = {"read": "read", "read_batched": "read"}
_OBJECT_METHODS = frozenset({"read", "read_batched", "get_fields", "create", "update", "delete"})


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


def listed_objects(project: Project) -> Iterable[Fault]:
    """Where list_objects and list_operations spell names out, they are those of the API, all of them."""
    profile, place = project.profile, project.driver
    if profile is None or place is None:
        return
    for file, function in driver_functions(project, place, "list_objects", "list_operations"):
        objects = function.name == "list_objects"
        known = list(profile.objects if objects else profile.operations)
        for node in file.within(function, ast.Return):
            if not isinstance(node.value, ast.List) or not all(isinstance(e, ast.Constant) for e in node.value.elts):
                continue
            names = [str(e.value) for e in node.value.elts if isinstance(e, ast.Constant)]
            invented = [name for name in names if name not in known]
            missing = [name for name in known if name not in names]
            if names and (invented or missing):
                what = f"names {', '.join(invented)}" if invented else f"lacks {', '.join(missing[:10])}"
                yield Fault(
                    f"{function.name} {what}; the API has: {', '.join(known[:20])}.",
                    hint=f"Name the {'objects' if objects else 'operations'} of the profile, all of them.",
                    node=node,
                    file=file.path,
                )


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
        if name.upper() in HTTP_METHODS or name in {"request", "stream", "send", "urlopen", "Request", "URL"}:
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
