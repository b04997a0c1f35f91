"""Puts a verified driver where the person wants it: whole or not at all, and never over a file that they edited."""

import errno
import hashlib
import os
import stat
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..disk.names import is_portable
from ..disk.open_folder import LinkInTheWayError, OpenFolder, open_folder
from ..errors import InvalidArgumentError, OutputError
from ..generation.manifest import MANIFEST, Manifest, parse_manifest, read_manifest
from ..models.base import Value
from ..models.driver import DriverFile
from ..models.session import PublishedFile
from .atomic_folder import AtomicFolder, hash_of, sweep, try_out
from .base import BASE, Base, read_base
from .merge import Merged, merge


class Publication(Value):
    """What lies on disk now."""

    files: tuple[PublishedFile, ...]
    kept_files: tuple[str, ...] = ()
    merged_files: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def publish(
    files: Sequence[DriverFile], project: Path, *, unlisted: Sequence[DriverFile] = (), keeps_base: bool = False
) -> Publication:
    """Write all files of a driver, `driver.json` among them, to its project folder. Blocks; call it in a thread. What is
    `unlisted` is written with them, whatever lies there, and is no part of what was published: a receipt that is dated.

    A folder that is not there yet appears by one rename. In one that holds a driver of ours, files are replaced one by
    one, `driver.json` last, and all put back if one fails; a file that was edited since it was published (its hash is
    not the one in `driver.json`) stays, and the new text lies beside it as `<name>.new`; where what we wrote is known, the edits
    and the new text are merged, and only in conflict it stays, with both sides in `<name>.conflict`. `keeps_base`: what is
    written now is kept for that (drivers.base).

    Raises:
        OutputError: the folder is a link, a file, or holds something that is not a driver of ours; there is no space,
            no permission; a path is unsafe or too long. Nothing was changed.
    """
    for file in (*files, *unlisted):
        check_path(file.path)
    made: list[Path] = []
    try:
        made = [folder for folder in project.parents if _mode(folder) is None]
        with open_folder(project.parent, make=True) as parent:
            sweep(parent, project.name)
            place = _Place(parent, project)
            if not place.is_free():
                return _Replacing(place, _published_hashes(place), keeps_base).replace(files, unlisted)
            if keeps_base:
                unlisted = [*unlisted, Base(_texts(files)).stored()]
            with AtomicFolder(parent, project.name) as placing:
                placing.write([*files, *unlisted])
                placing.appear()
            return Publication(files=tuple(_published(f, f.path) for f in files))
    except OSError as error:
        raise _explain(error, project) from error
    finally:
        for folder in made:
            _remove_if_empty(folder)


def files_intact(project: Path, files: Iterable[PublishedFile]) -> bool:
    """Whether every published file still lies in the project folder as it was written. Blocks."""
    return all(_hash(project / file.path) == file.sha256 for file in files)


def listed_hashes(manifest: Manifest) -> dict[str, str]:
    """Path -> sha256 of the files that a `driver.json` lists, without those that would lie outside the project folder."""
    return {path: file.sha256 for path, file in manifest.files.items() if is_portable(path)}


def check_writable(project: Path) -> None:
    """Find out, before any work is done, whether a project folder could be made. Blocks for a moment.

    Raises:
        OutputError: what `publish` would raise in the end; nothing is left behind.
    """
    place = project.parent
    try:
        while not os.path.lexists(place):
            place = place.parent
        with open_folder(place) as parent:
            try_out(parent, project.name)
    except OSError as error:
        raise _explain(error, project) from error


def check_path(path: str) -> None:
    """Refuse what could leave the project folder or cannot be a file name everywhere.

    Raises:
        OutputError: the path is not a plain relative POSIX path.
    """
    if not is_portable(path):
        raise OutputError(
            f"{path!r} is not a path inside the project folder.", next_action="Report this: it is a fault."
        )


@dataclass(frozen=True)
class _Place:
    """Where a driver is to lie: below a folder that is held open."""

    parent: OpenFolder
    project: Path

    def mode(self, path: str) -> int | None:
        return self.parent.mode(f"{self.project.name}/{path}")

    def hash(self, path: str) -> str | None:
        return hash_of(self.parent, f"{self.project.name}/{path}")

    def read(self, path: str) -> bytes | None:
        """The content of a regular file, None where there is none."""
        try:
            return self.parent.read(f"{self.project.name}/{path}")
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError, LinkInTheWayError):
            return None

    def text(self, path: str) -> str | None:
        """The text of a file, None where it is none."""
        try:
            return (self.read(path) or b"").decode()
        except UnicodeDecodeError:
            return None

    def is_free(self) -> bool:
        """Whether nothing, or an empty folder, lies there.

        Raises:
            OutputError: a link or a file lies there.
        """
        mode = self.parent.mode(self.project.name)
        if mode is None:
            return True
        if stat.S_ISLNK(mode):
            raise OutputError(
                f"{self.project} is a symbolic link.",
                next_action="Give the output_dir that it points into, or remove the link.",
            )
        if not stat.S_ISDIR(mode):
            raise OutputError(f"{self.project} is a file.", next_action="Move it away, or give another output_dir.")
        return not self.parent.names(self.project.name)


