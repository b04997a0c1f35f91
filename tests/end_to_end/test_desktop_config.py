"""The example configuration works as it stands, once the path is filled in."""

import json
from pathlib import Path

import anyio
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from ..patience import LONG
from .processes import COMMAND, environment
from .shop import Shop

EXAMPLE = Path(__file__).parents[2] / "claude_desktop_config.example.json"


async def test_a_client_starts_the_server_from_it(tmp_path: Path, shop: Shop) -> None:
    server = json.loads(EXAMPLE.read_text(encoding="utf-8"))["mcpServers"]["driversmith"]
    assert Path(server["command"]).is_absolute() and server["command"].endswith("/bin/driversmith")
    parameters = StdioServerParameters(
        command=COMMAND, args=server["args"], env={**environment(tmp_path, shop), **server["env"]}
    )
    with anyio.fail_after(LONG):
        async with Client(stdio_client(parameters)) as client:
            assert client.server_info and client.server_info.name == "driversmith"
            assert len((await client.list_tools()).tools) == 8
