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
def slugs() -> tuple[str, ...]:
    return ("stations",)


@pytest.fixture
async def shop(slugs: tuple[str, ...]) -> AsyncGenerator[Any]:
    from healing.apis import APIS
    from healing.cells import Shop
    from healing.judging import Judge
    from healing.library import Library
    from healing.subjects import Subject
    from healing.truth_server import TruthServer

    with TruthServer() as server:
        judge = Judge(server)
        subjects = {slug: Subject.of(APIS[slug]) for slug in slugs}
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


@pytest.mark.parametrize("slugs", [("wardens",), ("freight",)])
async def test_an_api_whose_description_is_wrong_is_read_truly_by_what_it_answers(shop: Any) -> None:
    from healing.cells import run_cells
    from healing.odds import Odds

    arms = ["silent", "neither"]  # of a model that says nothing of facts, with and without what reads them from answers
    cells = [cell async for cell in run_cells(shop, arms, first_try=1.0, sessions=1, odds=Odds.shipped())]
    assert [cell.row()["success_by_wrong_facts"] for cell in cells] == [1.0, 0.0]
    assert [cell.row()["internal"] for cell in cells] == [0.0, 0.0]


@pytest.mark.parametrize("slugs", [("ships",)])
async def test_a_true_correction_of_the_author_is_kept_where_a_live_read_shows_it(shop: Any) -> None:
    from dataclasses import replace

    from healing.cells import run_cells
    from healing.odds import Odds

    odds = replace(Odds.shipped(), facts_right=1.0, facts_wrong=0.0)
    cells = [cell async for cell in run_cells(shop, ["complete"], first_try=1.0, sessions=1, odds=odds)]
    assert [outcome.works for outcome in cells[0].outcomes] == [True]
