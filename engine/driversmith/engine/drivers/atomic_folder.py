"""Moving files into a project folder so that a failure, or kill -9, leaves the old driver or the new one, never a mix.

A hidden folder beside the project folder (same file system) holds the new files and, while files are replaced one by
one, copies of the old ones with a plan. `driver.json` goes last: with it the change counts as done. What a killed
process left is put back by the next run.
"""

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ..journal.ownership import is_alive, this_process
from ..journal.port import Owner
from ..models.driver import DriverFile

_PLAN = "plan.json"


class AtomicFolder:
    """A context manager around one change of a project folder. Every method may raise OSError, after which leaving the
    context puts everything back."""

    def __init__(self, project: Path) -> None:
        self._project = project
        self._folder = project.parent / f"{_prefix(project)}{secrets.token_hex(4)}"

    def __enter__(self) -> Self:
        self._folder.mkdir()
        try:
            _write_through(self._folder / "owner.json", json.dumps(vars(this_process())))
        except OSError:
            clear(self._folder, self._project)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        clear(self._folder, self._project)

    def write(self, files: Iterable[DriverFile]) -> None:
        """Write the new files beside the project folder."""
        (self._folder / "new").mkdir()
        for file in files:
            path = self._folder / "new" / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_through(path, file.text)
        for folder, _, _ in os.walk(self._folder):
            _sync_folder(Path(folder))

    def appear(self) -> None:
        """Make the written files the project folder, which is not there or empty."""
        if self._project.exists():
            self._project.rmdir()
        (self._folder / "new").rename(self._project)
        _sync_folder(self._project.parent)

    def move_in(self, files: Sequence[DriverFile], removals: Sequence[str]) -> None:
        """Replace these files in the project folder, in order, and remove others."""
        old = self._folder / "old"
        for path in [*(file.path for file in files), *removals]:
            if (self._project / path).exists():
                (old / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(self._project / path, old / path)
        plan = {"written": {file.path: file.sha256 for file in files}, "removed": list(removals)}
        _write_through(self._folder / _PLAN, json.dumps(plan))
        _sync_folder(self._folder)
        for path in removals:
            (self._project / path).unlink()
        for file in files:
            target = self._project / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            (self._folder / "new" / file.path).replace(target)
        for folder in sorted({(self._project / path).parent for path in [*plan["written"], *removals]}, reverse=True):
            _tidy(folder, self._project)
        _sync_folder(self._project)


def try_out(project: Path) -> None:
    """Make and remove a folder with a file in it where the project folder is to appear.

    Raises:
        OSError: that cannot be done; nothing is left behind.
    """
    place = project.parent
    while not os.path.lexists(place):
        place = place.parent
    folder = place / f"{_prefix(project)}{secrets.token_hex(4)}"
    folder.mkdir()
    try:
        (folder / "owner.json").write_text(json.dumps(vars(this_process())), encoding="utf-8")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(project: Path) -> None:
    """Put back and remove what processes that died while they published to this folder left beside it."""
    if not project.parent.is_dir():
        return
    for folder in project.parent.iterdir():
        if folder.name.startswith(_prefix(project)) and not folder.is_symlink() and not _in_use(folder):
            clear(folder, project)


def clear(folder: Path, project: Path) -> None:
    """Put back what an unfinished change replaced or removed, and forget it."""
    try:
        plan: Any = json.loads((folder / _PLAN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        plan = None
    if plan and not _is_done(plan, project):
        for path, sha256 in plan["written"].items():
            if _hash(project / path) == sha256:
                _put_back(folder / "old" / path, project / path)
            _tidy((project / path).parent, project)
        for path in plan["removed"]:
            if not (project / path).exists():
                _put_back(folder / "old" / path, project / path)
    shutil.rmtree(folder, ignore_errors=True)


def _is_done(plan: dict[str, Any], project: Path) -> bool:
    """Whether the last write of a plan has happened."""
    written = list(plan["written"].items())
    if not written:
        return not any((project / path).exists() for path in plan["removed"])
    path, sha256 = written[-1]
    return _hash(project / path) == sha256


def _put_back(old: Path, target: Path) -> None:
    if old.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        old.replace(target)
    else:
        target.unlink(missing_ok=True)


def _in_use(folder: Path) -> bool:
    """Whether the process that made the folder may still be at work."""
    try:
        owner = Owner(**json.loads((folder / "owner.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return False
    return owner != this_process() and is_alive(owner) is not False


def _prefix(project: Path) -> str:
    return f".{project.name}.publishing-"


def _write_through(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Make renames in a folder durable, where the platform can."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _tidy(folder: Path, project: Path) -> None:
    """Remove a folder of the project that has become empty."""
    while folder != project and folder.is_dir() and not folder.is_symlink() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def _hash(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None
