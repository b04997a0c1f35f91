"""An agent of pydantic-ai whose model, a function, reads two pages through the MCP server of its arguments."""

import asyncio
import json
import os
import sys
from typing import Any

from fastmcp.client import Client
from fastmcp.client.transports import StdioTransport
from pydantic_ai import Agent
from pydantic_ai.mcp import MCPToolset
from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart, ToolReturnPart
from pydantic_ai.models.function import AgentInfo, FunctionModel


def reads_on(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
    pages: list[Any] = [p.content for m in messages for p in m.parts if isinstance(p, ToolReturnPart)]
    assert "read" in {tool.name for tool in info.function_tools}
    cursor = pages[-1]["next_cursor"] if pages else None
    if pages and cursor is None:
        return ModelResponse([TextPart(json.dumps([r["id"] for page in pages for r in page["records"]]))])
    return ModelResponse([ToolCallPart("read", {"object_name": "pets", "limit": 3, "cursor": cursor})])


async def main() -> None:
    transport = StdioTransport(sys.argv[1], sys.argv[2:], env=dict(os.environ))
    agent = Agent(FunctionModel(reads_on), toolsets=[MCPToolset(Client(transport))])
    async with agent:
        print((await agent.run("Read all pets.")).output)


asyncio.run(main())
