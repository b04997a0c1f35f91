"""`create_server`: the whole MCP surface around an engine."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Literal

from driversmith.engine.settings import Settings
from driversmith.resources.completions import completed
from driversmith.tools.calling.heartbeat import BEAT_SECONDS
from driversmith.tools.calling.paths import UserPaths
from driversmith.tools.registry import engine_tools
from mcp.server.context import ServerMiddleware
from mcp.server.mcpserver import MCPServer
from mcp_types import (
    CompleteRequestParams,
    SubscribeRequestParams,
    SubscriptionsListenRequestParams,
    UnsubscribeRequestParams,
)

from .instructions import INSTRUCTIONS
from .lifespan import EngineFactory, engine_life, opened_engine
from .middleware.first_need import RegisteredAtFirstNeed
from .middleware.pages import paged_lists
from .middleware.principals import acting_principal
from .middleware.prompts import fitting_prompts
from .updates import Subscriptions

if TYPE_CHECKING:
    from driversmith.engine.api import Engine


def create_server(
    settings: Settings | None = None,
    *,
    engine_factory: EngineFactory = opened_engine,
    transport: Literal["stdio", "http"] = "stdio",
    authenticated: bool = False,
    heartbeat_seconds: float = BEAT_SECONDS,
    opened: "Callable[[Engine], None] | None" = None,
) -> "MCPServer[Engine]":
    """The server: tools, resources, prompts, and a lifespan that opens the engine with `engine_factory`.

    With `transport="http"` tools take paths of the user's only below `settings.read_roots`. `authenticated` says that each
    request names its principal, whose sessions alone it meets; else all are the local user's. Whoever waits for a tool
    hears nothing for `heartbeat_seconds` at most. `opened` is given the engine, for what is served beside MCP.
    """
    settings = settings or Settings()
    subscriptions = Subscriptions()
    roots = settings.read_roots if transport == "http" else None
    paths = UserPaths(roots=roots, principals_dir=settings.principals_dir)

    @asynccontextmanager
    async def lifespan(_: "MCPServer[Engine]") -> "AsyncGenerator[Engine]":
        async with engine_life(settings, engine_factory, subscriptions) as engine:
            if opened is not None:
                opened(engine)
            yield engine

    def register() -> None:
        from driversmith.resources.registry import register as register_resources

        register_resources(server)

    needed = RegisteredAtFirstNeed(register, "resources/", "prompts/")
    middleware: list[ServerMiddleware[Any]] = [needed, paged_lists, fitting_prompts]
    if authenticated:
        middleware.insert(0, acting_principal)
    server: MCPServer[Engine] = MCPServer(
        "driversmith",
        title="driversmith",
        description="Makes tested Python drivers for HTTP APIs, and heals what goes wrong on the way.",
        version=version("driversmith"),
        instructions=INSTRUCTIONS,
        tools=engine_tools(paths, heartbeat_seconds=heartbeat_seconds),
        lifespan=lifespan,
        log_level=settings.log_level,
        middleware=middleware,
    )
    lowlevel = server._lowlevel_server  # pyright: ignore[reportPrivateUsage]  the SDK's own handlers know no request
    lowlevel.extensions[
        "io.modelcontextprotocol/ui"
    ] = {}  # a tool of ours has a page; its module would cost start-up time
    lowlevel.add_request_handler("subscriptions/listen", SubscriptionsListenRequestParams, subscriptions.listen)
    lowlevel.add_request_handler("resources/subscribe", SubscribeRequestParams, subscriptions.subscribe)
    lowlevel.add_request_handler("resources/unsubscribe", UnsubscribeRequestParams, subscriptions.unsubscribe)
    lowlevel.add_request_handler("completion/complete", CompleteRequestParams, completed)
    return server
