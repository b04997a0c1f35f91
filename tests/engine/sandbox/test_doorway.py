"""A child's way out: it is given the connection that it asked for, or none."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator

import pytest
from driversmith.engine.sandbox.door import Door
from driversmith.engine.sandbox.doorway import Doorway

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no descriptor can be passed there")


class Greeter(asyncio.Protocol):
    """Says for which host it is."""

    def __init__(self, host: str) -> None:
        self._host = host

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(self._host.encode())


@pytest.fixture
async def doorway() -> AsyncIterator[Doorway]:
    way = Doorway()
    yield way
    way.close()


@pytest.fixture
def child(doorway: Doorway) -> Iterator[Door]:
    """The child's end, which it never closes itself."""
    door = Door(os.dup(doorway.descriptors[0]))
    yield door
    door._socket.close()  # pyright: ignore[reportPrivateUsage]


async def test_what_comes_too_late_for_one_request_is_not_taken_for_the_next(doorway: Doorway, child: Door):
    for host in ("first.test", "unknown.test"):
        with pytest.raises(TimeoutError):
            child.connect(host, 80, 0.01)
    await doorway.open(lambda host, _: None if host == "unknown.test" else Greeter(host))
    with await asyncio.to_thread(child.connect, "second.test", 80, 5.0) as connection:
        assert await asyncio.to_thread(connection.recv, 100) == b"second.test"


async def test_a_refusal_is_not_made_up_for_by_what_comes_too_late(doorway: Doorway, child: Door):
    with pytest.raises(TimeoutError):
        child.connect("first.test", 80, 0.01)
    await doorway.open(lambda host, _: Greeter(host) if host == "first.test" else None)
    with pytest.raises(ConnectionRefusedError, match=r"second\.test:80"):
        await asyncio.to_thread(child.connect, "second.test", 80, 5.0)
