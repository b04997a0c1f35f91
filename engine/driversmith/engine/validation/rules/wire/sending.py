"""How requests are made: what they carry, how often they are sent, how long a driver waits between them."""

import ast
import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from ...fault import Fault
from ...parsed.members import Function
from ...parsed.project import Project
from ...parsed.python_file import PythonFile

_REPEATED = re.compile(
    r"_*(?:\w+_)?(?:idempotent|safe|retry|retries|retried|retryable|repeatable)(?:_\w+)?", re.IGNORECASE
)
_CAP = re.compile(r"\bmin\(|max_|_max|cap", re.IGNORECASE)
_ASKED_WAIT = re.compile(r"retry.?after", re.IGNORECASE)
_CARRIED = re.compile(
    r"(?:\w+_)?(?:params|query|headers|body|payload|data|json|json_body|retry_after|delay|timeout|cursor|next_\w+|token)"
)
_PARTS = frozenset(
    {"body", "json", "json_body", "payload", "params", "query", "headers", "cursor", "offset", "record_id", "limit"}
)
_SENDER = re.compile(r"request|send|fetch|execute|call|invoke|client\.|http", re.IGNORECASE)
_DIGITS = frozenset({"isdigit", "isdecimal", "isnumeric", "fullmatch", "match"})
_BRACE = re.compile(r"['\"]\{|\{\{")


