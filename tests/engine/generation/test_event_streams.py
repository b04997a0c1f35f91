"""A stream of events that never ends: what comes within the time-out is the answer."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator

import httpx2
import pytest
from driversmith.engine.models.profile import ApiProfile, ResponseProfile

from . import profiles
from .conftest import Rig
from .profiles import operation, thing

Make = Callable[[ApiProfile], Rig]
EVENT = b"data: {}\n\n"


def watching() -> ApiProfile:
    stream = ResponseProfile(media_type="text/event-stream; charset=utf-8", kind="text", type="string")
    made = [operation("watch", "GET /events", response=stream), operation("list_pets", "GET /pets")]
    return profiles.profile("Watching", made, [thing("pets", {"read": "list_pets"})])


class Endless(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """Events as long as somebody reads; `silent` after the first few, until the read times out."""

    def __init__(self, silent: bool) -> None:
        self.silent = silent
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        yield EVENT
        while not self.silent:
            time.sleep(0.01)
            yield EVENT
        raise httpx2.ReadTimeout("nothing came")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for event in self:
            yield event

    def close(self) -> None:
        self.closed = True

    async def aclose(self) -> None:
        self.closed = True


@pytest.mark.parametrize("silent", [True, False])
def test_what_came_within_the_time_out_is_the_answer(rig: Make, silent: bool) -> None:
    stream = Endless(silent)
    answer = httpx2.Response(200, headers={"Content-Type": "text/event-stream"}, stream=stream)
    driver = rig(watching()).open([answer], timeout=0.05)
    assert driver.call_operation("watch").startswith(EVENT.decode())
    assert stream.closed


def test_of_the_twin_too(rig: Make) -> None:
    stream = Endless(silent=False)
    answer = httpx2.Response(200, headers={"Content-Type": "text/event-stream"}, stream=stream)
    twin = rig(watching()).package.AsyncWatchingDriver(
        "http://api.test/v1", timeout=0.05, transport=httpx2.MockTransport(lambda _: answer)
    )
    assert asyncio.run(twin.call_operation("watch")).startswith(EVENT.decode())
    assert stream.closed


def test_other_answers_of_such_an_api_come_whole(rig: Make) -> None:
    driver = rig(watching()).open([httpx2.Response(200, json=[{"id": 1}])], timeout=0.05)
    assert driver.read("pets") == [{"id": 1}]
