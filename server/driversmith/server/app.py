"""`create_server`: the whole MCP surface around an engine."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Literal

from driversmith.engine.settings import Settings
from driversmith.resources.completions import SessionIds
from driversmith.tools.calling.heartbeat import BEAT_SECONDS
from driversmith.tools.calling.paths import UserPaths
from driversmith.tools.registry import engine_tools
from mcp.server.context import ServerMiddleware
from mcp.server.mcpserver import MCPServer
from mcp.server.subscriptions import InMemorySubscriptionBus

from .instructions import INSTRUCTIONS
from .lifespan import EngineFactory, engine_life, opened_engine
from .middleware.first_need import RegisteredAtFirstNeed
from .middleware.pages import paged_lists
from .middleware.prompts import fitting_prompts

if TYPE_CHECKING:
    from driversmith.engine.api import Engine


def create_server(
    settings: Settings | None = None,
    *,
    engine_factory: EngineFactory = opened_engine,
    transport: Literal["stdio", "http"] = "stdio",
    heartbeat_seconds: float = BEAT_SECONDS,
) -> "MCPServer[Engine]":
    """The server: tools, resources, prompts, and a lifespan that opens the engine with `engine_factory`.

    With `transport="http"` tools take paths of the user's only below `settings.read_roots`. Whoever waits for a tool hears
    nothing for `heartbeat_seconds` at most.
    """
    settings = settings or Settings()
    bus = InMemorySubscriptionBus()
    opened: list[Engine] = []
    paths = UserPaths(roots=settings.read_roots if transport == "http" else None)

    @asynccontextmanager
    async def lifespan(_: "MCPServer[Engine]") -> "AsyncGenerator[Engine]":
        async with engine_life(settings, engine_factory, bus) as engine:
            opened[:] = [engine]
            yield engine

    def register() -> None:
        from driversmith.resources.registry import register as register_resources

        register_resources(server)

    needed: ServerMiddleware[Any] = RegisteredAtFirstNeed(register, "resources/", "prompts/")
    server: MCPServer[Engine] = MCPServer(
        "driversmith",
        title="driversmith",
        description="Makes tested Python drivers for HTTP APIs, and heals what goes wrong on the way.",
        version=version("driversmith"),
        instructions=INSTRUCTIONS,
        tools=engine_tools(paths, heartbeat_seconds=heartbeat_seconds),
        lifespan=lifespan,
        log_level=settings.log_level,
        subscriptions=bus,
        middleware=[needed, paged_lists, fitting_prompts],
    )
    server.completion()(SessionIds(lambda: opened[0].journal))
    return server
