"""A folder that is held open: what is done below it is done there, wherever its path leads meanwhile.

No link is followed: neither on the way to the folder, which was resolved when somebody chose it, nor below. A link that is
put in the place of a folder while a session runs is refused where it is met. Where the platform cannot open relative to
a folder (Windows), the same calls work on paths, and links are looked for before each.
"""

import errno
import os
import shutil
import stat
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

_RELATIVE = {os.open, os.mkdir, os.rename, os.rmdir, os.stat, os.unlink} <= os.supports_dir_fd and hasattr(
    os, "O_NOFOLLOW"
)
_FOLDER = getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
_SEARCH = _FOLDER | getattr(os, "O_PATH", os.O_RDONLY)
"""Opens a folder that may be passed, but perhaps not listed."""
_JUNCTION = 0xA0000003
"""What Windows calls a folder that is another one."""
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


class LinkInTheWayError(OSError):
    """A symbolic link stands where a folder has to be."""

    def __init__(self, place: str) -> None:
        super().__init__(errno.ELOOP, "a symbolic link stands where a folder has to be", place)


@contextmanager
def open_folder(path: Path, *, make: bool = False, trusted: bool = False) -> Generator["OpenFolder"]:
    """The folder at an absolute path; with `make`, what is missing of it is made. A `trusted` path is one of our own, whose
    links a person set up.

    Raises:
        LinkInTheWayError: a part of the path is a link, and the path is not `trusted`.
        OSError: there is no such folder, or it cannot be opened.
    """
    if trusted:
        if make:
            path.mkdir(parents=True, exist_ok=True)
        path = Path(os.path.realpath(path))
    with _root(path) as root, root.below("/".join(path.parts[1:]), make=make) as folder:
        yield folder


@contextmanager
def _root(path: Path) -> Generator["OpenFolder"]:
    anchor = path.anchor
    if not anchor:
        raise ValueError(f"{path} is not absolute")
    descriptor = os.open(anchor, _SEARCH) if _RELATIVE else None
    try:
        yield OpenFolder(Path(anchor), descriptor)
    finally:
        if descriptor is not None:
            os.close(descriptor)


