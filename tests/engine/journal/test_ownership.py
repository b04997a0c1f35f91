"""Owners that live, died, or cannot be seen from here."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from driversmith.engine.journal import ownership
from driversmith.engine.journal.ownership import is_alive, this_process
from driversmith.engine.journal.port import Owner

linux_only = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")


@linux_only
def test_this_process_is_alive() -> None:
    assert is_alive(this_process()) is True


@linux_only
def test_a_process_of_an_earlier_boot_is_dead() -> None:
    assert is_alive(replace(this_process(), boot_id="another boot/pid:[1]")) is False


@linux_only
def test_a_reused_pid_is_not_taken_for_its_former_owner() -> None:
    assert is_alive(replace(this_process(), started="1")) is False


@linux_only
def test_a_killed_child_that_nobody_has_waited_for_is_dead() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    owner = replace(this_process(), pid=child.pid, started=ownership._start_time(child.pid) or "")  # type: ignore[attr-defined]
    assert is_alive(owner) is True
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert is_alive(owner) is False
    assert child.stdin is not None
    child.stdin.close()
    child.wait()


@linux_only
def test_a_process_of_another_container_cannot_be_judged() -> None:
    boot = this_process().boot_id.partition("/")[0]
    assert is_alive(Owner(f"{boot}/pid:[1]", 1, "1")) is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows leaves it to the lease")
def test_without_proc_only_a_vanished_pid_is_dead(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(ownership, "_PROC", tmp_path)
    assert is_alive(Owner("", os.getpid(), "")) is None
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert is_alive(Owner("", child.pid, "")) is False
