"""Requests that are sent again for ever: a loop, or a function that calls itself, whose handler hides each failure."""

import ast
import re
from collections.abc import Iterable, Iterator, Sequence

from ...fault import Fault
from ...parsed.members import Function
from ...parsed.project import Project
from ...parsed.python_file import PythonFile

_OF_REQUESTS = re.compile(
    r"\b(?:Base)?Exception$|\b(?:OS|IO|Environment)Error$"
    r"|request|connect|timeout|timedout|http|url|transport|network|client|server|socket|ssl|api|protocol|remote",
    re.IGNORECASE,
)
_UNSURE = re.compile(r"status|\.ok\b|is_success|is_error|\.code\b|\b5\d\d\b", re.IGNORECASE)
_ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_LOOPS = (ast.While, ast.For, ast.AsyncFor)
_LEAVES = frozenset({"exit", "_exit", "abort"})


def endless_retries(file: PythonFile, _project: Project) -> Iterable[Fault]:
    """A request that fails is not sent again for ever: tries are counted, or the failure is told in the end."""
    for loop in file.nodes(ast.While, ast.For, ast.AsyncFor):
        if (isinstance(loop, ast.While) and not _may_go_on(loop.test)) or (
            isinstance(loop, _FORS) and not _counts_on(loop)
        ):
            continue
        for tried in filter(_asks, _tries(loop)):
            for handler in tried.handlers:
                if _hides(handler) and _ends_on_success(loop, tried) and not _is_bounded(loop, tried, handler):
                    yield Fault(
                        f"`except {_caught(handler)}` tries again, and nothing ends that: "
                        "where the API stays down, this loop never comes back and nobody hears why.",
                        hint="Count the tries, and raise what was caught after the last.",
                        node=handler,
                    )
        yield from _by_status(loop)
    for function in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef):
        yield from _by_recursion(file, function)
    yield from _by_library(file)


_FORS = (ast.For, ast.AsyncFor)


def _tries(loop: ast.While | ast.For | ast.AsyncFor) -> Iterator[ast.Try]:
    """What a loop tries; `with suppress(...)` is such a thing too."""
    for node in _own(loop.body):
        match node:
            case ast.Try():
                yield node
            case ast.With(
                items=[
                    ast.withitem(
                        context_expr=ast.Call(func=ast.Name(id="suppress") | ast.Attribute(attr="suppress"), args=kinds)
                    )
                ],
                body=body,
            ):
                handler = ast.ExceptHandler(ast.Tuple(kinds, ast.Load()), None, [ast.Pass()])
                yield ast.Try([node, *body], [ast.copy_location(handler, node)], [], [])
            case _:
                pass


def _may_go_on(test: ast.expr) -> bool:
    """`while True`, or as long as plain names say that there is no success yet: no count, no call, no flag of an object."""
    told = (ast.Constant, ast.Name, ast.UnaryOp, ast.Not, ast.Load, ast.Compare, ast.Is, ast.IsNot, ast.Eq, ast.NotEq)
    if isinstance(test, ast.Constant):
        return bool(test.value)
    if isinstance(test, ast.Compare) and isinstance(test.left, ast.Name):
        return all(isinstance(c, ast.Constant | ast.Name | ast.Attribute) for c in test.comparators)
    return all(isinstance(n, told) for n in ast.walk(test))


def _counts_on(loop: ast.For | ast.AsyncFor) -> bool:
    """`for attempt in itertools.count()`, `iter(int, 1)`, `itertools.repeat(...)` without an end."""
    match loop.iter:
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=arguments):
            return name in {"count", "cycle"} or (name in {"repeat", "iter"} and len(arguments) == (name == "iter") + 1)
        case _:
            return False


def _hides(handler: ast.ExceptHandler) -> bool:
    """Whether a handler catches what requests fail by, and neither raises, returns, nor leaves."""
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    known = any(kind is None or _OF_REQUESTS.search(ast.unparse(kind)) for kind in caught)
    return known and not _exits([s for s in handler.body if not _sorts_out(s, handler)])


def _sorts_out(statement: ast.stmt, handler: ast.ExceptHandler) -> bool:
    """`if error.code == 404: raise`: some failures leave, whatever was tried before; the others go on."""
    if not isinstance(statement, ast.If) or not handler.name or "429" in ast.unparse(statement.test):
        return False
    calls = (n.func for n in ast.walk(statement.test) if isinstance(n, ast.Call))
    return (
        handler.name in _names(statement.test)
        and all(getattr(f, "id", "") in {"isinstance", "getattr"} for f in calls)
        and not any(
            n.id.islower() and n.id not in {handler.name, "isinstance", "getattr"}
            for n in ast.walk(statement.test)
            if isinstance(n, ast.Name) and not _is_module(statement.test, n)
        )
    )


