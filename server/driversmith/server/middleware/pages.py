"""Lists in pages: the SDK answers every list whole and ignores cursors."""

from typing import TYPE_CHECKING, Any

from driversmith.engine.errors import DriversmithError, InvalidArgumentError
from driversmith.resources.uris import log_uri, session_uri
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import INTERNAL_ERROR, INVALID_PARAMS, Resource

if TYPE_CHECKING:
    from driversmith.engine.models.session import SessionRecord

WHOLE_LISTS = frozenset({"tools/list", "prompts/list", "resources/templates/list"})
PAGE = 25


async def paged_lists(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    """Page `resources/list` (the plain resources, then each session and its log), list templates
    by what a client can fill in, refuse cursors nobody gave out.

    Raises:
        MCPError: the cursor is none of ours (-32602).
    """
    if ctx.method in WHOLE_LISTS and _cursor(ctx) is not None:
        raise MCPError(INVALID_PARAMS, "Invalid cursor: this list has one page. Ask without a cursor.")
    result = await call_next(ctx)
    if ctx.method == "resources/templates/list" and isinstance(result, dict):
        from driversmith.resources.registry import LISTED

        named = [
            {**t, "uriTemplate": LISTED.get(t["uriTemplate"], t["uriTemplate"])} for t in result["resourceTemplates"]
        ]
        return {**result, "resourceTemplates": named}
    if ctx.method == "resources/list" and isinstance(result, dict):
        return {**result, **await _page(ctx, _cursor(ctx))}
    return result


async def _page(ctx: ServerRequestContext[Any, Any], cursor: str | None) -> dict[str, Any]:
    from driversmith.resources.registry import plain_resources

    try:
        found = await ctx.lifespan_context.journal.sessions(limit=PAGE, cursor=cursor)
    except InvalidArgumentError as error:
        raise MCPError(INVALID_PARAMS, f"Invalid cursor: {error}") from error
    except DriversmithError as error:
        raise MCPError(INTERNAL_ERROR, str(error)) from error
    resources = plain_resources() if cursor is None else []
    for record in found.items:
        resources.extend(_of_session(record))
    wire = [resource.model_dump(by_alias=True, mode="json", exclude_none=True) for resource in resources]
    return {"resources": wire} | ({"nextCursor": found.next_cursor} if found.next_cursor else {})


def _of_session(record: "SessionRecord") -> list[Resource]:
    named = f"{record.request.api_name} {record.session_id}"
    said = f"{record.status}, of {record.created_at}"
    return [
        Resource(uri=session_uri(record.session_id), name=named, description=said, mime_type="application/json"),
        Resource(
            uri=log_uri(record.session_id), name=f"{named} log", description=said, mime_type="application/x-ndjson"
        ),
    ]


def _cursor(ctx: ServerRequestContext[Any, Any]) -> str | None:
    return (ctx.params or {}).get("cursor")
