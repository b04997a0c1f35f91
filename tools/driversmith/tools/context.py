"""What a tool gets besides its arguments: the request, and the engine that the server's lifespan opened."""

from typing import TYPE_CHECKING, TypeAlias

from mcp.server.mcpserver import Context

if TYPE_CHECKING:
    from driversmith.engine.composition import Engine

    EngineContext: TypeAlias = Context[Engine]
else:
    EngineContext = Context  # the SDK looks for this class only; a parametrised one would be built for nothing


def engine_of(ctx: "EngineContext") -> "Engine":
    """The engine behind a request."""
    return ctx.request_context.lifespan_context
