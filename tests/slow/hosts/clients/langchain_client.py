"""LangChain's adapters: content and artifact of answers; the arguments are the server's command and the API's URL."""

import asyncio
import json
import os
import sys

from langchain_mcp_adapters.client import MultiServerMCPClient


async def main(command: str, url: str) -> None:
    """Generate and read; print what was seen."""
    server = {"transport": "stdio", "command": command, "args": ["serve"], "env": dict(os.environ)}
    client = MultiServerMCPClient({"driversmith": server})
    async with client.session("driversmith") as session:
        from langchain_mcp_adapters.tools import load_mcp_tools

        tools = {tool.name: tool for tool in await load_mcp_tools(session)}

        async def called(name: str, **arguments: object) -> tuple[str, dict]:
            call = {"name": name, "args": arguments, "id": name, "type": "tool_call"}
            message = await tools[name].ainvoke(call)
            text = "".join(part["text"] for part in message.content if part["type"] == "text")
            return text, message.artifact["structured_content"]

        said, made = await called("generate_driver_supervised", api_name="Shop", api_url=url)
        _, read = await called("read_records", session_id=made["session_id"], object_name="pets")
        print(
            json.dumps({"said": said, "status": made["status"], "records": len(read["records"]), "tools": len(tools)})
        )


asyncio.run(main(*sys.argv[1:]))
