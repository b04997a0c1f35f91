"""Tells subscribers that a session's resources changed (protocol 2026-07-28; older clients hear it while they wait)."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import anyio
from driversmith.resources.uris import DIAGNOSTICS, METRICS, SESSIONS, diagnostics_uri, log_uri, session_uri
from mcp.server.subscriptions import SubscriptionBus
from mcp.shared.subscriptions import ResourceUpdated

if TYPE_CHECKING:
    from driversmith.engine.api import Engine

BACKLOG = 1000
"""Changes waiting to be published; beyond that they are dropped, for a later one says the same."""


@asynccontextmanager
async def published_updates(engine: "Engine", bus: SubscriptionBus) -> AsyncGenerator[None]:
    """While open, publish every change of a session as updates of the resources that show it."""
    sending, receiving = anyio.create_memory_object_stream[str](BACKLOG)

    def heard(session_id: str) -> None:
        with suppress(anyio.WouldBlock, anyio.BrokenResourceError, anyio.ClosedResourceError):
            sending.send_nowait(session_id)

    async def publish() -> None:
        async for session_id in receiving:
            one = (session_uri(session_id), log_uri(session_id), diagnostics_uri(session_id))
            for uri in (*one, SESSIONS, DIAGNOSTICS, METRICS):
                await bus.publish(ResourceUpdated(uri=uri))

    async with sending, receiving, anyio.create_task_group() as tasks:
        tasks.start_soon(publish)
        unsubscribe = engine.subscribe(heard)
        try:
            yield
        finally:
            unsubscribe()
            tasks.cancel_scope.cancel()
