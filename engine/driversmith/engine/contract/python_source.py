"""Parsing of Python source, one thread at a time."""

import ast
import threading

_ONE_AT_A_TIME = threading.Lock()


def parse_module(source: str, filename: str = "<unknown>") -> ast.Module:
    """`ast.parse`, safe to call from several threads.

    CPython 3.11 counts the depth of the tree that it builds in one place for all threads; when the garbage collector
    lets another thread parse meanwhile, it raises "SystemError: AST constructor recursion depth mismatch"
    (python/cpython issue 106905).

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: as ast.parse does.
    """
    with _ONE_AT_A_TIME:
        return ast.parse(source, filename)


def parse_expression(source: str) -> ast.Expression:
    """`ast.parse` of one expression, as `parse_module` does it."""
    with _ONE_AT_A_TIME:
        return ast.parse(source, mode="eval")
