"""The bench of healing runs: sessions of the whole product on servers that know the truth."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

BENCH = Path(__file__).parents[3] / "bench"


@pytest.fixture(autouse=True)
def _bench_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCH))


@pytest.fixture
async def shop() -> AsyncGenerator[Any]:
    from healing.apis import APIS
    from healing.cells import Shop
    from healing.judging import Judge
    from healing.library import Library
    from healing.subjects import Subject
    from healing.truth_server import TruthServer

    with TruthServer() as server:
        judge = Judge(server)
        subjects = {"stations": Subject.of(APIS["stations"])}
        libraries = {slug: Library(subject, judge) for slug, subject in subjects.items()}
        yield Shop(subjects, libraries, judge, seed="1", at_once=5)


async def test_five_sessions_of_the_whole_product_end_with_drivers_that_read_the_truth(shop: Any) -> None:
    from healing.cells import run_cells
    from healing.odds import Odds

    cells = [cell async for cell in run_cells(shop, ["complete"], first_try=0.8, sessions=5, odds=Odds.shipped())]
    row = cells[0].row()
    assert row["sessions"] == 5
    assert row["success"] == 1.0
    assert row["false"] == 0.0
    assert row["internal"] == 0.0
    assert float(row["requests"]) >= 4
    assert float(row["dollars"]) > 0


async def test_a_session_whose_first_answers_are_wrong_is_healed(shop: Any) -> None:
    from healing.cells import run_cells
    from healing.odds import Odds

    odds = Odds.shipped().scaled(100)  # a model that mends whatever it is told
    cells = [cell async for cell in run_cells(shop, ["guards"], first_try=0.0, sessions=1, odds=odds)]
    assert [outcome.works for outcome in cells[0].outcomes] == [True]
    assert all(outcome.kind for outcome in cells[0].outcomes)
