"""The engine's life: opened with the server, closed before the process leaves."""

import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

from driversmith.engine.errors import DriversmithError
from driversmith.engine.models.principal import LOCAL, Principal
from driversmith.engine.settings import Settings

from .updates import Subscriptions, published_updates

if TYPE_CHECKING:
    from driversmith.engine.api import Engine

logger = logging.getLogger(__name__)
EngineFactory = Callable[[Settings], AbstractAsyncContextManager["Engine"]]


class UnusableEngine:
    """Stands where an engine should be that could not be opened: every use raises the reason, so that it is told."""

    def __init__(self, reason: DriversmithError, principal: Principal = LOCAL) -> None:
        self._reason = reason
        self.principal = principal

    def acting_for(self, principal: Principal) -> "UnusableEngine":
        """As unusable for everybody."""
        return UnusableEngine(self._reason, principal)

    def __getattr__(self, name: str) -> Any:
        raise type(self._reason)(self._reason.message, code=self._reason.code, next_action=self._reason.next_action)


def opened_engine(settings: Settings) -> "AbstractAsyncContextManager[Engine]":
    """The real engine; nothing of it is imported before."""
    from driversmith.engine.composition import open_engine

    return open_engine(settings)


@asynccontextmanager
async def engine_life(
    settings: Settings, open_engine: EngineFactory, subscriptions: Subscriptions
) -> "AsyncGenerator[Engine]":
    """The open engine, its events told to those who subscribed.

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
        await stack.enter_async_context(published_updates(engine, subscriptions))
        yield engine
