"""Requests for prompts, refused in a person's words where they do not fit."""

from typing import Any

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS


async def fitting_prompts(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    """Pass on what fits.

    Raises:
        MCPError: an unknown prompt, an unknown argument or a missing one (-32602).
    """
    params = ctx.params or {}
    if ctx.method == "prompts/get" and isinstance(name := params.get("name"), str):
        from driversmith.resources.prompt_arguments import misfit

        arguments: dict[str, Any] = params.get("arguments") or {}
        if (words := misfit(name, arguments)) is not None:
            raise MCPError(INVALID_PARAMS, words)
    return await call_next(ctx)
