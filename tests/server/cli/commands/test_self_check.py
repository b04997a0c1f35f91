"""`doctor --self-check`: a promise that is broken is told with what to do, and Ctrl-C leaves nothing."""

import os
import signal
import sys
from pathlib import Path

import anyio
import pytest
from driversmith.engine import self_check
from driversmith.engine.errors import NotCheckableError
from driversmith.engine.journal.conformance import registry as journal_suite
from driversmith.engine.journal.sqlite import opening
from driversmith.engine.sandbox import process
from driversmith.engine.sandbox.conformance import registry as sandbox_suite
from driversmith.engine.sandbox.port import Sandbox

from tests.patience import LONG
from tests.stand_ins.broken_ports import IdleSandbox, open_forgetful_journal

from ..conftest import Command

DELIVERED = "a_released_session_has_its_status_and_result"
QUEUED = "only_finished_sessions_can_have_been_delivered"
ISOLATION = "the_isolation_that_was_probed_is_what_the_child_reports"
COUNTED = "the_drivers_own_tests_are_run_and_counted"


async def _cannot_be_tried(sandbox: Sandbox, folder: Path) -> None:
    raise NotCheckableError("Only another machine shows it.")


@pytest.fixture(autouse=True)
def few_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two of the journal, and three of a sandbox that starts nothing, of which one cannot be tried."""
    sandbox = {name: sandbox_suite.CHECKS[name] for name in (ISOLATION, COUNTED)}
    monkeypatch.setattr(journal_suite, "CHECKS", {name: journal_suite.CHECKS[name] for name in (DELIVERED, QUEUED)})
    monkeypatch.setattr(sandbox_suite, "CHECKS", {**sandbox, "it_is_elsewhere": _cannot_be_tried})
    monkeypatch.setattr(process, "ProcessSandbox", IdleSandbox)
    monkeypatch.setattr(self_check, "CHECK_SECONDS", LONG)


def test_a_sandbox_that_breaks_a_promise_is_told_with_the_promise_and_what_to_do(command: Command) -> None:
    ran = command("doctor", "--self-check")
    assert ran.code == 1
    lines = {line.split(": ")[0].strip(): line for line in ran.out.splitlines()}
    assert "2 checks, 2 passed" in lines["ok    journal self-check"]
    assert "3 checks, 1 passed, 1 failed, 1 skipped" in lines["FAIL  sandbox self-check"]
    assert "Make no drivers here until they pass" in lines["FAIL  sandbox self-check"]
    promise = (
        "the drivers own tests are run and counted: How many tests ran, and failed: expected (2, 1), received (0, 0)."
    )
    assert f"not kept  sandbox: {promise}" in ran.out
    assert "skipped   sandbox: it is elsewhere: Only another machine shows it." in ran.out


def test_a_journal_that_breaks_a_promise_is_in_the_json_with_all_outcomes(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "open_journal", open_forgetful_journal)
    ran = command("doctor", "--self-check", "--json")
    assert (ran.code, ran.err) == (1, "")
    assert ran.json["ok"] is False
    outcomes = {outcome["name"]: outcome for outcome in ran.json["self_check"]}
    assert (outcomes[DELIVERED]["outcome"], outcomes[QUEUED]["outcome"]) == ("failed", "passed")
    assert "expected True, received False" in outcomes[DELIVERED]["said"]
    (finding,) = [check for check in ran.json["checks"] if check["name"] == "journal self-check"]
    assert not finding["ok"]
    assert "DRIVERSMITH_HOME" in finding["advice"]


def test_without_the_option_nothing_of_it_is_told(command: Command) -> None:
    told = command("doctor", "--json").json
    assert "self_check" not in told
    assert [check["name"] for check in told["checks"] if "self-check" in check["name"]] == []


def test_a_home_that_cannot_be_written_is_told(command: Command, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "file").touch()
    monkeypatch.setenv("DRIVERSMITH_HOME", str(here / "file" / "home"))
    ran = command("doctor", "--self-check")
    assert ran.code == 1
    assert "FAIL  self-check" in ran.out


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT to itself")
def test_ctrl_c_leaves_no_file_and_no_answer(command: Command, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def pressed(sandbox: Sandbox, folder: Path) -> None:
        (folder / "file").touch()
        os.kill(os.getpid(), signal.SIGINT)
        await anyio.sleep_forever()

    monkeypatch.setattr(sandbox_suite, "CHECKS", {"pressed": pressed})
    ran = command("doctor", "--self-check")
    assert (ran.code, ran.out) == (130, "")
    assert list((here.parent / "home").iterdir()) == []