class OpenFolder:
    """What `open_folder` yields. Paths are relative, POSIX; every method may raise OSError, and LinkInTheWayError."""

    def __init__(self, shown: Path, descriptor: int | None) -> None:
        self.shown = shown
        """Where it was when it was opened, for messages."""
        self._descriptor = descriptor

    @contextmanager
    def below(self, path: str, *, make: bool = False) -> Generator["OpenFolder"]:
        """A folder below this one; itself for ""."""
        opened: list[OpenFolder] = [self]
        try:
            for name in PurePosixPath(path).parts:
                opened.append(opened[-1]._step(name, make=make))
            yield opened[-1]
        finally:
            for folder in opened[1:]:
                folder._close()

    def mode(self, path: str) -> int | None:
        """The type and permissions of what stands at a path, a link's own; None where nothing does."""
        try:
            with self._holder(path) as (folder, name):
                return os.stat(folder._place(name), dir_fd=folder._descriptor, follow_symlinks=False).st_mode
        except (FileNotFoundError, NotADirectoryError):
            return None

    def read(self, path: str, *, most: int = -1) -> bytes | None:
        """The content of a regular file, or its first `most` bytes; None for anything else."""
        mode = self.mode(path)
        if mode is None or not stat.S_ISREG(mode):
            return None
        with self._holder(path) as (folder, name):
            flags = os.O_RDONLY | _NO_LINK | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
            descriptor = os.open(folder._place(name), flags, dir_fd=folder._descriptor)
            with os.fdopen(descriptor, "rb") as file:
                return file.read(most) if stat.S_ISREG(os.fstat(descriptor).st_mode) else None

    def write(self, path: str, content: bytes, *, mode: int | None = None, durable: bool = True) -> None:
        """Make a new file, and the folders that it needs; a `durable` one is written through to the disk. `mode`: permissions
        other than those of any new file."""
        with self._holder(path, make=True) as (folder, name):
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK | getattr(os, "O_BINARY", 0)
            descriptor = os.open(folder._place(name), flags, 0o666, dir_fd=folder._descriptor)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                if mode is not None and os.chmod in os.supports_fd:
                    os.chmod(descriptor, stat.S_IMODE(mode))  # noqa: PTH101  it is open, and has no path to be sure of
                if durable:
                    os.fsync(file.fileno())

    def make(self, path: str) -> None:
        """Make a folder in one that is there."""
        with self._holder(path) as (folder, name):
            os.mkdir(folder._place(name), dir_fd=folder._descriptor)

    def move(self, path: str, target: str) -> None:
        """Move a file or folder below this one, in the place of a file or an empty folder; folders on the way are made."""
        with self._holder(path) as (source, old), self._holder(target, make=True) as (folder, new):
            os.replace(
                source._place(old), folder._place(new), src_dir_fd=source._descriptor, dst_dir_fd=folder._descriptor
            )

    def remove(self, path: str) -> None:
        """Remove a file or a link."""
        with self._holder(path) as (folder, name):
            os.unlink(folder._place(name), dir_fd=folder._descriptor)

    def remove_empty(self, path: str) -> None:
        """Remove an empty folder."""
        with self._holder(path) as (folder, name):
            os.rmdir(folder._place(name), dir_fd=folder._descriptor)

    def remove_all(self, path: str) -> None:
        """Remove a folder with all that is in it, as far as that can be done; links in it are removed, not followed."""
        with suppress(OSError), self._holder(path) as (folder, name):
            shutil.rmtree(folder._place(name), ignore_errors=True, dir_fd=folder._descriptor)

    def names(self, path: str = "") -> list[str]:
        """What stands in a folder."""
        with self.below(path) as folder:
            if folder._descriptor is None:
                return [entry.name for entry in folder.shown.iterdir()]
            with folder._listed() as descriptor:
                return os.listdir(descriptor)  # noqa: PTH208  as above

    def sync(self, path: str = "") -> None:
        """Make what was done in a folder durable, where the platform can."""
        with self.below(path) as folder:
            if folder._descriptor is not None:
                with folder._listed() as descriptor:
                    os.fsync(descriptor)

    @contextmanager
    def _holder(self, path: str, *, make: bool = False) -> Generator[tuple["OpenFolder", str]]:
        """The folder that a path is in, and its name there."""
        before, _, name = path.rpartition("/")
        if name in ("", ".", ".."):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), path)
        with self.below(before, make=make) as folder:
            yield folder, name

    def _step(self, name: str, *, make: bool) -> "OpenFolder":
        if name == "..":
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), name)
        try:
            return self._opened(name)
        except FileNotFoundError:
            if not make:
                raise
            with suppress(FileExistsError):
                os.mkdir(self._place(name), dir_fd=self._descriptor)
            return self._opened(name)

    def _opened(self, name: str) -> "OpenFolder":
        shown = self.shown / name
        if self._descriptor is None:
            if self._is_link(name):
                raise LinkInTheWayError(str(shown))
            if not shown.is_dir():
                code = errno.ENOTDIR if shown.exists() else errno.ENOENT
                raise OSError(code, os.strerror(code), str(shown))
            return OpenFolder(shown, None)
        try:
            return OpenFolder(shown, os.open(name, _SEARCH | _NO_LINK, dir_fd=self._descriptor))
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENOTDIR, errno.EMLINK) and self._is_link(name):
                raise LinkInTheWayError(str(shown)) from error
            raise

    def _is_link(self, name: str) -> bool:
        try:
            found = os.stat(self._place(name), dir_fd=self._descriptor, follow_symlinks=False)
        except OSError:
            return False
        return stat.S_ISLNK(found.st_mode) or getattr(found, "st_reparse_tag", 0) == _JUNCTION

    @contextmanager
    def _listed(self) -> Generator[int]:
        """A descriptor that can be listed and synced: the one that is held can only be passed."""
        descriptor = os.open(".", os.O_RDONLY | _FOLDER, dir_fd=self._descriptor)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _place(self, name: str) -> str:
        """What a call of the system is given for a name in this folder."""
        return name if self._descriptor is not None else str(self.shown / name)

    def _close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
