"""How a child is started: what stands around it before its own confinement, and which files it may see."""

import mimetypes
import os
import shutil
import sys
import sysconfig
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .port import Isolation

HOME = "/home/driver"
"""Of a driver in a namespace of its own."""
HOME_BYTES = 64 << 20
_SYSTEM = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")
_NAMESPACES = ("user", "ipc", "pid", "net", "uts")


@dataclass(frozen=True)
class Launch:
    """One way to start children."""

    isolation: Isolation
    command: Callable[[str], list[str]]
    """What stands before the command of a child that works in this folder."""
    confines: bool
    """Whether the child has the kernel hold it besides (Landlock and seccomp)."""
    home: str | None = None
    """Its working folder, where it sees another one than this process does."""

    @property
    def layers(self) -> tuple[str, ...]:
        """What this way alone puts around a child, by name."""
        return {"bubblewrap": ("namespaces",), "sandbox-exec": ("sandbox-exec",)}.get(self.isolation, ())


@cache
def readable_paths() -> tuple[str, ...]:
    """What Python needs to read to run at all: the interpreter, its library and packages, the system's libraries and time
    zones, and the runner itself. No folder of a person's, none of ours."""
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    python = Path(sys.executable)
    paths = [
        *(Path(path) for name in names if (path := sysconfig.get_path(name))),
        *(Path(path) for name in names if (path := sysconfig.get_path(name, vars=_OF_BASE))),
        Path(sys.base_prefix) / "lib",
        python,
        python.resolve(),
        Path(getattr(sys, "_base_executable", sys.executable)),
        Path(sys.prefix) / "pyvenv.cfg",
        Path(__file__).parent,
        *map(Path, (*_SYSTEM, *mimetypes.knownfiles)),
    ]
    return tuple(_outermost(str(path) for path in paths if path.exists()))


_OF_BASE = {"base": sys.base_prefix, "platbase": sys.base_exec_prefix}


def _outermost(paths: Iterable[str]) -> list[str]:
    """The paths without those that lie below others, each once."""
    kept: list[str] = []
    for path in sorted(set(paths), key=len):
        if not any(path.startswith(f"{outer}/") for outer in kept):
            kept.append(path)
    return kept


def plain() -> Launch:
    """A child like any other, with limits of its own."""
    return Launch("process", lambda _: [], confines=False)


def landlocked() -> Launch:
    """A child that the kernel holds, in the namespaces of this process."""
    return Launch("landlock", lambda _: [], confines=True)


def bubblewrapped(program: str) -> Launch:
    """A child in namespaces of its own: it sees the interpreter, an empty home of limited size, and itself."""
    command = [program, "--die-with-parent", "--cap-drop", "ALL", "--hostname", "driver", "--unshare-cgroup-try"]
    command += [f"--unshare-{kind}" for kind in _NAMESPACES]
    command += ["--proc", "/proc", "--dev", "/dev", "--size", str(HOME_BYTES), "--tmpfs", HOME]
    for path in readable_paths():
        command += ["--ro-bind", path, path]
    command += ["--remount-ro", "/", "--chdir", HOME, "--"]
    return Launch("bubblewrap", lambda _: command, confines=True, home=HOME)


def seatbelted(program: str) -> Launch:
    """A child under macOS' sandbox-exec. Nobody has tried it: it is used only where a child comes up under it."""

    def command(folder: str) -> list[str]:
        read = " ".join(f'(subpath "{path}")' for path in (*readable_paths(), "/System", "/usr/lib", folder))
        rules = [
            "(version 1)",
            "(deny default)",
            "(allow sysctl-read)",
            "(allow file-read-metadata)",
            f'(allow file-read* {read} (literal "/dev/null") (literal "/dev/urandom"))',
            f'(allow file-write* (subpath "{folder}") (literal "/dev/null"))',
            f'(allow process-exec (literal "{sys.executable}") (literal "{os.path.realpath(sys.executable)}"))',
        ]
        return [program, "-p", "".join(rules)]

    return Launch("sandbox-exec", command, confines=False)


def candidates() -> list[Launch]:
    """The ways that this machine may have, the strongest first; which of them holds shows when a child is started."""
    found: list[Launch] = []
    if sys.platform == "linux":
        if program := shutil.which("bwrap"):
            found.append(bubblewrapped(program))
        found.append(landlocked())
    elif sys.platform == "darwin" and (program := shutil.which("sandbox-exec")):
        found.append(seatbelted(program))
    return [*found, plain()]


def also_readable() -> tuple[str, ...]:
    """What a child may read besides its own project, by its own confinement."""
    return (*readable_paths(), *_DEVICES)
