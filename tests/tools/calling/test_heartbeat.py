"""A sign of life."""

import anyio
import pytest
from driversmith.engine.errors import InvalidArgumentError
from driversmith.tools.calling.heartbeat import BEAT_SECONDS, Heartbeat

from tests.patience import LONG

OFTEN = 0.01


class Listener:
    """Hears what is said; `enough` is set once it heard so much."""

    def __init__(self, enough: int) -> None:
        self.said: list[str] = []
        self.enough = anyio.Event()
        self._count = enough

    async def __call__(self, message: str) -> None:
        self.said.append(message)
        if len(self.said) >= self._count:
            self.enough.set()


def test_the_promise_of_fifteen_seconds_has_room_for_a_loop_that_is_late() -> None:
    assert BEAT_SECONDS <= 10


async def test_silence_is_broken_again_and_again_with_what_is_under_way() -> None:
    listener = Listener(enough=3)
    heart = Heartbeat(listener, doing="Reading a page.", seconds=OFTEN)
    with anyio.fail_after(LONG):
        async with heart.beating():
            await listener.enough.wait()
    assert all(message.startswith("Still at work after ") for message in listener.said)
    assert all(message.endswith(" s: Reading a page.") for message in listener.said)


async def test_what_was_said_last_is_what_is_under_way() -> None:
    listener = Listener(enough=2)
    heart = Heartbeat(listener, doing="Reading a page.", seconds=OFTEN)
    with anyio.fail_after(LONG):
        async with heart.beating():
            heart.heard("Writing client.py.")
            await listener.enough.wait()
    assert all(message.endswith(": Writing client.py.") for message in listener.said)


async def test_nothing_is_said_while_others_speak() -> None:
    listener = Listener(enough=1)
    heart = Heartbeat(listener, doing="Reading.", seconds=3600)
    async with heart.beating():
        for _ in range(100):
            heart.heard("Reading on.")
            await anyio.lowlevel.checkpoint()
    assert not listener.said


async def test_it_ends_with_what_it_stands_around() -> None:
    listener = Listener(enough=1)
    heart = Heartbeat(listener, doing="Reading.", seconds=OFTEN)
    async with heart.beating():
        pass
    said = len(listener.said)
    await anyio.sleep(OFTEN * 5)
    assert len(listener.said) == said


async def test_what_the_block_raises_leaves_as_it_is() -> None:
    heart = Heartbeat(Listener(enough=1), doing="Reading.", seconds=OFTEN)
    with pytest.raises(InvalidArgumentError, match="odd"):
        async with heart.beating():
            raise InvalidArgumentError("odd")
