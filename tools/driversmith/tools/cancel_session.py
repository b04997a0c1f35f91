"""End a session."""

from typing import Annotated

from driversmith.engine.models.session import SupervisedResult
from mcp_types import CallToolResult

from .arguments import SessionId
from .context import EngineContext, engine_of
from .declaration import declared
from .supervised import supervised_answer


@declared(title="Cancel a session", read_only=False, destructive=True)
async def cancel_session(ctx: EngineContext, *, session_id: SessionId) -> Annotated[CallToolResult, SupervisedResult]:
    """Cancel a session and answer with its final state. A session that is finished stays as it is."""
    return supervised_answer(await engine_of(ctx).cancel(session_id))
