"""Reading a driver's project folder from disk."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from ...errors import InvalidArgumentError
from ...models.findings import Finding
from ..limits import MAX_PACKAGE_BYTES, MAX_PACKAGE_FILES
from .source import KNOWN_SUFFIXES, SourceText, read_source

_SKIPPED = frozenset({"__pycache__", "node_modules", "build", "dist", "venv", "env", "site-packages"})
_LEVELS_UP = 4


@dataclass
class FolderTexts:
    """The texts of a folder by POSIX path, and what kept the others from being read."""

    texts: dict[str, str] = field(default_factory=dict[str, str])
    unreadable: dict[str, SourceText] = field(default_factory=dict[str, SourceText])
    notes: list[Finding] = field(default_factory=list[Finding])


def read_folder(root: Path) -> FolderTexts:
    """All files of known kinds below a folder, hidden ones and symbolic links left out, within the package limits."""
    found = FolderTexts()
    total = 0
    for path in _walk(root):
        name = path.relative_to(root).as_posix()
        if len(found.texts) + len(found.unreadable) >= MAX_PACKAGE_FILES or total > MAX_PACKAGE_BYTES:
            found.notes.append(
                Finding(
                    code="folder-too-large",
                    severity="P2",
                    file=name,
                    message=f"The folder has more than {MAX_PACKAGE_FILES} files or {MAX_PACKAGE_BYTES >> 20} MB: "
                    f"{name} and what follows were not read.",
                    hint="Validate the driver's own project folder.",
                )
            )
            break
        try:
            source = read_source(path)
        except InvalidArgumentError as error:
            found.notes.append(Finding(code="unreadable", severity="P2", file=name, message=str(error)))
            continue
        if source.text is None:
            found.unreadable[name] = source
        else:
            found.texts[name] = source.text
            total += len(source.text) if name != "profile.json" else 0
    return found


def find_driver_root(path: Path) -> Path | None:
    """The project folder of the driver that a file lies in, or None where it lies in none."""
    for folder in list(path.parents)[:_LEVELS_UP]:
        try:
            if (folder / "driver.json").is_file():
                return folder
            same = folder / folder.name
            if folder.name.endswith("_driver") and ((same / "__init__.py").is_file() or (same / "client.py").is_file()):
                return folder
        except OSError:
            return None
    return None


def _walk(root: Path) -> list[Path]:
    paths: list[Path] = []
    for folder, folders, names in os.walk(root, followlinks=False):
        folders[:] = sorted(n for n in folders if n not in _SKIPPED and not n.startswith("."))
        for name in sorted(names):
            path = Path(folder) / name
            if not name.startswith(".") and path.suffix in KNOWN_SUFFIXES and not path.is_symlink():
                paths.append(path)
        if len(paths) > MAX_PACKAGE_FILES:
            break
    return paths
