"""What an answer of the API becomes: each status its exception, each failure of the library one of the driver's."""

import ast
import re
from collections.abc import Iterable, Iterator

from ...fault import Fault
from ...parsed.code_facts import driver_functions
from ...parsed.project import Project
from ...parsed.python_file import PythonFile
from ..code.unraised import gives_exception

_STATUSES = {401: "AuthenticationError", 403: "AuthenticationError", 404: "ObjectNotFoundError", 429: "RateLimitError"}
_STATUS_NAMES = {"UNAUTHORIZED": 401, "FORBIDDEN": 403, "NOT_FOUND": 404, "TOO_MANY_REQUESTS": 429}
_TIMEOUTS = frozenset({"TimeoutException", "ReadTimeout", "ConnectTimeout"})
_LOST = frozenset({"TransportError", "RequestError", "HTTPError", "NetworkError", "ConnectError"})
_STATUS_ERRORS = frozenset({"HTTPStatusError", "HTTPError"})
_ANSWER = re.compile(r"_?(?:resp(?:onse)?|r|res|answer|reply)")


def unmapped_statuses(project: Project) -> Iterable[Fault]:
    """401, 403, 404 and 429 become the exceptions of the contract, unless a fact says that one means too many requests."""
    place = project.driver
    if place is None or not project.whole:
        return
    limits = project.profile.rate_limit_signs.statuses if project.profile else ()
    mapped: dict[str, set[int]] = {name: set() for name in _STATUSES.values()}
    made: dict[str, tuple[PythonFile, ast.AST]] = {}
    everywhere: set[int] = set()
    for file in project.files("package"):
        everywhere |= {n.value for n in file.nodes(ast.Constant) if type(n.value) is int}
        everywhere |= {_STATUS_NAMES[n.attr] for n in file.nodes(ast.Attribute) if n.attr in _STATUS_NAMES}
        for node in file.nodes(ast.Name, ast.Attribute):
            name = node.attr if isinstance(node, ast.Attribute) else node.id
            if name in mapped and (codes := _codes_for(file, node)):
                made.setdefault(name, (file, node))
                mapped[name] |= codes
    for status, name in _STATUSES.items():
        if status in (mapped[name] or everywhere) or status in limits:
            continue
        file, node = made.get(name) or next(
            iter(made.values()), next(driver_functions(project, place, "read"), (place.file, place.node))
        )
        yield Fault(
            f"No {status} becomes {name}; it is raised for: {', '.join(map(str, sorted(mapped[name]))) or 'no status'}.",
            hint=f"Raise {name} for {status}.",
            node=node,
            file=file.path,
        )


def unmapped_failures(project: Project) -> Iterable[Fault]:
    """A time-out and a lost connection of httpx2 become exceptions of the driver."""
    if project.driver is None or not project.whole or "Client" not in project.names_used:
        return
    for known, name in ((_TIMEOUTS, "DriverTimeoutError"), (_LOST, "DriverConnectionError")):
        if not known & project.names_used:
            file, node = _handler(project, name) or (project.driver.file, project.driver.node)
            yield Fault(
                f"httpx2's {min(known - {'ConnectTimeout', 'ConnectError', 'HTTPError'})} is caught nowhere: "
                f"callers see an exception of the library instead of {name}.",
                hint=f"except httpx2.{'TimeoutException' if known is _TIMEOUTS else 'TransportError'}: raise {name}.",
                node=node,
                file=file.path,
            )


def escaping_statuses(file: PythonFile, project: Project) -> Iterable[Fault]:
    """What raise_for_status() raises is caught and becomes an exception of the driver."""
    if not project.whole or project.driver is None or _STATUS_ERRORS & project.names_used:
        return
    for call in file.nodes(ast.Call):
        if isinstance(call.func, ast.Attribute) and call.func.attr == "raise_for_status" and not call.args:
            yield Fault(
                "raise_for_status() raises httpx2.HTTPStatusError, which nothing turns into a DriverError.",
                hint="Look at status_code, and raise the driver's own exceptions.",
                node=call,
            )


def methods_not_called(file: PythonFile, _project: Project) -> Iterable[Fault]:
    """Methods of an answer are called."""
    for node in file.nodes(ast.Attribute):
        if node.attr not in {"json", "raise_for_status"} or not isinstance(node.value, ast.Name):
            continue
        bare = isinstance(file.parent(node), ast.Return | ast.Assign | ast.Expr) and isinstance(node.ctx, ast.Load)
        if bare and _ANSWER.fullmatch(node.value.id):
            yield Fault(
                f"`{ast.unparse(node)}` is the method itself: it is not called.",
                hint=f"{ast.unparse(node)}()",
                node=node,
            )


def idle_functions(file: PythonFile, project: Project) -> Iterable[Fault]:
    """A private function that reads statuses, or yields pages, is called by something."""
    if project.driver is None or not project.whole:
        return
    for function in file.nodes(ast.FunctionDef):
        if not function.name.startswith("_") or function.name.startswith("__") or function.decorator_list:
            continue
        if function.name in project.names_used or not (what := _purpose(file, function)):
            continue
        yield Fault(
            f"{function.name} {what}, and nothing calls it.",
            hint="Call it where answers arrive, or remove it.",
            node=function,
        )


def _purpose(file: PythonFile, function: ast.FunctionDef) -> str:
    if gives_exception(function):
        return "makes the exceptions of answers"
    if any(True for _ in file.within(function, ast.Yield, ast.YieldFrom)):
        return "reads page by page"
    reads = any(n.attr in {"status_code", "is_success", "is_error"} for n in file.within(function, ast.Attribute))
    if reads and any(True for _ in file.within(function, ast.Raise)):
        return "turns statuses into exceptions"
    return ""


def _codes_for(file: PythonFile, node: ast.AST) -> set[int]:
    """Statuses for which an exception stands: the nearest test around it, or its key in a table."""
    child = node
    for ancestor in file.ancestors(node):
        if isinstance(ancestor, ast.Dict):
            return {
                code
                for key, value in zip(ancestor.keys, ancestor.values, strict=True)
                if value is child and key is not None
                for code in _integers(key)
            }
        if isinstance(ancestor, ast.match_case):
            return set(_integers(ancestor.pattern))
        if isinstance(ancestor, ast.If | ast.IfExp) and child is not ancestor.test:
            below = ancestor.body if isinstance(ancestor.body, list) else [ancestor.body]
            if child in below:
                return _tested(ancestor.test)
        if isinstance(ancestor, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            break
        child = ancestor
    return set()


def _tested(test: ast.expr) -> set[int]:
    codes = set(_integers(test))
    ranged = any(isinstance(n, ast.GtE | ast.Gt | ast.LtE | ast.Lt) for n in ast.walk(test))
    named = any(isinstance(n, ast.Name) and n.id.isupper() for n in ast.walk(test))
    return set() if ranged or named else codes


def _integers(node: ast.AST) -> Iterator[int]:
    for found in ast.walk(node):
        if isinstance(found, ast.Constant) and type(found.value) is int and 100 <= found.value < 600:
            yield found.value
        elif isinstance(found, ast.Attribute) and found.attr in _STATUS_NAMES:
            yield _STATUS_NAMES[found.attr]


def _handler(project: Project, name: str) -> tuple[PythonFile, ast.AST] | None:
    for file in project.files("package"):
        for node in file.nodes(ast.ExceptHandler):
            if any(n.id == name for n in file.within(node, ast.Name)):
                return file, node
    return None
