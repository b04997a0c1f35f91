"""Whether sessions could be worked on, for probes that have no token."""

from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from driversmith.engine.errors import JournalError
from driversmith.server.http import health
from driversmith.server.http.health import Health
from starlette.responses import PlainTextResponse

from ...security.served import served


class Looked:
    """An engine that counts how often it was looked at."""

    def __init__(self, error: Exception | None = None, *, seconds: float = 0.0) -> None:
        self.times = 0
        self.error = error
        self.seconds = seconds

    async def check_health(self) -> None:
        self.times += 1
        await anyio.sleep(self.seconds)
        if self.error is not None:
            raise self.error


async def _asked(app: Any, method: str = "GET", path: str = "/health") -> httpx2.Response:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://x") as client:
        return await client.request(method, path)


def _guarding(engine: Any, **more: Any) -> Health:
    return Health(PlainTextResponse("behind"), lambda: engine, **more)


async def test_a_server_that_can_write_is_well_and_says_no_more(tmp_path: Path) -> None:
    async with served(tmp_path) as server:
        root = server.url.removesuffix("/mcp")
        answer = await server.raw.get(f"{root}/health", headers={"Host": "10.0.0.7:8931"})
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
        assert (await server.raw.post(f"{root}/health")).status_code == 401
        assert (await server.raw.get(f"{root}/health/x")).status_code == 401


async def test_a_server_whose_journal_cannot_be_opened_is_not(tmp_path: Path) -> None:
    @asynccontextmanager
    async def refusing(_: Any) -> Any:
        raise JournalError("no space left in /home/alice/driversmith.db")
        yield

    async with served(tmp_path, engine_factory=refusing) as server:
        answer = await server.raw.get(server.url.replace("/mcp", "/health"))
    assert answer.status_code == 503
    assert answer.json() == {"status": "unavailable", "reason": "the journal cannot be written"}


@pytest.mark.parametrize(
    ("engine", "reason"),
    [
        (None, "starting"),
        (Looked(JournalError("disk full: /secret/place")), "the journal cannot be written"),
        (Looked(seconds=60), "the journal is too slow"),
    ],
)
async def test_a_reason_has_few_words_and_no_detail(
    engine: Looked | None, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "PATIENCE", 0.01)
    answer = await _asked(_guarding(engine))
    assert (answer.status_code, answer.json()["reason"]) == (503, reason)


async def test_many_who_ask_at_once_make_it_look_once_and_later_again() -> None:
    engine, time = Looked(seconds=0.01), [0.0]
    app = _guarding(engine, now=lambda: time[0])
    async with anyio.create_task_group() as tasks:
        for _ in range(20):
            tasks.start_soon(_asked, app)
    assert engine.times == 1
    engine.error = JournalError("gone")
    assert (await _asked(app, "HEAD")).status_code == 200
    time[0] += health.GOOD_FOR
    assert (await _asked(app)).status_code == 503
    assert engine.times == 2


async def test_what_is_not_asked_of_it_goes_on() -> None:
    assert (await _asked(_guarding(Looked()), path="/mcp")).text == "behind"
    assert (await _asked(_guarding(Looked()), "DELETE")).text == "behind"
