"""An API that answers slowly, or has very many records: nobody waits in silence, and nothing is fetched twice."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from driversmith.server.app import create_server
from mcp import Client

from ...end_to_end.shop import RECORDS, Shop
from ...patience import LONG
from ...stand_ins.connection import ERAS, answered
from ...stand_ins.engine import settings_in


@asynccontextmanager
async def _client(folder: Path, shop: Shop, era: str = ERAS[0]) -> AsyncGenerator[Client]:
    """A client of the real server with the real engine, in this process; its heart beats fast."""
    settings = settings_in(folder, allow_local=frozenset({shop.address}))
    async with Client(create_server(settings, heartbeat_seconds=0.05), mode=era) as client:
        yield client


@pytest.mark.parametrize("era", ERAS)
async def test_a_description_that_does_not_come_is_told_of_while_it_does_not(
    tmp_path: Path, shop: Shop, era: str
) -> None:
    told: list[tuple[float, str]] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        told.append((progress, message or ""))
        if sum("Still at work after" in said and "held.json" in said for _, said in told) >= 3:
            shop.door.set()

    spec = f"{shop.base_url}/held.json"
    arguments = {"api_name": "Held", "api_url": shop.base_url, "spec": spec, "engine": "template"}
    with anyio.fail_after(LONG):
        async with _client(tmp_path, shop, era) as client:
            result = await client.call_tool(
                "generate_driver_supervised", {**arguments, "wait_seconds": 90}, progress_callback=hear
            )
    assert answered(result)["success"]
    assert sum("Still at work after" in said and said.endswith(f"Reading {spec}") for _, said in told) >= 3
    figures = [progress for progress, _ in told]
    assert figures == sorted(set(figures))


async def test_many_records_are_read_page_by_page_without_fetching_any_twice(
    tmp_path: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    pets = [{"id": number, "name": f"pet {number}" * 40} for number in range(1, 701)]
    monkeypatch.setitem(RECORDS, "pets", pets)
    with anyio.fail_after(LONG):
        async with _client(tmp_path, shop) as client:
            made = {"api_name": "Shop", "api_url": shop.base_url, "engine": "template", "wait_seconds": 90}
            session = answered(await client.call_tool("generate_driver_supervised", made))["session_id"]
            asked = len(shop.asked)
            records: list[dict[str, Any]] = []
            pages = 0
            cursor = None
            while cursor or not pages:
                pages += 1
                arguments = {"session_id": session, "object_name": "pets", "limit": 50, "cursor": cursor}
                page = answered(await client.call_tool("read_records", arguments))
                records += page["records"]
                cursor = page["next_cursor"]
    assert records == pets
    assert pages >= 14
    assert len(shop.asked) - asked <= 16
