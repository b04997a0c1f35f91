"""Puts a verified driver where the person wants it: whole or not at all, and never over a file that they edited."""

import errno
import hashlib
import shutil
import stat
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from ..errors import InvalidArgumentError, OutputError
from ..generation.manifest import MANIFEST, Manifest, read_manifest
from ..models.base import Value
from ..models.driver import DriverFile
from ..models.session import PublishedFile
from .atomic_folder import AtomicFolder, sweep, try_out


class Publication(Value):
    """What lies on disk now."""

    files: tuple[PublishedFile, ...]
    kept_files: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def publish(files: Sequence[DriverFile], project: Path, *, unlisted: Sequence[DriverFile] = ()) -> Publication:
    """Write all files of a driver, `driver.json` among them, to its project folder. Blocks; call it in a thread. What is
    `unlisted` is written with them, whatever lies there, and is no part of what was published: a receipt that is dated.

    A folder that is not there yet appears by one rename. In one that holds a driver of ours, files are replaced one by
    one, `driver.json` last, and all put back if one fails; a file that was edited since it was published (its hash is
    not the one in `driver.json`) stays, and the new text lies beside it as `<name>.new`.

    Raises:
        OutputError: the folder is a link, a file, or holds something that is not a driver of ours; there is no space,
            no permission; a path is unsafe or too long. Nothing was changed.
    """
    for file in (*files, *unlisted):
        check_path(file.path)
    made: list[Path] = []
    try:
        sweep(project)
        if _is_free(project):
            made = [folder for folder in project.parents if _mode(folder) is None]
            project.parent.mkdir(parents=True, exist_ok=True)
            with AtomicFolder(project) as placing:
                placing.write([*files, *unlisted])
                placing.appear()
            return Publication(files=tuple(_published(f, f.path) for f in files))
        return _replace(files, project, _published_hashes(project), unlisted)
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
    return {path: file.sha256 for path, file in manifest.files.items() if _is_safe(path)}


def check_writable(project: Path) -> None:
    """Find out, before any work is done, whether a project folder could be made. Blocks for a moment.

    Raises:
        OutputError: what `publish` would raise in the end; nothing is left behind.
    """
    try:
        try_out(project)
    except OSError as error:
        raise _explain(error, project) from error


def check_path(path: str) -> None:
    """Refuse what could leave the project folder or cannot be a file name everywhere.

    Raises:
        OutputError: the path is not a plain relative POSIX path.
    """
    if not _is_safe(path):
        raise OutputError(
            f"{path!r} is not a path inside the project folder.", next_action="Report this: it is a fault."
        )


def _is_safe(path: str) -> bool:
    parts = path.split("/")
    return bool(
        path.isprintable()
        and not set(path) & set('\\:~*?"<>|')
        and not any(part in {"", ".", ".."} for part in parts)
        and PurePosixPath(path).as_posix() == path
    )


def _is_free(project: Path) -> bool:
    """Whether nothing, or an empty folder, lies there.

    Raises:
        OutputError: a link or a file lies there.
    """
    mode = _mode(project)
    if mode is None:
        return True
    if stat.S_ISLNK(mode):
        raise OutputError(
            f"{project} is a symbolic link.", next_action="Give the output_dir that it points into, or remove the link."
        )
    if not stat.S_ISDIR(mode):
        raise OutputError(f"{project} is a file.", next_action="Move it away, or give another output_dir.")
    return next(project.iterdir(), None) is None


def _published_hashes(project: Path) -> dict[str, str]:
    """Path -> sha256 of what was published to a folder.

    Raises:
        OutputError: the folder does not hold a driver of ours.
    """
    try:
        return listed_hashes(read_manifest(project))
    except InvalidArgumentError as error:
        raise OutputError(
            f"{project} is not empty, and nothing in it is overwritten. {error.message}",
            next_action="Move it away, or give another output_dir.",
        ) from error


def _replace(
    files: Sequence[DriverFile], project: Path, before: Mapping[str, str], unlisted: Sequence[DriverFile]
) -> Publication:
    writes: list[DriverFile] = []
    removals: list[str] = []
    published: list[PublishedFile] = []
    kept: list[str] = []
    notes: list[str] = []
    for file in sorted(files, key=lambda f: f.path == MANIFEST):
        _check_way(project, file.path)
        if file.path == MANIFEST or _is_ours(project / file.path, {before.get(file.path), file.sha256}):
            writes.append(file)
            published.append(_published(file, file.path))
            leftover = f"{file.path}.new"
            if file.path in before and _hash(project / leftover) == before[file.path]:
                removals.append(leftover)
            continue
        beside = _beside(project, file, before)
        writes.insert(0, file.model_copy(update={"path": beside}))
        published.append(_published(file, beside))
        kept.append(file.path)
        notes.append(f"{file.path} was edited since it was made, so it stays; the new text is in {beside}.")
    for path in sorted(set(before) - {file.path for file in files} - {MANIFEST}):
        current = _hash(project / path)
        if current == before[path]:
            removals.append(path)
        elif current is not None:
            notes.append(f"{path} is no part of the driver any more, but it was edited, so it stays.")
    for file in unlisted:
        _check_way(project, file.path)
        writes.insert(0, file)
    with AtomicFolder(project) as placing:
        placing.write(writes)
        placing.move_in([file for file in writes if _hash(project / file.path) != file.sha256], removals)
    return Publication(files=tuple(published), kept_files=tuple(kept), notes=tuple(notes))


def _is_ours(path: Path, hashes: set[str | None]) -> bool:
    """Whether a file may be written: it is not there, or it holds what we wrote."""
    mode = _mode(path)
    return mode is None or (stat.S_ISREG(mode) and _hash(path) in hashes)


def _beside(project: Path, file: DriverFile, before: Mapping[str, str]) -> str:
    """`<name>.new`, or the next name after one that was itself edited."""
    number = 1
    while True:
        path = f"{file.path}.new" if number == 1 else f"{file.path}.new.{number}"
        if _is_ours(project / path, {before.get(file.path), file.sha256}):
            return path
        number += 1


def _check_way(project: Path, path: str) -> None:
    """Refuse to write through a link, or where a file stands for a folder or a folder for a file."""
    here = project
    for part in PurePosixPath(path).parts[:-1]:
        here = here / part
        mode = _mode(here)
        if mode is not None and not stat.S_ISDIR(mode):
            what = "a symbolic link" if stat.S_ISLNK(mode) else "a file"
            raise OutputError(f"{here} is {what} where a folder has to be.", next_action="Move it away and try again.")
    mode = _mode(project / path)
    if mode is not None and stat.S_ISDIR(mode):
        raise OutputError(
            f"{project / path} is a folder where a file has to be.", next_action="Move it away and try again."
        )


def _published(file: DriverFile, path: str) -> PublishedFile:
    return PublishedFile(path=path, sha256=file.sha256, author=file.author)


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return


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
    shutil.rmtree(folder, ignore_errors=True)
    for file in files:
        check_path(file.path)
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, encoding="utf-8", newline="")
