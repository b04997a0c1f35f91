"""All tools of the server. A new tool is a new file with a function of its name, and one line here.

Start-up builds no argument model and imports no tool: what `tools/list` answers lies in `published.json`
(written by `python -m driversmith.tools.publishing`, held against the code by a test), and a tool's code is loaded
at its first call.
"""

import json
from collections.abc import Callable
from functools import cache, partial
from importlib import import_module
from importlib.resources import files
from typing import Any

from mcp.server.mcpserver.tools import Tool
from mcp.server.mcpserver.utilities.func_metadata import ArgModelBase, FuncMetadata
from mcp_types import ToolAnnotations

from .calling.engine_tool import EngineTool
from .calling.heartbeat import BEAT_SECONDS
from .calling.paths import UserPaths

TOOLS = (
    "generate_driver_supervised",
    "validate_file",
    "diagnose_failure",
    "submit_file",
    "get_session",
    "read_records",
    "cancel_session",
    "query_history",
)


def engine_tools(paths: UserPaths, *, heartbeat_seconds: float = BEAT_SECONDS) -> list[Tool]:
    """All tools, as the server registers them; `paths` says which paths of the user's may be touched, and
    `heartbeat_seconds` how long whoever waits for one hears nothing at most."""
    published: dict[str, dict[str, Any]] = json.loads(
        files("driversmith.tools").joinpath("published.json").read_text("utf-8")
    )
    return [
        published_tool(name, published[name], partial(declared_tool, name), paths, heartbeat_seconds) for name in TOOLS
    ]


@cache
def declared_tool(name: str) -> Tool:
    """The tool as its file declares it, imported now."""
    tool = getattr(import_module(f"driversmith.tools.{name}"), name)
    if not isinstance(tool, Tool):
        raise TypeError(f"driversmith.tools.{name} declares no tool of that name")
    return tool


def published_tool(
    name: str, face: dict[str, Any], load: Callable[[], Tool], paths: UserPaths, heartbeat_seconds: float
) -> EngineTool:
    """A tool with this face, which `load` gives at its first call."""
    return EngineTool(
        fn=load,
        load=load,
        paths=paths,
        heartbeat_seconds=heartbeat_seconds,
        name=name,
        title=face["title"],
        description=face["description"],
        parameters=face["inputSchema"],
        fn_metadata=FuncMetadata(arg_model=ArgModelBase, output_schema=face["outputSchema"]),
        is_async=True,
        context_kwarg="ctx",
        annotations=ToolAnnotations.model_validate(face["annotations"]),
        meta=face.get("_meta"),
    )
