"""Tells subscribers that a session's resources changed (protocol 2026-07-28; older clients hear it while they wait)."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from driversmith.resources.uris import DIAGNOSTICS, METRICS, SESSIONS, diagnostics_uri, log_uri, session_uri
from mcp.server.subscriptions import SubscriptionBus
from mcp.shared.subscriptions import ResourceUpdated

if TYPE_CHECKING:
    from driversmith.engine.composition import Engine


@contextmanager
def published_updates(engine: "Engine", bus: SubscriptionBus) -> Generator[None]:
    """While open, publish every change of a session as updates of the resources that show it."""

    async def changed(session_id: str) -> None:
        one = (session_uri(session_id), log_uri(session_id), diagnostics_uri(session_id))
        for uri in (*one, SESSIONS, DIAGNOSTICS, METRICS):
            await bus.publish(ResourceUpdated(uri=uri))

    unsubscribe = engine.subscribe(changed)
    try:
        yield
    finally:
        unsubscribe()
