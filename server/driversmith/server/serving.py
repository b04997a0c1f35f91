"""The engine as a server has it: one that takes up what an earlier process left unfinished."""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import anyio
from driversmith.engine.errors import DriversmithError
from driversmith.engine.settings import Settings

from .lifespan import EngineFactory

if TYPE_CHECKING:
    from driversmith.engine.api import Engine

logger = logging.getLogger(__name__)
RESUME_SECONDS = 5.0
"""From the start of a server until it takes unfinished sessions up: its client comes first, and sees them as they were
left; whoever asks for one of them again need not wait."""


def resuming(open_engine: EngineFactory) -> EngineFactory:
    """A factory whose engine resumes unfinished sessions a little after it was opened (the command line does not)."""

    @asynccontextmanager
    async def opened(settings: Settings) -> "AsyncGenerator[Engine]":
        async with open_engine(settings) as engine, anyio.create_task_group() as tasks:
            tasks.start_soon(_resume_later, engine)
            yield engine
            tasks.cancel_scope.cancel()

    return opened


async def _resume_later(engine: "Engine") -> None:
    await anyio.sleep(RESUME_SECONDS)
    try:
        await engine.resume_unfinished()
    except DriversmithError as error:
        logger.error("unfinished sessions could not be taken up: %s", error)
