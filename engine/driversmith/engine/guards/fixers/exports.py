"""What a module offers: `__all__` and the package's `__init__`."""

import ast
import difflib
import re
from collections.abc import Iterable

from ...contract.surface import EXCEPTION_NAMES
from ...validation.parsed.python_file import PythonFile, parse
from .edits import add_import, replace_nodes
from .fixer import Case, Change
from .sources import package_sources

_CLOSE = 0.85


def missing_export(case: Case) -> Iterable[Change]:
    """A name in `__all__` that the module does not bind: imported, spelled right, or taken out where nobody has it."""
    found = case.project.bindings(case.file)
    lines = {finding.line for finding in case.findings}
    for name, node in (found.exports or {}).items():
        if name in found.names or getattr(node, "lineno", 0) not in lines:
            continue
        homes = package_sources(name, case.file, case.project)
        close = difflib.get_close_matches(name, found.names, 2, _CLOSE)
        if len(homes) == 1:
            yield Change(add_import(case.file, homes[0], [name]), f"imported {name} from {homes[0]}, as __all__ says")
        elif not homes and len(close) == 1 and close[0] not in (found.exports or {}):
            yield Change(
                replace_nodes(case.file, [(node, f'"{close[0]}"')]), f"spelled {name} as {close[0]} in __all__"
            )
        elif not homes and name not in EXCEPTION_NAMES and _is_unheard_of(name, case):
            yield Change(_without(case.file, node), f"took {name} out of __all__: nothing of that name exists")


def class_not_exported(case: Case) -> Iterable[Change]:
    """The import of the driver class in the package's `__init__`."""
    place, init = case.project.driver, case.file
    if place is None or case.project.module("") is not init:
        return
    dotted = case.project.dotted_name(place.file)
    if not dotted:
        return
    name = place.node.name
    changed = parse(case.path, add_import(init, f".{dotted}", [name]))
    exports = next((n for n in changed.nodes(ast.Assign) if _is_all(n) and isinstance(n.value, ast.List)), None)
    text = changed.text
    if exports is not None and isinstance(exports.value, ast.List) and f'"{name}"' not in text:
        text = _with_export(changed, exports.value, name)
    yield Change(text, f"imported {name} from .{dotted}")


def _is_all(node: ast.Assign) -> bool:
    return any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets)


def _with_export(file: PythonFile, exports: ast.List, name: str) -> str:
    if not exports.elts:
        return replace_nodes(file, [(exports, f'["{name}"]')])
    first = exports.elts[0]
    between = "\n" + " " * first.col_offset if first.lineno != exports.lineno else " "
    old = ast.get_source_segment(file.text, first) or ""
    return replace_nodes(file, [(first, f'"{name}",{between}{old}')])


def _is_unheard_of(name: str, case: Case) -> bool:
    place = case.project.driver
    if place is not None and place.node.name == name:
        return False
    word = re.compile(rf"\b{re.escape(name)}\b")
    return not any(word.search(text) for path, text in case.files.items() if path != case.path)


def _without(file: PythonFile, node: ast.AST) -> str:
    text = replace_nodes(file, [(node, "\0")])
    text = re.sub(r"^[ \t]*\0,?[ \t]*\n", "", text, flags=re.MULTILINE)
    return re.sub(r"\0,[ \t]*|,[ \t]*\0|\0", "", text)
