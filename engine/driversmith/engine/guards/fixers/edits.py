"""Changes to the text of a Python file at places that its tree gives."""

import ast
import sys
from collections.abc import Iterable

from ...validation.parsed.python_file import PythonFile

_LONGEST_LINE = 110
_FUTURE, _STANDARD, _FOREIGN, _LOCAL = range(4)


def replace_nodes(file: PythonFile, new: Iterable[tuple[ast.AST, str]]) -> str:
    """The file with the text of these nodes replaced; they must not hold one another."""
    lines = file.text.split("\n")
    places = [(_span(node), text) for node, text in new]
    for (line, start, end_line, end), text in sorted(places, reverse=True):
        head = lines[line - 1].encode()[:start].decode()
        tail = lines[end_line - 1].encode()[end:].decode()
        lines[line - 1 : end_line] = (head + text + tail).split("\n")
    return "\n".join(lines)


def add_import(file: PythonFile, module: str | None, names: Iterable[str]) -> str:
    """The file with `from module import names`, or `import names` where there is no module, in its place."""
    wanted = sorted(set(names))
    tree = file.tree
    if tree is None:
        return file.text
    for statement in tree.body:
        if (
            module
            and isinstance(statement, ast.ImportFrom)
            and spelled(statement) == module
            and _is_plain(file, statement)
        ):
            both = sorted({*wanted, *(alias.name for alias in statement.names)}, key=_order)
            return replace_nodes(file, [(statement, from_import(module, both))])
    text = from_import(module, wanted) if module else "\n".join(f"import {name}" for name in wanted)
    return _inserted(file, tree, text, _group(module or wanted[0]))


def from_import(module: str, names: Iterable[str]) -> str:
    """An import statement, over several lines where one would be too long."""
    listed = list(names)
    line = f"from {module} import {', '.join(listed)}"
    if len(line) <= _LONGEST_LINE:
        return line
    return "\n".join([f"from {module} import (", *(f"    {name}," for name in listed), ")"])


def spelled(statement: ast.ImportFrom) -> str:
    """The module of an import as it is written."""
    return "." * statement.level + (statement.module or "")


def _inserted(file: PythonFile, tree: ast.Module, text: str, group: int) -> str:
    lines = file.text.split("\n")
    head: list[ast.stmt] = []
    start = 1 if tree.body and ast.get_docstring(tree, clean=False) is not None else 0
    for statement in tree.body[start:]:
        if not isinstance(statement, ast.Import | ast.ImportFrom):
            break
        head.append(statement)
    before = [s for s in head if _group(_module(s)) <= group]
    if before:
        at = before[-1].end_lineno or 0
        same = _group(_module(before[-1])) == group
        lines[at:at] = text.split("\n") if same else ["", *text.split("\n")]
    elif head:
        at = head[0].lineno - 1
        lines[at:at] = [*text.split("\n"), ""]
    elif start:
        at = tree.body[0].end_lineno or 0
        lines[at:at] = ["", *text.split("\n")]
    else:
        at = next((n for n, line in enumerate(lines) if line.strip() and not line.startswith("#")), 0)
        lines[at:at] = [*text.split("\n"), "", ""]
    return "\n".join(lines)


def _module(statement: ast.stmt) -> str:
    if isinstance(statement, ast.ImportFrom):
        return spelled(statement)
    return statement.names[0].name if isinstance(statement, ast.Import) else ""


def _group(module: str) -> int:
    if module == "__future__":
        return _FUTURE
    if module.startswith("."):
        return _LOCAL
    return _STANDARD if module.partition(".")[0] in sys.stdlib_module_names else _FOREIGN


def _is_plain(file: PythonFile, statement: ast.ImportFrom) -> bool:
    first, last = statement.lineno - 1, (statement.end_lineno or statement.lineno) - 1
    text = file.lines[first : last + 1]
    return all(a.asname is None and a.name != "*" for a in statement.names) and not any(
        "#" in t or ";" in t for t in text
    )


def _order(name: str) -> tuple[int, str]:
    # Constants, then classes, then functions, as isort orders them.
    return (0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2, name)


def _span(node: ast.AST) -> tuple[int, int, int, int]:
    return (
        getattr(node, "lineno", 1),
        getattr(node, "col_offset", 0),
        getattr(node, "end_lineno", 1),
        getattr(node, "end_col_offset", 0),
    )