def unsafe_retries(file: PythonFile, project: Project) -> Iterable[Fault]:
    """POST and PATCH are not among the methods that are sent again, and the list of those that are is looked at."""
    for node in file.nodes(ast.Assign, ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = [getattr(t, "id", getattr(t, "attr", "")) for t in targets]
        if node.value is None or not any(_REPEATED.fullmatch(name) for name in names):
            continue
        elements = node.value.args[0] if isinstance(node.value, ast.Call) and node.value.args else node.value
        if isinstance(elements, ast.Set | ast.Tuple | ast.List):
            texts = [e.value for e in elements.elts if isinstance(e, ast.Constant)]
            listed = {"GET", "HEAD"} & {str(t) for t in texts}
            if listed and project.whole and names[0] not in project.names_used:
                yield Fault(
                    f"{names[0]} is read nowhere: requests are sent again whatever their method.",
                    hint=f"Send again only what is in {names[0]}.",
                    node=node,
                )
            if unsafe := [str(t) for t in texts if t in {"POST", "PATCH"}]:
                yield Fault(
                    f"{names[0]} holds {' and '.join(unsafe)}: what was done may be done twice.",
                    hint="Send only GET and HEAD again.",
                    node=elements,
                )


def unguarded_waits(file: PythonFile, _project: Project) -> Iterable[Fault]:
    """What Retry-After says may be a date: turning it into a number may fail."""
    for call in file.nodes(ast.Call):
        if not isinstance(call.func, ast.Name) or call.func.id not in {"float", "int"} or len(call.args) != 1:
            continue
        function = file.function_of(call)
        if not isinstance(function, ast.FunctionDef) or any(
            isinstance(a, ast.Try | ast.With) for a in file.ancestors(call)
        ):
            continue
        said = [call.args[0]]
        if isinstance(call.args[0], ast.Name):
            said = list(_assigned(file, function, call.args[0].id))
        checked = any(n.attr in _DIGITS for n in file.within(function, ast.Attribute))
        if not checked and any(_is_asked_wait(value) for value in said):
            yield Fault(
                f"{call.func.id}() of Retry-After fails where the API gives a date: callers see a ValueError.",
                hint="Catch ValueError, or read the date with email.utils.parsedate_to_datetime.",
                node=call,
            )


def uncapped_waits(file: PythonFile, project: Project) -> Iterable[Fault]:
    """What Retry-After asks for is waited up to a limit."""
    for call in file.nodes(ast.Call):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        function = file.function_of(call)
        if name not in {"sleep", "_sleep"} or not call.args or not isinstance(function, ast.FunctionDef):
            continue
        if not _ASKED_WAIT.search(file.text) or _CAP.search(ast.unparse(call.args[0])):
            continue
        said = _traced(file, function, call.args[0], project)
        if _ASKED_WAIT.search(said) and not _CAP.search(said):
            yield Fault(
                "The driver waits as long as Retry-After says, without a limit.",
                hint="Cap it: time.sleep(min(wait, 60)).",
                node=call,
            )


def unquoted_paths(project: Project) -> Iterable[Fault]:
    """What is filled into a path is quoted."""
    profile, place = project.profile, project.driver
    if profile is None or place is None or not project.whole:
        return
    filled = next((o for o in profile.operations.values() if any(p.location == "path" for p in o.parameters)), None)
    if filled is None or {"quote", "quote_plus"} & project.names_used:
        return
    found = next(_fillings(project), None)
    if found is not None:
        yield Fault(
            f"What is filled into a path such as {filled.path} is not quoted: a `/` or `?` in it leads to another path.",
            hint='urllib.parse.quote(str(value), safe="")',
            node=found[1],
            file=found[0].path,
        )


def unused_parts(file: PythonFile, _project: Project) -> Iterable[Fault]:
    """What is prepared for a request, or read from an answer to act on it, is used."""
    for function in file.nodes(ast.FunctionDef):
        inner = [n for n in file.within(function, ast.Name) if _CARRIED.fullmatch(n.id)]
        used = {n.id for n in inner if not isinstance(n.ctx, ast.Store)}
        for name in inner:
            parent = file.parent(name)
            plain = (
                isinstance(parent, ast.Assign) and name in parent.targets and not isinstance(parent.value, ast.Constant)
            )
            if (
                plain
                and name.id not in used
                and file.function_of(name) is function
                and not _shared(file, function, name.id)
            ):
                yield Fault(
                    f"{name.id} is made and never used: it has no effect on the request.",
                    hint=f"Pass {name.id} on.",
                    node=name,
                )


def dropped_arguments(file: PythonFile, project: Project) -> Iterable[Fault]:
    """A function of the package does something with the parts of a request that it takes."""
    if project.driver is None:
        return
    for function in file.nodes(ast.FunctionDef):
        arguments = [a for a in [*function.args.args, *function.args.kwonlyargs] if a.arg in _PARTS]
        if not arguments or function.decorator_list or not _works(function) or not _sends(file, function):
            continue
        used = {n.id for n in file.within(function, ast.Name) if isinstance(n.ctx, ast.Load)}
        for argument in arguments:
            if function.name in {"read", "read_batched"} and argument.arg == "limit":
                continue  # an ignored argument of the contract
            if argument.arg not in used and "locals" not in used:
                yield Fault(
                    f"{function.name} takes {argument.arg} and never uses it: it does not reach the request.",
                    hint=f"Pass {argument.arg} on.",
                    node=argument,
                )


def wrapped_bodies(file: PythonFile, project: Project) -> Iterable[Fault]:
    """The data of a record goes out as the API takes it, in no envelope of the driver's making."""
    bodies = [o.body for o in project.profile.operations.values() if o.body] if project.profile else []
    fields = {name for body in bodies for name in body.fields}
    if not bodies or not all(body.fields for body in bodies):
        return
    for keyword in file.nodes(ast.keyword):
        match keyword:
            case ast.keyword(
                arg="json" | "payload" | "body" | "json_body" | "data",
                value=ast.Dict(keys=[ast.Constant(value=str()) | ast.Name() as key], values=[ast.Name(id=name)]),
            ):
                said = key.value if isinstance(key, ast.Constant) else ""
                if name in {"data", "body", "payload", "record", "json"} and said not in {*fields, "json", "content"}:
                    yield Fault(
                        f"The record is sent inside `{said or ast.unparse(key)}`, which no body of the API has.",
                        hint=f"json={name}",
                        node=keyword.value,
                    )
            case _:
                pass


def swapped_values(file: PythonFile, _project: Project) -> Iterable[Fault]:
    """Two values do not go out under each other's names."""
    for node in file.nodes(ast.Dict, ast.Call):
        pairs = list(_named_values(node))
        given = dict(pairs)
        for name, value in pairs:
            if name < value and given.get(value) == name:
                yield Fault(
                    f"{name} gets {value}, and {value} gets {name}.", hint="Give each its own value.", node=node
                )


def base_url_of_another_path(project: Project) -> Iterable[Fault]:
    """The default base URL has the path of the API's."""
    profile, place = project.profile, project.driver
    if profile is None or place is None:
        return
    wanted = urlsplit(profile.base_url)
    if not wanted.path.strip("/"):
        return
    for file in project.files("package"):
        for node in file.nodes(ast.Constant):
            if (
                isinstance(node.value, str)
                and wanted.path.strip("/") in node.value
                and node.value.strip() == node.value
            ):
                return  # the prefix stands somewhere, be it in paths
    for file in project.files("package"):
        for node in file.nodes(ast.Constant):
            value: object = node.value
            if not isinstance(value, str) or not value.startswith(("http://", "https://")):
                continue
            parts = urlsplit(value)
            if parts.netloc == wanted.netloc and parts.path.strip("/") != wanted.path.strip("/"):
                yield Fault(
                    f"{value} lacks the path of the API's base URL: {profile.base_url}.",
                    hint=f'"{profile.base_url}"',
                    node=node,
                    file=file.path,
                )
                return


def form_bodies(file: PythonFile, project: Project) -> Iterable[Fault]:
    """Bodies go out as JSON where the API takes JSON only."""
    bodies = [o.body for o in project.profile.operations.values() if o.body] if project.profile else []
    if not bodies or any(body.kind != "json" for body in bodies) or project.driver is None:
        return
    own = {
        function.name
        for source in project.files("package")
        for function in source.nodes(ast.FunctionDef)
        if any(a.arg == "data" for a in [*function.args.args, *function.args.kwonlyargs])
    }
    for call in file.nodes(ast.Call):
        match call.func:
            case ast.Attribute(value=holder, attr="request" | "post" | "put" | "patch" | "build_request" as name):
                sends = name not in own and re.search(r"client|session|http", ast.unparse(holder), re.IGNORECASE)
            case _:
                continue
        for keyword in call.keywords if sends else ():
            if keyword.arg == "data" and isinstance(keyword.value, ast.Name | ast.Dict):
                yield Fault(
                    "data= sends a form; the API takes JSON.",
                    hint=f"json={ast.unparse(keyword.value)}",
                    node=keyword.value,
                )


def lost_base_paths(file: PythonFile, project: Project) -> Iterable[Fault]:
    """urljoin keeps the path of the base URL."""
    profile = project.profile
    if profile is None or not urlsplit(profile.base_url).path.strip("/"):
        return
    paths = {path for o in profile.operations.values() for path in (o.path, o.bare_path)}
    if not any(n.value in paths for f in project.files("package") for n in f.nodes(ast.Constant)):
        return
    for call in file.nodes(ast.Call):
        function = file.function_of(call)
        match call:
            case ast.Call(
                func=ast.Name(id="urljoin") | ast.Attribute(attr="urljoin"), args=[_, ast.Name(id=name) as path]
            ) if isinstance(function, ast.FunctionDef) and name in {"path", "endpoint", "route"}:
                taken = {a.arg for a in [*function.args.args, *function.args.kwonlyargs]}
                if name in taken and not any(True for _ in _assigned(file, function, name)):
                    yield Fault(
                        f"urljoin drops the path of {profile.base_url} where {name} begins with a slash.",
                        hint=f'urljoin(base.rstrip("/") + "/", {name}.lstrip("/"))',
                        node=path,
                    )
            case _:
                pass


def _is_asked_wait(value: ast.expr) -> bool:
    match value:
        case (
            ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=str() as name), *_])
            | ast.Subscript(slice=ast.Constant(value=str() as name))
        ):
            return name.lower() == "retry-after"
        case _:
            return False


