"""The asynchronous twin: what the driver does, awaited. (Every test of the driver runs over it in tests/slow.)"""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from driversmith.engine.models.profile import ApiProfile

from . import profiles
from .conftest import Rig

Make = Callable[[ApiProfile], Rig]
RECORDS = [{"id": n, "name": f"pet {n}"} for n in range(1, 8)]


def pages(request: httpx2.Request) -> httpx2.Response:
    page, size = int(request.url.params["page"]), int(request.url.params["per_page"])
    return httpx2.Response(200, json={"data": RECORDS[(page - 1) * size : page * size]})


def twin(found: Rig, handler: Any = pages, **arguments: Any) -> Any:
    made = getattr(found.package, f"Async{found.driver_class.__name__}")
    return made("http://api.test/v1", transport=httpx2.MockTransport(handler), **arguments)


@pytest.fixture
def petstore(rig: Make) -> Rig:
    return rig(profiles.petstore())


async def test_both_send_the_same_and_give_the_same(petstore: Rig) -> None:
    sent: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(request)
        return pages(request)

    found = petstore.open(pages, api_key="a-secret-key").read("pets", per_page=3)
    async with twin(petstore, answer, api_key="a-secret-key") as driver:
        assert await driver.read("pets", per_page=3) == found == RECORDS
    assert [(r.method, r.url, r.headers) for r in sent] == [(r.method, r.url, r.headers) for r in petstore.requests]


async def test_batches_are_fetched_when_they_are_asked_for(petstore: Rig) -> None:
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.params["page"])
        return pages(request)

    async with twin(petstore, answer) as driver:
        batches = driver.read_batched("pets", batch_size=3)
        assert asked == []
        assert [await anext(batches), asked] == [RECORDS[:3], ["1"]]
        assert [batch async for batch in batches] == [RECORDS[3:6], RECORDS[6:]]


async def test_names_and_arguments_are_refused_before_anything_is_sent(petstore: Rig) -> None:
    async with twin(petstore, lambda _: pytest.fail("sent")) as driver:
        with pytest.raises(petstore.ObjectNotFoundError):
            driver.read_batched("no such object")
        with pytest.raises(petstore.InvalidRequestError):
            await driver.read("pets", no_such=1)


async def test_what_may_pass_is_tried_again_and_naps_keep_nobody_waiting(
    petstore: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    naps: list[float] = []

    async def sleep(seconds: float) -> None:
        naps.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    answers = iter([httpx2.Response(429, headers={"Retry-After": "7"}), httpx2.Response(500), httpx2.Response(200)])
    async with twin(petstore, lambda _: next(answers)) as driver:
        assert await driver.call_endpoint("GET", "/x") is None
    assert naps[0] == 7
    assert 0 <= naps[1] <= 1
    answers = iter([httpx2.ConnectError("gone")] * 2)

    def lost(_: httpx2.Request) -> httpx2.Response:
        raise next(answers)

    async with twin(petstore, lost, max_retries=1) as driver:
        with pytest.raises(petstore.DriverConnectionError, match="gone"):
            await driver.read("pets")


async def test_many_calls_are_under_way_at_once(petstore: Rig) -> None:
    under_way, most = 0, 0

    async def answer(request: httpx2.Request) -> httpx2.Response:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        return pages(request)

    async with twin(petstore, answer) as driver:
        found = await asyncio.gather(*(driver.read("pets", per_page=3) for _ in range(8)))
    assert found == [RECORDS] * 8
    assert most == 8


async def test_a_cancelled_call_leaves_a_driver_that_works_on(petstore: Rig) -> None:
    waits = True

    async def answer(request: httpx2.Request) -> httpx2.Response:
        if waits:
            await asyncio.Event().wait()
        return pages(request)

    async with twin(petstore, answer) as driver:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await driver.read("pets")
        waits = False
        assert await driver.read("pets", per_page=3) == RECORDS
    with pytest.raises(petstore.DriverConnectionError, match="closed"):
        await driver.read("pets")


def test_options_are_a_view_on_the_same_driver(petstore: Rig) -> None:
    driver = petstore.open(lambda _: httpx2.Response(503), max_retries=2)
    hasty = driver.with_options(timeout=1.5, max_retries=0)
    with pytest.raises(petstore.ServerError):
        hasty.read("pets")
    assert len(petstore.requests) == 1
    assert petstore.requests[0].extensions["timeout"]["read"] == 1.5
    with pytest.raises(petstore.ServerError):
        driver.read("pets")
    assert len(petstore.requests) == 4
    assert petstore.requests[1].extensions["timeout"]["read"] == 30


async def test_records_come_one_by_one(petstore: Rig) -> None:
    driver = petstore.open(pages)
    records = driver.iterate("pets", batch_size=3)
    assert [next(records), len(petstore.requests)] == [RECORDS[0], 1]
    assert list(records) == RECORDS[1:]
    async with twin(petstore) as other:
        assert [record async for record in other.iterate("pets", per_page=3)] == RECORDS


def test_the_twin_is_imported_where_it_is_asked_for_and_the_package_shows_the_driver_alone(rig: Make) -> None:
    found = rig(profiles.petstore())
    package = found.package
    vars(package).pop("async_client", None)
    assert [name for name in dir(package) if name.endswith("Driver")] == ["PetstoreDriver"]
    assert package.AsyncPetstoreDriver.__name__ == "AsyncPetstoreDriver"
    with pytest.raises(AttributeError, match="no attribute 'AsyncToyDriver'"):
        package.AsyncToyDriver  # noqa: B018
    assert "AsyncPetstoreDriver" in package.__all__
