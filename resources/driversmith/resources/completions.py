"""Completion of session ids in prompts and resource templates."""

from typing import Any

from driversmith.engine.errors import DriversmithError
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import INTERNAL_ERROR, CompleteRequestParams, CompleteResult, Completion

MOST = 100


async def completed(ctx: ServerRequestContext[Any, Any], params: CompleteRequestParams) -> CompleteResult:
    """Ids of sessions that begin as typed, newest first; nothing for other arguments.

    Raises:
        MCPError: the journal cannot be read.
    """
    if params.argument.name != "session_id":
        return CompleteResult(completion=Completion(values=[], total=None, has_more=None))
    try:
        page = await ctx.lifespan_context.journal.sessions(limit=MOST)
    except DriversmithError as error:
        raise MCPError(INTERNAL_ERROR, str(error)) from error
    found = [r.session_id for r in page.items if r.session_id.startswith(params.argument.value)]
    return CompleteResult(completion=Completion(values=found, total=len(found), has_more=False))
