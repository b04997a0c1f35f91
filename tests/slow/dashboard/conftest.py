"""A browser, and servers with sessions to look at."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from driversmith.engine.journal.sqlite.opening import open_journal
from driversmith.engine.models.principal import LOCAL, Principal
from driversmith.engine.settings import Settings

from ...security.served import Served, served
from ...stand_ins.eventful import Clock, eventful
from .browser import CHROMIUM, Page, browsing

ALICE = Principal.of_token("alice")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a Chromium there is nothing to look with."""
    for item in items:
        if CHROMIUM is None and Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.skip(reason="no Chromium is installed"))


@pytest.fixture
async def page(tmp_path: Path) -> AsyncGenerator[Page]:
    async with browsing(tmp_path / "profile") as opened:
        yield opened


@asynccontextmanager
async def looked_at(
    folder: Path, *, days: int = 0, words: str = "", principal: Principal = ALICE
) -> AsyncGenerator[tuple[Served, list[str]]]:
    """A server on whose disk somebody's sessions of so many days lie, and their ids."""
    sessions = await filled(Settings(home=folder / "home"), days=days, words=words, principal=principal)
    async with served(folder) as server:
        yield server, sessions


async def filled(settings: Settings, *, days: int, words: str = "", principal: Principal = LOCAL) -> list[str]:
    """Sessions in the database of these settings; their ids."""
    clock = Clock()
    async with open_journal(settings.database, now=clock) as journal:
        return await eventful(journal, clock, days=days, words=words, principal=principal)
