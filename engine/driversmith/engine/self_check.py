"""The conformance suites of journal and sandbox, run on this machine for whoever uses it."""

import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import Literal

import anyio

from .conformance import cut
from .errors import DriversmithError, JournalError, NotCheckableError, UnmetError, alone
from .journal.conformance import registry as journal_suite
from .journal.port import Journal
from .models.base import Value
from .sandbox.conformance import registry as sandbox_suite
from .sandbox.port import Sandbox

CHECK_SECONDS = 60.0
"""Longest time for one check; none takes more than five on a machine that is not busy."""

Suite = Literal["journal", "sandbox"]
OpenJournalAt = Callable[[Path, Callable[[], float]], AbstractAsyncContextManager[Journal]]
"""Opens the journal in a file; the second argument gives Unix seconds."""
OpenSandbox = Callable[[], AbstractAsyncContextManager[Sandbox]]
"""Makes a sandbox, of which each check gets its own, and closes it."""
Progress = Callable[[float, Suite], Awaitable[None]]
"""Told before each check: the share of all checks that is done, and the suite that it belongs to."""


class CheckOutcome(Value):
    """What became of one check."""

    suite: Suite
    name: str
    outcome: Literal["passed", "failed", "skipped"]
    said: str = ""
    """What was expected and received, or why it was skipped."""
    seconds: float = 0.0


async def make_checks(
    home: Path, *, open_journal: OpenJournalAt, open_sandbox: OpenSandbox, progress: Progress
) -> list[CheckOutcome]:
    """Make all checks one after the other, in a new folder in `home` that is removed whatever happens.

    Where a suite has nothing left to check, since no journal opens or no child starts or one hung, its rest is skipped.

    Raises:
        JournalError: no folder can be made there.
    """
    with _folder_in(home) as folder:
        checks = list(_all_checks(Path(folder), open_journal, open_sandbox))
        outcomes: list[CheckOutcome] = []
        ended: dict[Suite, str] = {}
        for number, (suite, name, check) in enumerate(checks):
            if suite in ended:
                outcomes.append(CheckOutcome(suite=suite, name=name, outcome="skipped", said=ended[suite]))
                continue
            await progress(number / len(checks), suite)
            outcome, hopeless = await _made(suite, name, check)
            outcomes.append(outcome)
            if hopeless:
                ended[suite] = f"Not tried, since this one failed: {name}."
        return outcomes


def _folder_in(home: Path) -> "tempfile.TemporaryDirectory[str]":
    try:
        home.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryDirectory(prefix="self-check-", dir=home, ignore_cleanup_errors=True)
    except OSError as error:
        raise JournalError(
            f"{home} cannot be written ({error.strerror or error}).",
            next_action="Set DRIVERSMITH_HOME to a folder of yours.",
        ) from error


def _all_checks(
    folder: Path, open_journal: OpenJournalAt, open_sandbox: OpenSandbox
) -> Iterator[tuple[Suite, str, Callable[[], Awaitable[None]]]]:
    """Every check with its suite and name, as a function that is given nothing more."""
    for number, (name, check) in enumerate(journal_suite.CHECKS.items()):
        yield "journal", name, partial(check, partial(open_journal, folder / f"journal-{number}" / "journal.db"))

    async def with_sandbox(check: sandbox_suite.Check, place: Path) -> None:
        await anyio.Path(place).mkdir()
        async with open_sandbox() as sandbox:
            await check(sandbox, place)

    for number, (name, check) in enumerate(sandbox_suite.CHECKS.items()):
        yield "sandbox", name, partial(with_sandbox, check, folder / f"sandbox-{number}")


async def _made(suite: Suite, name: str, check: Callable[[], Awaitable[None]]) -> tuple[CheckOutcome, bool]:
    """What became of a check, and whether those that follow in its suite can only go the same way."""
    started = time.monotonic()

    def ended(outcome: Literal["passed", "failed", "skipped"], said: str = "") -> CheckOutcome:
        seconds = round(time.monotonic() - started, 3)
        return CheckOutcome(suite=suite, name=name, outcome=outcome, said=said, seconds=seconds)

    try:
        with anyio.move_on_after(CHECK_SECONDS) as scope:
            await check()
    except NotCheckableError as error:
        return ended("skipped", error.message), False
    except UnmetError as error:
        return ended("failed", error.message), False
    except Exception as error:  # edge: whatever an implementation raises is what is to be told
        error = alone(error)
        said = error.message if isinstance(error, DriversmithError) else f"{type(error).__name__}: {error}"
        unusable = isinstance(error, DriversmithError) and error.code in {"journal_unusable", "isolation_unavailable"}
        return ended("failed", cut(said)), unusable
    if scope.cancelled_caught:
        return ended("failed", f"It was not done after {CHECK_SECONDS:g} s."), True
    return ended("passed"), False
