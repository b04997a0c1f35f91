"""Two users of one server, each of whom makes and uses a real driver of the same API."""

from pathlib import Path

import anyio
import pytest
from driversmith.engine.composition import open_engine

from ...end_to_end.conftest import shop
from ...end_to_end.journey import sessions, whole_journey
from ...end_to_end.shop import Shop
from ...patience import LONG
from ...security.served import TOKENS, served
from ...stand_ins.connection import ERAS, refused

__all__ = ["shop"]


@pytest.mark.parametrize("era", ERAS)
async def test_each_goes_the_whole_way_and_neither_meets_the_other(tmp_path: Path, shop: Shop, era: str) -> None:
    made: dict[str, str] = {}
    allowed = frozenset({shop.address})
    with anyio.fail_after(LONG):
        async with served(tmp_path, engine_factory=open_engine, allow_local=allowed) as server:
            for name in TOKENS:
                async with server.client(name, era) as client:
                    made[name] = await whole_journey(client, shop)
                    assert [item["session_id"] for item in await sessions(client)] == [made[name]]
            async with server.client("bob", era) as client:
                call = {"session_id": made["alice"], "object_name": "pets"}
                assert "There is no session" in refused(await client.call_tool("read_records", call))
    folders = [path.name.partition("-")[0] for path in sorted((tmp_path / "drivers" / "principals").iterdir())]
    assert folders == ["alice", "bob"]
