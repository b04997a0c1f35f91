"""Progress on stderr: a live line on a terminal, plain lines elsewhere, and silence nowhere for long."""

import sys
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from driversmith.engine.models.session import SessionEvent
from driversmith.tools.calling.heartbeat import Heartbeat
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Column

from .console import stderr
from .event_lines import LASTING, event_line, printable
from .interrupt import run_async

BEAT_SECONDS = 12.0
"""At most 15 are promised. More than a server's own, so that of two signs of life one is shown."""

T = TypeVar("T")


def run_watched(
    title: str, work: "Callable[[Watched], Awaitable[T]]", *, quiet: bool = False, live: bool | None = None
) -> T:
    """Run a coroutine function to its end while stderr shows how far it is, and in any case that it lives.

    `quiet` shows nothing; `live` is one line that changes (by default on a terminal), or a line for each thing told.

    Raises:
        KeyboardInterrupt: after Ctrl-C, when everything that was open is closed.
    """

    async def watched() -> T:
        watch = Watched(shown, title)
        async with watch.heartbeat.beating():
            return await work(watch)

    with _display(title, quiet=quiet, live=sys.stderr.isatty() if live is None else live) as shown:
        return run_async(watched)


class Watched:
    """What a command tells of itself: progress as MCP clients get it, events as the engine tells them."""

    def __init__(self, shown: "_Shown", title: str) -> None:
        self._shown = shown
        self._furthest = 0.0
        self.heartbeat = Heartbeat(shown.lives, doing=title, seconds=BEAT_SECONDS)

    async def __call__(self, progress: float, total: float | None, message: str | None) -> None:
        """A progress notification."""
        if message:
            self.heartbeat.heard(message)
        await self._shown.progressed(progress / (total or 1.0), message or "")

    async def happened(self, event: SessionEvent) -> None:
        """An event whose message comes as a progress notification too."""
        await self._shown.happened(event)

    async def told(self, event: SessionEvent) -> None:
        """An event that nobody else tells. Debug events are not shown."""
        if event.level != "debug":
            self._furthest = max(self._furthest, event.progress or 0.0)
            await self(self._furthest, 1.0, event.message)
            await self.happened(event)

    def doing(self, message: str) -> None:
        """What is under way now; lines tell it only once it lasts."""
        self.heartbeat.doing(message)
        self._shown.doing(message)

    def heard(self, message: str) -> None:
        """What is under way now, and was shown already."""
        self.heartbeat.heard(message)

    def say(self, message: str) -> None:
        """A line that stays, also where progress is not shown."""
        self.heartbeat.heard(message)
        self._shown.say(message)


class _Shown(Protocol):
    """A way to show it."""

    async def progressed(self, share: float, message: str) -> None: ...
    async def happened(self, event: SessionEvent) -> None: ...
    async def lives(self, message: str) -> None: ...
    def doing(self, message: str) -> None: ...
    def say(self, message: str) -> None: ...


@contextmanager
def _display(title: str, *, quiet: bool, live: bool) -> Generator[_Shown]:
    if quiet:
        yield _Silent()
    elif live:
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeElapsedColumn(),
            TextColumn(
                "{task.fields[doing]}", markup=False, table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis")
            ),
        )
        with Progress(*columns, console=stderr(), transient=True, expand=True) as bar:
            yield _Live(bar, bar.add_task(title, total=None, doing=""))
    else:
        yield _Plain()


class _Silent:
    async def progressed(self, share: float, message: str) -> None:
        return

    async def happened(self, event: SessionEvent) -> None:
        return

    async def lives(self, message: str) -> None:
        return

    def doing(self, message: str) -> None:
        return

    def say(self, message: str) -> None:
        _print_line(message)


class _Live:
    def __init__(self, bar: Progress, task: TaskID) -> None:
        self._bar = bar
        self._task = task
        self._last = 0
        """The newest event that was shown: a caller that waits again is told all of them again."""

    async def progressed(self, share: float, message: str) -> None:
        self._bar.update(self._task, completed=share, total=1.0, doing=printable(message))

    async def happened(self, event: SessionEvent) -> None:
        """What tells of healing stays above the live line."""
        if event.kind in LASTING and event.seq > self._last and (line := event_line(event)) is not None:
            self._last = event.seq
            self._bar.console.print(line.styled(), soft_wrap=True)

    async def lives(self, message: str) -> None:
        """The line says so by itself: it turns, and counts the seconds."""

    def doing(self, message: str) -> None:
        self._bar.update(self._task, doing=printable(message))

    def say(self, message: str) -> None:
        self._bar.console.print(printable(message), markup=False, soft_wrap=True)


class _Plain:
    def __init__(self) -> None:
        self._last = ""

    async def progressed(self, share: float, message: str) -> None:
        if message and message != self._last:
            self._last = message
            _print_line(f"{100 * share:3.0f}% {message}")

    async def happened(self, event: SessionEvent) -> None:
        """Every message has its line already."""

    async def lives(self, message: str) -> None:
        _print_line(message)

    def doing(self, message: str) -> None:
        """A line once it lasts."""

    def say(self, message: str) -> None:
        _print_line(message)


def _print_line(text: str) -> None:
    print(printable(text), file=sys.stderr, flush=True)
