"""A client of our server, in memory, over a stand-in engine."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

from driversmith.engine.errors import DriversmithError
from driversmith.server.app import create_server
from driversmith.tools.calling.heartbeat import BEAT_SECONDS
from mcp import Client
from mcp_types import CallToolResult, TextContent

from .engine import EngineStandIn, OpenedStandIn, settings_in

ERAS = ("auto", "legacy")  # the SDK finds 2026-07-28 by itself; the handshake era is asked for
PETSTORE = {"api_name": "Petstore", "api_url": "https://petstore.test"}


@asynccontextmanager
async def connected(
    folder: Path,
    era: str = ERAS[0],
    *,
    transport: Literal["stdio", "http"] = "stdio",
    refusal: DriversmithError | None = None,
    client: dict[str, Any] | None = None,
    heartbeat_seconds: float = BEAT_SECONDS,
    **settings: Any,
) -> AsyncGenerator[tuple[Client, EngineStandIn]]:
    """A connected client, and the engine that it talks to (none where the factory refuses)."""
    factory = OpenedStandIn(refusal)
    server = create_server(
        settings_in(folder, **settings),
        engine_factory=factory,
        transport=transport,
        heartbeat_seconds=heartbeat_seconds,
    )
    async with Client(server, mode=era, **(client or {})) as connection:
        yield connection, getattr(factory, "engine", None)  # type: ignore[misc]


def said(result: CallToolResult) -> str:
    """The text of an answer."""
    return "\n".join(part.text for part in result.content if isinstance(part, TextContent))


def refused(result: CallToolResult) -> str:
    """The text of a tool error."""
    assert result.is_error, result
    return said(result)


def answered(result: CallToolResult) -> dict[str, Any]:
    """The structured content of an answer."""
    assert not result.is_error, said(result)
    return result.structured_content
