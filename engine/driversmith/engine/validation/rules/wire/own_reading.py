"""Methods that a client adds: they read all that they say, come to an end, and tell times with their zone."""

import ast
import re
from collections.abc import Iterable, Iterator

from ...fault import Fault
from ...parsed.project import Project
from ...parsed.python_file import PythonFile
from .own_methods import is_self, own_nodes

_FEW = re.compile(r"first|last|latest|newest|oldest|next|top|any|one|some|sample|recent|preview|page", re.IGNORECASE)
"""Words by which a method says that it gives only some records."""


def one_page(file: PythonFile, project: Project) -> Iterable[Fault]:
    """A list that has pages is read by `read`, which reads all of them, not by the operation behind it."""
    profile = project.profile
    paged = {
        o.operations["read"]: o
        for o in (profile.objects.values() if profile else ())
        if "read" in o.operations and o.pagination.style != "none"
    }
    for node in own_nodes(file, project):
        match node:
            case ast.Call(func=ast.Attribute(value=holder, attr="call_operation"), args=[ast.Constant(value=name)]) if (
                is_self(holder) and name in paged
            ):
                described = paged[str(name)]
                if not {keyword.arg for keyword in node.keywords} & {described.pagination.position_parameter, None}:
                    yield Fault(
                        f"call_operation({name!r}) gives one page of {described.name}.",
                        hint=f'self.read("{described.name}") reads all pages; or take the position as an argument.',
                        node=node,
                    )
            case _:
                pass


def silent_caps(file: PythonFile, project: Project) -> Iterable[Fault]:
    """A method that reads at most so many records says so, by its name or in its docstring."""
    for function in (node for node in own_nodes(file, project) if isinstance(node, ast.FunctionDef)):
        told = f"{function.name} {ast.get_docstring(function) or ''}"
        for node in ast.walk(function):
            match node:
                case ast.Call(func=ast.Attribute(value=holder, attr="read"), keywords=keywords) if is_self(holder):
                    caps = [k.value for k in keywords if k.arg == "limit" and isinstance(k.value, ast.Constant)]
                    for cap in caps:
                        if isinstance(cap.value, int) and str(cap.value) not in told and not _FEW.search(told):
                            yield Fault(
                                f"{function.name} reads at most {cap.value} records, and says so nowhere.",
                                hint="Take limit as an argument, or say it in the docstring.",
                                node=node,
                            )
                case _:
                    pass


def endless_polling(file: PythonFile, project: Project) -> Iterable[Fault]:
    """A loop that waits for the API comes to an end whatever the API answers."""
    for node in own_nodes(file, project):
        match node:
            case ast.While(test=ast.Constant(value=True)) if _waits(node) and not _gives_up(node):
                yield Fault(
                    "This loop waits for the API without end.",
                    hint="Give up after a number of tries or seconds, and raise DriverTimeoutError then.",
                    node=node,
                )
            case _:
                pass


def naive_times(file: PythonFile, project: Project) -> Iterable[Fault]:
    """A time is told with its zone."""
    nodes = list(own_nodes(file, project))
    zoned = {id(found) for node in nodes for found in _given_a_zone(node)}
    for node in nodes:
        match node:
            case ast.Call(func=ast.Attribute(attr=name), args=args, keywords=keywords) if id(node) not in zoned:
                is_bare = len(args) + len(keywords) < (1 if name == "now" else 2)
                is_naive = (
                    name in {"utcnow", "utcfromtimestamp"}
                    or (name in {"now", "fromtimestamp"} and is_bare)
                    or (name == "strptime" and len(args) == 2 and "%z" not in ast.unparse(args[1]))
                )
                if is_naive and _is_datetime(node.func):
                    yield Fault(
                        f"{name} gives a time without its zone.",
                        hint="datetime.now(UTC), fromisoformat of a text with its offset, or .replace(tzinfo=UTC).",
                        node=node,
                    )
            case _:
                pass


def _waits(loop: ast.While) -> bool:
    calls = [node.func for node in ast.walk(loop) if isinstance(node, ast.Call)]
    return any(ast.unparse(func) in {"sleep", "time.sleep"} for func in calls)


def _gives_up(loop: ast.While) -> bool:
    return any(isinstance(node, ast.Raise) for node in ast.walk(loop))


def _given_a_zone(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Call(func=ast.Attribute(value=found, attr="replace"), keywords=keywords):
            if any(keyword.arg == "tzinfo" for keyword in keywords):
                yield found
        case _:
            pass


def _is_datetime(func: ast.expr) -> bool:
    return isinstance(func, ast.Attribute) and ast.unparse(func.value).rpartition(".")[2] == "datetime"
