"""End a session."""

from typing import Annotated

from driversmith.engine.models.session import SupervisedResult
from mcp_types import CallToolResult

from .answers.supervised import supervised_answer
from .calling.arguments import SessionId
from .calling.context import EngineContext, engine_of
from .calling.declaration import declared
from .calling.downloads import download_url


@declared(title="Cancel a session", read_only=False, destructive=True)
async def cancel_session(ctx: EngineContext, *, session_id: SessionId) -> Annotated[CallToolResult, SupervisedResult]:
    """Cancel a session and answer with its final state. A session that is finished stays as it is."""
    result = await engine_of(ctx).cancel(session_id)
    return supervised_answer(result, download=download_url(ctx, session_id))
