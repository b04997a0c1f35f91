"""FastMCP's client: what it makes of answers; the arguments are the server's command and the API's URL."""

import asyncio
import json
import os
import sys

from fastmcp import Client
from fastmcp.client.transports import StdioTransport


async def main(command: str, url: str) -> None:
    """Generate, read and look; print what was seen."""
    transport = StdioTransport(command=command, args=["serve"], env=dict(os.environ))
    async with Client(transport) as client:
        made = await client.call_tool("generate_driver_supervised", {"api_name": "Shop", "api_url": url})
        session = made.structured_content["session_id"]
        asked = {"session_id": session, "object_name": "pets"}
        read = await client.call_tool("read_records", asked)
        ended = await client.call_tool("cancel_session", {"session_id": session})
        print(
            json.dumps(
                {
                    "status": made.data.status,
                    "level": made.data.verification.level,
                    "session": session,
                    "records": len(read.structured_content["records"]),
                    "as data": len(read.data.records),
                    "ended": ended.data["status"] if isinstance(ended.data, dict) else ended.data.status,
                }
            )
        )


asyncio.run(main(*sys.argv[1:]))
