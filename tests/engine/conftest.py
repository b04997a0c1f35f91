"""Sessions on activities whose work takes no time."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from driversmith.engine.journal.ownership import this_process
from driversmith.engine.journal.sqlite.opening import SqliteJournal, open_journal
from driversmith.engine.models.session import GenerateRequest
from driversmith.engine.sessions.request import resolve_request
from driversmith.engine.sessions.sessions import Sessions, open_sessions
from driversmith.engine.settings import Settings
from driversmith.engine.supervision.healing.decision import HealingPolicy
from driversmith.engine.supervision.supervisor import Supervisor

from ..stand_ins.activities import ActivitiesStandIn, judged


@pytest.fixture
def activities() -> ActivitiesStandIn:
    return ActivitiesStandIn()


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncGenerator[SqliteJournal]:
    async with open_journal(tmp_path / "home" / "journal.db") as opened:
        yield opened


OpenSessions = Callable[..., AbstractAsyncContextManager[Sessions]]


@pytest.fixture
def opened(journal: SqliteJournal, activities: ActivitiesStandIn, tmp_path: Path) -> OpenSessions:
    """Opens sessions on the journal and the stand-in, as a process of the given owner would."""

    async def no_pause(_: float) -> None:
        await anyio.lowlevel.checkpoint()

    @asynccontextmanager
    async def open_(*, limit: int = 8, lease_seconds: float = 30, shop: Any = None) -> AsyncGenerator[Sessions]:
        supervisor = Supervisor(
            journal=journal,
            activities=shop or activities,
            scratch=tmp_path / "home" / "work",
            policy=HealingPolicy(diagnose=judged, pause=no_pause),
        )
        async with open_sessions(
            journal=journal,
            supervisor=lambda: supervisor,
            owner=this_process(),
            concurrent_sessions=limit,
            lease_seconds=lease_seconds,
        ) as sessions:
            yield sessions

    return open_


@pytest.fixture
async def sessions(opened: OpenSessions) -> AsyncGenerator[Sessions]:
    async with opened() as sessions:
        yield sessions


Asked = Callable[..., GenerateRequest]


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    """A request for the Pets API into a folder of this test."""

    def ask(**values: Any) -> GenerateRequest:
        known: dict[str, Any] = {"api_name": "Pets", "api_url": "https://pets.example"}
        return resolve_request(
            **{**known, **values}, settings=Settings(home=tmp_path / "home"), default_output_dir=tmp_path / "drivers"
        )

    return ask
