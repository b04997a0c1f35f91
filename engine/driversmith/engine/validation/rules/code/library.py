"""Names of the standard library and of httpx2: what is used of them exists."""

import ast
import difflib
import importlib
import importlib.util
from collections.abc import Iterable, Iterator
from functools import cache
from types import ModuleType

from ...fault import Fault
from ...parsed.project import Project
from ...parsed.python_file import PythonFile
from ...parsed.scopes import is_guarded, is_local

# fmt: off
MODULES = frozenset((
    "abc", "base64", "binascii", "bisect", "calendar", "collections", "collections.abc", "contextlib", "copy", "csv",
    "dataclasses", "datetime", "decimal", "difflib", "email", "email.utils", "enum", "functools", "hashlib", "heapq",
    "hmac", "html", "http", "httpx2", "io", "itertools", "json", "logging", "math", "mimetypes", "operator", "os",
    "os.path", "pathlib", "random", "re", "secrets", "statistics", "string", "struct", "sys", "textwrap", "threading",
    "time", "types", "typing", "unittest", "unittest.mock", "urllib", "urllib.parse", "urllib.request", "uuid", "warnings", "zlib",
    "zoneinfo",
))
# fmt: on
"""Modules whose names are looked up: importing them does nothing but define names."""


def unknown_imports(file: PythonFile, project: Project) -> Iterable[Fault]:
    """`import` and `from ... import` of the library name what it has."""
    for node in file.nodes(ast.Import):
        for alias in node.names:
            head, _, rest = alias.name.partition(".")
            if rest and head in MODULES and not _is_module(alias.name) and not is_guarded(file, node):
                yield _unknown(head, rest, node, "module ")
    for node in file.nodes(ast.ImportFrom):
        name = node.module or ""
        if node.level or name.partition(".")[0] not in MODULES or is_guarded(file, node):
            continue
        if not _is_module(name):
            yield _unknown(name.partition(".")[0], name.partition(".")[2], node, "module ")
            continue
        module = _module(name) if name in MODULES else None
        for alias in node.names:
            if module is None or alias.name == "*" or hasattr(module, alias.name) or _is_module(f"{name}.{alias.name}"):
                continue
            own = project.module(name) if project.whole else None
            if own is not None and alias.name in project.bindings(own).names:
                yield Fault(
                    f"`{alias.name}` is imported from the standard library's `{name}`; it stands in the driver's own.",
                    hint=f"from .{name} import {alias.name}",
                    node=node,
                )
            else:
                yield _unknown(name, alias.name, node if len(node.names) == 1 else alias)


def unknown_attributes(file: PythonFile, project: Project) -> Iterable[Fault]:
    """Attributes of library modules exist."""
    modules = _imported(file)
    if not modules:
        return
    rebound = {n.id for n in file.nodes(ast.Name) if not isinstance(n.ctx, ast.Load)}
    for node in file.nodes(ast.Attribute):
        if not isinstance(node.value, ast.Name) or node.value.id not in modules or node.value.id in rebound:
            continue
        module, attribute = modules[node.value.id], node.attr
        parent = file.parent(node)
        if not hasattr(module, attribute) and _is_module(f"{module.__name__}.{attribute}"):
            module = _module(f"{module.__name__}.{attribute}") if f"{module.__name__}.{attribute}" in MODULES else None
            attribute = parent.attr if isinstance(parent, ast.Attribute) else "__name__"
        elif isinstance(getattr(module, attribute, None), ModuleType) and isinstance(parent, ast.Attribute):
            inner = f"{module.__name__}.{attribute}"
            module, attribute = (_module(inner) if inner in MODULES else None), parent.attr
        if module is None or hasattr(module, attribute) or is_local(file, node, node.value.id):
            continue
        if not is_guarded(file, node):
            yield _unknown(module.__name__, attribute, node)


def _imported(file: PythonFile) -> dict[str, ModuleType]:
    found: dict[str, ModuleType] = {}
    for node in file.nodes(ast.Import):
        for alias in node.names:
            name = alias.name if alias.asname else alias.name.partition(".")[0]
            if name in MODULES and (module := _module(name)) is not None:
                found[alias.asname or name] = module
    for node in file.nodes(ast.ImportFrom):
        for alias in node.names:
            name = f"{node.module}.{alias.name}"
            if node.level == 0 and name in MODULES and (module := _module(name)) is not None:
                found[alias.asname or alias.name] = module
    return found


@cache
def _module(name: str) -> ModuleType | None:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


@cache
def _is_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def _unknown(module: str, name: str, node: ast.AST, what: str = "") -> Fault:
    known = sorted(_public(module))
    close = difflib.get_close_matches(name, known, 3, 0.5)
    listed = f"its names: {', '.join(known)}" if len(known) <= 25 else f"near it: {', '.join(close) or 'nothing'}"
    return Fault(
        f"`{module}` has no {what}`{name}`; {listed}.",
        hint=f"Did you mean {module}.{close[0]}?" if close else "Use what exists.",
        node=node,
    )


def _public(name: str) -> Iterator[str]:
    module = _module(name)
    yield from (n for n in getattr(module, "__all__", dir(module)) if not n.startswith("_"))
