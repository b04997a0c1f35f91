"""`create_server()` behind its own guards, with what the conformance suites ask for besides; prints its URL."""

import socket
import sys
import tempfile
from pathlib import Path
from typing import Any

import anyio
import uvicorn
from driversmith.engine.settings import Settings
from driversmith.resources import prompt_arguments
from driversmith.server.app import create_server
from driversmith.server.http.access import open_access
from driversmith.server.http.names import LOCAL_NAMES, Names
from driversmith.server.http.serve import PATH, guarded, server_config
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.prompts import Prompt
from mcp.shared.subscriptions import PromptsListChanged, ToolsListChanged
from mcp_types import EmptyResult, SetLevelRequestParams

from . import fixtures


def made(settings: Settings) -> MCPServer[Any]:
    """Our server and the suites' fixtures."""
    server = create_server(settings, transport="http", authenticated=True)
    for name, tool in fixtures.TOOLS.items():
        server.add_tool(tool, name=name, structured_output=False)
    for uri, read, mime_type in fixtures.RESOURCES:
        server.resource(uri, mime_type=mime_type)(read)
    for name, function in fixtures.PROMPTS.items():
        server.add_prompt(Prompt.from_function(function, name=name))
    lowlevel = server._lowlevel_server
    lowlevel.add_request_handler("logging/setLevel", SetLevelRequestParams, _level_set)
    listening: Any = lowlevel.get_request_handler("subscriptions/listen")
    subscriptions = getattr(listening, "handler", listening).__self__

    async def tell(event: Any) -> str:
        for bus in subscriptions._buses.values():
            await bus.publish(event)
        return "Told."

    async def test_trigger_tool_change() -> str:
        """Say that the list of tools changed."""
        return await tell(ToolsListChanged())

    async def test_trigger_prompt_change() -> str:
        """Say that the list of prompts changed."""
        return await tell(PromptsListChanged())

    server.add_tool(test_trigger_tool_change)
    server.add_tool(test_trigger_prompt_change)
    return server


async def _level_set(ctx: Any, params: SetLevelRequestParams) -> EmptyResult:
    return EmptyResult()


def main() -> None:
    """Serve until killed."""
    known = prompt_arguments.misfit
    prompt_arguments.misfit = lambda name, given: None if name in fixtures.PROMPTS else known(name, given)
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as listening:
        settings = Settings(home=Path(folder) / "home", output_dir=Path(folder) / "drivers")
        access = open_access(settings, loopback=True, no_token=True)
        app = guarded(made(settings), access, Names(LOCAL_NAMES))
        print(f"http://127.0.0.1:{listening.getsockname()[1]}{PATH}", flush=True)
        anyio.run(uvicorn.Server(server_config(app)).serve, [listening])


if __name__ == "__main__":
    sys.exit(main())
