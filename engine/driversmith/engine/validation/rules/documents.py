"""Files other than Python: they parse, and README shows code that can run."""

import ast
import builtins
import collections
import difflib
import json
import re
import textwrap
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from ...contract.python_source import parse_module
from ...contract.surface import DEPENDENCIES, PYTHON_VERSION
from ..fault import Fault
from ..parsed.project import Project

_FENCE = re.compile(r"^(?P<indent>[ \t]*)(?P<mark>`{3,}|~{3,})[ \t]*(?P<language>[\w+#.-]*)[^\n]*$")
_OTHER_LANGUAGES = frozenset(
    {"javascript", "js", "typescript", "ts", "ruby", "java", "php", "go", "golang", "csharp", "c#", "rust", "kotlin"}
)
_FOREIGN_CODE = re.compile(
    r"^[ \t]*(?:const|let|var) \w|^[ \t]*const \{|\brequire\(['\"]|=> ?[{(\w]|console\.log"
    r"|^[ \t]*import .+ from ['\"]|<\?php|\bfunc \w+\(|;[ \t]*$",
    re.MULTILINE,
)
_UNFINISHED = re.compile(
    r"\bTODO\b|\bFIXME\b|\bcoming soon\b|\blorem ipsum\b|\bto be (?:written|documented)\b", re.IGNORECASE
)
_INSTALL = re.compile(
    r"(?:^[ \t]*\$?[ \t]*|`)(npm (?:install|i)|yarn add|gem install|composer require|go get|cargo add) ", re.MULTILINE
)
_BACKENDS = {
    "hatchling": "hatchling.build",
    "setuptools": "setuptools.build_meta",
    "flit-core": "flit_core.buildapi",
    "poetry-core": "poetry.core.masonry.api",
    "pdm-backend": "pdm.backend",
    "uv-build": "uv_build",
}
"""Build backends by the distribution that has them."""
_MOST_SETTINGS = 1 << 20
_DEEPEST_YAML = 200
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")


@dataclass(frozen=True)
class Snippet:
    """One fenced block of a Markdown file; `line` is that of its first line of code (1-based)."""

    language: str
    text: str
    line: int


def broken_json(project: Project) -> Iterable[Fault]:
    """JSON files parse."""
    for path, text in _with_suffix(project, ".json"):
        try:
            json.loads(text)
        except json.JSONDecodeError as error:
            yield Fault(f"Invalid JSON: {error.msg}.", line=error.lineno, column=error.colno, file=path)
        except (ValueError, RecursionError) as error:
            yield Fault(f"Invalid JSON: {type(error).__name__}, {error}.", file=path)


def broken_profile(project: Project) -> Iterable[Fault]:
    """profile.json holds a profile, so that the driver can be compared with it."""
    text = project.texts.get("profile.json")
    if text and project.profile is None:
        yield Fault(
            "profile.json is no profile of driversmith: the driver was not compared with the API's facts.",
            hint="Leave the file as driversmith wrote it.",
            file="profile.json",
        )


def broken_toml(project: Project) -> Iterable[Fault]:
    """TOML files parse."""
    for path, text in _with_suffix(project, ".toml"):
        if len(text) > _MOST_SETTINGS:
            yield _too_long(path, "TOML")
            continue
        try:
            tomllib.loads(text)
        except (ValueError, RecursionError) as error:
            place = re.search(r"at line (\d+), column (\d+)", str(error))
            line, column = (int(place[1]), int(place[2])) if place else (1, 1)
            yield Fault(f"Invalid TOML: {error}.", line=line, column=column, file=path)


def broken_yaml(project: Project) -> Iterable[Fault]:
    """YAML files parse."""
    for path, text in _with_suffix(project, ".yaml", ".yml"):
        if len(text) > _MOST_SETTINGS:
            yield _too_long(path, "YAML")
            continue
        if _depth(text) > _DEEPEST_YAML:  # the parser's time grows with the square of it
            yield Fault("Invalid YAML: nested too deeply.", hint="Write flat data.", file=path)
            continue
        import yaml

        try:
            # Events only: aliases are never expanded.
            collections.deque(yaml.parse(text, Loader=yaml.SafeLoader), maxlen=0)  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]
        except yaml.YAMLError as error:
            mark: Any = getattr(error, "problem_mark", None)
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            problem = getattr(error, "problem", None) or str(error)
            yield Fault(f"Invalid YAML: {problem}.", line=line, column=column, file=path)
        except RecursionError:
            yield Fault("Invalid YAML: nested too deeply.", file=path)


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


def snippet_syntax(project: Project) -> Iterable[Fault]:
    """Python snippets of Markdown files parse."""
    for path, text in _with_suffix(project, ".md"):
        for snippet in snippets(text):
            if snippet.language in {"python", "py", "python3"}:
                try:
                    parse_module(snippet_code(snippet))
                except SyntaxError as error:
                    yield Fault(
                        f"This Python snippet does not parse: {error.msg}.",
                        line=snippet.line + (error.lineno or 1) - 1,
                        file=path,
                    )
                except (ValueError, RecursionError, MemoryError):
                    yield Fault("This Python snippet cannot be parsed.", line=snippet.line, file=path)