def _is_module(test: ast.expr, name: ast.Name) -> bool:
    return any(isinstance(n, ast.Attribute) and n.value is name for n in ast.walk(test))


def _asks(tried: ast.Try) -> bool:
    """Whether a `try` does more than wait for something of its own process, or for what a person types."""
    calls = [n for n in _own(tried.body) if isinstance(n, ast.Call)]
    return any(_called(c) not in _WAITS and not (_called(c) == "get" and not c.args and not c.keywords) for c in calls)


_WAITS = frozenset({"result", "wait", "wait_for", "join", "acquire", "input", "int", "float", "get_nowait", "sleep"})


def _called(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def _caught(handler: ast.ExceptHandler) -> str:
    return ast.unparse(handler.type) if handler.type else ":"


def _ends_on_success(loop: ast.While | ast.For | ast.AsyncFor, tried: ast.Try) -> bool:
    """Whether a success ends the loop, or moves it on: else it is a worker that is to run for ever."""
    stored = _stores([*tried.body, *tried.orelse])
    if isinstance(loop, ast.While) and stored & _names(loop.test):
        return True
    return _exits([s for s in loop.body for s in _unless_stopped(s)])


def _unless_stopped(statement: ast.stmt) -> list[ast.stmt]:
    """The statement, without what only a flag of the object asks for: `if self._stopping: return`."""
    match statement:
        case ast.If() if _names(statement.test) <= {"self", "cls"}:
            return [inner for s in statement.orelse for inner in _unless_stopped(s)]
        case ast.Try():
            parts = [*statement.body, *statement.orelse, *(s for h in statement.handlers for s in h.body)]
            return [inner for s in parts for inner in _unless_stopped(s)]
        case _:
            return [statement]


def _is_bounded(loop: ast.While | ast.For | ast.AsyncFor, tried: ast.Try, handler: ast.ExceptHandler) -> bool:
    """Whether something else than success can end the loop once this handler has run."""
    after: list[ast.stmt] = [*tried.finalbody]
    if not any(isinstance(n, ast.Continue) for n in _own(handler.body)):
        after += _after(loop.body, tried)
    before = _before(loop.body, tried)
    failing = [*handler.body, *after, *before]
    counting = (
        isinstance(loop, ast.While) and isinstance(loop.test, ast.Compare) and isinstance(loop.test.ops[0], _ORDER)
    )
    if isinstance(loop, ast.While) and _stores(loop.body if counting else failing) & _names(loop.test):
        return True
    succeeded = _stores([*tried.body, *tried.orelse])
    changed = _stores(failing) | (set[str]() if isinstance(loop, ast.While) else _names(loop.target))
    for block in (after, before):
        for statement in block:
            if _exits([statement]) and not _asks_for_success(statement, succeeded - changed):
                return True
    return False


def _asks_for_success(statement: ast.stmt, succeeded: set[str]) -> bool:
    """Whether a statement leaves the loop only where the request went well: its tests are about what that gave."""
    tests = [n.test for n in ast.walk(statement) if isinstance(n, ast.If | ast.IfExp | ast.While)]
    return bool(tests) and all(_names(test) & succeeded for test in tests)


def _by_status(loop: ast.While | ast.For | ast.AsyncFor) -> Iterator[Fault]:
    """A status of failure that is waited out without a count."""
    stored = _stores(loop.body)
    for test in (n for n in _own(loop.body) if isinstance(n, ast.If)):
        said = ast.unparse(test.test)
        again = isinstance(test.body[-1], ast.Continue) and any(_is_sleep(n) for n in _own(test.body))
        if not again or not _UNSURE.search(said) or "429" in said or _exits(test.body) or _stores(test.body):
            continue
        compared = any(
            isinstance(n, ast.Compare)
            and isinstance(n.ops[0], ast.Lt | ast.LtE | ast.Gt | ast.GtE)
            and not _UNSURE.search(ast.unparse(n))
            for n in (m for s in loop.body for m in ast.walk(s))
        )
        if not compared and stored:
            yield Fault(
                f"Where `{said}`, the request is sent again, and nothing ends that.",
                hint="Count the tries, and raise after the last.",
                node=test,
            )


def _by_recursion(file: PythonFile, function: Function) -> Iterator[Fault]:
    """A handler that calls its own function again with the same arguments."""
    handlers = list(file.within(function, ast.ExceptHandler))
    changed = _stores(function.body) if handlers else set[str]()
    for handler in handlers:
        if file.function_of(handler) is not function or _exits_otherwise(handler):
            continue
        caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        if not any(kind is None or _OF_REQUESTS.search(ast.unparse(kind)) for kind in caught):
            continue
        for call in file.within(handler, ast.Call):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            held = ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else "self"
            if name != function.name or held not in {"self", "cls"} or _guarded(file, call, handler):
                continue
            values = [*call.args, *(k.value for k in call.keywords)]
            if (
                all(isinstance(v, ast.Name | ast.Attribute | ast.Starred) for v in values)
                and not _names(*values) & changed
            ):
                yield Fault(
                    f"Where `{_caught(handler)}` is caught, {name} calls itself again, and nothing ends that.",
                    hint="Count the tries, and raise what was caught after the last.",
                    node=call,
                )


def _by_library(file: PythonFile) -> Iterator[Fault]:
    """tenacity and backoff try for ever where nothing tells them when to stop."""
    if not _LIBRARIES.search(file.text):
        return
    made = [
        *file.nodes(ast.Call),
        *(d for f in file.nodes(ast.FunctionDef, ast.AsyncFunctionDef) for d in f.decorator_list),
    ]
    for node in made:
        call = node if isinstance(node, ast.Call) else None
        name = ast.unparse(call.func if call else node)
        if call is None and name not in {"retry", "tenacity.retry"}:
            continue
        given = {k.arg for k in call.keywords} if call else set[str | None]()
        of_tenacity = name.rpartition(".")[2] in {"retry", "Retrying", "AsyncRetrying"} and not given & {"stop", None}
        of_backoff = name.endswith(("on_exception", "on_predicate")) and not given & {"max_tries", "max_time", None}
        if ("tenacity" in file.text and of_tenacity and not (call and call.args)) or (
            "backoff" in file.text and of_backoff
        ):
            yield Fault(
                f"{name} without {'stop' if of_tenacity else 'max_tries or max_time'} tries for ever.",
                hint="stop=stop_after_attempt(5)" if of_tenacity else "max_tries=5",
                node=node,
            )


_LIBRARIES = re.compile(r"^\s*(?:import|from)\s+(?:tenacity|backoff)\b", re.MULTILINE)


def _exits_otherwise(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(n, ast.Raise) for n in _own(handler.body))


def _guarded(file: PythonFile, node: ast.AST, handler: ast.ExceptHandler) -> bool:
    for ancestor in file.ancestors(node):
        if ancestor is handler:
            return False
        if isinstance(ancestor, ast.If | ast.IfExp):
            return True
    return False


def _own(body: Sequence[ast.stmt]) -> Iterator[ast.AST]:
    """What stands in these statements, and in no loop or function in them."""
    stack: list[ast.AST] = list(reversed(body))
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, (*_LOOPS, *_INNER)):
            stack += reversed(list(ast.iter_child_nodes(node)))


