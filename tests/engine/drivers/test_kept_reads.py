"""Reads that stay open between the pages that are asked of them."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest
from driversmith.engine.drivers.kept_reads import LONGEST_LIFE, KeptReads, open_reads
from driversmith.engine.drivers.records import ReadPlace
from driversmith.engine.errors import FetchError, InvalidArgumentError, SandboxError
from driversmith.engine.models.records import RecordPage

from tests.patience import LONG

PETS = ReadPlace(Path("/drivers/pets_driver"), "pets", {})


class Api:
    """Stands where a driver reads: so many records, in pages of `page` at most, and counts what it is asked."""

    def __init__(self, count: int, page: int = 1000) -> None:
        self.ids = list(range(count))
        self.page = page
        self.begun = 0
        self.open = 0
        self.asked = 0
        """Batches that were fetched."""
        self.fails_at: int | None = None
        """The record at which it fails."""
        self.refuses: Exception | None = None
        self.door: anyio.Event | None = None

    def reader(self) -> "Api":
        return self

    def open_batches(self, place: ReadPlace, *, batch_size: int) -> "AbstractAsyncContextManager[Batches]":
        return self._open(batch_size)

    @asynccontextmanager
    async def _open(self, batch_size: int) -> "AsyncGenerator[Batches]":
        self.begun += 1
        self.open += 1
        try:
            if self.refuses:
                raise self.refuses
            yield Batches(self, min(batch_size, self.page))
        finally:
            self.open -= 1


class Batches:
    fields = ("id",)

    def __init__(self, api: Api, size: int) -> None:
        self._api = api
        self._size = size
        self._at = 0

    def renew(self) -> None: ...

    async def next(self) -> list[dict[str, Any]] | None:
        api = self._api
        if api.door is not None:
            await api.door.wait()
        await anyio.lowlevel.checkpoint()
        api.asked += 1
        if api.fails_at is not None and self._at >= api.fails_at:
            raise FetchError("The API is down.")
        end = min(self._at + self._size, len(api.ids) if api.fails_at is None else api.fails_at)
        batch = [{"id": number} for number in api.ids[self._at : end]]
        self._at += len(batch)
        return batch or None


Reads = Callable[..., AbstractAsyncContextManager[KeptReads]]


@asynccontextmanager
async def reads_of(api: Api, **limits: Any) -> AsyncGenerator[KeptReads]:
    class Reader:
        open = staticmethod(api.open_batches)

    async with open_reads(Reader, **limits) as reads:  # type: ignore[arg-type]
        yield reads


def ids(page: RecordPage) -> list[Any]:
    return [record["id"] for record in page.records]


async def all_pages(reads: KeptReads, limit: int, *, kept: bool = True) -> list[RecordPage]:
    """Every page; without `kept` as a server that was started anew would give them."""
    pages = [await reads.page(PETS, limit=limit)]
    while not pages[-1].done:
        after = sum(len(page.records) for page in pages)
        reading = pages[-1].reading if kept else "0" * 8
        pages.append(await reads.page(PETS, limit=limit, after=after, reading=reading))
    return pages


@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize(
    ("count", "limit", "page"), [(57, 20, 1000), (60, 20, 20), (100, 7, 3), (20, 20, 50), (0, 20, 9)]
)
async def test_all_records_come_once_and_in_order(count: int, limit: int, page: int, kept: bool) -> None:
    api = Api(count, page)
    async with reads_of(api) as reads:
        pages = await all_pages(reads, limit, kept=kept)
    assert [number for page in pages for number in ids(page)] == list(range(count))
    assert all(len(page.records) == limit for page in pages[:-1])
    assert pages[-1].records or not count, "the last page is told as the last, not found to be empty"
    assert pages[0].fields == ("id",)


async def test_reading_on_asks_the_api_for_nothing_twice() -> None:
    api = Api(10_000, 100)
    async with reads_of(api) as reads:
        pages = await all_pages(reads, 100)
    assert len(pages) == 100
    assert (api.begun, api.asked) == (1, 101)


async def test_a_read_that_is_not_open_any_more_is_read_again_once_and_goes_on() -> None:
    api = Api(1_000, 100)
    async with reads_of(api) as reads:
        page = await reads.page(PETS, limit=100, after=500, reading="gone")
        assert ids(page) == list(range(500, 600))
        page = await reads.page(PETS, limit=100, after=600, reading=page.reading)
        assert ids(page) == list(range(600, 700))
    assert (api.begun, api.asked) == (1, 8)


async def test_a_page_can_be_asked_for_again() -> None:
    api = Api(100)
    async with reads_of(api) as reads:
        first = await reads.page(PETS, limit=20)
        second = await reads.page(PETS, limit=20, after=20, reading=first.reading)
        again = await reads.page(PETS, limit=10, after=20, reading=first.reading)
        assert ids(again) == ids(second)[:10]
        assert api.begun == 1
        before = await reads.page(PETS, limit=20, after=0, reading=first.reading)
        assert ids(before) == ids(first)
        assert api.begun == 2, "what was left behind is read again"


async def test_the_child_is_gone_with_the_last_batch_and_its_records_are_still_given() -> None:
    api = Api(30)
    async with reads_of(api) as reads:
        whole = await reads.page(PETS, limit=30)
        assert (ids(whole), whole.done) == (list(range(30)), True)
        await _until(lambda: api.open == 0)
        part = await reads.page(PETS, limit=20, after=8, reading=whole.reading)
        assert (ids(part), part.done) == (list(range(8, 28)), False)
        rest = await reads.page(PETS, limit=20, after=28, reading=whole.reading)
        assert (ids(rest), rest.done) == ([28, 29], True)
    assert api.begun == 1


async def test_an_open_read_that_nobody_asks_is_closed() -> None:
    api = Api(1_000)
    async with reads_of(api, idle_seconds=0.02) as reads:
        page = await reads.page(PETS, limit=20)
        await _until(lambda: api.open == 0)
        assert ids(await reads.page(PETS, limit=20, after=20, reading=page.reading)) == list(range(20, 40))
    assert api.begun == 2


async def test_no_more_than_a_few_stay_open() -> None:
    api = Api(1_000)
    async with reads_of(api, most=2) as reads:
        pages = [await reads.page(PETS, limit=20) for _ in range(5)]
        await _until(lambda: api.open == 2)
        for page in pages:
            assert ids(await reads.page(PETS, limit=20, after=20, reading=page.reading)) == list(range(20, 40))
    assert api.open == 0


async def test_what_was_read_before_a_failure_is_given_and_then_the_failure() -> None:
    api = Api(1_000, 50)
    api.fails_at = 50
    async with reads_of(api) as reads:
        first = await reads.page(PETS, limit=40)
        assert ids(first) == list(range(40))
        second = await reads.page(PETS, limit=40, after=40, reading=first.reading)
        assert (ids(second), second.done) == (list(range(40, 50)), False)
        with pytest.raises(FetchError, match="down"):
            await reads.page(PETS, limit=40, after=50, reading=second.reading)
        api.fails_at = None
        mended = await reads.page(PETS, limit=40, after=50, reading=second.reading)
        assert ids(mended) == list(range(50, 90))


async def test_a_read_that_cannot_begin_says_why_every_time() -> None:
    api = Api(3)
    api.refuses = InvalidArgumentError("The driver has no object 'petz'.")
    async with reads_of(api) as reads:
        for _ in range(3):
            with pytest.raises(InvalidArgumentError, match="petz"):
                await reads.page(PETS, limit=20)


async def test_a_place_beyond_the_end_is_told() -> None:
    async with reads_of(Api(15)) as reads:
        with pytest.raises(InvalidArgumentError, match="only 15 records of pets now") as refused:
            await reads.page(PETS, limit=20, after=20, reading="gone")
        assert "cursor" in refused.value.next_action


async def test_the_end_itself_is_an_empty_page() -> None:
    async with reads_of(Api(20)) as reads:
        page = await reads.page(PETS, limit=20, after=20, reading="gone")
    assert (page.records, page.done) == ([], True)


@pytest.mark.parametrize("values", [{"limit": 0}, {"limit": 20, "after": -1}, {"limit": 20, "after": 10**6}])
async def test_places_that_no_read_can_have_are_refused(values: dict[str, int]) -> None:
    api = Api(1)
    async with reads_of(api) as reads:
        with pytest.raises(InvalidArgumentError):
            await reads.page(PETS, **values)
    assert api.begun == 0


async def test_another_place_is_another_read() -> None:
    api = Api(100)
    async with reads_of(api) as reads:
        page = await reads.page(PETS, limit=20)
        other = await reads.page(replace(PETS, params={"fed": True}), limit=20, after=20, reading=page.reading)
        assert api.begun == 2 and other.reading != page.reading
        await reads.page(PETS, limit=20, after=20, reading=page.reading)
        assert api.begun == 2


async def test_a_caller_who_leaves_loses_nothing() -> None:
    api = Api(100)
    async with reads_of(api) as reads:
        page = await reads.page(PETS, limit=20)
        api.door = anyio.Event()
        with anyio.move_on_after(0.05):
            await reads.page(PETS, limit=50, after=20, reading=page.reading)
        api.door.set()
        again = await reads.page(PETS, limit=50, after=20, reading=page.reading)
    assert ids(again) == list(range(20, 70))
    assert api.begun == 1


async def test_callers_at_once_are_served_one_after_the_other() -> None:
    api = Api(200, 10)
    seen: dict[int, list[Any]] = {}
    async with reads_of(api) as reads:
        page = await reads.page(PETS, limit=20)

        async def ask(after: int) -> None:
            seen[after] = ids(await reads.page(PETS, limit=20, after=after, reading=page.reading))

        async with anyio.create_task_group() as tasks:
            for after in (60, 20, 40):
                tasks.start_soon(ask, after)
    assert seen == {after: list(range(after, after + 20)) for after in (20, 40, 60)}


async def test_an_old_read_is_begun_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    api = Api(100)
    async with reads_of(api) as reads:
        page = await reads.page(PETS, limit=20)
        now = anyio.current_time()
        monkeypatch.setattr(anyio, "current_time", lambda: now + LONGEST_LIFE)
        assert ids(await reads.page(PETS, limit=20, after=20, reading=page.reading)) == list(range(20, 40))
    assert api.begun == 2


async def test_leaving_ends_those_that_are_under_way() -> None:
    api = Api(100)
    api.door = anyio.Event()
    told: list[str] = []
    async with anyio.create_task_group() as tasks, reads_of(api) as reads:

        async def ask() -> None:
            try:
                await reads.page(PETS, limit=20)
            except SandboxError as error:
                told.append(error.code)

        tasks.start_soon(ask)
        await _until(lambda: api.open == 1)
    assert (api.open, told) == (0, ["cancelled"])


async def _until(true: Callable[[], bool]) -> None:
    with anyio.fail_after(LONG):
        while not true():  # noqa: ASYNC110 - what it waits for is a count, not an event
            await anyio.sleep(0.005)
