"""Every Journal keeps the promises of its port, each a check of `engine/journal/conformance`.

Add an implementation to JOURNALS to have it checked.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

import pytest
from driversmith.engine.journal.conformance.registry import CHECKS
from driversmith.engine.journal.port import Journal
from driversmith.engine.journal.sqlite.opening import open_journal

from .checks import made

JOURNALS: dict[str, Callable[[Path, Callable[[], float]], AbstractAsyncContextManager[Journal]]] = {
    "sqlite": lambda folder, now: open_journal(folder / "state" / "journal.db", now=now),
}


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.parametrize("journal", JOURNALS)
async def test_every_journal(journal: str, name: str, tmp_path: Path) -> None:
    await made(CHECKS[name](partial(JOURNALS[journal], tmp_path)))
