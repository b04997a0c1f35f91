"""`driversmith serve`: MCP on stdin and stdout."""

import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, redirect_stdout
from functools import partial

import anyio
from driversmith.engine.api import Engine
from driversmith.engine.composition import open_engine
from driversmith.engine.settings import Settings
from mcp.server.mcpserver import MCPServer
from mcp.server.stdio import stdio_server

from .app import create_server
from .leaving import Departure
from .lifespan import EngineFactory
from .serving import resuming
from .startup import log_to_stderr, read_settings
from .stdin import EndableStdin
from .wire import AnsweredLines


def serve_stdio(settings: Settings | None = None, *, engine_factory: EngineFactory = open_engine) -> int:
    """Serve until stdin ends, or SIGINT or SIGTERM comes; the exit code (130 after SIGINT).

    However it ends, the engine is closed first: sessions that still run are left `interrupted`, to be resumed.
    """
    settings = settings or read_settings()
    log_to_stderr(settings)
    return serve_on_stdio(partial(create_server, settings), engine_factory=resuming(engine_factory))


def serve_on_stdio(
    create: Callable[..., "MCPServer[Engine]"],
    *,
    engine_factory: EngineFactory = open_engine,
) -> int:
    """Serve what `create(engine_factory=...)` gives, as `serve_stdio` does."""
    if sys.stdin is None or sys.stdout is None:  # pyright: ignore[reportUnnecessaryComparison]  closed by the starter
        print("driversmith: MCP needs stdin and stdout, and one of them is closed.", file=sys.stderr)
        return 2
    if sys.stdin.isatty():
        print("driversmith speaks MCP on stdin and stdout; see driversmith --help. Ctrl-C leaves.", file=sys.stderr)
    server = create(engine_factory=_keeping_stdout_clean(engine_factory))
    departure = Departure()
    stdin = EndableStdin(on_end=departure.begin)
    with departure.on_signals(stdin.end):
        try:
            anyio.run(_serve, server)
        except* OSError as broken:
            # a client that died in the middle of an answer
            if not all(isinstance(e, BrokenPipeError) for e in broken.exceptions):
                raise
    return departure.exit_code


async def _serve(server: MCPServer[Engine]) -> None:
    """What `MCPServer.run_stdio_async` does, with an answer also for requests that cannot be read."""
    lowlevel = server._lowlevel_server  # pyright: ignore[reportPrivateUsage]  the only way to streams of our own
    async with stdio_server() as (lines, answers):
        await lowlevel.run(AnsweredLines(lines, answers), answers, lowlevel.create_initialization_options())


def _keeping_stdout_clean(factory: EngineFactory) -> EngineFactory:
    """The engine; `print` goes to stderr as long as it is open, for stdout is the wire.

    The SDK diverts the descriptor; this diverts the text layer above it, whose buffer would be flushed to the wire
    when the descriptor is restored.
    """

    @asynccontextmanager
    async def opened(settings: Settings) -> AsyncGenerator[Engine]:
        with redirect_stdout(sys.stderr):
            async with factory(settings) as engine:
                yield engine

    return opened
