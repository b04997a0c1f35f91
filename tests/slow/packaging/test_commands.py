"""A new user types what the README says, in a fresh folder; only the APIs are others, on loopback."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from ...end_to_end.processes import COMMAND
from ...packaging.documented import ROOT, shell_lines
from ...patience import LONG
from .petstore import open_petstore

README = (ROOT / "README.md").read_text("utf-8")


@pytest.fixture
def petstore() -> Generator[str]:
    with open_petstore() as root:
        yield root


def test_the_readmes_commands_make_read_check_and_heal_a_driver(tmp_path: Path, petstore: str) -> None:
    made = {
        "PATH": f"{Path(COMMAND).parent}{os.pathsep}{os.environ['PATH']}",
        "DRIVERSMITH_HOME": str(tmp_path / "home"),
    }
    kept = {k: v for k, v in os.environ.items() if not k.startswith("DRIVERSMITH_")}
    environment = {**kept, **made, "DRIVERSMITH_ALLOW_LOCAL": urlsplit(petstore).netloc}

    lines = [
        shown.line for shown in shell_lines() if shown.document == "README.md" and shown.line.startswith("driversmith")
    ]
    verbs = [line.split()[1] for line in lines]
    assert verbs[:2] == ["generate", "generate"] and {"read", "validate", "check", "heal"} <= set(verbs)
    said = {}
    for line in lines:
        here = re.sub(r"https://\S+/openapi\.json", f"{petstore}/openapi.json", line)
        here = re.sub(r"generate GitHub$", f"generate GitHub {petstore}", here)  # the catalogue names no loopback
        said[line.split()[1]] = ran(here.split(), tmp_path, environment)
    assert "Rex" in said["read"]
    assert (tmp_path / "github_driver" / "driver.json").is_file()

    (example,) = [text for text in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if "PetstoreDriver" in text]
    printed = ran([sys.executable, "-c", example], tmp_path / "petstore_driver", environment)
    assert "findByStatus" in printed and "{'available': 2}" in printed


def test_the_readmes_first_command_installs_and_shows_the_demo(tmp_path: Path) -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is no clone")
    clone = tmp_path / "driversmith"
    for name in listed.stdout.split("\0"):
        if (ROOT / name).is_file() and not name.startswith("tests/"):
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, clone / name)
    (line,) = [
        text for text in re.findall(r"```sh\n(.*?)\n```", README, re.DOTALL) if text.endswith("driversmith demo")
    ]
    kept = {k: v for k, v in os.environ.items() if not k.startswith("DRIVERSMITH_")}
    done = subprocess.run(
        ["sh", "-c", line], cwd=clone, env=kept, capture_output=True, text=True, timeout=LONG, check=False
    )
    if done.returncode and not (clone / ".venv/bin/driversmith").exists():
        pytest.skip(f"pip could not install: {done.stderr[-200:]}")
    assert done.returncode == 0, done.stderr
    assert "records" in done.stdout and (clone / "driversmith-demo").is_dir()


def ran(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    """What a command says that succeeds."""
    done = subprocess.run(
        command, cwd=folder, env=environment, input="", capture_output=True, text=True, timeout=LONG, check=False
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout
