"""The figures of the bench of healing mean what they say; that it runs is in slow/."""

from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench"


@pytest.fixture(autouse=True)
def _bench_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCH))


def test_the_table_of_faults_is_that_of_the_issue() -> None:
    from healing.odds import Odds

    odds = Odds.shipped()
    assert sum(kind.share for kind in odds.kinds.values()) == 100
    assert odds.kinds["hallucinated"].repaired(1, described=False) == 0.20
    assert odds.kinds["hallucinated"].repaired(2, described=True) == 0.30
    assert odds.kinds["logic"].repaired(9, described=True) == 0.05


def test_every_kind_of_fault_fits_every_api() -> None:
    from healing.apis import APIS
    from healing.odds import Odds
    from healing.subjects import Subject

    assert len(APIS) >= 10
    for api in APIS.values():
        kinds = {fault.kind for fault in Subject.of(api).faults}
        assert kinds == set(Odds.shipped().kinds), api.slug


def test_only_the_words_of_a_finding_make_a_request_precise() -> None:
    from healing.chance import is_precise
    from healing.faults import Written
    from healing.library import Judged
    from healing.odds import Odds

    fault = Judged(Written("x/client.py", "", "logic", "single-page"), "contract", ("read-all-pages",))
    assert is_precise(fault, "1. read-all-pages (trees)\n   Sent: read('trees')", Odds.shipped())
    assert not is_precise(fault, "It does not pass yet. Something is wrong.", Odds.shipped())


@pytest.mark.parametrize("given", [[], ["--budget", "1"]])
def test_no_real_model_is_asked_without_a_budget_and_a_key(
    given: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    from healing.command import main

    with pytest.raises(SystemExit):
        main(["--real-model", *given])
    assert ("ANTHROPIC_API_KEY" if given else "--budget") in capsys.readouterr().err
