"""Registers resources and prompts at the first request that needs them, so that start-up does not pay for them."""

from collections.abc import Callable
from typing import Any

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext


class RegisteredAtFirstNeed:
    """Calls `register` once, before the first request whose method begins with one of the prefixes."""

    def __init__(self, register: Callable[[], None], *prefixes: str) -> None:
        self._register: Callable[[], None] | None = register
        self._prefixes = prefixes

    async def __call__(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        """Pass the request on, registering first where it is needed."""
        if self._register is not None and ctx.method.startswith(self._prefixes):
            register, self._register = self._register, None
            register()
        return await call_next(ctx)
