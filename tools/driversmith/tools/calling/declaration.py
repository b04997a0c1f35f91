"""`@declared`: what a tool file says about its tool besides the function itself."""

from collections.abc import Callable
from typing import Any

from mcp.server.mcpserver.tools import Tool
from mcp_types import ToolAnnotations


def declared(
    *,
    title: str,
    read_only: bool,
    idempotent: bool = True,
    destructive: bool = False,
    open_world: bool = False,
    app: str | None = None,
) -> Callable[[Callable[..., Any]], Tool]:
    """Make an async function a tool: its name, docstring, arguments and return annotation are the published face.

    `app` is the URI of a page by which hosts of MCP Apps show what it answers.
    Return annotations are `Annotated[CallToolResult, <model of the structured answer>]`.
    """
    annotations = ToolAnnotations(
        title=title,
        read_only_hint=read_only,
        destructive_hint=destructive,
        idempotent_hint=idempotent,
        open_world_hint=open_world,
    )

    meta = {"ui": {"resourceUri": app}} if app else None

    def declare(function: Callable[..., Any]) -> Tool:
        return Tool.from_function(function, title=title, annotations=annotations, meta=meta, structured_output=True)

    return declare