def _published_hashes(place: _Place) -> dict[str, str]:
    """Path -> sha256 of what was published to a folder.

    Raises:
        OutputError: the folder does not hold a driver of ours.
    """
    project = place.project
    try:
        content = place.parent.read(f"{project.name}/{MANIFEST}")
        return listed_hashes(parse_manifest(content, project) if content else read_manifest(project))
    except InvalidArgumentError as error:
        raise OutputError(
            f"{project} is not empty, and nothing in it is overwritten. {error.message}",
            next_action="Move it away, or give another output_dir.",
        ) from error


class _Replacing:
    """The replacement of a driver of ours: `before` are the hashes of what was published."""

    def __init__(self, place: _Place, before: Mapping[str, str], keeps_base: bool) -> None:
        self._place = place
        self._before = before
        self._keeps_base = keeps_base
        self._base = read_base(place.read(BASE))
        self._bases: dict[str, str] = {}
        self._conflicts: dict[str, str] = {}
        self._writes: list[DriverFile] = []
        self._removals: list[str] = []
        self._published: list[PublishedFile] = []
        self._kept: list[str] = []
        self._merged: list[str] = []
        self._notes: list[str] = []

    def replace(self, files: Sequence[DriverFile], unlisted: Sequence[DriverFile]) -> Publication:
        """Write them, each where it may be."""
        place, before = self._place, self._before
        for file in sorted(files, key=lambda f: f.path == MANIFEST):
            _check_way(place, file.path)
            self._bases[file.path] = file.text
            if file.path == MANIFEST or _is_ours(place, file.path, {before.get(file.path), file.sha256}):
                self._writes.append(file)
                self._published.append(_published(file, file.path))
                self._tidy_beside(file.path)
            elif not self._is_merged(file):
                self._write_beside(file)
        for path in sorted(set(before) - {file.path for file in files} - {MANIFEST}):
            current = place.hash(path)
            if current == before[path]:
                self._removals.append(path)
            elif current is not None:
                self._notes.append(f"{path} is no part of the driver any more, but it was edited, so it stays.")
        self._bases.pop(MANIFEST, None)
        base = [Base(self._bases, self._conflicts).stored()] if self._keeps_base else []
        for file in (*unlisted, *base):
            _check_way(place, file.path)
            self._writes.insert(0, file)
        with AtomicFolder(place.parent, place.project.name) as placing:
            placing.write(self._writes)
            placing.move_in([file for file in self._writes if place.hash(file.path) != file.sha256], self._removals)
        return Publication(
            files=tuple(self._published),
            kept_files=tuple(self._kept),
            merged_files=tuple(self._merged),
            notes=tuple(self._notes),
        )

    def _is_merged(self, file: DriverFile) -> bool:
        """Whether a person's edits and the new text became one; else both sides are laid beside, where that can be."""
        base, theirs = self._base.files.get(file.path), self._place.text(file.path)
        found = merge(file.path, base=base, theirs=theirs, new=file.text) if base and theirs is not None else None
        if found is None:
            return False
        if found.why:
            self._lay_conflict(file.path, found)
            return False
        merged = file.model_copy(update={"text": found.text, "author": "merged"})
        self._writes.insert(0, merged)
        self._published.append(_published(merged, file.path))
        self._merged.append(file.path)
        self._tidy_beside(file.path)
        told = "nothing new came for it" if found.text == theirs else "your edits are merged into the new text"
        self._notes.append(f"{file.path} was edited since it was made: {told}.")
        return True

    def _lay_conflict(self, path: str, found: Merged) -> None:
        beside = f"{path}.conflict"
        text = DriverFile(path=beside, text=found.text)
        if not _is_ours(self._place, beside, {self._base.conflicts.get(path), text.sha256}):
            self._notes.append(f"{beside} was edited, so it stays.")
            return
        self._writes.insert(0, text)
        self._conflicts[path] = text.sha256
        self._notes.append(f"{path}: {found.why}, which is for you to settle: {beside} shows both sides.")

    def _write_beside(self, file: DriverFile) -> None:
        """The file as a person has it stays, and with it what it descends from."""
        beside = _beside(self._place, file, self._before)
        self._writes.insert(0, file.model_copy(update={"path": beside}))
        self._published.append(_published(file, beside))
        self._kept.append(file.path)
        self._notes.append(f"{file.path} was edited since it was made, so it stays; the new text is in {beside}.")
        self._bases.pop(file.path)
        if file.path in self._base.files:
            self._bases[file.path] = self._base.files[file.path]

    def _tidy_beside(self, path: str) -> None:
        """Remove what was laid beside a file before, if nobody touched it."""
        if path in self._before and self._place.hash(f"{path}.new") == self._before[path]:
            self._removals.append(f"{path}.new")
        if path in self._base.conflicts and self._place.hash(f"{path}.conflict") == self._base.conflicts[path]:
            self._removals.append(f"{path}.conflict")


