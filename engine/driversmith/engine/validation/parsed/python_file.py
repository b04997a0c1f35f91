"""A Python file, parsed once: its tree, its nodes by type, and where it cannot be parsed, why."""

import ast
import re
import threading
import warnings
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, TypeVar, cast

from ...contract.python_source import parse_module
from ..fault import Fault
from ..limits import MAX_NESTING

N = TypeVar("N", bound=ast.AST)

_FENCE = re.compile(r"[ \t]*(```|~~~)")
# `warnings.catch_warnings` swaps process-wide state.
_warnings_lock = threading.Lock()


@dataclass(frozen=True)
class SyntaxFault:
    """Why a file has no tree; `code` is the id of the rule that reports it."""

    code: str
    fault: Fault


@dataclass
class PythonFile:
    """One Python file. `tree` is None where it does not compile; then `broken` says why."""

    path: str
    text: str
    tree: ast.Module | None = None
    broken: SyntaxFault | None = None
    role: str = "other"
    """`package`, `test`, `example` or `other`: which rules look at it."""
    _by_type: dict[type, list[Any]] = field(default_factory=lambda: defaultdict(list))
    _places: dict[type, list[int]] = field(default_factory=lambda: defaultdict(list))
    _spans: dict[ast.AST, tuple[int, int]] = field(default_factory=dict[ast.AST, tuple[int, int]])
    _parents: dict[ast.AST, ast.AST] = field(default_factory=dict[ast.AST, ast.AST])
    _lines: list[str] | None = None

    @property
    def lines(self) -> list[str]:
        """Lines as Python counts them."""
        if self._lines is None:
            self._lines = re.split(r"\r\n|\r|\n", self.text)
        return self._lines

    def nodes(self, *types: type[N]) -> Iterator[N]:
        """All nodes of exactly these types, in source order within a type."""
        for node_type in types:
            yield from self._by_type.get(node_type, ())

    def within(self, node: ast.AST, *types: type[N]) -> Iterator[N]:
        """The nodes of exactly these types in a statement, itself included, in source order within a type."""
        start, end = self._spans[node]
        for node_type in types:
            places = self._places.get(node_type, [])
            yield from self._by_type[node_type][bisect_left(places, start) : bisect_left(places, end)]

    def parent(self, node: ast.AST) -> ast.AST | None:
        """The node that holds this one."""
        return self._parents.get(node)

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around this one, nearest first."""
        while (parent := self._parents.get(node)) is not None:
            yield parent
            node = parent

    def function_of(self, node: ast.AST) -> ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | None:
        """The innermost function around a node."""
        for ancestor in self.ancestors(node):
            if isinstance(ancestor, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                return ancestor
        return None

    def class_of(self, node: ast.AST) -> ast.ClassDef | None:
        """The class whose body (or whose method's body) holds a node."""
        for ancestor in self.ancestors(node):
            if isinstance(ancestor, ast.ClassDef):
                return ancestor
        return None

    def column(self, line: int, utf8_offset: int) -> int:
        """The 1-based character column of a 0-based UTF-8 offset, as trees give it."""
        if 0 < line <= len(self.lines):
            text = self.lines[line - 1]
            if not text.isascii():
                return len(text.encode(errors="surrogatepass")[:utf8_offset].decode(errors="ignore")) + 1
        return utf8_offset + 1


def parse(path: str, text: str, *, role: str = "other") -> PythonFile:
    """Parse a file; never raises for what stands in it.

    The last few are kept, since a driver is looked at anew for each of its files: nobody changes one.
    """
    return (_parse_small if len(text) <= _SMALL else _parse)(path, text, role)


_SMALL = 20_000
"""Characters of a file that is kept: its nodes take some 2 MB."""


def _parse(path: str, text: str, role: str) -> PythonFile:
    file = PythonFile(path=path, text=text, role=role)
    try:
        with _warnings_lock, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = parse_module(text, path)
            compile(tree, path, "exec", dont_inherit=True)
    except SyntaxError as error:
        file.broken = _syntax_fault(text, error)
    except (RecursionError, MemoryError):
        file.broken = _TOO_DEEP
    except (ValueError, OverflowError) as error:
        file.broken = SyntaxFault("invalid-source", Fault(f"Python cannot read the file: {error}."))
    else:
        file.tree = tree
        _walk(file, tree)
        if _nests_too_deeply(file):
            return PythonFile(path=path, text=text, role=role, broken=_TOO_DEEP)
    return file


_parse_small = lru_cache(maxsize=16)(_parse)

_TOO_DEEP = SyntaxFault(
    "too-deeply-nested",
    Fault(
        "The file nests expressions or blocks so deeply that Python cannot compile it.",
        hint="Write flat data and short chains; move large tables to a JSON file.",
    ),
)


def _walk(file: PythonFile, tree: ast.Module) -> None:
    # Iterative: a tree may be deeper than Python's recursion limit for functions. Once for all rules.
    by_type, places, parents, spans = file._by_type, file._places, file._parents, file._spans  # pyright: ignore[reportPrivateUsage]
    fields: dict[type[ast.AST], tuple[str, ...]] = {}
    stack: list[Any] = [tree]
    count = 0
    while stack:
        node = stack.pop()
        kind = cast("type[ast.AST]", type(node))
        if cast("type", kind) is tuple:  # the end of a statement
            spans[node[0]] = (node[1], count)
            continue
        by_type[kind].append(node)
        places[kind].append(count)
        if kind in _STATEMENTS:
            stack.append((node, count))
        count += 1
        names = fields.get(kind)
        if names is None:
            names = fields[kind] = _child_fields(kind)
        if not names:
            continue
        children: list[ast.AST] = []
        for name in names:
            value = getattr(node, name, None)
            if type(value) is list:
                for item in cast("list[Any]", value):
                    if isinstance(item, ast.AST):
                        parents[item] = node
                        children.append(item)
            elif value is not None and isinstance(value, ast.AST):
                parents[value] = node
                children.append(value)
        children.reverse()
        stack += children


def _nests_too_deeply(file: PythonFile) -> bool:
    # From 3.13 on Python compiles what older ones that drivers are for do not.
    depths: dict[ast.AST, int] = {}
    for node, parent in file._parents.items():  # pyright: ignore[reportPrivateUsage]
        depths[node] = depths.get(parent, 0) + 1  # a parent stands in front of its children
    return max(depths.values(), default=0) > MAX_NESTING


@cache
def _child_fields(kind: type[ast.AST]) -> tuple[str, ...]:
    return tuple(name for name in kind._fields if name not in _NO_CHILDREN and kind is not ast.Constant)


_STATEMENTS = frozenset({ast.ExceptHandler, *ast.stmt.__subclasses__()})
# Fields that hold no nodes, or only those that say nothing of their own.
_NO_CHILDREN = frozenset({"ctx", "op", "ops", "id", "attr", "arg", "level", "type_comment", "simple", "conversion"})


def _syntax_fault(text: str, error: SyntaxError) -> SyntaxFault:
    line, column = max(error.lineno or 1, 1), max(error.offset or 1, 1)
    message = error.msg or "invalid syntax"
    if fence_line := _left_over_fence(text, line):
        return SyntaxFault(
            "left-over-fence",
            Fault(
                "A Markdown fence (```) or prose around it stands in the Python file.",
                hint="Keep only the code between the fences.",
                line=fence_line,
            ),
        )
    return SyntaxFault(
        "syntax-error", Fault(f"Syntax error: {message}.", hint=_syntax_hint(message), line=line, column=column)
    )


def _left_over_fence(text: str, error_line: int) -> int | None:
    lines = text.splitlines()
    fences = [number for number, content in enumerate(lines, 1) if _FENCE.match(content)]
    for number in fences[:3]:
        if number == error_line:
            return number
        # Python may report a later token first; a fence after sound code is the earlier fault.
        if number < error_line and _parses("\n".join(lines[: number - 1])):
            return number
        first = next((n for n, content in enumerate(lines, 1) if content.strip()), 1)
        if first == error_line < number:
            return first
    return None


def _parses(text: str) -> bool:
    try:
        parse_module(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _syntax_hint(message: str) -> str:
    for part, hint in _SYNTAX_HINTS:
        if part in message:
            return hint
    return ""


_SYNTAX_HINTS = (
    ("was never closed", "Close the bracket; if the file ends there, its end is missing."),
    ("unterminated", "Close the string; if the file ends there, its end is missing."),
    ("unexpected EOF", "The end of the file is missing."),
    ("invalid character", "Replace typographic quotes and dashes by the ASCII ones."),
    ("invalid non-printable character", "Replace it by a plain space."),
    ("inconsistent use of tabs", "Indent with four spaces everywhere."),
    ("unindent does not match", "Indent with four spaces everywhere."),
    ("expected an indented block", "Give the block a body."),
)
