"""Where a name comes from: the standard library's, by a table, or the modules of the driver."""

import ast
import tomllib
from functools import cache
from importlib.resources import files

from ...validation.parsed.project import Project
from ...validation.parsed.python_file import PythonFile


def source_of(name: str, file: PythonFile, project: Project) -> tuple[str | None, str] | None:
    """The one (module, name) that a name can be imported by in a file: module None for `import name`.

    None where there is no source, or more than one.
    """
    found: list[tuple[str | None, str]] = []
    if module := _names().get(name):
        found.append((module, name))
    if name in _modules():
        found.append((None, name))
    found += [(module, name) for module in package_sources(name, file, project)]
    return found[0] if len(found) == 1 else None


def package_sources(name: str, file: PythonFile, project: Project) -> list[str]:
    """The modules of the driver that define a name, as this file would spell them."""
    if project.package is None or not project.whole:
        return []
    homes = [f for f in project.files("package") if f is not file and _defines(f, name, project)]
    init = project.module("")
    found: list[str] = []
    for home in homes:
        dotted = project.dotted_name(home)
        if dotted is None:
            continue
        if project.dotted_name(file) is not None:
            found.append(
                f".{dotted}"
                if "/" not in file.path.removeprefix(f"{project.package}/")
                else f"{project.package}.{dotted}"
            )
        elif init is not None and name in project.bindings(init).names:
            found.append(project.package)
        else:
            found.append(f"{project.package}.{dotted}".rstrip("."))
    return found


def _defines(file: PythonFile, name: str, project: Project) -> bool:
    return isinstance(project.bindings(file).names.get(name), ast.ClassDef | ast.FunctionDef | ast.Name)


@cache
def _table() -> tuple[dict[str, str], frozenset[str]]:
    text = files("driversmith.engine.guards.fixers").joinpath("data/imports.toml").read_text("utf-8")
    table = tomllib.loads(text)
    return {n: module for module, names in table["names"].items() for n in names}, frozenset(table["modules"])


def _names() -> dict[str, str]:
    return _table()[0]


def _modules() -> frozenset[str]:
    return _table()[1]
