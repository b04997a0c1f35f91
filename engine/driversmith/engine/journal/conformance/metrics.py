"""Metrics come from what happened, and claim nothing else."""

from typing import Any

from ...conformance import by_name, expect_close, expect_equal, expect_some
from ...models.principal import Principal
from ...models.session import SessionStatus, SupervisedResult
from ..port import Journal
from .subject import (
    OWN,
    THEIRS,
    Check,
    Clock,
    OpenJournal,
    a_claim,
    a_diagnosis,
    a_session,
    asked,
    succeeded,
    with_journal,
)


@with_journal
async def metrics_of_nothing_claim_nothing(journal: Journal) -> None:
    """A rate without a denominator is none, and neither 0 nor 1."""
    metrics = await journal.metrics()
    for rate in (
        "first_try_success_rate",
        "after_healing_success_rate",
        "mean_supervisor_attempts",
        "crash_recovery_rate",
        "cache_hit_rate",
    ):
        expect_equal(f"{rate} of nothing", metrics[rate], None)
    expect_equal("The rate of no diagnoses that helped", metrics["diagnoses"]["helped_rate"], None)
    expect_equal("Seconds of no diagnoses", metrics["diagnoses"]["latency_seconds"], {"p50": None, "p95": None})
    expect_equal("Unhandled exceptions, without any", metrics["unhandled_exceptions"], 0)
    expect_equal("Days, without any", metrics["by_day"], [])
    expect_equal("Sessions, without any", metrics["sessions"]["total"], 0)


@with_journal
async def what_is_written_to_see_whether_it_can_be_is_taken_back(journal: Journal) -> None:
    """A check of writing leaves nothing that is counted."""
    before = await journal.metrics()
    await journal.check_writable()
    expect_equal("Metrics after a check of writing", await journal.metrics(), before)


async def metrics_come_from_what_happened(open_journal: OpenJournal) -> None:
    """Sessions that were cancelled or interrupted are neither success nor failure."""
    clock = Clock()
    async with open_journal(clock) as journal:
        await _sessions_of_all_kinds(journal)
        await journal.count("unhandled_exceptions", 2)
        await journal.count("something_else")
        metrics = await journal.metrics()
        by_status = {"succeeded": 2, "failed": 1, "cancelled": 1, "interrupted": 1}
        expect_equal("Sessions by status", metrics["sessions"]["by_status"], by_status)
        expect_equal("Sessions by engine", metrics["sessions"]["by_engine"], {"auto": 5})
        expect_close("The rate of success at first", metrics["first_try_success_rate"], 1 / 3)
        expect_close("The rate of success in the end", metrics["after_healing_success_rate"], 2 / 3)
        expect_equal("Attempts on average", metrics["mean_supervisor_attempts"], 2)
        expect_close("The rate of crashes that were got over", metrics["crash_recovery_rate"], 1 / 2)
        expect_equal("Unhandled exceptions", metrics["unhandled_exceptions"], 2)
        expect_equal("Sessions by attempts", metrics["sessions"]["by_attempts"], {"1": 1, "2": 1, "3": 1})
        (day,) = metrics["by_day"]
        ended = {"first_try": 1, "healed": 1, "failed": 1}
        expect_equal("How the sessions of the only day ended", {how: day[how] for how in ended}, ended)
        diagnoses = metrics["diagnoses"]
        by_outcome = {"fallback": {"helped": 3, "did_not_help": 2, "unknown": 0}}
        expect_equal("What strategies did", diagnoses["helped_by_strategy"], by_outcome)
        expect_close("The rate of diagnoses that helped", diagnoses["helped_rate"], 3 / 5)
        expect_equal("Seconds of a diagnosis in the middle", diagnoses["latency_seconds"]["p50"], 3.0)
        expect_close("Seconds of the slowest twentieth", diagnoses["latency_seconds"]["p95"], 80.8)
        clock.seconds += 3600
        later = await journal.metrics(since="2027-06-01")
        expect_equal("Sessions since a time that is to come", later["sessions"]["total"], 0)
        expect_equal("Unhandled exceptions since then", later["unhandled_exceptions"], 0)


