"""What a server does with sessions that an earlier process left unfinished."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import anyio.lowlevel
import pytest
from driversmith.engine.errors import JournalError
from driversmith.engine.settings import Settings
from driversmith.server import serving

from ..patience import LONG


class UnfinishedSessions:
    """An engine as far as `resuming` uses it."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.asked = anyio.Event()
        self._fault = fault

    async def resume_unfinished(self) -> list[str]:
        self.asked.set()
        if self._fault:
            raise self._fault
        return []


def factory(engine: UnfinishedSessions):
    @asynccontextmanager
    async def opened(_: Settings) -> AsyncIterator[UnfinishedSessions]:
        yield engine

    return serving.resuming(opened)


async def test_they_are_taken_up_a_little_after_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "RESUME_SECONDS", 0.05)
    engine = UnfinishedSessions()
    async with factory(engine)(Settings()):
        assert not engine.asked.is_set()
        with anyio.fail_after(LONG):
            await engine.asked.wait()


async def test_a_server_that_leaves_before_takes_up_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "RESUME_SECONDS", LONG)
    engine = UnfinishedSessions()
    async with factory(engine)(Settings()):
        pass
    assert not engine.asked.is_set()


async def test_a_journal_that_fails_then_does_not_end_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "RESUME_SECONDS", 0.05)
    engine = UnfinishedSessions(JournalError("The database is locked."))
    async with factory(engine)(Settings()):
        with anyio.fail_after(LONG):
            await engine.asked.wait()
        await anyio.lowlevel.checkpoint()
