"""What several rules ask of a driver's code."""

import ast
import re
from collections.abc import Iterator

from .members import Function
from .project import ClassPlace, Project
from .python_file import PythonFile

LOG_CALLS = frozenset(
    {"debug", "info", "warning", "error", "exception", "critical", "log", "print", "warn", "fatal", "trace"}
)
"""Calls that only tell something."""
_DATA_FILE = re.compile(r"[\w/]\.json['\"]|importlib\.resources|pkgutil")


def driver_functions(project: Project, place: ClassPlace, *names: str) -> Iterator[tuple[PythonFile, Function]]:
    """Methods of these names of a class and its bases in the package, with their files."""
    for ancestor in project.ancestry(place)[0]:
        for statement in ancestor.node.body:
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) and statement.name in names:
                yield ancestor.file, statement


def reads_data_files(project: Project) -> bool:
    """Whether a part of what the driver knows stands in files other than Python."""
    return any(_DATA_FILE.search(file.text) for file in project.files("package"))


def words(project: Project) -> set[str]:
    """What code can name on the wire, in lower case: strings, keywords, attributes."""
    found: set[str] = set()
    for file in project.files("package"):
        found |= {n.value.lower() for n in file.nodes(ast.Constant) if isinstance(n.value, str)}
        found |= {n.arg.lower() for n in file.nodes(ast.keyword) if n.arg}
        found |= {n.attr.lower() for n in file.nodes(ast.Attribute)}
    return found


def environment_key(node: ast.expr) -> str:
    """The variable that `os.environ[...]`, `os.environ.get(...)` or `os.getenv(...)` reads by a literal name, else ""."""
    match node:
        case (
            ast.Call(
                func=ast.Attribute(value=ast.Attribute(attr="environ") | ast.Name(id="environ"), attr="get"),
                args=[key, *_],
            )
            | ast.Call(func=ast.Attribute(attr="getenv") | ast.Name(id="getenv"), args=[key, *_])
            | ast.Subscript(value=ast.Attribute(attr="environ") | ast.Name(id="environ"), slice=key)
        ):
            return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
        case _:
            return ""
