"""An agent of pydantic-ai with a scripted model; prints what the model was shown of each answer."""

import asyncio
import json
import os
import sys

from fastmcp.client.transports import StdioTransport
from pydantic_ai import Agent
from pydantic_ai.mcp import MCPToolset
from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart, ToolReturnPart
from pydantic_ai.models.function import AgentInfo, FunctionModel


async def main(command: str, url: str) -> None:
    """Generate and read, as the model asks."""
    shown: list[object] = []

    def model(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        returned = [part.content for part in messages[-1].parts if isinstance(part, ToolReturnPart)]
        shown.extend(returned)
        if not returned:
            return ModelResponse([ToolCallPart("generate_driver_supervised", {"api_name": "Shop", "api_url": url})])
        if len(shown) == 1 and isinstance(shown[0], dict):
            asked = {"session_id": shown[0]["session_id"], "object_name": "pets"}
            return ModelResponse([ToolCallPart("read_records", asked)])
        return ModelResponse([TextPart("done")])

    transport = StdioTransport(command=command, args=["serve"], env=dict(os.environ))
    agent = Agent(FunctionModel(model), toolsets=[MCPToolset(transport)])
    await agent.run("Make me a driver.")
    print(json.dumps(shown))


asyncio.run(main(*sys.argv[1:]))
