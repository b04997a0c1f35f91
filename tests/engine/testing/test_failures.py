"""Behaviours about what goes wrong on the wire, on a machine that is too busy to be quick."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
from driversmith.engine.contract.naming import driver_names
from driversmith.engine.sandbox.port import Isolation, Raised, Reply
from driversmith.engine.testing.behaviours.failures import silence_is_a_timeout
from driversmith.engine.testing.mock.credentials import make_credentials
from driversmith.engine.testing.mock.records import RecordMaker
from driversmith.engine.testing.mock.server import TOKEN_PATH, MockServer
from driversmith.engine.testing.trial import Run, Trial, UnmetError

from .harbour import harbour_profile

SHIPS = "/v2/ships"
TIMED_OUT = Reply(raised=Raised(type="DriverTimeoutError", bases=("DriverError", "Exception")))


class TimedOut:
    """A child whose driver gives up each request, before this process has come to look at what was sent."""

    isolation: Isolation = "process"
    layers: tuple[str, ...] = ()

    def __init__(self, mock: MockServer, *sent: str | None) -> None:
        self._mock = mock
        self._sent = list(sent)
        """Paths of what a driver sends, one a call; None where it gives up before it is connected."""
        self.timeouts: list[float] = []

    async def construct(self, handle: str, *, arguments: Any, **_: Any) -> Reply:
        self.timeouts.append(arguments["timeout"])
        return Reply()

    async def call(self, handle: str, method: str, /, *args: Any, **kwargs: Any) -> Reply:
        if method != "read":
            return Reply()
        if (path := self._sent.pop(0)) is None:
            await asyncio.sleep(self.timeouts[-1])
            return TIMED_OUT
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        protocol = self._mock.door("api.harbour.example", 443)
        assert protocol is not None
        connecting = asyncio.get_running_loop().create_task(_connect(protocol, ours))
        with theirs:
            theirs.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            theirs.settimeout(self.timeouts[-1])
            with pytest.raises(TimeoutError):
                theirs.recv(1)
        await connecting
        return TIMED_OUT

    async def open_iterator(self, handle: str, iterator: str, method: str, /, *args: Any, **kwargs: Any) -> Reply:
        raise NotImplementedError

    async def next_item(self, iterator: str) -> Reply:
        raise NotImplementedError

    async def drop(self, handle: str) -> None: ...


async def _connect(protocol: asyncio.Protocol, connection: socket.socket) -> None:
    await asyncio.get_running_loop().connect_accepted_socket(lambda: protocol, connection)


@pytest.fixture
async def run() -> AsyncIterator[Run]:
    profile, maker = harbour_profile(), RecordMaker(1)
    credentials = make_credentials(profile, maker)
    async with MockServer(profile, credentials=credentials, maker=maker) as mock:
        yield Run(profile, driver_names(profile.api_name), mock, maker, credentials)


async def test_a_request_that_is_seen_after_the_driver_gave_it_up_counts(run: Run):
    child = TimedOut(run.mock, SHIPS)
    await silence_is_a_timeout(Trial(run, child, "ships"))
    assert len(child.timeouts) == 1


async def test_a_driver_that_had_no_time_for_a_token_gets_more(run: Run):
    child = TimedOut(run.mock, TOKEN_PATH, SHIPS)
    await silence_is_a_timeout(Trial(run, child, "ships"))
    assert child.timeouts == sorted(set(child.timeouts))
    assert len(child.timeouts) == 2


async def test_a_driver_that_had_no_time_to_connect_gets_more(run: Run, monkeypatch: pytest.MonkeyPatch):
    _wait_for_requests_no_longer_than(0.1, run.mock, monkeypatch)
    child = TimedOut(run.mock, None, SHIPS)
    await silence_is_a_timeout(Trial(run, child, "ships"))
    assert len(child.timeouts) == 2


async def test_a_driver_that_never_asks_fails(run: Run, monkeypatch: pytest.MonkeyPatch):
    _wait_for_requests_no_longer_than(0.1, run.mock, monkeypatch)
    with pytest.raises(UnmetError, match="0: no request"):
        await silence_is_a_timeout(Trial(run, TimedOut(run.mock, None, None, None), "ships"))


def _wait_for_requests_no_longer_than(seconds: float, mock: MockServer, monkeypatch: pytest.MonkeyPatch) -> None:
    until_asked = mock.until_asked
    monkeypatch.setattr(mock, "until_asked", lambda count: until_asked(count, seconds))


async def test_a_driver_that_only_ever_asks_for_tokens_fails(run: Run):
    with pytest.raises(UnmetError, match="0: no request"):
        await silence_is_a_timeout(Trial(run, TimedOut(run.mock, *[TOKEN_PATH] * 3), "ships"))