async def _sessions_of_all_kinds(journal: Journal) -> None:
    async def finished(key: str, status: SessionStatus, attempts: int, *, crash: bool = False) -> str:
        session_id = await a_session(journal, key=key, path=f"/{key}")
        epoch = await a_claim(journal, session_id)
        if crash:
            await journal.release(session_id, epoch, "interrupted")
            epoch = await a_claim(journal, session_id)
        result = SupervisedResult(session_id=session_id, status=status, supervisor_attempts=attempts)
        await journal.release(session_id, epoch, status, result)
        return session_id

    first = await finished("1", "succeeded", 1)
    await finished("2", "succeeded", 2, crash=True)
    await finished("3", "failed", 3)
    await finished("4", "cancelled", 1)
    lost = await a_session(journal, key="5", path="/5")
    await journal.release(lost, await a_claim(journal, lost), "interrupted")
    for latency in (1.0, 2.0, 3.0, 4.0, 100.0):
        diagnosis = await journal.add_diagnosis(
            first, a_diagnosis(), fingerprint="a", latency_seconds=latency, cost_usd=0.1
        )
        await journal.set_helped(diagnosis, latency < 4)


@with_journal
async def usage_adds_up_and_an_unknown_price_stays_unknown(journal: Journal) -> None:
    """Over all sessions as in one."""
    session_id = await a_session(journal)
    epoch = await a_claim(journal, session_id)
    costs: list[float | None] = [0.25, None]
    for cost in costs:
        expect_some("Dollars while all prices are known", (await journal.metrics())["dollars"])
        await journal.add_usage(
            session_id,
            epoch,
            role="generate",
            model="m",
            input_tokens=100,
            cached_tokens=300,
            output_tokens=10,
            cost_usd=cost,
            latency_seconds=1,
            data={"path": "client.py", "saved_usd": 0.5, "outcome": "answered"},
        )
    metrics = await journal.metrics()
    expect_equal("Tokens", metrics["tokens"], {"calls": 2, "input": 200, "cached": 600, "output": 20})
    expect_equal("Dollars, one price not being known", metrics["dollars"], None)
    expect_equal("The share of tokens from the cache", metrics["cache_hit_rate"], 0.75)
    expect_equal("Dollars that the cache saved", metrics["dollars_saved_by_cache"], 1.0)
    (day,) = metrics["by_day"]
    expect_equal("Dollars of the only day", (day["dollars"], day["saved"]), (None, 1.0))
    expect_equal("Tries by file", metrics["tries_by_file"], {"client.py": 2})


@with_journal
async def only_answers_that_were_to_be_a_file_are_tries_of_it(journal: Journal) -> None:
    """Requests that failed, and those for other things, are no tries."""
    session_id = await a_session(journal)
    epoch = await a_claim(journal, session_id)
    for role, outcome in (
        ("generate", "answered"),
        ("repair", "answered"),
        ("repair", "overloaded"),
        ("generate", "cancelled"),
        ("diagnose", "answered"),
        ("research", "answered"),
    ):
        await _one_request(
            journal, session_id, epoch, role=role, cost_usd=0.0, data={"path": "client.py", "outcome": outcome}
        )
    expect_equal("Tries by file", (await journal.metrics())["tries_by_file"], {"client.py": 2})


@with_journal
async def what_a_cache_saved_is_not_known_where_the_price_is_not(journal: Journal) -> None:
    """Nothing from the cache saved nothing, at whatever price."""
    session_id = await a_session(journal)
    epoch = await a_claim(journal, session_id)
    for cached, known in ((0, 0.0), (100, None)):
        await _one_request(
            journal, session_id, epoch, cached_tokens=cached, cost_usd=None, data={"outcome": "answered"}
        )
        saved = (await journal.metrics())["dollars_saved_by_cache"]
        expect_equal(f"Dollars saved by {cached} tokens from the cache, at no known price", saved, known)


