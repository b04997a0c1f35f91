"""Moving files into a project folder so that a failure, or kill -9, leaves the old driver or the new one, never a mix.

A hidden folder beside the project folder (same file system) holds the new files and, while files are replaced one by
one, copies of the old ones with a plan. `driver.json` goes last: with it the change counts as done. What a killed
process left is put back by the next run. All happens below the folder that both are in, which is held open.
"""

import hashlib
import json
import secrets
import stat
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from types import TracebackType
from typing import Any, Self

from ..disk.open_folder import LinkInTheWayError, OpenFolder
from ..journal.ownership import is_alive, this_process
from ..journal.port import Owner
from ..models.driver import DriverFile

_PLAN = "plan.json"
_OWNER = "owner.json"


class AtomicFolder:
    """A context manager around one change of the project folder `name` in `parent`. Every method may raise OSError, after
    which leaving the context puts everything back."""

    def __init__(self, parent: OpenFolder, name: str) -> None:
        self._parent = parent
        self._name = name
        self._beside = f"{_prefix(name)}{secrets.token_hex(4)}"

    def __enter__(self) -> Self:
        self._parent.make(self._beside)
        try:
            self._parent.write(f"{self._beside}/{_OWNER}", json.dumps(vars(this_process())).encode())
        except OSError:
            clear(self._parent, self._beside, self._name)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        clear(self._parent, self._beside, self._name)

    def write(self, files: Iterable[DriverFile]) -> None:
        """Write the new files beside the project folder."""
        written = [file.path for file in files if self._written(file)]
        folders = {
            "/".join(PurePosixPath(path).parts[:depth]) for path in written for depth in range(path.count("/") + 1)
        }
        for folder in sorted(folders, reverse=True):
            self._parent.sync(f"{self._beside}/new/{folder}")
        self._parent.sync(self._beside)

    def appear(self) -> None:
        """Make the written files the project folder, which is not there or empty."""
        if self._parent.mode(self._name) is not None:
            self._parent.remove_empty(self._name)
        self._parent.move(f"{self._beside}/new", self._name)
        self._parent.sync()

    def move_in(self, files: Sequence[DriverFile], removals: Sequence[str]) -> None:
        """Replace these files in the project folder, in order, and remove others."""
        for path in [*(file.path for file in files), *removals]:
            there = f"{self._name}/{path}"
            content = self._parent.read(there)
            if content is not None:
                self._parent.write(f"{self._beside}/old/{path}", content, mode=self._parent.mode(there))
        plan = {"written": {file.path: file.sha256 for file in files}, "removed": list(removals)}
        self._parent.write(f"{self._beside}/{_PLAN}", json.dumps(plan).encode())
        self._parent.sync(self._beside)
        for path in removals:
            self._parent.remove(f"{self._name}/{path}")
        for file in files:
            self._parent.move(f"{self._beside}/new/{file.path}", f"{self._name}/{file.path}")
        for folder in sorted({_folder_of(path) for path in [*plan["written"], *removals]}, reverse=True):
            _tidy(self._parent, self._name, folder)
        self._parent.sync(self._name)

    def _written(self, file: DriverFile) -> bool:
        self._parent.write(f"{self._beside}/new/{file.path}", file.text.encode())
        return True


def try_out(parent: OpenFolder, name: str) -> None:
    """Make and remove a folder with a file in it beside where the project folder `name` is to appear.

    Raises:
        OSError: that cannot be done; nothing is left behind.
    """
    folder = f"{_prefix(name)}{secrets.token_hex(4)}"
    parent.make(folder)
    try:
        parent.write(f"{folder}/{_OWNER}", json.dumps(vars(this_process())).encode())
    finally:
        parent.remove_all(folder)


def sweep(parent: OpenFolder, name: str) -> None:
    """Put back and remove what processes that died while they published to this folder left beside it."""
    for folder in parent.names():
        mode = parent.mode(folder) if folder.startswith(_prefix(name)) else None
        if mode is not None and stat.S_ISDIR(mode) and not _in_use(parent, folder):
            clear(parent, folder, name)


def clear(parent: OpenFolder, folder: str, name: str) -> None:
    """Put back what an unfinished change replaced or removed, and forget it."""
    try:
        plan: Any = json.loads(parent.read(f"{folder}/{_PLAN}") or b"null")
    except (OSError, ValueError):
        plan = None
    if plan and not _is_done(plan, parent, name):
        for path, sha256 in plan["written"].items():
            if hash_of(parent, f"{name}/{path}") == sha256:
                _put_back(parent, f"{folder}/old/{path}", f"{name}/{path}")
            _tidy(parent, name, _folder_of(path))
        for path in plan["removed"]:
            if parent.mode(f"{name}/{path}") is None:
                _put_back(parent, f"{folder}/old/{path}", f"{name}/{path}")
    parent.remove_all(folder)


def hash_of(folder: OpenFolder, path: str) -> str | None:
    """sha256 of a regular file, None for anything else."""
    try:
        content = folder.read(path)
    except (FileNotFoundError, NotADirectoryError, LinkInTheWayError):
        return None
    return None if content is None else hashlib.sha256(content).hexdigest()


def _is_done(plan: dict[str, Any], parent: OpenFolder, name: str) -> bool:
    """Whether the last write of a plan has happened."""
    written = list(plan["written"].items())
    if not written:
        return all(parent.mode(f"{name}/{path}") is None for path in plan["removed"])
    path, sha256 = written[-1]
    return hash_of(parent, f"{name}/{path}") == sha256


def _put_back(parent: OpenFolder, old: str, target: str) -> None:
    if parent.mode(old) is not None:
        parent.move(old, target)
    elif parent.mode(target) is not None:
        parent.remove(target)


def _in_use(parent: OpenFolder, folder: str) -> bool:
    """Whether the process that made the folder may still be at work."""
    try:
        owner = Owner(**json.loads(parent.read(f"{folder}/{_OWNER}") or b"null"))
    except (OSError, ValueError, TypeError):
        return False
    return owner != this_process() and is_alive(owner) is not False


def _prefix(name: str) -> str:
    return f".{name}.publishing-"


def _folder_of(path: str) -> str:
    return path.rpartition("/")[0]


def _tidy(parent: OpenFolder, name: str, folder: str) -> None:
    """Remove a folder of the project, and those that it is in, where it has become empty."""
    while folder and (mode := parent.mode(f"{name}/{folder}")) and stat.S_ISDIR(mode):
        if parent.names(f"{name}/{folder}"):
            return
        parent.remove_empty(f"{name}/{folder}")
        folder = _folder_of(folder)
