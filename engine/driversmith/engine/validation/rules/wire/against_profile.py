"""The driver against the facts of the API: hosts, objects, operations, parameters of calls."""

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urlsplit

from ....models.profile import ApiProfile
from ...fault import Fault
from ...parsed.code_facts import driver_functions
from ...parsed.project import Project
from ...parsed.python_file import PythonFile
from ..code.usage import driver_variables, parsed_snippets
from .endpoints import HTTP_METHODS
from .named_calls import named_call, unknown

_ABSOLUTE_URL = re.compile(r"https?://[^\s/]")
_URL_NAME = re.compile(r"url|uri|host|endpoint|server|(?:^|_)(?:root|base|origin|api)(?:_|$)", re.IGNORECASE)
_NAMED_OPERATION = re.compile(r"`[^`\n]*\bcall_operation\([\"'](\w+)[\"']")


def foreign_hosts(file: PythonFile, project: Project) -> Iterable[Fault]:
    """The driver's requests go to the API's own hosts."""
    profile = project.profile
    if profile is None:
        return
    hosts, base = _known_hosts(profile), urlsplit(profile.base_url)
    plain = {f"http{url.removeprefix('https')}{end}" for url in (profile.base_url.rstrip("/"),) for end in ("", "/")}
    for name, node in [*_named_urls(file), *_requested_urls(file)]:
        host = urlsplit(str(node.value)).hostname or ""
        if host == base.hostname and base.scheme == "https" and str(node.value) in plain:
            yield Fault(
                f"{name} is not encrypted: keys and records can be read on the way.",
                hint=f"Use {profile.base_url}.",
                node=node,
            )
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
            names = _spelled(node.value, file, project)
            spelled, there = set(names), set(known)  # an API may have thousands
            invented = [name for name in names if name not in there]
            missing = [name for name in known if name not in spelled]
            if names and (invented or missing):
                what = f"names {', '.join(invented)}" if invented else f"lacks {', '.join(missing[:10])}"
                yield Fault(
                    f"{function.name} {what}; the API has: {', '.join(known[:20])}.",
                    hint=f"Name the {'objects' if objects else 'operations'} of the profile, all of them.",
                    node=node,
                    file=file.path,
                )


def capabilities_told(project: Project) -> Iterable[Fault]:
    """get_capabilities says of reading and writing what the API has."""
    profile, place = project.profile, project.driver
    if profile is None or place is None or not profile.objects:
        return
    verbs = {verb for resource in profile.objects.values() for verb in resource.operations}
    for file, function in driver_functions(project, place, "get_capabilities"):
        for keyword in file.within(function, ast.keyword):
            match keyword:
                case ast.keyword(arg="create" | "update" | "delete" as verb, value=ast.Constant(value=bool() as said)):
                    if said != (verb in verbs):
                        yield Fault(
                            f"get_capabilities says {verb}={said}, and the API has {'no such' if said else 'such an'} operation.",
                            hint=f"{verb}={not said}",
                            node=keyword.value,
                            file=file.path,
                        )
                case _:
                    pass


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
    profile, text = project.profile, project.texts.get("README.md", "")
    for found in _NAMED_OPERATION.finditer(text) if profile and project.driver else ():
        if profile and found[1] not in profile.operations:
            fault = unknown("operation", found[1], list(profile.operations), ast.Pass())
            line = text.count("\n", 0, found.start()) + 1
            yield Fault(fault.message, fault.hint, line=line, file="README.md")


def _call_faults(tree: ast.AST, project: Project) -> Iterator[Fault]:
    profile, place = project.profile, project.driver
    if profile is None or place is None:
        return
    variables = driver_variables(tree, place.node.name)
    for call in (n for n in ast.walk(tree) if isinstance(n, ast.Call)):
        match call:
            case ast.Call(func=ast.Attribute(value=holder, attr=method), args=[ast.Constant(value=str() as name), *_]):
                if isinstance(holder, ast.Name | ast.Attribute) and ast.unparse(holder) in variables:
                    yield from named_call(call, method, name, profile)
            case _:
                pass


def _spelled(value: ast.expr | None, file: PythonFile, project: Project) -> list[str]:
    """The names that an expression lists: a literal, or the keys of a literal table of the package; [] where it is neither."""
    match value:
        case ast.List(elts=elements) | ast.Tuple(elts=elements) if elements:
            return _texts(elements)
        case ast.Dict(keys=keys) if keys:
            return _texts(keys)
        case (
            ast.Call(func=ast.Name(id="list" | "sorted" | "tuple"), args=[inner, *_])
            | ast.Call(func=ast.Attribute(value=inner, attr="keys"), args=[])
            | ast.List(elts=[ast.Starred(value=inner)])
            | ast.ListComp(elt=ast.Name(), generators=[ast.comprehension(iter=inner, ifs=[])])
        ):
            return _spelled(inner, file, project) if not isinstance(inner, ast.List) else []
        case ast.Name(id=name) if name.isupper() or name.startswith("_"):
            return _table(name, file, project)
        case _:
            return []


def _table(name: str, file: PythonFile, project: Project) -> list[str]:
    bound = project.bindings(file).names.get(name)
    if isinstance(bound, ast.ImportFrom):
        target = project.imported_module(file, bound)
        module = project.module(target) if target is not None else None
        original = next((a.name for a in bound.names if (a.asname or a.name) == name), name)
        return _table(original, module, project) if module is not None and module is not file else []
    statement = file.parent(bound) if bound is not None else None
    changed = any(isinstance(n.ctx, ast.Store) and ast.unparse(n.value) == name for n in file.nodes(ast.Subscript))
    if (
        changed
        or not isinstance(statement, ast.Assign | ast.AnnAssign)
        or not isinstance(statement.value, ast.Dict | ast.List | ast.Tuple)
    ):
        return []
    calls = (n.func for n in file.nodes(ast.Call))
    if any(
        isinstance(f, ast.Attribute)
        and isinstance(f.value, ast.Name)
        and f.value.id == name
        and f.attr in {"update", "setdefault", "append", "extend"}
        for f in calls
    ):
        return []
    return _spelled(statement.value, file, project)


def _texts(nodes: Sequence[ast.expr | None]) -> list[str]:
    texts = [n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    return texts if len(texts) == len(nodes) else []


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