async def _one_request(
    journal: Journal,
    session_id: str,
    epoch: int,
    *,
    role: str = "generate",
    cached_tokens: int = 0,
    cost_usd: float | None,
    data: dict[str, Any],
) -> None:
    await journal.add_usage(
        session_id,
        epoch,
        role=role,
        model="m",
        input_tokens=1,
        cached_tokens=cached_tokens,
        output_tokens=1,
        cost_usd=cost_usd,
        latency_seconds=1,
        data={**data, "saved_usd": None},
    )


@with_journal
async def a_first_try_has_one_attempt_and_one_try_a_file(journal: Journal) -> None:
    """What a guard sent back was no first try."""

    async def done(key: str, *attempts: tuple[str, dict[str, int]]) -> None:
        session_id = await a_session(journal, key=key, path=f"/{key}")
        epoch = await a_claim(journal, session_id)
        for number, (outcome, tries) in enumerate(attempts, 1):
            await journal.record_attempt(
                session_id,
                epoch,
                number,
                engine="model",
                outcome=outcome,
                elapsed_seconds=1,
                data={"tries": tries, "mode": "full", "strategy": None},
            )
        result = succeeded(session_id, supervisor_attempts=len(attempts))
        await journal.release(session_id, epoch, "succeeded", result)

    await done("first", ("succeeded", {"client.py": 1, "README.md": 1}))
    await done("template", ("succeeded", {}))
    await done("guarded", ("succeeded", {"client.py": 2, "README.md": 1}))
    await done("supervised", ("failed", {"client.py": 3}), ("succeeded", {"client.py": 1}))
    await done("finished by the templates", ("failed", {"client.py": 1}))
    metrics = await journal.metrics()
    expect_close("The rate of success at first", metrics["first_try_success_rate"], 2 / 5)
    expect_equal("The rate of success in the end", metrics["after_healing_success_rate"], 1)
    expect_close("Attempts on average", metrics["mean_supervisor_attempts"], 6 / 5)


@with_journal
async def metrics_of_a_principal_count_nothing_of_another(journal: Journal) -> None:
    """Else a user would see how much others do, and how well."""
    record, _ = await journal.create_session(asked(), key="key", project_path="/theirs", principal=THEIRS)
    session_id = record.session_id
    epoch = await a_claim(journal, session_id)
    request: dict[str, Any] = {"role": "generate", "model": "m", "latency_seconds": 1.0, "data": {}}
    tokens: dict[str, Any] = {"input_tokens": 10, "cached_tokens": 5, "output_tokens": 2}
    await journal.add_usage(session_id, epoch, **request, **tokens, cost_usd=0.5)
    data: dict[str, Any] = {"findings": {"F821": 2}, "tries": {"client.py": 2}}
    await journal.record_attempt(
        session_id, epoch, 1, engine="model", outcome="succeeded", elapsed_seconds=1.0, data=data
    )
    await journal.add_diagnosis(session_id, a_diagnosis(), fingerprint="a")
    await journal.count("unhandled_exceptions", principal=THEIRS)
    await journal.release(session_id, epoch, "succeeded", succeeded(session_id, supervisor_attempts=1))
    nothing = await journal.metrics(principal=Principal.of_token("nobody"))
    expect_equal("One's own metrics, where only another did anything", await journal.metrics(principal=OWN), nothing)
    theirs, all_of_them = await journal.metrics(principal=THEIRS), await journal.metrics()
    expect_equal("The metrics of the only one who did anything", theirs, all_of_them)
    expect_equal("Their sessions", theirs["sessions"]["total"], 1)
    expect_equal("Their tokens", theirs["tokens"]["calls"], 1)


CHECKS: dict[str, Check] = by_name(
    metrics_of_a_principal_count_nothing_of_another,
    metrics_of_nothing_claim_nothing,
    what_is_written_to_see_whether_it_can_be_is_taken_back,
    metrics_come_from_what_happened,
    usage_adds_up_and_an_unknown_price_stays_unknown,
    only_answers_that_were_to_be_a_file_are_tries_of_it,
    what_a_cache_saved_is_not_known_where_the_price_is_not,
    a_first_try_has_one_attempt_and_one_try_a_file,
)