def _named_values(node: ast.Dict | ast.Call) -> Iterator[tuple[str, str]]:
    """Names, and the variables that go out under them."""
    if isinstance(node, ast.Call):
        yield from ((k.arg, k.value.id) for k in node.keywords if k.arg and isinstance(k.value, ast.Name))
        return
    for key, value in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and isinstance(key.value, str) and isinstance(value, ast.Name):
            yield key.value, value.id


def _works(function: ast.FunctionDef) -> bool:
    """Whether a function does more than refuse, document or stand for another."""
    body = function.body[1:] if isinstance(function.body[0], ast.Expr) else function.body
    return len(body) > 0 and not isinstance(body[-1], ast.Raise) and not isinstance(body[0], ast.Expr | ast.Pass)


def _sends(file: PythonFile, function: ast.FunctionDef) -> bool:
    called = (n.func for n in file.within(function, ast.Call))
    return any(_SENDER.search(ast.unparse(f)) for f in called if isinstance(f, ast.Name | ast.Attribute))


def _shared(file: PythonFile, function: ast.FunctionDef, name: str) -> bool:
    return any(name in node.names for node in file.within(function, ast.Global, ast.Nonlocal)) or any(
        n.id in {"locals", "vars"} for n in file.within(function, ast.Name)
    )


def _traced(file: PythonFile, function: Function, value: ast.expr, project: Project) -> str:
    """The source of an expression, of what its names are assigned, and of the functions of the package that it calls."""
    texts, waiting, seen = list[str](), [value], set[str]()
    functions = {f.name: f for source in project.files("package") for f in source.nodes(ast.FunctionDef)}
    while waiting and len(texts) < 40:
        expression = waiting.pop()
        texts.append(ast.unparse(expression))
        for node in ast.walk(expression):
            name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
            if not name or name in seen:
                continue
            seen.add(name)
            waiting += _assigned(file, function, name)
            if name in functions and functions[name] is not function:
                texts.append(ast.unparse(functions[name]))
    return "\n".join(texts)


def _assigned(file: PythonFile, function: Function, name: str) -> Iterator[ast.expr]:
    for node in file.within(function, ast.Assign):
        if any(isinstance(n, ast.Name) and n.id == name for t in node.targets for n in ast.walk(t)):
            yield node.value
    for node in file.within(function, ast.AnnAssign, ast.NamedExpr, ast.AugAssign):
        if isinstance(node.target, ast.Name) and node.target.id == name and node.value is not None:
            yield node.value


def _fillings(project: Project) -> Iterator[tuple[PythonFile, ast.AST]]:
    for file in project.files("package"):
        for call in file.nodes(ast.Call):
            attribute = call.func.attr if isinstance(call.func, ast.Attribute) else ""
            formats, replaces = attribute in {"format", "format_map"}, attribute == "replace"
            written = ast.unparse(call) if formats or replaces else ""
            if (formats and "path" in written.lower()) or (replaces and _BRACE.search(written)):
                yield file, call
        for node in file.nodes(ast.JoinedStr):
            first = node.values[0]
            if isinstance(first, ast.Constant) and str(first.value).startswith("/") and len(node.values) > 1:
                yield file, node
