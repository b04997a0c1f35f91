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


def test_four_of_fifteen_descriptions_are_wrong_in_a_fact_and_the_client_is_the_same_by_the_true_one() -> None:
    from healing.apis import APIS
    from healing.subjects import Subject

    wrong = [Subject.of(api) for api in APIS.values() if api.fact]
    assert [subject.api.slug for subject in wrong] == ["ships", "freight", "wardens", "berths"]
    for subject in wrong:
        client = subject.paths[0]
        assert subject.corrected.profile != subject.profile
        assert subject.corrected.template_files[client] == subject.template_files[client]


def test_corrections_of_the_simulated_model_are_right_none_or_made_up_and_all_can_be_tried() -> None:
    from driversmith.engine.facts.catalogue import apply
    from driversmith.engine.facts.document import parse_corrections
    from healing.apis import APIS
    from healing.chance import Chance, Course
    from healing.odds import Odds
    from healing.simulator import corrections
    from healing.subjects import Subject

    subject, odds = Subject.of(APIS["berths"]), Odds.shipped()
    chance = Chance(seed="1", first_try=1.0, odds=odds)
    said = [corrections(chance, Course(number, "berths"), subject.api, "research 1") for number in range(300)]
    kinds = {
        document.corrections[0].fact
        for one in said
        if (document := parse_corrections({"corrections": one})).corrections
    }
    assert kinds == {
        "/operations/list_berths/path",
        "/objects/berths/records",
        "/objects/berths/pagination",
        "/base_path",
    }
    assert 0.2 < sum(not one for one in said) / len(said) < 0.4
    for one in said:
        for correction in parse_corrections({"corrections": one}).corrections:
            apply(subject.profile, correction, known_by="stated")
    silent = Chance(seed="1", first_try=1.0, odds=odds.silent())
    assert not any(corrections(silent, Course(number, "berths"), subject.api, "research 1") for number in range(300))


def test_a_driver_that_reads_wrongly_and_says_which_object_was_not_proven_is_no_false_success() -> None:
    from healing.outcomes import Cell, Outcome

    told = Outcome(1, "berths", claimed=True, untrue="404", is_told=True)
    row = Cell(
        "complete", 0.6, [told, Outcome(2, "ships", claimed=True, untrue="one"), Outcome(3, "tides", claimed=True)]
    ).row()
    assert (row["told"], row["false"], row["success"]) == (1 / 3, 1 / 3, 1 / 3)
    assert (row["success_by_right_facts"], row["success_by_wrong_facts"]) == (1.0, 0.0)


@pytest.mark.parametrize("given", [[], ["--budget", "1"]])
def test_no_real_model_is_asked_without_a_budget_and_a_key(
    given: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    from healing.command import main

    with pytest.raises(SystemExit):
        main(["--real-model", *given])
    assert ("ANTHROPIC_API_KEY" if given else "--budget") in capsys.readouterr().err
