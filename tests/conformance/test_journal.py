"""Every Journal keeps the promises of its port, each a check of `engine/journal/conformance`.

Add an implementation to JOURNALS to have it checked.
"""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from driversmith.engine.journal.clean import clean_journal
from driversmith.engine.journal.conformance.registry import CHECKS
from driversmith.engine.journal.port import Journal
from driversmith.engine.journal.sqlite.opening import open_journal
from driversmith.engine.network.redaction import Redactor

from .checks import made

JOURNALS: dict[str, Callable[[Path, Callable[[], float]], AbstractAsyncContextManager[Journal]]] = {
    "sqlite": lambda folder, now: open_journal(folder / "state" / "journal.db", now=now),
    "sqlite, cleaned": lambda folder, now: _cleaned(folder / "state" / "journal.db", now),
}


@asynccontextmanager
async def _cleaned(path: Path, now: Callable[[], float]) -> AsyncGenerator[Journal]:
    """A journal behind the sink that takes secrets out."""
    async with open_journal(path, now=now) as journal:
        yield clean_journal(journal, Redactor(["a-secret-that-nobody-writes-1"]).clean)


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.parametrize("journal", JOURNALS)
async def test_every_journal(journal: str, name: str, tmp_path: Path) -> None:
    await made(CHECKS[name](partial(JOURNALS[journal], tmp_path)))
