"""Where a client on another machine fetches a driver."""

from .context import EngineContext, engine_of

DOWNLOAD = "/sessions/{session_id}/driver.zip"
"""Below the root of a server over HTTP."""
_MCP = "/mcp"


def download_url(ctx: EngineContext, session_id: str) -> str | None:
    """The URL of a session's driver, by the name by which the client reached this server; None where it did not come over
    HTTP, and has the folder itself."""
    request = ctx.request_context.request
    if request is None:
        return None
    known = engine_of(ctx).settings.oauth_resource
    root = known.removesuffix(_MCP) if known else str(request.base_url)
    return root.rstrip("/") + DOWNLOAD.format(session_id=session_id)