def _texts(files: Sequence[DriverFile]) -> dict[str, str]:
    return {file.path: file.text for file in files if file.path != MANIFEST}


def _is_ours(place: _Place, path: str, hashes: set[str | None]) -> bool:
    """Whether a file may be written: it is not there, or it holds what we wrote."""
    mode = place.mode(path)
    return mode is None or (stat.S_ISREG(mode) and place.hash(path) in hashes)


def _beside(place: _Place, file: DriverFile, before: Mapping[str, str]) -> str:
    """`<name>.new`, or the next name after one that was itself edited."""
    number = 1
    while True:
        path = f"{file.path}.new" if number == 1 else f"{file.path}.new.{number}"
        if _is_ours(place, path, {before.get(file.path), file.sha256}):
            return path
        number += 1


def _check_way(place: _Place, path: str) -> None:
    """Refuse to write through a link, or where a file stands for a folder or a folder for a file."""
    parts = PurePosixPath(path).parts
    for depth in range(1, len(parts)):
        here = "/".join(parts[:depth])
        mode = place.mode(here)
        if mode is not None and not stat.S_ISDIR(mode):
            what = "a symbolic link" if stat.S_ISLNK(mode) else "a file"
            raise OutputError(
                f"{place.project / here} is {what} where a folder has to be.",
                next_action="Move it away and try again.",
            )
    mode = place.mode(path)
    if mode is not None and stat.S_ISDIR(mode):
        raise OutputError(
            f"{place.project / path} is a folder where a file has to be.", next_action="Move it away and try again."
        )


def _published(file: DriverFile, path: str) -> PublishedFile:
    return PublishedFile(path=path, sha256=file.sha256, author=file.author)


def _remove_if_empty(folder: Path) -> None:
    with suppress(OSError), open_folder(folder.parent) as parent:
        parent.remove_empty(folder.name)


def _mode(path: Path) -> int | None:
    try:
        return path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None


def _hash(path: Path) -> str | None:
    """sha256 of a regular file, None for anything else."""
    mode = _mode(path)
    if mode is None or not stat.S_ISREG(mode):
        return None
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _explain(error: OSError, project: Path) -> OutputError:
    if isinstance(error, LinkInTheWayError):
        return OutputError(
            f"The driver was not written to {project}: {error.filename} is a symbolic link where a folder was.",
            next_action="Give the output_dir that the link points into, if that is meant, or remove the link.",
        )
    reason = error.strerror or str(error)
    advice = {
        errno.ENOSPC: "Free some space on that disk, or give an output_dir on another.",
        errno.EDQUOT: "Free some of your quota on that disk, or give an output_dir on another.",
        errno.EROFS: "Give an output_dir on a disk that can be written.",
        errno.EACCES: "Give an output_dir that you may write to, or change its permissions.",
        errno.EPERM: "Give an output_dir that you may write to, or change its permissions.",
        errno.ENAMETOOLONG: "Give a shorter output_dir or api_name.",
        errno.ENOTDIR: "A file stands where a folder has to be: move it away, or give another output_dir.",
        errno.EEXIST: "Something appeared there meanwhile: move it away, or give another output_dir.",
        errno.ENOTEMPTY: "Something appeared there meanwhile: move it away, or give another output_dir.",
    }.get(error.errno or 0, "Give another output_dir.")
    return OutputError(f"The driver could not be written to {project}: {reason}.", next_action=advice)


def lay_out(files: Sequence[DriverFile], folder: Path) -> None:
    """Make a folder of the files, and of nothing else: for a child to run, never for a person."""
    for file in files:
        check_path(file.path)
    with open_folder(folder.parent, make=True, trusted=True) as parent:
        parent.remove_all(folder.name)
        parent.make(folder.name)
        with parent.below(folder.name) as made:
            for file in files:
                made.write(file.path, file.text.encode(), durable=False)
