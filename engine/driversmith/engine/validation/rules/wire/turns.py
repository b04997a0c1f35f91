"""What one turn of a loop of requests sends, and what of it changes until the next."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from ...parsed.python_file import PythonFile

_POSITION = re.compile(
    r"_?(?:current_?|cur_?|next_?)?(?:page|offset|skip|cursor|marker|continuation)(?:_?(?:no|num|number|index|idx|token|id|key|after))?"
    r"|start(?:_?(?:at|index|row|record|from|cursor|key))?|starting_?after|after|from_?(?:index|record)|since_?id|max_?id|(?:page|next|continuation)_?token",
    re.IGNORECASE,
)
_IN_URL = re.compile(r"[?&](?:page|offset|skip|start|cursor|after|p)(?:\[\w+\]|_?\w*)=$", re.IGNORECASE)
_SENDS = re.compile(
    r"_*(?:async_?|do_?|safe_?|raw_?)?(?:get|post|request|send|fetch|call|query|search|list|load|urlopen|execute|read|download|api)(?:_\w*|json|page)?",
    re.IGNORECASE,
)
_BUILDS = frozenset(
    {"dict", "str", "int", "list", "tuple", "format", "join", "quote", "quote_plus", "urlencode", "urljoin", "dumps"}
    | {"Request", "encode", "copy", "deepcopy", "URL", "len", "min", "max", "rstrip", "lstrip", "strip", "replace"}
)
_CHANGES = frozenset({"update", "setdefault", "add"})
_ENDS = (ast.Return, ast.Break, ast.Continue, ast.Raise)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def is_request(call: ast.Call) -> bool:
    """Whether a call looks like one that asks an API for something."""
    match call.func:
        case ast.Attribute(attr="get", value=holder):
            # `answer.get("items", [])` sends nothing.
            return bool(
                re.search(r"session|client|requests|httpx2?|http|api|self$", ast.unparse(holder), re.IGNORECASE)
            ) or bool(call.keywords)
        case ast.Attribute(attr=name) | ast.Name(id=name):
            told = {k.arg for k in call.keywords} & {"params", "query", "query_params"}
            return bool(told) or _SENDS.fullmatch(name) is not None
        case _:
            return False


@dataclass
class Turn:
    """What one turn of a loop changes."""

    file: PythonFile
    loop: ast.While | ast.For
    known: frozenset[str]
    """Parameters that the API's description gives as positions, whatever they are called."""

    def __post_init__(self) -> None:
        function = self.file.function_of(self.loop)
        known = isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        self.outside = list(self.file.within(function, ast.Assign, ast.AnnAssign)) if known else []
        self.live = list(live_nodes(self.loop.body, carried=True))
        requests = {id(n) for n in self.live if isinstance(n, ast.Call) and is_request(n)}
        self.stores = list(self._stores())
        self.changing = set(_loopnames_in(self.loop)) | set(self._handed_over(requests))
        while more := {n for n, v in self.stores if n not in self.changing and self._moves(n, v)}:
            self.changing |= more
        self.changing -= set(self._pinned())

    def sends_something_new(self, call: ast.Call) -> bool:
        """Whether anything that a request sends may differ from turn to turn."""
        values = [*call.args, *(k.value for k in call.keywords)]
        return any(self._unsure(v) for v in values) or bool(names_in(*values) & self.changing)

    def position(self, call: ast.Call) -> str:
        """What says which page a request asks for, "" where nothing does."""
        waiting: list[ast.AST] = [*call.args, *call.keywords]
        seen = set[str]()
        while waiting:
            node = waiting.pop(0)
            calls = (n for n in ast.walk(node) if isinstance(n, ast.Call))
            own = (f for c in calls if self._is_plain(c) for f in self._functions(c))
            if named := next(filter(None, (named_position(n, self.known) for n in [node, *own])), ""):
                return named
            for name in sorted(names_in(node) - seen):
                if _POSITION.fullmatch(name):
                    return name
                seen.add(name)
                waiting += self._made(name)
        return ""

    def gathers(self, call: ast.Call) -> bool:
        """Whether the loop hands out or collects what a request gave."""
        flows = [(set(names_in(target)), value) for target, value in flows_in(self.file, self.loop)]
        given = set[str]()

        def is_given(value: ast.AST) -> bool:
            return bool(names_in(value) & given) or any(n is call for n in ast.walk(value))

        while more := {n for names, value in flows if is_given(value) for n in names} - given:
            given |= more
        for node in self.file.within(self.loop, ast.Yield, ast.YieldFrom, ast.AugAssign, ast.Call):
            match node:
                case ast.Yield(value=ast.expr() as value) | ast.YieldFrom(value=value):
                    pass
                case ast.AugAssign(op=ast.Add(), value=value) if not isinstance(value, ast.Constant):
                    pass
                case ast.Call(func=ast.Attribute(attr="extend" | "append" | "update"), args=[value]):
                    pass
                case _:
                    continue
            if is_given(value):
                return True
        return False

    def _pinned(self) -> Iterator[str]:
        """Names that each turn sets to the same constant before anything is sent."""
        for statement in self.loop.body:
            if any(isinstance(n, ast.Call) and is_request(n) for n in ast.walk(statement)):
                return
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant()):
                    yield name
                case _:
                    pass

    def _made(self, name: str) -> Iterator[ast.AST]:
        """What a name holds, wherever in the function it gets that."""
        for node in self.outside:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets if node.value is not None else ():
                if isinstance(target, ast.Name) and target.id == name:
                    yield node.value  # pyright: ignore[reportReturnType]
                elif isinstance(target, ast.Subscript) and getattr(target.value, "id", "") == name:
                    yield target

    def _stores(self) -> Iterator[tuple[str, ast.expr | None]]:
        """Names that the loop sets, with what they get (None: something that nobody can follow)."""
        for node in self.live:
            match node:
                case ast.Assign(targets=targets, value=value):
                    for target in targets:
                        yield from self._targets(target, value)
                case (
                    ast.AnnAssign(target=target, value=ast.expr() as value) | ast.NamedExpr(target=target, value=value)
                ):
                    yield from self._targets(target, value)
                case ast.AugAssign(target=target):
                    yield from self._targets(target, None)
                case ast.For(target=target) | ast.AsyncFor(target=target):
                    yield from self._targets(target, None)
                case ast.withitem(optional_vars=ast.expr() as target):
                    yield from self._targets(target, None)
                case ast.Delete(targets=targets):
                    for target in targets:
                        yield from self._targets(target, None)
                case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append" | "extend" | "insert" | "pop")):
                    yield name, None
                case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) if method in _CHANGES:
                    yield name, ast.Tuple([*node.args, *(k.value for k in node.keywords)], ast.Load())
                case _:
                    pass

    def _targets(self, target: ast.expr, value: ast.expr | None) -> Iterator[tuple[str, ast.expr | None]]:
        held = target
        while isinstance(held, ast.Subscript | ast.Attribute):
            held = held.value
        plain = isinstance(held, ast.Name)
        for name in names_in(held):
            yield name, value if plain else None

    def _moves(self, name: str, value: ast.expr | None) -> bool:
        """Whether what a name gets in the loop may differ from turn to turn."""
        if value is None or self._unsure(value):
            return True
        used = names_in(value)
        return (name in used and not _is_copy(value, name)) or bool(used & self.changing)

    def _unsure(self, value: ast.AST) -> bool:
        """Whether an expression may give something else each time, though the names in it stay the same."""
        for node in ast.walk(value):
            if isinstance(node, ast.Call) and not self._is_plain(node):
                return True
            match node:
                case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name) if self._set_later(name):
                    return True
                case _:
                    pass
            if isinstance(node, ast.Yield | ast.YieldFrom | ast.Await | ast.NamedExpr):
                return True
        return False

    def _is_plain(self, call: ast.Call) -> bool:
        """Whether a call gives the same for the same arguments: it builds a value, or only reads its object."""
        match call.func:
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in _BUILDS:
                return True
            case _:
                own = self._functions(call)
                return bool(own) and not any(self._has_effects(f) for f in own)

    def _functions(self, call: ast.Call) -> list[ast.FunctionDef]:
        """The file's own functions that a call may mean."""
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        return [f for f in self.file.nodes(ast.FunctionDef) if f.name == name]

    def _has_effects(self, function: ast.FunctionDef) -> bool:
        stored = (n for n in self.file.within(function, ast.Attribute) if isinstance(n.ctx, ast.Store))
        calls = (c.func for c in self.file.within(function, ast.Call))
        other = any(getattr(f, "attr", getattr(f, "id", "")) not in _BUILDS for f in calls)
        return (
            other
            or any(True for _ in stored)
            or any(True for _ in self.file.within(function, ast.Yield, ast.Global, ast.Nonlocal))
        )

    def _set_later(self, attribute: str) -> bool:
        """Whether an attribute is set anywhere but in a constructor."""
        for node in self.file.nodes(ast.Attribute):
            parent = self.file.parent(node)
            held = isinstance(parent, ast.Subscript) and isinstance(parent.ctx, ast.Store)
            if node.attr == attribute and (held or isinstance(node.ctx, ast.Store)):
                function = self.file.function_of(node)
                if getattr(function, "name", "") not in {"__init__", "__post_init__", ""}:
                    return True
        return False

    def _handed_over(self, requests: set[int]) -> Iterator[str]:
        """Names whose objects something else may change: given to a call that is no request, or called by a method."""
        numbers = {"self", "cls", *self._plain_numbers()}
        function = self.file.function_of(self.loop)
        for inner in self.file.within(function, ast.Nonlocal, ast.Global) if isinstance(function, ast.stmt) else ():
            yield from inner.names
        for node in self.live:
            if not isinstance(node, ast.Call) or id(node) in requests or self._is_plain(node):
                continue
            values = [*node.args, *(k.value for k in node.keywords)]
            for value in values:
                if isinstance(value, ast.Name) and value.id not in numbers and not _only_reads(node):
                    yield value.id
            match node.func:
                case ast.Attribute(value=ast.Name(id=name), attr=method) if method not in _CHANGES and method != "get":
                    if name not in numbers and not _SENDS.fullmatch(method) and not _only_reads(node):
                        yield name
                case _:
                    pass

    def _plain_numbers(self) -> Iterator[str]:
        for node in self.outside:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                yield from (t.id for t in node.targets if isinstance(t, ast.Name))


