"""Tries whether texts are Python, each once and within a budget."""

import ast
import re

from ...validation.limits import is_heavy
from ...validation.parsed.python_file import PythonFile, parse
from ..limits import MAX_PARSED_CHARACTERS, MAX_PARSES

_UNKNOWN_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*\\[^\n\\'\"abfnrtv0-7xNuU]")


class Parser:
    """Remembers what it has parsed. Texts beyond the budget, or too heavy to parse in this process, have no tree."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._known: dict[str, PythonFile | None] = {}
        self._parses = MAX_PARSES
        self._characters = MAX_PARSED_CHARACTERS

    def file(self, text: str) -> PythonFile | None:
        """The text as a Python file, broken or not; None where it was not tried."""
        if text not in self._known:
            self._known[text] = self._parse(text)
        return self._known[text]

    def tree(self, text: str) -> ast.Module | None:
        """The tree of a text that compiles, else None."""
        file = self.file(text)
        return file.tree if file else None

    def _parse(self, text: str) -> PythonFile | None:
        self._parses -= 1
        self._characters -= len(text)
        if self._parses < 0 or self._characters < 0 or is_heavy(text):
            return None
        return parse(self._path, text)


def literal(text: str) -> object:
    """The value of a text that is one Python literal, None where it is none or an escape in it means nothing."""
    if is_heavy(text) or _UNKNOWN_ESCAPE.search(text):
        return None
    tree = parse("<literal>", text).tree
    if tree is None or len(tree.body) != 1 or not isinstance(tree.body[0], ast.Expr):
        return None
    try:
        return ast.literal_eval(tree.body[0].value)
    except (ValueError, TypeError, RecursionError, MemoryError):
        return None


def is_module(tree: ast.Module | None, path: str) -> bool:
    """Whether a tree does what a file is written for: a lone word or literal is Python too, and no file."""
    if tree is None:
        return False
    if any(not isinstance(statement, ast.Expr | ast.Pass) for statement in tree.body):
        return any(not _is_bare(statement) for statement in tree.body)
    if path.endswith("__init__.py") and tree.body and _is_docstring(tree.body[0]):
        return "\n" not in ast.unparse(tree.body[0]) or len(tree.body) == 1
    return any(isinstance(s, ast.Expr) and isinstance(s.value, ast.Call) for s in tree.body)


def _is_bare(statement: ast.stmt) -> bool:
    # `Note: done` is an annotation to Python.
    return isinstance(statement, ast.Expr | ast.Pass) or (
        isinstance(statement, ast.AnnAssign) and statement.value is None
    )


def _is_docstring(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )
