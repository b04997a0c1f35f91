"""What a command works with: settings, an engine of its own, and a loop that Ctrl-C ends."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

import anyio
from driversmith.engine.settings import Settings

from ..startup import log_to_stderr, read_settings

if TYPE_CHECKING:
    from driversmith.engine.composition import Engine

T = TypeVar("T")


def command_settings() -> Settings:
    """The settings of the environment, with logging to stderr switched on.

    Raises:
        SystemExit: code 2, after a line for each variable that cannot be used.
    """
    settings = read_settings()
    log_to_stderr(settings)
    return settings


def run_async(function: Callable[[], Awaitable[T]]) -> T:
    """Run a coroutine function to its end on the server's kind of loop.

    Raises:
        KeyboardInterrupt: after Ctrl-C, when everything that was open is closed.
    """
    return anyio.run(function)


@asynccontextmanager
async def engine_for_command(settings: Settings) -> "AsyncGenerator[Engine]":
    """An engine that works on nothing but what the command asks of it."""
    from driversmith.engine.composition import open_engine

    async with open_engine(settings) as engine:
        yield engine
