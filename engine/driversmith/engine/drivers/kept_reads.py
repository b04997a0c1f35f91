"""Reads that can go on: a driver's stream of records stays open between the pages that are asked of it.

Reading everything before a page again, for each page, would ask an API with 10,000 records a quarter of a million times.
So each read lives in a task of its own, with its child and relay, until nobody has asked it for a while; a page behind
which no open read stands is read from the beginning, once, and goes on from there.
"""

import secrets
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import anyio
from anyio.abc import TaskGroup
from pydantic import JsonValue

from ..errors import InvalidArgumentError, SandboxError
from ..models.records import MAX_RECORDS, RecordPage

if TYPE_CHECKING:
    from .records import Batches, DriverReader, ReadPlace

MOST_KEPT = 4
"""Reads that are kept open at once; the one that nobody asked for the longest time makes room."""
IDLE_SECONDS = 180.0
"""How long an open read waits for the next call."""
LONGEST_LIFE = 1_500.0
"""Seconds after which a read is begun anew rather than gone on with: its child does not live much longer."""
SMALLEST_BATCH = 20
LARGEST_BATCH = 100


class KeptReads:
    """Gives pages of records, from a read that is open, or else from a new one."""

    def __init__(
        self,
        tasks: TaskGroup,
        reader: "Callable[[], DriverReader]",
        *,
        most: int = MOST_KEPT,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._tasks = tasks
        self._reader = reader
        self._most = most
        self._idle_seconds = idle_seconds
        self._open: dict[str, _Read] = {}
        """By name, the one that was asked last at the end."""

    async def page(self, place: "ReadPlace", *, limit: int, after: int = 0, reading: str = "") -> RecordPage:
        """At most `limit` records behind the first `after`; `reading` is that of the page before.

        Raises:
            InvalidArgumentError: there are fewer than `after` records, or as DriverReader.open.
            FetchError, SandboxError: the API or the child failed.
        """
        if not 1 <= limit <= MAX_RECORDS:
            raise InvalidArgumentError(f"limit is {limit}.", next_action=f"Give 1 to {MAX_RECORDS}.")
        if not 0 <= after <= MAX_RECORDS:
            raise InvalidArgumentError(
                f"No more than {MAX_RECORDS} records are read one after the other.",
                next_action="Narrow the read down by params of the API's own.",
            )
        read = self._open.get(reading)
        if read is not None and read.place == place and read.reaches(after):
            self._open[reading] = self._open.pop(reading)
            with suppress(_ReadOverError):
                return await read.page(after, limit)
        try:
            return await self._begin(place, limit).page(after, limit)
        except _ReadOverError:
            raise SandboxError("The read was stopped.", code="cancelled") from None

    def _begin(self, place: "ReadPlace", limit: int) -> "_Read":
        batch_size = min(max(limit, SMALLEST_BATCH) + 1, LARGEST_BATCH)  # with one more, the end is seen in one request
        read = _Read(place, batch_size, self._reader, idle_seconds=self._idle_seconds, ended=self._ended)
        self._open[read.name] = read
        for name in list(self._open)[: -self._most]:
            self._open.pop(name).close()
        self._tasks.start_soon(read.run, name=f"reading {place.name}")
        return read

    def _ended(self, name: str) -> None:
        self._open.pop(name, None)


@asynccontextmanager
async def open_reads(
    reader: "Callable[[], DriverReader]", *, most: int = MOST_KEPT, idle_seconds: float = IDLE_SECONDS
) -> AsyncGenerator[KeptReads]:
    """Reads that are kept open as long as this context at most."""
    failure: Exception | None = None
    async with anyio.create_task_group() as tasks:
        try:
            yield KeptReads(tasks, reader, most=most, idle_seconds=idle_seconds)
        except Exception as error:  # edge: an exception of the caller must leave as it is, not inside a group
            failure = error
        finally:
            tasks.cancel_scope.cancel()
    if failure is not None:
        raise failure


class _ReadOverError(Exception):
    """The read ended, or is beyond the page, and cannot give it."""


class _Wanted:
    """A page that somebody waits for."""

    def __init__(self, after: int, limit: int) -> None:
        self.after = after
        self.limit = limit
        self._answered = anyio.Event()
        self._answer: RecordPage | Exception = _ReadOverError()

    def answer(self, answer: RecordPage | Exception) -> None:
        """The first answer counts."""
        if not self._answered.is_set():
            self._answer = answer
            self._answered.set()

    async def answered(self) -> RecordPage:
        await self._answered.wait()
        if isinstance(self._answer, RecordPage):
            return self._answer
        raise self._answer


class _Read:
    """One read: from its task the records, and to whoever asks, its pages.

    What was fetched and not yet left behind is kept, so that a page can be asked for again. After the last batch, and
    after a failure, the child is gone; what was read before is still given, and then the failure is told, once.
    """

    def __init__(
        self,
        place: "ReadPlace",
        batch_size: int,
        reader: "Callable[[], DriverReader]",
        *,
        idle_seconds: float,
        ended: Callable[[str], None],
    ) -> None:
        self.place = place
        self.name = secrets.token_hex(4)
        self._batch_size = batch_size
        self._reader = reader
        self._idle_seconds = idle_seconds
        self._ended = ended
        self._begun = anyio.current_time()
        self._asking, self._asked = anyio.create_memory_object_stream[_Wanted](16)
        self._first = 0
        """How many records were left behind."""
        self._records: list[dict[str, JsonValue]] = []
        self._fields: tuple[str, ...] = ()
        self._done = False
        self._failure: Exception | None = None
        self._told = False
        """Whether somebody heard of the failure."""

    def reaches(self, after: int) -> bool:
        """Whether a page that begins behind `after` records can be given from here."""
        return self._first <= after and anyio.current_time() - self._begun < LONGEST_LIFE

    async def page(self, after: int, limit: int) -> RecordPage:
        """A page, once those that were asked for before are given.

        Raises:
            _ReadOverError: it cannot be had from here.
            Whatever the read failed with.
        """
        wanted = _Wanted(after, limit)
        try:
            await self._asking.send(wanted)
        except (anyio.ClosedResourceError, anyio.BrokenResourceError):
            raise _ReadOverError from None
        return await wanted.answered()

    def close(self) -> None:
        """End once nobody waits any more."""
        self._asking.close()

    async def run(self) -> None:
        """Give pages until nobody asks any more."""
        with self._asked:
            try:
                await self._give_fetching()
                while self._gives_on() and (wanted := await self._next()):
                    wanted.answer(self._window(wanted))
            finally:
                self._ended(self.name)
                self._asking.close()
                with suppress(anyio.WouldBlock, anyio.EndOfStream):
                    while True:
                        self._asked.receive_nowait().answer(_ReadOverError())

    async def _give_fetching(self) -> None:
        """Give pages as long as there is something to fetch for them."""
        wanted: _Wanted | None = None
        try:
            async with self._reader().open(self.place, batch_size=self._batch_size) as batches:
                self._fields = batches.fields
                while not self._done and (wanted := await self._next()):
                    batches.renew()
                    await self._fetch(batches, wanted)
                    wanted.answer(self._window(wanted))
        except Exception as error:  # edge: whatever it is, it is told to whoever asks, and ends this read alone
            self._failure = error
            if wanted is not None:
                wanted.answer(self._window(wanted))
        finally:
            if wanted is not None:
                wanted.answer(_ReadOverError())

    async def _fetch(self, batches: "Batches", wanted: _Wanted) -> None:
        """Fetch what the page needs, and one record more, which says whether anything follows."""
        while self._first + len(self._records) <= wanted.after + wanted.limit:
            batch = await batches.next()
            if batch is None:
                self._done = True
                return
            self._records += batch
            self._leave_behind(wanted.after)

    def _leave_behind(self, after: int) -> None:
        gone = max(0, min(after - self._first, len(self._records)))
        self._first += gone
        del self._records[:gone]

    def _window(self, wanted: _Wanted) -> RecordPage | Exception:
        if wanted.after < self._first:
            return _ReadOverError()
        self._leave_behind(wanted.after)
        if self._failure is not None and not self._records:
            self._told = True
            return self._failure
        if self._first < wanted.after:
            return InvalidArgumentError(
                f"There are only {self._first} records of {self.place.name} now, and the page was to begin behind"
                f" {wanted.after}: they changed since.",
                next_action="Read them from the beginning: leave cursor out.",
            )
        return RecordPage(
            records=self._records[: wanted.limit],
            done=self._done and len(self._records) <= wanted.limit,
            reading=self.name,
            fields=self._fields,
        )

    def _gives_on(self) -> bool:
        """Whether there is anything to give without fetching: the end, or a failure that nobody has heard of yet."""
        return self._done or (self._failure is not None and not self._told)

    async def _next(self) -> _Wanted | None:
        """What is asked next; None where nobody asks any more."""
        with anyio.move_on_after(self._idle_seconds):
            try:
                return await self._asked.receive()
            except anyio.EndOfStream:
                pass
        return None
