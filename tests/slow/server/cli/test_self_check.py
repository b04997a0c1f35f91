"""`doctor --self-check` in a process of its own, with real children and the real journal on this disk."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from driversmith.engine.journal.conformance import registry as journal_suite
from driversmith.engine.sandbox.conformance import registry as sandbox_suite

from ....patience import LONG

# `-O`: what a person's Python leaves out of our code is not what finds faults.
SELF_CHECK = [sys.executable, "-O", "-m", "driversmith.server", "doctor", "--self-check"]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A home and a folder for temporary files that both must be empty again."""
    (tmp_path / "temporary").mkdir()
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DRIVERSMITH_", "ANTHROPIC_"))}
    folders = {name: str(tmp_path / "temporary") for name in ("TMPDIR", "TEMP", "TMP")}
    return {**kept, **folders, "DRIVERSMITH_HOME": str(tmp_path / "home")}


def is_clean(folder: Path) -> bool:
    return [*(folder / "home").iterdir(), *(folder / "temporary").iterdir()] == []


def test_every_promise_is_tried_and_kept_on_this_machine(tmp_path: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [*SELF_CHECK, "--json"], env=environment, capture_output=True, text=True, timeout=LONG, check=False
    )
    assert done.returncode == 0, done.stdout
    assert done.stderr == ""
    told = json.loads(done.stdout)
    outcomes = {(outcome["suite"], outcome["name"]): outcome for outcome in told["self_check"]}
    assert set(outcomes) == {("journal", name) for name in journal_suite.CHECKS} | {
        ("sandbox", name) for name in sandbox_suite.CHECKS
    }
    assert {outcome["outcome"] for outcome in outcomes.values()} <= {"passed", "skipped"}
    assert all(outcome["said"] for outcome in outcomes.values() if outcome["outcome"] == "skipped")
    if sys.platform == "linux":
        assert {outcome["outcome"] for outcome in outcomes.values()} == {"passed"}
    assert is_clean(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="children are found in /proc")
@pytest.mark.parametrize("moment", ["self-check-*/journal-9", "self-check-*/sandbox-22"])
def test_ctrl_c_leaves_no_child_and_no_file(tmp_path: Path, environment: dict[str, str], moment: str) -> None:
    with subprocess.Popen(
        SELF_CHECK, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as command:
        wait_until(lambda: any((tmp_path / "home").glob(moment)))
        command.send_signal(signal.SIGINT)
        out, err = command.communicate(timeout=LONG)
    assert (command.returncode, out) == (130, "")
    assert "Traceback" not in err
    assert is_clean(tmp_path)
    wait_until(lambda: working_in(tmp_path) == [])  # what was killed may take its time to be gone


def wait_until(state: Callable[[], bool]) -> None:
    """Return once this is so."""
    end = time.monotonic() + LONG
    while not state():
        assert time.monotonic() < end, "it never came to this"
        time.sleep(0.01)


def working_in(folder: Path) -> list[int]:
    """Processes whose current folder is, or was, below this one."""
    found: list[int] = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                if str((process / "cwd").readlink()).startswith(f"{folder}/"):
                    found.append(int(process.name))
            except OSError:  # it has just ended, or is another's
                continue
    return found