def _exits(body: Sequence[ast.stmt]) -> bool:
    """Whether these statements of a loop leave it: a `break` of their own, a `return`, a `raise`."""
    if any(isinstance(n, ast.Break) for n in _own(body)):
        return True
    stack: list[ast.AST] = list(body)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Return | ast.Raise):
            return True
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in _LEAVES:
            return True
        if not isinstance(node, _INNER):
            stack += ast.iter_child_nodes(node)
    return False


def _after(body: Sequence[ast.stmt], tried: ast.Try) -> list[ast.stmt]:
    """The statements that run after a `try` of a loop's body."""
    return _around(body, tried)[1]


def _before(body: Sequence[ast.stmt], tried: ast.Try) -> list[ast.stmt]:
    return _around(body, tried)[0]


def _around(body: Sequence[ast.stmt], tried: ast.Try) -> tuple[list[ast.stmt], list[ast.stmt]]:
    for place, statement in enumerate(body):
        if statement is tried or statement is tried.body[0]:
            return list(body[:place]), list(body[place + 1 :])
        if any(n is tried or n is tried.body[0] for n in ast.walk(statement)):
            before, after = list(body[:place]), list(body[place + 1 :])
            for name in ("body", "orelse", "finalbody"):
                inner: list[ast.stmt] = getattr(statement, name, None) or []
                if any(n is tried or n is tried.body[0] for s in inner for n in ast.walk(s)):
                    within = _around(inner, tried)
                    return before + within[0], within[1] + after
            return before, after
    return [], []


def _stores(body: Sequence[ast.stmt]) -> set[str]:
    nodes = (n for s in body for n in ast.walk(s))
    return {n.id for n in nodes if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}


def _names(*nodes: ast.AST) -> set[str]:
    return {n.id for node in nodes for n in ast.walk(node) if isinstance(n, ast.Name)}


def _is_sleep(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "sleep"
