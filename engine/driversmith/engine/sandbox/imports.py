"""Which imports a driver may have: a static allow-list, judged on the ast before any of its code runs.

A tripwire, not a boundary: it stops code that openly reaches for the machine; the child's limits and isolation are
what holds against code that hides it.
"""

import ast
from collections.abc import Iterator

from ..contract.python_source import parse_module
from .own_names import own_names

# fmt: off
PURE_MODULES = frozenset((
    "__future__", "abc", "base64", "binascii", "bisect", "calendar", "collections", "collections.abc",
    "contextlib", "copy", "csv", "dataclasses", "datetime", "decimal", "difflib", "email.utils", "enum", "fractions",
    "functools", "hashlib", "heapq", "hmac", "html", "io", "itertools", "json", "logging", "math", "mimetypes",
    "numbers", "operator", "random", "re", "secrets", "statistics", "string", "struct", "textwrap", "threading",
    "time", "types", "typing", "typing_extensions", "unicodedata", "urllib.parse", "uuid", "warnings", "zlib", "zoneinfo", "httpx2",
))
# fmt: on
"""Modules that a driver may import whole."""

MEMBERS: dict[str, frozenset[str]] = {
    "os": frozenset({"environ", "getenv"}),
    "http": frozenset({"HTTPStatus", "HTTPMethod"}),
    "urllib": frozenset({"parse"}),
    "email": frozenset({"utils"}),
    "importlib": frozenset({"resources"}),
    "importlib.resources": frozenset({"files"}),
    "asyncio": frozenset({"sleep"}),
}
"""Modules of which a driver may use these members only."""

FORBIDDEN_BUILTINS = frozenset({"eval", "exec", "compile", "breakpoint", "open"})
"""Words that an API may use as well: a field called `compile` is no builtin, and never read as one."""
FORBIDDEN_NAMES = frozenset({"__import__", "__builtins__", "__loader__", "__spec__"})
FORBIDDEN_ATTRIBUTES = frozenset(
    {"__subclasses__", "__globals__", "__builtins__", "__loader__", "__code__", "__getattribute__"}
)


def forbidden_imports(source: str, package: str, *, also: frozenset[str] = frozenset()) -> list[tuple[int, str]]:
    """(line, what) of every import and name that a driver named `package` may not use; `also` are modules allowed beside.

    Raises:
        SyntaxError: the source is not Python.
    """
    tree = parse_module(source)
    found: list[tuple[int, str]] = []
    restricted: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if _allowed(alias.name, package, also):
                    continue
                if alias.name in MEMBERS and (alias.asname or "." not in alias.name):
                    restricted[alias.asname or alias.name] = alias.name
                else:
                    found.append((node.lineno, alias.name))
        elif isinstance(node, ast.ImportFrom):
            found += [(node.lineno, what) for what in _refused_members(node, package, also)]
    found += _misused(tree, restricted)
    return sorted(set(found))


def _allowed(module: str, package: str, also: frozenset[str]) -> bool:
    beside = (package, *also)
    return module in PURE_MODULES or module in beside or module.startswith(tuple(f"{name}." for name in beside))


def _refused_members(node: ast.ImportFrom, package: str, also: frozenset[str]) -> Iterator[str]:
    module = node.module or ""
    if node.level or _allowed(module, package, also):
        return
    members = MEMBERS.get(module)
    if members is None:
        yield module
        return
    for alias in node.names:
        if alias.name not in members:
            yield f"{module}.{alias.name}"


def _misused(tree: ast.Module, restricted: dict[str, str]) -> Iterator[tuple[int, str]]:
    """Uses of modules beyond their allowed members, and names that lead around the list."""
    watched = FORBIDDEN_BUILTINS | restricted.keys()
    suspects: dict[ast.Name, str] = {}
    fine: set[ast.Name] = set()
    for node in ast.walk(tree):  # a name comes after the attribute that is taken of it
        if isinstance(node, ast.Attribute):
            if node.attr in FORBIDDEN_ATTRIBUTES:
                yield node.lineno, node.attr
            if isinstance(node.value, ast.Name) and (module := restricted.get(node.value.id)):
                fine.add(node.value)
                if node.attr not in MEMBERS[module]:
                    suspects[node.value] = f"{module}.{node.attr}"
        elif isinstance(node, ast.Name) and node not in fine:
            if node.id in FORBIDDEN_NAMES:
                yield node.lineno, node.id
            elif node.id in watched and isinstance(node.ctx, ast.Load):
                suspects[node] = node.id
    if suspects:  # rare, and what is a function's own takes longer to tell than all else here
        own = own_names(tree)
        yield from ((node.lineno, what) for node, what in suspects.items() if node not in own)
