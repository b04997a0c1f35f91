"""What stderr shows while a command runs."""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from driversmith.engine.api import Engine
from driversmith.server.cli.terminal import progress
from driversmith.server.cli.terminal.progress import Watched, run_watched

from tests.patience import LONG

from ..conftest import ActivitiesStandIn, Command


class Lines(list[str]):
    """The lines of stderr so far; `more` is set by the next one."""

    more = anyio.Event()

    def append(self, line: str) -> None:
        super().append(line)
        more, self.more = self.more, anyio.Event()
        more.set()

    def lasting(self, words: str) -> Callable[..., Awaitable[Any]]:
        """Work that lasts until it was told three times that it does, in these words."""

        async def last(*_: Any, **__: Any) -> Any:
            with anyio.fail_after(LONG):
                while sum(line.startswith("Still at work after ") and words in line for line in self) < 3:
                    await self.more.wait()
            return []

        return last


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Lines:
    """Silence is broken after hundredths of a second."""
    lines = Lines()
    monkeypatch.setattr(progress, "BEAT_SECONDS", 0.02)
    monkeypatch.setattr(progress, "_print_line", lines.append)
    return lines


def test_a_line_says_again_and_again_what_is_under_way(shown: Lines) -> None:
    async def work(watched: Watched) -> int:
        await watched(0.25, 1.0, "Reading a page.")
        await shown.lasting(": Reading a page.")()
        return 7

    assert run_watched("pets", work) == 7
    assert shown[0] == " 25% Reading a page."


def test_what_did_not_last_has_no_line(shown: Lines) -> None:
    async def work(watched: Watched) -> None:
        watched.doing("Reading a page.")
        watched.doing("Reading another.")
        await shown.lasting(": Reading another.")()

    run_watched("pets", work)
    assert all(line.startswith("Still at work after ") for line in shown)
    assert "Reading a page." not in "".join(shown)


def test_where_it_is_to_be_quiet_there_is_no_line(shown: Lines) -> None:
    async def work(watched: Watched) -> None:
        watched.doing("Reading a page.")
        await watched(0.5, 1.0, "Half of it.")
        await anyio.sleep(0.1)

    run_watched("pets", work, quiet=True)
    assert shown == []


def test_what_the_work_raises_is_raised(shown: Lines) -> None:
    async def work(watched: Watched) -> None:
        raise ValueError("odd")

    with pytest.raises(ValueError, match="odd"):
        run_watched("pets", work)


def test_on_a_terminal_the_line_itself_lives(
    monkeypatch: pytest.MonkeyPatch, shown: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")

    err = ""

    async def work(watched: Watched) -> None:
        nonlocal err
        watched.doing("Reading [a] page.")
        with anyio.fail_after(LONG):  # it is drawn again while nothing is told
            while err.count("0:00:0") < 2:
                await anyio.sleep(0.02)
                err += capsys.readouterr().err
        watched.say("One page [read].")

    run_watched("pets", work)
    err += capsys.readouterr().err
    assert "Reading [a] page." in err and "One page [read]." in err
    assert shown == []


def test_a_slow_read_shows_that_it_lives(
    command: Command, shown: Lines, monkeypatch: pytest.MonkeyPatch, here: Path
) -> None:
    monkeypatch.setattr(Engine, "read_driver", shown.lasting(": Reading pets."))
    assert command("read", "pets_driver", "pets").code == 0


def test_slow_research_shows_that_it_lives(command: Command, shown: Lines, activities: ActivitiesStandIn) -> None:
    activities.during = shown.lasting(": Found a description.")
    assert command("generate", "Pets", "https://pets.example").code == 0


def test_a_slow_check_shows_that_it_lives(
    command: Command, shown: Lines, monkeypatch: pytest.MonkeyPatch, here: Path
) -> None:
    from driversmith.engine.models.findings import ValidationReport
    from driversmith.engine.validation import file

    async def slow(**_: Any) -> ValidationReport:
        await shown.lasting(": Checking clean.py.")()
        return ValidationReport.of([])

    monkeypatch.setattr(file, "validate_file", slow)
    (here / "clean.py").write_text("")
    assert command("validate", "clean.py").code == 0
