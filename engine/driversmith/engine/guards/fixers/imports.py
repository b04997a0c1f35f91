"""Imports that lead nowhere."""

import ast
import difflib
import re
from collections.abc import Iterable

from .edits import from_import, replace_nodes, spelled
from .fixer import Case, Change
from .sources import package_sources


def wrong_module(case: Case) -> Iterable[Change]:
    """An import from the wrong module of the driver, where each of its names is defined in exactly one."""
    lines = {finding.line for finding in case.findings}
    for node in case.file.nodes(ast.ImportFrom):
        if not lines & set(range(node.lineno, (node.end_lineno or node.lineno) + 1)) or not _is_own(node, case):
            continue
        homes: dict[str, list[str]] = {}
        for alias in node.names:
            found = package_sources(alias.name, case.file, case.project)
            if len(found) != 1:
                break
            homes.setdefault(found[0], []).append(alias.name + (f" as {alias.asname}" if alias.asname else ""))
        else:
            indent = "\n" + " " * node.col_offset
            text = indent.join(from_import(module, sorted(names)) for module, names in sorted(homes.items()))
            if text != from_import(spelled(node), sorted(a.name for a in node.names)):
                said = f"imported {', '.join(n for names in homes.values() for n in names)} from {', '.join(sorted(homes))}"
                yield Change(replace_nodes(case.file, [(node, text)]), said)


def httpx_for_httpx2(case: Case) -> Iterable[Change]:
    """httpx, which a driver may not use, by its successor httpx2, where that has all that is used of it."""
    import httpx2

    file = case.file
    imports = [n for n in file.nodes(ast.Import) if any(a.name == "httpx" and a.asname is None for a in n.names)]
    others = [n for n in file.nodes(ast.ImportFrom) if (n.module or "").partition(".")[0] == "httpx"]
    if not imports or others or any(len(n.names) > 1 for n in imports):
        return
    names = [n for n in file.nodes(ast.Name) if n.id == "httpx"]
    used = {parent.attr for n in names if isinstance(parent := file.parent(n), ast.Attribute)}
    bare = [n for n in names if not isinstance(file.parent(n), ast.Attribute)]
    strings = re.search(r"[\"'][^\"'\n]*\bhttpx\.", file.text)
    if not bare and not strings and all(hasattr(httpx2, attribute) for attribute in used):
        edits: list[tuple[ast.AST, str]] = [(n, "import httpx2") for n in imports]
        edits += [(n, "httpx2") for n in names]
        yield Change(replace_nodes(file, edits), "used httpx2 in place of httpx")


def _is_own(node: ast.ImportFrom, case: Case) -> bool:
    """Whether an import means the driver's own code, however wrongly spelled."""
    project = case.project
    if node.level or any(a.name == "*" for a in node.names):
        return node.level > 0 and all(a.name != "*" for a in node.names)
    parts = (node.module or "").split(".")
    stems = {name.rpartition(".")[2] for name in project.module_names()}
    package = project.package or ""
    if package in parts or parts[0] in stems:
        return True
    return len(difflib.get_close_matches(parts[0], [package, package.removesuffix("_driver")], 1, 0.8)) == 1
