"""pyproject.toml: what the driver depends on, runs on and is built by."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from typing import Any, cast

from ....contract.surface import DEPENDENCIES, PYTHON_VERSION
from ...fault import Fault
from ...parsed.project import Project

_BACKENDS = {
    "hatchling": "hatchling.build",
    "setuptools": "setuptools.build_meta",
    "flit-core": "flit_core.buildapi",
    "poetry-core": "poetry.core.masonry.api",
    "pdm-backend": "pdm.backend",
    "uv-build": "uv_build",
}
"""Build backends by the distribution that has them."""
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")


def project_dependencies(project: Project) -> Iterable[Fault]:
    """pyproject.toml names the package and depends on httpx2 alone."""
    text = project.texts.get("pyproject.toml")
    if text is None:
        return
    try:
        table: Any = tomllib.loads(text).get("project")
    except (ValueError, RecursionError):
        return
    if not isinstance(table, dict):
        yield Fault(
            "pyproject.toml has no [project] table.", hint="Add name, version, dependencies.", file="pyproject.toml"
        )
        return
    names: list[str] = []
    for entry in cast("dict[str, list[object]]", table).get("dependencies", []):
        if isinstance(entry, str) and (match := _REQUIREMENT.match(entry)):
            names.append(match[1].lower().replace("_", "-"))
    for name in names:
        if name not in DEPENDENCIES:
            yield Fault(
                f"The driver depends on {name}; only {', '.join(DEPENDENCIES)} is allowed.",
                hint="Remove it from dependencies and from the code.",
                line=_line_of(text, name),
                file="pyproject.toml",
            )
    for name in DEPENDENCIES:
        if name not in names:
            yield Fault(
                f"The dependencies lack {name}; they are: {', '.join(names) or 'empty'}.",
                hint=f'dependencies = ["{name}"]',
                line=_line_of(text, "dependencies"),
                file="pyproject.toml",
            )


def project_metadata(project: Project) -> Iterable[Fault]:
    """pyproject.toml can be installed on the Python that drivers are for."""
    text = project.texts.get("pyproject.toml", "")
    try:
        table: Any = tomllib.loads(text).get("project")
    except (ValueError, RecursionError):
        return
    if not isinstance(table, dict):
        return
    values = cast("dict[str, object]", table)
    if not isinstance(values.get("name"), str):
        yield Fault("[project] has no name.", hint="Add name.", line=_line_of(text, "[project]"), file="pyproject.toml")
    if not isinstance(values.get("version"), str) and "version" not in str(values.get("dynamic", "")):
        line = _line_of(text, "[project]")
        yield Fault("[project] has no version.", hint="Add version.", line=line, file="pyproject.toml")
    yield from _too_old(values.get("requires-python"), text)
    wanted = ".".join(map(str, PYTHON_VERSION))
    asked = values.get("requires-python")
    for operator, minor in re.findall(r"(>=|<=|==|<|>|~=)\s*3\.(\d+)", asked if isinstance(asked, str) else ""):
        refused = {
            ">=": int(minor) > PYTHON_VERSION[1],
            ">": int(minor) >= PYTHON_VERSION[1],
            "<": int(minor) <= PYTHON_VERSION[1],
            "<=": int(minor) < PYTHON_VERSION[1],
            "==": int(minor) != PYTHON_VERSION[1],
            "~=": int(minor) > PYTHON_VERSION[1],
        }[operator]
        if refused:
            yield Fault(
                f"requires-python is {asked}: Python {wanted}, which drivers run on, is refused.",
                hint=f'requires-python = ">={wanted}"',
                line=_line_of(text, "requires-python"),
                file="pyproject.toml",
            )
            return


def _too_old(asked: object, text: str) -> Iterator[Fault]:
    lowest = re.search(r"(?:>=|~=)\s*3\.(\d+)", asked) if isinstance(asked, str) else None
    if lowest and int(lowest[1]) < PYTHON_VERSION[1]:
        wanted = ".".join(map(str, PYTHON_VERSION))
        yield Fault(
            f"requires-python is {asked}: drivers are written for Python {wanted} and later.",
            hint=f'requires-python = ">={wanted}"',
            line=_line_of(text, "requires-python"),
            file="pyproject.toml",
        )


def project_build(project: Project) -> Iterable[Fault]:
    """pyproject.toml names a build backend that exists and finds the package."""
    text = project.texts.get("pyproject.toml", "")
    try:
        document: dict[str, Any] = tomllib.loads(text)
    except (ValueError, RecursionError):
        return
    system: Any = document.get("build-system")
    if not isinstance(system, dict):
        return
    table = cast("dict[str, Any]", system)
    asked = [str(r) for r in cast("list[object]", table.get("requires") or [])]
    names = [match[1].lower().replace("_", "-") for r in asked if (match := _REQUIREMENT.match(r))]
    backend = table.get("build-backend")
    expected = [_BACKENDS[name] for name in names if name in _BACKENDS]
    if isinstance(backend, str) and expected and not any(backend.startswith(e) for e in expected):
        yield Fault(
            f"The build backend {backend} is none of what is required: {', '.join(names)}.",
            hint=f'build-backend = "{expected[0]}"',
            line=_line_of(text, "build-backend"),
            file="pyproject.toml",
        )
    yield from _unknown_packages(document, text, project)
    tool: Any = document.get("tool")
    about: Any = document.get("project")
    name = str(cast("dict[str, Any]", about).get("name", "")) if isinstance(about, dict) else ""
    plain = re.sub(r"[-_.]+", "_", name).lower()
    if backend == "hatchling.build" and name and project.package and plain != project.package and not tool:
        yield Fault(
            f"The project is called {name}: hatchling looks for a package {plain}, and there is {project.package}.",
            hint=f'name = "{project.package.replace("_", "-")}"',
            line=_line_of(text, "name"),
            file="pyproject.toml",
        )


def _unknown_packages(document: dict[str, Any], text: str, project: Project) -> Iterator[Fault]:
    """Folders that hatchling or setuptools is told to pack, and that are not there."""
    table: Any = document
    for paths in (("tool", "hatch", "build", "targets", "wheel", "packages"), ("tool", "setuptools", "packages")):
        table = document
        for key in paths:
            table = cast("dict[str, Any]", table).get(key) if isinstance(table, dict) else None
        for folder in cast("list[object]", table) if isinstance(table, list) else ():
            path = str(folder).replace(".", "/") if paths[1] == "setuptools" else str(folder)
            if project.package and not any(p.startswith(f"{path.strip('/')}/") for p in project.texts):
                yield Fault(
                    f"The package {folder} is to be packed, and there is only {project.package}.",
                    hint=f'packages = ["{project.package}"]',
                    line=_line_of(text, f'"{folder}"'.lower()),
                    file="pyproject.toml",
                )


def _line_of(text: str, word: str) -> int:
    index = text.lower().find(word)
    return text.count("\n", 0, index) + 1 if index >= 0 else 1
