"""The files of a project that a child is given: read once, so that what is checked is what runs."""

import sys
from collections.abc import Iterator
from pathlib import Path

from ..errors import SandboxError

MOST_BYTES = 64 << 20
MOST_FILES = 5_000
_ITS_OWN = ("httpx2", "httpcore2", "h11", "anyio", "sniffio", "idna", "certifi")
_LEFT_OUT = frozenset({"__pycache__", "node_modules", "__main__.py"})
"""`__main__.py` is a command line: it reads files and arguments, as a child may not, and only a person runs it."""


def project_files(project: Path, package: str) -> dict[str, bytes]:
    """The package without its command line, other packages beside it, and the tests, by relative path with slashes. Blocks.

    Raises:
        SandboxError: a name would stand in the way of what drivers import, a link leads out, or there is too much (code
            `validation_failed`).
    """
    _refuse_shadows(project)
    files: dict[str, bytes] = {}
    total, home = 0, project.resolve()
    for path in _paths(project, package):
        if not path.resolve().is_relative_to(home):
            raise _refused(f"{path.relative_to(project).as_posix()} is a link that leads out of the driver's folder.")
        content = path.read_bytes()
        total += len(content)
        if total > MOST_BYTES or len(files) == MOST_FILES:
            raise _refused(f"The driver has more than {MOST_FILES} files, or {MOST_BYTES} bytes.")
        files[path.relative_to(project).as_posix()] = content
    return files


def _paths(project: Path, package: str) -> Iterator[Path]:
    folders = [package, "tests", *sorted(path.parent.name for path in project.glob("*/__init__.py"))]
    for name in dict.fromkeys(folders):
        for path in sorted((project / name).rglob("*")):
            parts = path.relative_to(project).parts
            if path.is_file() and not any(part in _LEFT_OUT or part.startswith(".") for part in parts):
                yield path


def _refuse_shadows(project: Path) -> None:
    """Python looks beside the package first: a module there would take the place of the one that is meant."""
    beside = {path.stem if path.suffix == ".py" else path.name: path.name for path in project.glob("*")}
    taken = [beside[name] for name in sorted(beside) if name in sys.stdlib_module_names or name in _ITS_OWN]
    if taken:
        raise _refused(f"{taken[0]} beside the package would be imported in the place of the module of that name.")


def _refused(message: str) -> SandboxError:
    return SandboxError(message, code="validation_failed", next_action="Rename or remove it, and validate again.")
