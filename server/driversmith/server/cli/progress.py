"""A session's progress on stderr: a live line on a terminal, plain lines elsewhere."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Protocol

from driversmith.engine.models.session import SessionEvent
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Column

from .console import stderr
from .event_lines import LASTING, event_line


class ProgressShown(Protocol):
    """Takes progress as MCP clients get it, and events as the engine tells them."""

    async def __call__(self, progress: float, total: float | None, message: str | None) -> None:
        """A progress notification."""
        ...

    async def happened(self, event: SessionEvent) -> None:
        """An event; its message comes as a progress notification too."""
        ...


@contextmanager
def shown_progress(title: str, *, quiet: bool = False) -> Generator[ProgressShown]:
    """Show progress while the block runs; `quiet` shows none."""
    if quiet:
        yield _Silent()
    elif sys.stderr.isatty():
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
            yield _Live(bar, bar.add_task(title, total=1.0, doing=""))
    else:
        yield _Plain()


def event_progress(shown: ProgressShown) -> "_Events":
    """The same display for events of the engine."""
    return _Events(shown)


class _Silent:
    async def __call__(self, progress: float, total: float | None, message: str | None) -> None:
        return

    async def happened(self, event: SessionEvent) -> None:
        return


class _Live:
    def __init__(self, bar: Progress, task: TaskID) -> None:
        self._bar = bar
        self._task = task
        self._last = 0
        """The newest event that was shown: a caller that waits again is told all of them again."""

    async def __call__(self, progress: float, total: float | None, message: str | None) -> None:
        self._bar.update(self._task, completed=progress, total=total or 1.0, doing=_plain(message or ""))

    async def happened(self, event: SessionEvent) -> None:
        """What tells of healing stays above the live line."""
        if event.kind in LASTING and event.seq > self._last and (line := event_line(event)) is not None:
            self._last = event.seq
            self._bar.console.print(line.styled(), soft_wrap=True)


class _Plain:
    def __init__(self) -> None:
        self._last = ""

    async def __call__(self, progress: float, total: float | None, message: str | None) -> None:
        if message and message != self._last:
            self._last = message
            print(f"{100 * progress / (total or 1.0):3.0f}% {_plain(message)}", file=sys.stderr, flush=True)

    async def happened(self, event: SessionEvent) -> None:
        """Every message has its line already."""


class _Events:
    def __init__(self, shown: ProgressShown) -> None:
        self._shown = shown
        self._furthest = 0.0

    async def __call__(self, event: SessionEvent) -> None:
        """Show one event; debug events are not shown."""
        if event.level != "debug":
            self._furthest = max(self._furthest, event.progress or 0.0)
            await self._shown(self._furthest, 1.0, event.message)
            await self._shown.happened(event)


def _plain(message: str) -> str:
    """One line without control characters: messages quote what others wrote."""
    return "".join(c if c.isprintable() else " " for c in message)
