"""What a tool gets besides its arguments: the request, and the engine that the server's lifespan opened."""

from collections import OrderedDict
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

from mcp.server.mcpserver import Context
from mcp_types import InputResponses
from pydantic import PrivateAttr

from .heartbeat import Heartbeat

if TYPE_CHECKING:
    from driversmith.engine.api import Engine

    _Request = Context[Engine]
else:
    _Request = Context  # a parametrised one would be built for nothing

CREEP = 0.005
"""Share of what is left by which a figure moves on that would not be higher: the protocol wants every step to increase."""
MOST = 0.999
"""No figure says that all is done, since something may follow it; the answer says so."""

MOST_KEPT = 8
"""Answers that a tool keeps, so that their further parts can be asked for."""


class EngineContext(_Request):
    """The SDK's context of a request, whose progress always increases, from 0 towards 1, and never falls silent."""

    _reached: float = PrivateAttr(default=0.0)
    _heartbeat: Heartbeat = PrivateAttr()
    _whole: Context[Any, Any] = PrivateAttr()
    _memory: "OrderedDict[str, Any]" = PrivateAttr()

    def __init__(
        self,
        context: Context[Any, Any],
        *,
        doing: str,
        seconds: float,
        memory: "OrderedDict[str, Any] | None" = None,
    ) -> None:
        """After `seconds` without progress a sign of life is sent; `doing` is what is under way until somebody says more.
        `memory` is what the tool keeps between calls."""
        super().__init__(request_context=context.request_context, mcp_server=context.mcp_server)
        self._whole = context
        self._memory = OrderedDict() if memory is None else memory
        self._heartbeat = Heartbeat(self._send, doing=doing, seconds=seconds)

    @property
    def input_responses(self) -> InputResponses | None:
        """What the client answered to the questions of an earlier round of this call."""
        return self._whole.input_responses

    @property
    def request_state(self) -> str | None:
        """What an earlier round of this call left for this one."""
        return self._whole.request_state

    def kept_up(self) -> AbstractAsyncContextManager[None]:
        """Let no silence fall while the block runs."""
        return self._heartbeat.beating()

    def keep(self, name: str, value: Any) -> None:
        """Keep what a later call may go on with, as long as few others come between."""
        self._memory[name] = value
        while len(self._memory) > MOST_KEPT:
            self._memory.popitem(last=False)

    def kept(self, name: str) -> Any:
        """What was kept under the name; None where it is gone."""
        return self._memory.get(name)

    async def report_progress(self, progress: float, total: float | None = None, message: str | None = None) -> None:
        """Tell whoever waits how far it has come, and in a sentence what is under way now."""
        if message:
            self._heartbeat.heard(message)
        await self._send(message, progress / (total or 1.0))

    async def _send(self, message: str | None, share: float = 0.0) -> None:
        floor = self._reached + (1 - self._reached) * CREEP
        self._reached = max(floor, min(share, MOST))
        await self.request_context.session.report_progress(self._reached, 1.0, message)


def engine_of(ctx: "EngineContext") -> "Engine":
    """The engine behind a request, as its principal."""
    return ctx.request_context.lifespan_context