def other_language(project: Project) -> Iterable[Fault]:
    """README is about this Python driver."""
    text = project.texts.get("README.md")
    if text is None:
        return
    blocks = list(snippets(text))
    foreign = [s for s in blocks if s.language.lower() in _OTHER_LANGUAGES]
    own = project.driver.node.name if project.driver else "\0"
    shown = next((s for s in foreign if own in s.text), None)
    python = any(s.language in {"python", "py", "python3", "pycon"} for s in blocks)
    if python and shown:
        yield Fault(
            f"README.md shows {own} in {shown.language}; this is a Python driver.",
            hint="Show how this Python driver is used.",
            line=shown.line,
            file="README.md",
        )
    if foreign and not python:
        yield Fault(
            f"README.md shows {foreign[0].language}, and no Python at all.",
            hint="Show how this Python driver is used.",
            line=foreign[0].line,
            file="README.md",
        )
    elif not python and (lines := [s for s in blocks if not s.language and _FOREIGN_CODE.search(s.text)]):
        yield Fault(
            "README.md shows code of another language, and no Python at all.",
            hint="Show how this Python driver is used.",
            line=lines[0].line,
            file="README.md",
        )
    elif install := next((m for m in _INSTALL.finditer(text) if not project.api_text.owns(text, *m.span(1))), None):
        yield Fault(
            f"README.md installs with `{install[1]}`; this is a Python driver.",
            hint="pip install .",
            line=text.count("\n", 0, install.start(1)) + 1,
            file="README.md",
        )


def fenced_document(project: Project) -> Iterable[Fault]:
    """A Markdown file is not itself wrapped in a fence."""
    for path, text in _with_suffix(project, ".md"):
        lines = text.strip().splitlines()
        if len(lines) > 2 and re.fullmatch(r"`{3,}(?:markdown|md)\s*", lines[0]) and lines[-1].startswith("```"):
            yield Fault(
                "The whole file stands in a Markdown fence.", hint="Remove its first and its last line.", file=path
            )


def unfinished_readme(project: Project) -> Iterable[Fault]:
    """README.md says what there is, not what is still to be said."""
    text = project.texts.get("README.md", "")
    found = next((m for m in _UNFINISHED.finditer(text) if not project.api_text.owns(text, *m.span())), None)
    if found:
        yield Fault(
            f"README.md is unfinished: it says `{found[0]}`.",
            hint="Show how to install the driver, to make one and to read records.",
            line=text.count("\n", 0, found.start()) + 1,
            file="README.md",
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


def unknown_errors(project: Project) -> Iterable[Fault]:
    """Exceptions that README.md names exist."""
    text, classes = (
        project.texts.get("README.md", ""),
        {n.name for f in project.files("package") for n in f.nodes(ast.ClassDef)},
    )
    if project.driver is None:
        return
    for found in re.finditer(r"`([A-Z]\w*(?:Error|Exception))`", text):
        if found[1] in classes or hasattr(builtins, found[1]) or project.api_text.quotes(text, *found.span(1)):
            continue
        close = difflib.get_close_matches(found[1], [c for c in classes if c.endswith(("Error", "Exception"))], 1)
        yield Fault(
            f"README.md names {found[1]}, which the driver does not have.",
            hint=f"Did you mean {close[0]}?" if close else "Name exceptions of exceptions.py.",
            line=text.count("\n", 0, found.start()) + 1,
            file="README.md",
        )


def snippets(markdown: str) -> Iterator[Snippet]:
    """Fenced blocks of a Markdown text."""
    opened: re.Match[str] | None = None
    collected: list[str] = []
    start = 0
    for number, line in enumerate(markdown.splitlines(), 1):
        match = _FENCE.match(line)
        if opened is None:
            if match:
                opened, collected, start = match, [], number + 1
        elif match and match["mark"].startswith(opened["mark"]) and not match["language"]:
            yield Snippet(opened["language"].lower(), "\n".join(collected), start)
            opened = None
        else:
            collected.append(line)
    if opened is not None:
        yield Snippet(opened["language"].lower(), "\n".join(collected), start)


def snippet_code(snippet: Snippet) -> str:
    """The Python code of a snippet, line for line; of an interactive session only what was typed."""
    text = textwrap.dedent(snippet.text)
    if ">>>" not in text:
        return text
    lines: list[str] = []
    for line in text.splitlines():
        lines.append(line[4:] if line.startswith((">>> ", "... ")) else "")
    return "\n".join(lines)


def _too_long(path: str, kind: str) -> Fault:
    return Fault(
        f"The {kind} file is longer than {_MOST_SETTINGS >> 20} MB and was not parsed.",
        hint="Keep large tables in a JSON file.",
        file=path,
    )


def _depth(text: str) -> int:
    """How deeply brackets stand in each other, those in texts and comments counted too."""
    depth = deepest = 0
    for bracket in re.findall(r"[\[\]{}]", text):
        depth = depth + 1 if bracket in "[{" else max(depth - 1, 0)
        deepest = max(deepest, depth)
    return deepest


def _with_suffix(project: Project, *suffixes: str) -> Iterator[tuple[str, str]]:
    for path, text in project.texts.items():
        if path.endswith(suffixes):
            yield path, text


def _line_of(text: str, word: str) -> int:
    index = text.lower().find(word)
    return text.count("\n", 0, index) + 1 if index >= 0 else 1
