"""The suites on this machine: what is broken is named, what cannot be tried is said, and nothing is left."""

import sys
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import anyio
import pytest
from driversmith.engine import self_check
from driversmith.engine.errors import JournalError, NotCheckableError
from driversmith.engine.journal.conformance import registry as journal_suite
from driversmith.engine.journal.port import Journal
from driversmith.engine.journal.sqlite.opening import open_journal
from driversmith.engine.sandbox.conformance import registry as sandbox_suite
from driversmith.engine.sandbox.conformance.limits import memory_is_limited
from driversmith.engine.sandbox.port import Sandbox
from driversmith.engine.self_check import CheckOutcome, make_checks

from ..patience import LONG
from ..stand_ins.broken_ports import IdleSandbox, NoSandbox, open_forgetful_journal

DELIVERED = "a_released_session_has_its_status_and_result"
QUEUED = "only_finished_sessions_can_have_been_delivered"
KEPT_BY_AN_IDLE_SANDBOX = {
    "the_isolation_that_was_probed_is_what_the_child_reports",
    "an_error_in_the_body_comes_out_as_it_is",
    "a_project_without_tests_ran_none",
}


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(self_check, "CHECK_SECONDS", LONG)


def only_journal(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """The suite of the journal is these checks, and that of the sandbox is none."""
    monkeypatch.setattr(journal_suite, "CHECKS", {name: journal_suite.CHECKS[name] for name in names})
    monkeypatch.setattr(sandbox_suite, "CHECKS", {})


def only_sandbox(monkeypatch: pytest.MonkeyPatch, checks: dict[str, Callable[..., Awaitable[None]]]) -> None:
    """The suite of the sandbox is these checks, and that of the journal is none."""
    monkeypatch.setattr(journal_suite, "CHECKS", {})
    monkeypatch.setattr(sandbox_suite, "CHECKS", checks)


async def checked(
    home: Path, *, journal: Any = open_forgetful_journal, sandbox: Any = IdleSandbox
) -> list[CheckOutcome]:
    async def progress(share: float, suite: str) -> None: ...

    return await make_checks(
        home, open_journal=journal, open_sandbox=lambda: nullcontext[Sandbox](sandbox()), progress=progress
    )


def test_every_promise_has_one_name() -> None:
    assert len(journal_suite.CHECKS) == 46
    assert len(sandbox_suite.CHECKS) == 43


async def test_a_promise_that_a_journal_breaks_is_named_with_what_was_expected_and_received(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_journal(monkeypatch, DELIVERED, QUEUED)
    broken, kept = await checked(tmp_path)
    assert (broken.suite, broken.name, broken.outcome) == ("journal", DELIVERED, "failed")
    assert broken.said == "Delivered, once it is marked: expected True, received False."
    assert (kept.name, kept.outcome, kept.said) == (QUEUED, "passed", "")


async def test_a_sandbox_that_does_nothing_breaks_every_promise_but_those_of_doing_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_sandbox(monkeypatch, sandbox_suite.CHECKS)
    outcomes = await checked(tmp_path)
    assert {outcome.name for outcome in outcomes if outcome.outcome == "passed"} == KEPT_BY_AN_IDLE_SANDBOX
    failed = [outcome for outcome in outcomes if outcome.outcome == "failed"]
    assert [outcome.name for outcome in failed if "expected" not in outcome.said] == []


async def test_where_no_child_starts_it_is_said_once_and_the_rest_is_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_sandbox(monkeypatch, dict(list(sandbox_suite.CHECKS.items())[:3]))
    first, *rest = await checked(tmp_path, sandbox=NoSandbox)
    assert (first.outcome, first.said) == ("failed", "No child process can be started: not permitted.")
    assert [outcome.outcome for outcome in rest] == ["skipped", "skipped"]
    assert first.name in rest[0].said


async def test_a_journal_that_does_not_open_is_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, now: Callable[[], float]) -> Journal:
        raise JournalError("The database is on a disk without locks.")

    only_journal(monkeypatch, DELIVERED, QUEUED)
    first, second = await checked(tmp_path, journal=refuse)
    assert (first.outcome, first.said) == ("failed", "The database is on a disk without locks.")
    assert second.outcome == "skipped"


async def test_a_check_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hangs(sandbox: Sandbox, folder: Path) -> None:
        await anyio.sleep_forever()

    monkeypatch.setattr(self_check, "CHECK_SECONDS", 0.01)
    only_sandbox(monkeypatch, {"hangs": hangs, "next": hangs})
    first, second = await checked(tmp_path)
    assert (first.outcome, first.said) == ("failed", "It was not done after 0.01 s.")
    assert second.outcome == "skipped"


async def test_what_fails_without_a_word_of_ours_is_told_by_its_class(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(sandbox: Sandbox, folder: Path) -> None:
        async with anyio.create_task_group():
            raise OSError("no such device")

    only_sandbox(monkeypatch, {"breaks": breaks, "next": breaks})
    outcomes = await checked(tmp_path)
    assert [outcome.said for outcome in outcomes] == ["OSError: no such device"] * 2


async def test_what_this_machine_does_not_show_is_skipped_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_sandbox(monkeypatch, {"memory_is_limited": memory_is_limited})
    monkeypatch.setattr(sys, "platform", "darwin")
    (outcome,) = await checked(tmp_path)
    assert outcome.outcome == "skipped"
    assert "Only Linux" in outcome.said


async def test_no_check_asks_for_more_than_it_can_pay_on_a_machine_without_limits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is skipped elsewhere is skipped before anything is opened."""
    monkeypatch.setattr(sys, "platform", "win32")
    for name in ("cpu_is_limited", "memory_is_limited"):
        with pytest.raises(NotCheckableError):
            await sandbox_suite.CHECKS[name](NoSandbox(), tmp_path)


async def test_nothing_is_left_in_the_home_by_checks_that_end_and_by_one_that_is_cancelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_journal(monkeypatch, QUEUED)
    home = tmp_path / "new" / "home"
    (outcome,) = await checked(home, journal=lambda path, now: open_journal(path, now=now))
    assert outcome.outcome == "passed"
    assert list(home.iterdir()) == []

    with anyio.CancelScope() as scope:

        async def cancels(sandbox: Sandbox, folder: Path) -> None:
            (folder / "file").touch()
            scope.cancel()
            await anyio.sleep_forever()

        only_sandbox(monkeypatch, {"cancels": cancels})
        await checked(home)
    assert scope.cancelled_caught
    assert list(home.iterdir()) == []


async def test_a_home_that_cannot_be_made_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(JournalError, match="cannot be written") as caught:
        await checked(tmp_path / "file" / "home")
    assert "DRIVERSMITH_HOME" in caught.value.next_action
