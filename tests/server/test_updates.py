"""Whoever subscribed hears that a session changed, in both eras of the protocol."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from driversmith.server import updates
from driversmith.server.updates import LONGEST_URI, MOST_URIS
from mcp.shared.exceptions import MCPError
from mcp_types import ResourceUpdatedNotification

from ..patience import LONG
from ..stand_ins.connection import PETSTORE, answered, connected

pytestmark = pytest.mark.filterwarnings("ignore:resources/(un)?subscribe is removed")


async def test_a_stream_hears_that_a_session_changed(tmp_path: Path) -> None:
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


class Heard:
    """The updates that a client of the handshake era was told of."""

    def __init__(self) -> None:
        self.uris: list[str] = []
        self._more = anyio.Event()

    async def __call__(self, message: Any) -> None:
        if isinstance(message, ResourceUpdatedNotification):
            self.uris.append(str(message.params.uri))
            self._more.set()

    async def until(self, enough: Callable[[list[str]], bool]) -> None:
        with anyio.fail_after(LONG):
            while not enough(self.uris):
                self._more = anyio.Event()
                await self._more.wait()


async def test_a_connection_of_the_handshake_era_hears_of_what_it_subscribed_to(tmp_path: Path) -> None:
    heard = Heard()
    async with connected(tmp_path, "legacy", client={"message_handler": heard}) as (client, engine):
        assert client.server_capabilities.resources and client.server_capabilities.resources.subscribe
        engine.hold = True
        session = answered(await client.call_tool("generate_driver_supervised", {**PETSTORE, "wait_seconds": 0}))[
            "session_id"
        ]
        uri = f"driversmith://sessions/{session}"
        await client.subscribe_resource(uri)
        await client.subscribe_resource("driversmith://metrics")
        await client.unsubscribe_resource("driversmith://metrics")
        await client.call_tool("cancel_session", {"session_id": session})
        await heard.until(lambda uris: uri in uris)
    assert "driversmith://metrics" not in heard.uris


async def test_unsubscribing_from_what_is_not_watched_is_no_error(tmp_path: Path) -> None:
    async with connected(tmp_path, "legacy") as (client, _):
        await client.unsubscribe_resource("driversmith://metrics")


async def test_a_connection_watches_no_more_than_it_may(tmp_path: Path) -> None:
    async with connected(tmp_path, "legacy") as (client, _):
        for number in range(MOST_URIS):
            await client.subscribe_resource(f"driversmith://sessions/{number}")
        await client.subscribe_resource("driversmith://sessions/0")
        for uri in ("driversmith://metrics", f"driversmith://sessions/{'x' * LONGEST_URI}"):
            with pytest.raises(MCPError, match="At most 100 resources"):
                await client.subscribe_resource(uri)


async def test_who_does_not_read_is_dropped_and_the_others_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updates, "SLOW_SECONDS", 0.05)
    made = updates.Subscriptions()
    stuck, quick = ConnectionStandIn(stuck=True), ConnectionStandIn(stuck=False)
    made._watching["local"] = {stuck: {"a"}, quick: {"a"}}  # type: ignore[index, dict-item]
    await made.publish("local", "a")  # type: ignore[arg-type]
    await made.publish("local", "a")  # type: ignore[arg-type]
    assert (stuck.told, quick.told) == (1, 2)


class ConnectionStandIn:
    """Counts what it is told, and takes it at once or never."""

    def __init__(self, *, stuck: bool) -> None:
        self.stuck, self.told = stuck, 0

    async def send_resource_updated(self, uri: str) -> None:
        self.told += 1
        if self.stuck:
            await anyio.sleep_forever()
