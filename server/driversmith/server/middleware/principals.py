"""Each request meets the engine as its own principal: nothing behind this can ask as anybody else."""

from dataclasses import replace
from typing import Any

from driversmith.engine.models.principal import LOCAL, Principal
from mcp.server.context import CallNext, HandlerResult, ServerMiddleware, ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_REQUEST


def acting_principals(*, authenticated: bool) -> ServerMiddleware[Any]:
    """Middleware that gives the engine of a request's principal in the place of the server's.

    Where all requests are `authenticated` (HTTP), one without a principal is refused; where none is (stdio), they are the
    local user's.
    """

    async def acting(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        principal = _principal_of(ctx) if authenticated else LOCAL
        if principal is None:
            raise MCPError(INVALID_REQUEST, "Authentication required")
        return await call_next(replace(ctx, lifespan_context=ctx.lifespan_context.acting_for(principal)))

    return acting


def _principal_of(ctx: ServerRequestContext[Any, Any]) -> Principal | None:
    """As the token of the HTTP request says that brought the message."""
    if ctx.request is None:
        return None
    from ..http.tokens import PrincipalToken

    token = getattr(ctx.request.scope.get("user"), "access_token", None)
    return token.principal if isinstance(token, PrincipalToken) else None
