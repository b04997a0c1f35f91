"""The engine as a server has it: one that takes up what an earlier process left unfinished."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from driversmith.engine.settings import Settings

from .lifespan import EngineFactory

if TYPE_CHECKING:
    from driversmith.engine.composition import Engine


def resuming(open_engine: EngineFactory) -> EngineFactory:
    """A factory whose engine resumes unfinished sessions as soon as it is open (the command line does not)."""

    @asynccontextmanager
    async def opened(settings: Settings) -> "AsyncGenerator[Engine]":
        async with open_engine(settings) as engine:
            await engine.resume_unfinished()
            yield engine

    return opened