def _only_reads(call: ast.Call) -> bool:
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    return name in {
        "debug",
        "info",
        "warning",
        "error",
        "exception",
        "log",
        "print",
        "isinstance",
        "map",
        "filter",
        "sleep",
        "enumerate",
        "append",
        "extend",
        "sorted",
        "set",
    }


def _is_copy(value: ast.expr, name: str) -> bool:
    """`params = {**params, "page": page}`: no more of the name than before."""
    match value:
        case ast.Dict():
            return all(
                k is None or not any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(v))
                for k, v in zip(value.keys, value.values, strict=True)
            )
        case ast.Call(func=ast.Name(id="dict" | "str" | "int")) | ast.Name():
            return True
        case _:
            return False


def named_position(node: ast.AST, known: frozenset[str] = frozenset()) -> str:
    """A key, keyword or part of a URL that says which page is asked for."""
    for part in ast.walk(node):
        match part:
            case ast.Dict():
                keys = [k.value for k in part.keys if isinstance(k, ast.Constant) and isinstance(k.value, str)]
            case ast.keyword(arg=str() as name):
                keys = [name]
            case ast.Subscript(slice=ast.Constant(value=str() as name)):
                keys = [name]
            case ast.Tuple(elts=[ast.Constant(value=str() as name), _]):
                keys = [name]
            case ast.Constant(value=str() as text) if _IN_URL.search(text):
                return re.split(r"[?&]", text)[-1].rstrip("=")
            case _:
                continue
        for key in keys:
            if key in known or _POSITION.fullmatch(key):
                return key
    return ""


