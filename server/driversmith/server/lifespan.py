"""The engine's life: opened with the server, closed before the process leaves."""

import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

from driversmith.engine.errors import DriversmithError
from driversmith.engine.settings import Settings
from mcp.server.subscriptions import SubscriptionBus

from .updates import published_updates

if TYPE_CHECKING:
    from driversmith.engine.api import Engine

logger = logging.getLogger(__name__)
EngineFactory = Callable[[Settings], AbstractAsyncContextManager["Engine"]]


class UnusableEngine:
    """Stands where an engine should be that could not be opened: every use raises the reason, so that it is told."""

    def __init__(self, reason: DriversmithError) -> None:
        self._reason = reason

    def __getattr__(self, name: str) -> Any:
        raise type(self._reason)(self._reason.message, code=self._reason.code, next_action=self._reason.next_action)


def opened_engine(settings: Settings) -> "AbstractAsyncContextManager[Engine]":
    """The real engine; nothing of it is imported before."""
    from driversmith.engine.composition import open_engine

    return open_engine(settings)


@asynccontextmanager
async def engine_life(settings: Settings, open_engine: EngineFactory, bus: SubscriptionBus) -> "AsyncGenerator[Engine]":
    """The open engine, its events published on the bus.

    An engine that cannot be opened (a database of a newer version, a read-only disk) does not end the server: each
    tool and resource says why instead.
    """
    async with AsyncExitStack() as stack:
        try:
            engine = await stack.enter_async_context(open_engine(settings))
        except DriversmithError as reason:
            logger.error("the engine could not be opened: %s", reason)
            yield cast("Engine", UnusableEngine(reason))
            return
        await stack.enter_async_context(published_updates(engine, bus))
        yield engine
