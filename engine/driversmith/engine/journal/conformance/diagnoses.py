"""Diagnoses are kept, found and measured."""

from ...conformance import by_name, expect_close, expect_equal
from ...models.diagnosis import Diagnosis
from ..port import Journal
from .subject import OWN, THEIRS, Check, a_diagnosis, a_session, asked, with_journal


@with_journal
async def diagnoses_are_found_by_what_they_say(journal: Journal) -> None:
    """What helped before is looked up by fingerprint."""
    session_id = await a_session(journal)
    one = await journal.add_diagnosis(session_id, a_diagnosis(), api_name="Petstore", attempt=1, fingerprint="a")
    two = await journal.add_diagnosis(None, a_diagnosis(error_type="logic"), fingerprint="b")
    await journal.set_helped(one, True)
    expect_equal("Diagnoses, newest first", [d.id for d in (await journal.diagnostics()).items], [two, one])
    found = (await journal.diagnostics(session_id=session_id, error_type="api", fingerprint="a")).items
    expect_equal("Diagnoses of that session, kind and fingerprint", [d.id for d in found], [one])
    expect_equal("Whether it helped", found[0].helped, True)
    expect_equal("What was diagnosed", Diagnosis.model_validate(found[0].diagnosis), a_diagnosis())
    logic = (await journal.diagnostics(error_type="logic")).items
    expect_equal("The session of a diagnosis that has none", [d.session_id for d in logic], [""])
    nobodys = (await journal.diagnostics(api_name="Nobody")).items
    expect_equal("Diagnoses of a name that none has", nobodys, [])


@with_journal
async def diagnoses_keep_what_the_checks_said_and_what_became_of_the_repair(journal: Journal) -> None:
    """The same words are not tried again where they did not help."""
    first = await a_session(journal, key="1", path="/1")
    second = await a_session(journal, key="2", path="/2")
    said = ("client.py:1 F821: Undefined name `x`.", "client.py:2 F821: é")
    words = a_diagnosis(error_type="logic", fix_strategy="prompt_adjustment", prompt_modification="Define x.")
    one = await journal.add_diagnosis(first, words, fingerprint="a", findings=said, attempt=1)
    two = await journal.add_diagnosis(second, words, fingerprint="a", attempt=2)
    await journal.set_helped(one, True)
    await journal.set_helped(two, False)
    found = (await journal.diagnostics(fingerprint="a")).items
    expect_equal(
        "Diagnoses with their session, attempt, helped and findings",
        [(d.session_id, d.attempt, d.helped, d.findings) for d in found],
        [(second, 2, False, ()), (first, 1, True, said)],
    )
    expect_equal("The words for the prompt", found[1].diagnosis["prompt_modification"], "Define x.")


@with_journal
async def diagnoses_are_measured_by_strategy_and_by_what_a_model_took(journal: Journal) -> None:
    """A diagnosis that was paid for counts, whoever made it in the end."""
    session_id = await a_session(journal)
    for source, strategy, cost, seconds, helped in (
        ("rules", "prompt_adjustment", 0.0, 0.001, True),
        ("rules", "simplify", 0.0, 0.001, False),
        ("model", "prompt_adjustment", 0.001, 2.0, False),
        ("rules", "prompt_adjustment", 0.002, 4.0, None),
    ):
        number = await journal.add_diagnosis(
            session_id,
            a_diagnosis(source=source, fix_strategy=strategy),
            fingerprint="a",
            latency_seconds=seconds,
            cost_usd=cost,
        )
        if helped is not None:
            await journal.set_helped(number, helped)
    measured = (await journal.metrics())["diagnoses"]
    expect_close("The rate of diagnoses that helped", measured["helped_rate"], 1 / 3)
    by_strategy = {"prompt_adjustment": 0.5, "simplify": 0.0}
    expect_equal("That rate by strategy", measured["helped_rate_by_strategy"], by_strategy)
    expect_equal("Diagnoses by source", measured["by_source"], {"rules": 3, "model": 1})
    asked = measured["with_model"]
    # One answer was of no use, and paid for all the same.
    expect_equal("How many diagnoses a model was asked for", asked["count"], 2)
    expect_close("Their dollars in the middle", asked["cost_usd"]["p50"], 0.0015)
    expect_equal("Their seconds in the middle", asked["latency_seconds"]["p50"], 3.0)
    await journal.add_diagnosis(session_id, a_diagnosis(source="model"), fingerprint="a", cost_usd=None)
    asked = (await journal.metrics())["diagnoses"]["with_model"]
    expect_equal("How many diagnoses a model was asked for, with one of unknown price", asked["count"], 3)
    expect_equal("Their dollars then", asked["cost_usd"], {"p50": None, "p95": None})


@with_journal
async def a_diagnosis_belongs_to_whom_its_session_belongs(journal: Journal) -> None:
    """Else one user would learn from what another one's drivers went through."""
    theirs, _ = await journal.create_session(asked(), key="key", project_path="/theirs", principal=THEIRS)
    one = await journal.add_diagnosis(theirs.session_id, a_diagnosis(), fingerprint="a", principal=OWN)
    two = await journal.add_diagnosis(None, a_diagnosis(), fingerprint="a", principal=OWN)
    found = [d.id for d in (await journal.diagnostics(principal=THEIRS, fingerprint="a")).items]
    expect_equal("Diagnoses of whom a session belongs to", found, [one])
    found = [d.id for d in (await journal.diagnostics(principal=OWN)).items]
    expect_equal("Diagnoses of whoever had one without a session", found, [two])
    foreign = (await journal.diagnostics(principal=OWN, session_id=theirs.session_id)).items
    expect_equal("One's own diagnoses of another's session", foreign, [])


CHECKS: dict[str, Check] = by_name(
    a_diagnosis_belongs_to_whom_its_session_belongs,
    diagnoses_are_found_by_what_they_say,
    diagnoses_keep_what_the_checks_said_and_what_became_of_the_repair,
    diagnoses_are_measured_by_strategy_and_by_what_a_model_took,
)
