"""Tells subscribers that a session's resources changed: on the streams of 2026-07-28, and connections that subscribed by
the handshake era's `resources/subscribe`."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import anyio
from driversmith.engine.errors import DriversmithError
from driversmith.engine.models.principal import Principal
from driversmith.resources.uris import DIAGNOSTICS, METRICS, SESSIONS, diagnostics_uri, log_uri, session_uri
from mcp.server.connection import Connection
from mcp.server.context import ServerRequestContext
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler
from mcp.shared.exceptions import MCPError
from mcp.shared.subscriptions import ResourceUpdated
from mcp_types import (
    INVALID_PARAMS,
    EmptyResult,
    SubscribeRequestParams,
    SubscriptionsListenRequestParams,
    SubscriptionsListenResult,
    UnsubscribeRequestParams,
)

if TYPE_CHECKING:
    from driversmith.engine.api import Engine

BACKLOG = 1000
"""Changes waiting to be published; beyond that they are dropped, for a later one says the same."""
MOST_STREAMS = 100
"""Subscriptions of one principal at once."""
MOST_URIS = 100
"""Resources that one connection of the handshake era watches at once."""
LONGEST_URI = 2000
SLOW_SECONDS = 1.0
"""Who takes an update no sooner is no longer told of any: the others wait for it meanwhile."""
MOST_OWNERS = 1000
"""Sessions of which it is remembered whose they are."""


class Subscriptions:
    """Who listens: a bus for each principal, so that nobody hears of another's sessions, whatever they subscribe to; and
    for each, the connections of the handshake era with what they watch."""

    def __init__(self) -> None:
        self._watching: dict[Principal, dict[Connection, set[str]]] = {}
        self._buses: dict[Principal, InMemorySubscriptionBus] = {}
        self._handlers: dict[Principal, ListenHandler] = {}

    async def listen(
        self, ctx: ServerRequestContext[Any, Any], params: SubscriptionsListenRequestParams
    ) -> SubscriptionsListenResult:
        """Serve one `subscriptions/listen`."""
        principal: Principal = ctx.lifespan_context.principal
        if principal not in self._handlers:
            bus = self._buses[principal] = InMemorySubscriptionBus()
            self._handlers[principal] = ListenHandler(bus, max_subscriptions=MOST_STREAMS)
        return await self._handlers[principal](ctx, params)

    async def subscribe(self, ctx: ServerRequestContext[Any, Any], params: SubscribeRequestParams) -> EmptyResult:
        """Serve `resources/subscribe`; what is watched is forgotten with the connection.

        Raises:
            MCPError: the connection watches too much already, or the URI is too long.
        """
        uri, principal, connection = str(params.uri), ctx.lifespan_context.principal, _connection_of(ctx)
        watching = self._watching.setdefault(principal, {})
        if connection not in watching:
            watching[connection] = set()
            connection.exit_stack.callback(watching.pop, connection, None)
        uris = watching[connection]
        if len(uri) > LONGEST_URI or (uri not in uris and len(uris) >= MOST_URIS):
            raise MCPError(
                INVALID_PARAMS,
                f"At most {MOST_URIS} resources are watched at once, with URIs of {LONGEST_URI} characters.",
            )
        uris.add(uri)
        return EmptyResult()

    async def unsubscribe(self, ctx: ServerRequestContext[Any, Any], params: UnsubscribeRequestParams) -> EmptyResult:
        """Serve `resources/unsubscribe`; what was not watched is no error."""
        self._watching.get(ctx.lifespan_context.principal, {}).get(_connection_of(ctx), set()).discard(str(params.uri))
        return EmptyResult()

    async def publish(self, principal: Principal, uri: str) -> None:
        """Tell those of the principal's who listen that a resource has changed."""
        if bus := self._buses.get(principal):
            await bus.publish(ResourceUpdated(uri=uri))
        watching = self._watching.get(principal, {})
        for connection in [connection for connection, uris in watching.items() if uri in uris]:
            with anyio.move_on_after(SLOW_SECONDS) as told:
                await connection.send_resource_updated(uri)
            if told.cancelled_caught:
                watching.pop(connection, None)


def _connection_of(ctx: ServerRequestContext[Any, Any]) -> Connection:
    return ctx.session._connection  # pyright: ignore[reportPrivateUsage]  the SDK hands out no name that outlives a request


@asynccontextmanager
async def published_updates(engine: "Engine", subscriptions: Subscriptions) -> AsyncGenerator[None]:
    """While open, publish every change of a session as updates of the resources that show it."""
    sending, receiving = anyio.create_memory_object_stream[str](BACKLOG)
    owners: dict[str, Principal] = {}

    def heard(session_id: str) -> None:
        with suppress(anyio.WouldBlock, anyio.BrokenResourceError, anyio.ClosedResourceError):
            sending.send_nowait(session_id)

    async def owner_of(session_id: str) -> Principal:
        if session_id not in owners:
            if len(owners) >= MOST_OWNERS:
                owners.clear()
            owners[session_id] = await engine.owner_of(session_id)
        return owners[session_id]

    async def publish() -> None:
        async for session_id in receiving:
            try:
                owner = await owner_of(session_id)
            except DriversmithError:
                continue  # it was pruned, or the journal cannot be read: then nobody can read its resources either
            one = (session_uri(session_id), log_uri(session_id), diagnostics_uri(session_id))
            for uri in (*one, SESSIONS, DIAGNOSTICS, METRICS):
                await subscriptions.publish(owner, uri)

    async with sending, receiving, anyio.create_task_group() as tasks:
        tasks.start_soon(publish)
        unsubscribe = engine.subscribe(heard)
        try:
            yield
        finally:
            unsubscribe()
            tasks.cancel_scope.cancel()
