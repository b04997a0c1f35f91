"""Each request meets the engine as its own principal: nothing behind this can ask as anybody else."""

from dataclasses import replace
from typing import Any

from driversmith.engine.models.principal import Principal
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_REQUEST


async def acting_principal(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    """Give the engine of the request's principal in the place of the server's, which acts for the local user.

    Raises:
        MCPError: the request has no principal; it must not come this far.
    """
    principal = _principal_of(ctx)
    if principal is None:
        raise MCPError(INVALID_REQUEST, "Authentication required")
    return await call_next(replace(ctx, lifespan_context=ctx.lifespan_context.acting_for(principal)))


def _principal_of(ctx: ServerRequestContext[Any, Any]) -> Principal | None:
    """As the token of the HTTP request says that brought the message."""
    if ctx.request is None:
        return None
    from ..http.tokens import PrincipalToken

    token = getattr(ctx.request.scope.get("user"), "access_token", None)
    return token.principal if isinstance(token, PrincipalToken) else None
