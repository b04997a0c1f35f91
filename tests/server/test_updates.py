"""Subscriptions of the 2026-07-28 protocol."""

from pathlib import Path

import anyio

from ..patience import LONG
from ..stand_ins.connection import PETSTORE, answered, connected


async def test_a_subscriber_hears_that_a_session_changed(tmp_path: Path) -> None:
    async with connected(tmp_path) as (client, engine):
        engine.hold = True
        session = answered(await client.call_tool("generate_driver_supervised", {**PETSTORE, "wait_seconds": 0}))[
            "session_id"
        ]
        uri = f"driversmith://sessions/{session}"
        async with client.listen(resource_subscriptions=[uri]) as subscription:
            await client.call_tool("cancel_session", {"session_id": session})
            with anyio.fail_after(LONG):
                async for event in subscription:
                    assert event.uri == uri  # type: ignore[union-attr]
                    break