def names_in(*nodes: ast.AST) -> set[str]:
    """The variables in some nodes."""
    return {n.id for node in nodes for n in ast.walk(node) if isinstance(n, ast.Name)} - {"self", "cls"}


def _loopnames_in(loop: ast.While | ast.For) -> set[str]:
    return names_in(loop.target) if isinstance(loop, ast.For) else set()


def flows_in(file: PythonFile, loop: ast.AST) -> Iterator[tuple[ast.expr, ast.AST]]:
    """What goes into which names in a loop."""
    for node in file.within(loop, ast.Assign):
        yield from ((target, node.value) for target in node.targets)
    for node in file.within(loop, ast.AnnAssign, ast.NamedExpr):
        if node.value is not None:
            yield node.target, node.value
    for node in file.within(loop, ast.For, ast.AsyncFor, ast.comprehension):
        yield node.target, node.iter
    for node in file.within(loop, ast.withitem):
        if node.optional_vars is not None:
            yield node.optional_vars, node.context_expr


def live_nodes(body: Sequence[ast.stmt], *, carried: bool = False) -> Iterator[ast.AST]:
    """What can run: nothing after a statement that leaves the block, nothing under `if False`, nothing of other functions.

    With `carried`, only what the next turn can see of a request that went well: no handlers, no block that leaves the loop.
    """
    for statement in body:
        yield statement
        if isinstance(statement, _SCOPES):
            continue
        never = isinstance(statement, ast.If) and isinstance(statement.test, ast.Constant) and not statement.test.value
        for name, value in ast.iter_fields(statement):
            items = cast("list[object]", value) if isinstance(value, list) else [value]
            for item in items:
                if isinstance(item, ast.ExceptHandler | ast.match_case):
                    if not carried or isinstance(item, ast.match_case):
                        yield from live_nodes(item.body, carried=carried)
                elif isinstance(item, ast.AST) and not isinstance(item, ast.stmt):
                    yield from ast.walk(item)
            block = [item for item in items if isinstance(item, ast.stmt)]
            leaves = bool(block) and isinstance(block[-1], ast.Return | ast.Break | ast.Raise)
            if not (never and name == "body") and not (carried and leaves and isinstance(statement, ast.If)):
                yield from live_nodes(block, carried=carried)
        if isinstance(statement, _ENDS):
            return
