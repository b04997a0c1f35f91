"""A driver of the library, made on the command line, and commands on it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from .library import Library, open_library

SECONDS = 120


@dataclass(frozen=True)
class Shelf:
    """A driver's folder, its API, and the command line."""

    project: Path
    library: Library
    home: Path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`driversmith ...` in a process of its own."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("DRIVERSMITH_", "ANTHROPIC_"))}
        return subprocess.run(
            [sys.executable, "-m", "driversmith.server", *arguments],
            env={**kept, "DRIVERSMITH_HOME": str(self.home)},
            cwd=self.project.parent,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def check(self, *options: str) -> tuple[int, dict[str, Any]]:
        """Exit code and JSON of `check`."""
        done = self.run("check", str(self.project), "--json", *options)
        return done.returncode, json.loads(done.stdout) if done.stdout else {"stderr": done.stderr}

    def heal(self, *options: str) -> tuple[int, dict[str, Any]]:
        """Exit code and JSON of `heal`."""
        done = self.run("heal", str(self.project), "--json", *options)
        return done.returncode, json.loads(done.stdout) if done.stdout else {"stderr": done.stderr}

    def text(self, path: str) -> str:
        """A file of the driver."""
        return (self.project / path).read_text("utf-8")

    def edit(self, path: str, old: str, new: str) -> None:
        """What a person does in an editor."""
        text = self.text(path)
        assert text.count(old) == 1, (path, old, text.count(old))
        (self.project / path).write_text(text.replace(old, new), "utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Generator[Shelf]:
    """The driver as it was made; copied for each test."""
    with open_library() as library:
        folder = tmp_path_factory.mktemp("made")
        shelf = Shelf(folder / "out" / "library_driver", library, folder / "home")
        shelf.project.parent.mkdir()
        done = shelf.run(
            "generate", "Library", library.url, "--spec", f"{library.url}/openapi.json", "--engine", "template"
        )
        assert done.returncode == 0, done.stderr
        yield shelf


@pytest.fixture
def shelf(made: Shelf, tmp_path: Path) -> Generator[Shelf]:
    """A fresh driver, on a machine that does not remember making it, of a library that does as it did."""
    shutil.copytree(made.project, tmp_path / made.project.name)
    made.library.moves(**vars(type(made.library.done)()))
    made.library.is_up = True
    made.library.asked.clear()
    yield Shelf(tmp_path / made.project.name, made.library, tmp_path / "home")
