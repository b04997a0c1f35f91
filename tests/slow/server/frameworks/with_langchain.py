"""Tools of langchain-mcp-adapters that read two pages through the MCP server of the arguments."""

import asyncio
import json
import os
import sys
from typing import Any

from langchain_mcp_adapters.client import MultiServerMCPClient
from langchain_mcp_adapters.tools import load_mcp_tools


async def main() -> None:
    command: Any = {"transport": "stdio", "command": sys.argv[1], "args": sys.argv[2:], "env": dict(os.environ)}
    async with MultiServerMCPClient({"pets": command}).session("pets") as session:
        tools = {tool.name: tool for tool in await load_mcp_tools(session)}
        found: list[int] = []
        cursor = None
        while not found or cursor:
            call = {"name": "read", "args": {"object_name": "pets", "limit": 3, "cursor": cursor}}
            message = await tools["read"].ainvoke({**call, "id": "1", "type": "tool_call"})
            page = message.artifact["structured_content"]
            found += [record["id"] for record in page["records"]]
            cursor = page["next_cursor"]
        print(json.dumps(found))


asyncio.run(main())
