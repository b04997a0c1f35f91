"""What a user does, over whatever transport: the same steps must work everywhere."""

import json
from typing import Any

import anyio
import pytest
from driversmith.tools.registry import TOOLS
from mcp import Client, MCPError

from ..patience import LONG
from ..stand_ins.connection import answered, refused, said
from .shop import RECORDS, Shop


async def whole_journey(client: Client, shop: Shop) -> str:
    """List, generate, look at everything, read records, ask wrongly; the id of the session."""
    assert tuple(tool.name for tool in (await client.list_tools()).tools) == TOOLS
    session = await generated(client, shop)
    await _looked_at(client, session)
    await _records_read(client, session)
    await _asked_wrongly(client)
    assert [prompt.name for prompt in (await client.list_prompts()).prompts] == ["create_driver", "repair_driver"]
    return session


async def generated(client: Client, shop: Shop) -> str:
    """A driver for the shop, from its URL alone, with progress; the id of the session."""
    told: list[float] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        assert message
        told.append(progress)

    arguments: dict[str, Any] = {"api_name": "Shop", "api_url": shop.base_url}
    result = await client.call_tool("generate_driver_supervised", arguments, progress_callback=hear)
    found = answered(result)
    if found["status"] == "running":
        found = answered(await client.call_tool("get_session", {"session_id": found["session_id"], "wait_seconds": 60}))
    assert found["success"], said(result)
    assert found["verification"]["level"] == "live"
    assert {name: len(records) for name, records in found["preview"].items()} == {"pets": 3, "toys": 3}
    assert len(told) > 3 and told == sorted(set(told))
    return str(found["session_id"])


async def generation_held_up(client: Client, shop: Shop) -> dict[str, Any]:
    """The arguments of a generation whose session is running now, while the caller has left."""
    arguments: dict[str, Any] = {"api_name": "Held", "api_url": shop.base_url, "spec": f"{shop.base_url}/held.json"}
    async with anyio.create_task_group() as tasks:

        async def call() -> None:
            await client.call_tool("generate_driver_supervised", arguments)

        tasks.start_soon(call)
        assert await anyio.to_thread.run_sync(shop.asked_for_held.wait, LONG)
        tasks.cancel_scope.cancel()
    return arguments


async def sessions(client: Client) -> list[dict[str, Any]]:
    """All sessions, newest first."""
    return answered(await client.call_tool("query_history", {"kind": "sessions"}))["items"]


async def _looked_at(client: Client, session: str) -> None:
    for view in ("summary", "profile", "log", "files", "diagnostics", "metrics"):
        shown = answered(await client.call_tool("get_session", {"session_id": session, "view": view}))
        assert view in {"summary", "diagnostics"} or shown["items"], view
    listed = (await client.list_resources()).resources
    assert f"driversmith://sessions/{session}" in {resource.uri for resource in listed}
    files = answered(await client.call_tool("get_session", {"session_id": session, "view": "files"}))["items"]
    assert "shop_driver/client.py" in {file["path"] for file in files}
    for uri in [*(resource.uri for resource in listed), *(file["uri"] for file in files)]:
        (content,) = (await client.read_resource(uri)).contents
        assert content.uri == uri
    arguments = {"session_id": session, "view": "files", "path": "shop_driver/client.py"}
    assert "class ShopDriver" in said(await client.call_tool("get_session", arguments))
    (profile,) = (await client.read_resource(f"driversmith://sessions/{session}/files/profile.json")).contents
    assert set(json.loads(profile.text)["objects"]) == {"pets", "toys"}  # type: ignore[union-attr]


async def _records_read(client: Client, session: str) -> None:
    arguments = {"session_id": session, "object_name": "pets", "limit": 5}
    first = answered(await client.call_tool("read_records", arguments))
    assert first["records"] == RECORDS["pets"][:5]
    result = await client.call_tool("read_records", {**arguments, "cursor": first["next_cursor"]})
    assert answered(result)["records"] == RECORDS["pets"][5:]
    assert answered(result)["next_cursor"] is None and '"pet 7"' in said(result)
    names = answered(await client.call_tool("read_records", {**arguments, "fields": ["name"]}))["records"]
    assert names == [{"name": pet["name"]} for pet in RECORDS["pets"][:5]]
    assert "toys" in refused(await client.call_tool("read_records", {**arguments, "object_name": "toy"}))


async def _asked_wrongly(client: Client) -> None:
    assert "Did you mean" in refused(await client.call_tool("get_session", {"sesion_id": "s1"}))
    assert "no session" in refused(await client.call_tool("cancel_session", {"session_id": "s1"}))
    with pytest.raises(MCPError, match="Invalid cursor"):
        await client.list_resources(cursor="made up")
    with pytest.raises(MCPError, match="no session"):
        await client.read_resource("driversmith://sessions/s1")
