"""The real server over real HTTP on loopback, with a token for alice and one for bob, in the process of the test."""

import json
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import httpx2
import uvicorn
from driversmith.engine.composition import open_engine
from driversmith.engine.settings import Settings
from driversmith.server.http.access import open_access
from driversmith.server.http.names import LOCAL_NAMES, Names
from driversmith.server.http.serve import PATH, http_app, server_config
from driversmith.server.lifespan import EngineFactory
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from ..patience import LONG
from ..stand_ins.activities import ActivitiesStandIn

TOKENS = {"alice": "the-token-of-alice-0001", "bob": "the-token-of-bob-000002"}
LATEST, HANDSHAKE = "2026-07-28", "2025-06-18"
_ACCEPT = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
_NAMED = {"tools/call": "name", "resources/read": "uri", "prompts/get": "name"}


@dataclass
class Served:
    """A server that listens."""

    url: str
    settings: Settings
    activities: ActivitiesStandIn
    raw: httpx2.AsyncClient = field(repr=False)

    @asynccontextmanager
    async def client(self, name: str, era: str = "auto") -> AsyncGenerator[Client]:
        """The official client with somebody's token."""
        async with (
            httpx2.AsyncClient(headers=bearing(name), timeout=LONG) as http,
            Client(streamable_http_client(self.url, http_client=http), mode=era) as client,
        ):
            yield client

    async def asked(self, name: str, method: str, params: dict[str, Any]) -> httpx2.Response:
        """The answer to one request of the 2026-07-28 era, as it came over the wire."""
        meta = {
            "io.modelcontextprotocol/protocolVersion": LATEST,
            "io.modelcontextprotocol/clientCapabilities": {},
        }
        headers = {**_ACCEPT, **bearing(name), "MCP-Protocol-Version": LATEST, "Mcp-Method": method}
        if method in _NAMED:
            headers["Mcp-Name"] = params[_NAMED[method]]
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": meta}}
        return await self.raw.post(self.url, content=json.dumps(message), headers=headers)

    async def opened(self, name: str) -> str:
        """The id of a connection of the handshake era that somebody opened."""
        hello = {"protocolVersion": HANDSHAKE, "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
        message = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello}
        answer = await self.raw.post(self.url, content=json.dumps(message), headers={**_ACCEPT, **bearing(name)})
        assert answer.status_code == 200, answer.text
        return answer.headers["mcp-session-id"]

    async def asked_on(self, connection: str, name: str, method: str, params: dict[str, Any]) -> httpx2.Response:
        """The answer to one request on such a connection, as it came over the wire."""
        headers = {**_ACCEPT, **bearing(name), "MCP-Protocol-Version": HANDSHAKE, "Mcp-Session-Id": connection}
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        return await self.raw.post(self.url, content=json.dumps(message), headers=headers)


def bearing(name: str) -> dict[str, str]:
    """The header with somebody's token."""
    return {"Authorization": f"Bearer {TOKENS[name]}"}


@asynccontextmanager
async def served(
    folder: Path,
    *,
    activities: ActivitiesStandIn | None = None,
    no_token: bool = False,
    engine_factory: EngineFactory | None = None,
    **settings: Any,
) -> AsyncGenerator[Served]:
    """A server on a free port; its sessions do what `activities` say, unless a factory opens another engine."""
    known: dict[str, Any] = {} if no_token else {"http_tokens": ",".join(f"{n}={t}" for n, t in TOKENS.items())}
    made = Settings(home=folder / "home", output_dir=folder / "drivers", **{**known, **settings})
    acting = activities or ActivitiesStandIn()
    names = Names(LOCAL_NAMES)
    access = open_access(made, loopback=True, no_token=no_token)
    app = http_app(made, access, names, engine_factory=engine_factory or (lambda s: open_engine(s, activities=acting)))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}{PATH}"
        server = _Server(server_config(app))
        async with httpx2.AsyncClient(timeout=LONG) as raw, anyio.create_task_group() as tasks:
            tasks.start_soon(server.serve, [listening])
            with anyio.fail_after(LONG):
                await server.listens.wait()
            try:
                yield Served(url, made, acting, raw)
            finally:
                server.should_exit = True


class _Server(uvicorn.Server):
    """Leaves the signals to the tests' own process."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = anyio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listens.set()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield
