"""Progress of a session, told to the request that waits for it."""

from driversmith.engine.models.session import SessionEvent
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS

from .context import EngineContext


class ProgressTold:
    """Sends a notification for every event worth one."""

    def __init__(self, ctx: EngineContext) -> None:
        self._ctx = ctx
        self._updates = ctx.protocol_version in HANDSHAKE_PROTOCOL_VERSIONS

    async def __call__(self, event: SessionEvent) -> None:
        """Tell one event. Debug events are not told."""
        if event.level != "debug":
            await self._ctx.report_progress(event.progress or 0.0, 1.0, event.message)
        if self._updates:  # newer connections subscribe; older ones hear of it while they wait here
            await self._ctx.session.send_resource_updated(f"driversmith://sessions/{event.session_id}/log")
