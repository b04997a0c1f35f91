"""Three-way merge of one file: what we wrote, what a person made of it, and what we would write now.

By git's own merge-file: the well-kept merge library for Python is under the GPL. Where there is no git, nothing is merged.
"""

import ast
import json
import shutil
import subprocess
import tempfile
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..contract.python_source import parse_module

SECONDS = 20.0
MAX_BYTES = 8 << 20
"""Of one text."""
_LABELS = ("yours", "as it was written", "new")


@dataclass(frozen=True)
class Merged:
    """What came of a merge."""

    text: str
    """With both changes; or, in conflict, with both sides between markers."""
    why: str = ""
    """Why it is a conflict; empty where it is none."""


def merge(path: str, *, base: str, theirs: str, new: str) -> Merged | None:
    """The text that has a person's edits and ours. Blocks. None: it cannot be merged here.

    A text that no longer parses, or defines a name twice that neither side did, is a conflict, although each line of it merged.
    """
    if "\r\n" in theirs and "\n" not in theirs.replace("\r\n", ""):  # an editor's, or a checkout's, line ends
        found = merge(path, base=base, theirs=theirs.replace("\r\n", "\n"), new=new)
        return None if found is None else Merged(found.text.replace("\n", "\r\n"), found.why)
    if theirs == base or new in (base, theirs):
        return Merged(new if theirs == base else theirs)
    if max(map(len, (base, theirs, new))) > MAX_BYTES or "\0" in base + theirs + new:
        return None
    if (done := _merge_file(theirs, base, new)) is None:
        return None
    text, conflicts = done
    if conflicts:
        told = "1 place was changed" if conflicts == 1 else f"{conflicts} places were changed"
        return Merged(text, f"{told} by you and by the new version")
    return Merged(text, _broken(path, text, theirs, new))


def _merge_file(theirs: str, base: str, new: str) -> tuple[str, int] | None:
    """The merged text and the number of conflicts, by git."""
    git = shutil.which("git")
    if git is None:
        return None
    with tempfile.TemporaryDirectory(prefix="driversmith-merge-") as folder:
        names = ("theirs", "base", "new")
        for name, text in zip(names, (theirs, base, new), strict=True):
            (Path(folder) / name).write_bytes(text.encode())
        labels = [part for label in _LABELS for part in ("-L", label)]
        try:
            done = subprocess.run(  # noqa: S603  git by its full path, and names that are ours
                [git, "merge-file", "-p", "--diff3", *labels, *names],
                cwd=folder,
                capture_output=True,
                timeout=SECONDS,
                check=False,
                stdin=subprocess.DEVNULL,
            )
            text = done.stdout.decode()
        except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
            return None
    return (text, done.returncode) if 0 <= done.returncode <= 127 else None


def _broken(path: str, text: str, theirs: str, new: str) -> str:
    """What is wrong with a merged text that is right on both sides."""
    read = _READERS.get(Path(path).suffix)
    if read is None or any(_fault(read, side) for side in (theirs, new)):
        return ""
    if fault := _fault(read, text):
        return f"what both changes come to cannot be read ({fault})"
    if read is parse_module and (twice := _twice(text) - _twice(theirs) - _twice(new)):
        return f"both changes define {', '.join(sorted(twice))}"
    return ""


def _fault(read: Callable[[str], object], text: str) -> str:
    try:
        read(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError) as error:
        return type(error).__name__
    return ""


def _twice(text: str) -> set[str]:
    """Names that a class or module defines more than once: the later one silently hides the other. Overloads and the parts of
    a property are meant to."""
    found: set[str] = set()
    for scope in ast.walk(parse_module(text)):
        if isinstance(scope, ast.Module | ast.ClassDef):
            defined = Counter(
                node.name
                for node in scope.body
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
                and not getattr(node, "decorator_list", [])
            )
            found |= {name for name, count in defined.items() if count > 1}
    return found


_READERS: Mapping[str, Callable[[str], object]] = {".py": parse_module, ".json": json.loads, ".toml": tomllib.loads}
