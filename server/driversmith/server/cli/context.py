"""What a command works with: settings, and an engine of its own."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from driversmith.engine.settings import Settings

from ..startup import log_to_stderr, read_settings
from ..telemetry import exported_spans

if TYPE_CHECKING:
    from driversmith.engine.api import Engine


def command_settings() -> Settings:
    """The settings of the environment, with logging to stderr switched on.

    Raises:
        SystemExit: code 2, after a line for each variable that cannot be used.
    """
    settings = read_settings()
    log_to_stderr(settings)
    return settings


@asynccontextmanager
async def engine_for_command(settings: Settings) -> "AsyncGenerator[Engine]":
    """An engine that works on nothing but what the command asks of it."""
    from driversmith.engine.composition import open_engine

    with exported_spans():
        async with open_engine(settings) as engine:
            yield engine
