"""Every Journal keeps these promises. Add an implementation to `open_any_journal` to have it checked."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import anyio
import pytest
from driversmith.engine.errors import (
    InvalidArgumentError,
    LeaseLostError,
    SessionConflictError,
    SessionNotFoundError,
)
from driversmith.engine.journal.ownership import this_process
from driversmith.engine.journal.port import Journal, Owner
from driversmith.engine.journal.sqlite.opening import open_journal
from driversmith.engine.models.diagnosis import Diagnosis
from driversmith.engine.models.driver import DriverFile
from driversmith.engine.models.session import GenerateRequest, SupervisedResult

US = this_process()
DEAD = Owner(US.boot_id, US.pid, "0") if US.boot_id else Owner("", 2**22 + 1, "0")
STRANGER = Owner(f"{US.boot_id.partition('/')[0]}/another container", 1, "1") if US.boot_id else US


class Clock:
    """Unix seconds that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite"])
def open_any_journal(
    request: pytest.FixtureRequest, tmp_path: Path, clock: Clock
) -> Callable[[], AbstractAsyncContextManager[Journal]]:
    openers: dict[str, Callable[[], AbstractAsyncContextManager[Journal]]] = {
        "sqlite": lambda: open_journal(tmp_path / "state" / "journal.db", now=clock),
    }
    return openers[request.param]


@pytest.fixture
async def journal(open_any_journal: Callable[[], AbstractAsyncContextManager[Journal]]) -> AsyncGenerator[Journal]:
    async with open_any_journal() as opened:
        yield opened


def asked(name: str = "Petstore", folder: str = "/drivers") -> GenerateRequest:
    return GenerateRequest(api_name=name, api_url="https://pets.example", output_dir=folder)


async def a_session(journal: Journal, key: str = "key", path: str = "/drivers/petstore_driver") -> str:
    record, _ = await journal.create_session(asked(), key=key, project_path=path)
    return record.session_id


async def a_claim(journal: Journal, session_id: str, owner: Owner = US, lease_seconds: float = 30) -> int:
    epoch = await journal.claim(session_id, owner, lease_seconds=lease_seconds)
    assert epoch is not None
    return epoch


def succeeded(session_id: str, **values: Any) -> SupervisedResult:
    return SupervisedResult(session_id=session_id, status="succeeded", success=True, **values)


async def test_a_new_session_is_queued_and_known_by_its_id_and_key(journal: Journal) -> None:
    record, is_new = await journal.create_session(asked(), key="key", project_path="/drivers/petstore_driver")
    assert is_new
    assert record.status == "queued"
    assert record.request == asked()
    assert await journal.session(record.session_id) == record
    assert await journal.latest_session("key") == record
    assert await journal.latest_session("other key") is None


async def test_an_unfinished_session_with_the_same_key_is_joined(journal: Journal) -> None:
    first = await a_session(journal)
    record, is_new = await journal.create_session(asked(), key="key", project_path="/drivers/petstore_driver")
    assert not is_new
    assert record.session_id == first


async def test_a_finished_session_is_not_joined(journal: Journal) -> None:
    first = await a_session(journal)
    await journal.release(first, await a_claim(journal, first), "failed")
    record, is_new = await journal.create_session(asked(), key="key", project_path="/drivers/petstore_driver")
    assert is_new
    assert record.session_id != first
    assert (await journal.latest_session("key")) == record


async def test_other_arguments_with_the_same_path_conflict_and_the_message_names_the_session(journal: Journal) -> None:
    first = await a_session(journal)
    for _ in range(2):
        with pytest.raises(SessionConflictError, match=first):
            await a_session(journal, key="other")
        if (await journal.session(first)).status == "queued":
            await a_claim(journal, first)


async def test_a_new_session_takes_the_place_of_an_interrupted_one(journal: Journal) -> None:
    first = await a_session(journal)
    await journal.release(first, await a_claim(journal, first), "interrupted")
    second = await a_session(journal, key="other")
    assert (await journal.session(first)).status == "cancelled"
    assert (await journal.session(second)).status == "queued"


async def test_ten_callers_at_once_get_one_session(journal: Journal) -> None:
    ids: list[str] = []

    async def call() -> None:
        ids.append(await a_session(journal))

    async with anyio.create_task_group() as tasks:
        for _ in range(10):
            tasks.start_soon(call)
    assert len(ids) == 10
    assert len(set(ids)) == 1


async def test_unknown_sessions_are_named_as_such(journal: Journal) -> None:
    for call in (
        lambda: journal.session("s0"),
        lambda: journal.claim("s0", US, lease_seconds=1),
        lambda: journal.request_cancel("s0"),
        lambda: journal.append_event("s0", 1, "step.progress", "x"),
    ):
        with pytest.raises(SessionNotFoundError, match="s0"):
            await call()


async def test_a_claimed_session_runs_and_cannot_be_claimed_again(journal: Journal) -> None:
    session_id = await a_session(journal)
    assert await a_claim(journal, session_id) == 1
    assert (await journal.session(session_id)).status == "running"
    assert await journal.claim(session_id, US, lease_seconds=30) is None
    assert await journal.claim(session_id, STRANGER, lease_seconds=30) is None


async def test_a_claim_whose_lease_ran_out_is_free_and_its_epoch_void(journal: Journal, clock: Clock) -> None:
    session_id = await a_session(journal)
    old = await a_claim(journal, session_id, STRANGER, lease_seconds=10)
    clock.seconds += 11
    assert (await journal.session(session_id)).status == "interrupted"
    new = await a_claim(journal, session_id)
    assert new > old
    assert (await journal.session(session_id)).resumed == 1
    for write in (
        lambda: journal.renew(session_id, old, lease_seconds=10),
        lambda: journal.append_event(session_id, old, "step.progress", "late"),
        lambda: journal.store_step(session_id, old, "late", 1),
        lambda: journal.store_files(session_id, old, []),
        lambda: journal.record_attempt(
            session_id, old, 1, engine="template", outcome="failed", elapsed_seconds=1, data={}
        ),
        lambda: journal.release(session_id, old, "failed"),
    ):
        with pytest.raises(LeaseLostError):
            await write()
    assert await journal.events(session_id) == []
    assert await journal.step_result(session_id, "late") is None
    assert (await journal.session(session_id)).status == "running"


async def test_a_renewed_claim_outlives_its_first_lease(journal: Journal, clock: Clock) -> None:
    session_id = await a_session(journal)
    epoch = await a_claim(journal, session_id, lease_seconds=10)
    clock.seconds += 8
    assert await journal.renew(session_id, epoch, lease_seconds=10) is False
    clock.seconds += 8
    assert (await journal.session(session_id)).status == "running"


async def test_a_session_of_a_dead_process_is_interrupted_at_once(journal: Journal) -> None:
    session_id = await a_session(journal)
    await a_claim(journal, session_id, DEAD, lease_seconds=1000)
    assert (await journal.session(session_id)).status == "interrupted"
    assert [r.session_id for r in (await journal.sessions(status="interrupted")).items] == [session_id]
    assert (await journal.sessions(status="running")).items == []
    assert await a_claim(journal, session_id) == 2


async def test_a_released_session_has_its_status_and_result(journal: Journal) -> None:
    session_id = await a_session(journal)
    epoch = await a_claim(journal, session_id)
    result = succeeded(session_id, output_path="/drivers/petstore_driver")
    for _ in range(2):
        await journal.release(session_id, epoch, "succeeded", result)
    record = await journal.session(session_id)
    assert (record.status, record.result, record.delivered) == ("succeeded", result, False)
    assert record.finished_at is not None
    assert await journal.claim(session_id, US, lease_seconds=1) is None
    await journal.mark_delivered(session_id)
    assert (await journal.session(session_id)).delivered


async def test_only_finished_sessions_can_have_been_delivered(journal: Journal) -> None:
    session_id = await a_session(journal)
    await journal.mark_delivered(session_id)
    assert not (await journal.session(session_id)).delivered


async def test_the_owner_of_a_running_session_hears_that_it_is_to_be_cancelled(journal: Journal) -> None:
    session_id = await a_session(journal)
    epoch = await a_claim(journal, session_id)
    assert (await journal.request_cancel(session_id)).status == "running"
    assert await journal.renew(session_id, epoch, lease_seconds=30) is True


async def test_a_session_that_nobody_works_on_is_cancelled_at_once(journal: Journal) -> None:
    queued = await a_session(journal)
    assert (await journal.request_cancel(queued)).status == "cancelled"
    orphan = await a_session(journal, key="2", path="/2")
    await a_claim(journal, orphan, DEAD)
    record = await journal.request_cancel(orphan)
    assert record.status == "cancelled"
    assert record.result is not None
    assert record.result.error is not None
    assert record.result.error.code == "cancelled"
    with pytest.raises(LeaseLostError):
        await journal.append_event(orphan, 1, "step.progress", "the dead speak")


async def test_a_cancellation_that_the_owner_died_over_still_counts(journal: Journal, clock: Clock) -> None:
    session_id = await a_session(journal)
    await a_claim(journal, session_id, STRANGER, lease_seconds=10)
    await journal.request_cancel(session_id)
    clock.seconds += 11
    assert await journal.claim(session_id, US, lease_seconds=10) is None
    assert (await journal.session(session_id)).status == "cancelled"


async def test_cancelling_a_finished_session_leaves_it_as_it_is(journal: Journal) -> None:
    session_id = await a_session(journal)
    await journal.release(session_id, await a_claim(journal, session_id), "succeeded", succeeded(session_id))
    assert (await journal.request_cancel(session_id)).status == "succeeded"


async def test_events_count_up_from_one_and_can_be_read_on(journal: Journal) -> None:
    session_id = await a_session(journal)
    epoch = await a_claim(journal, session_id)
    async with anyio.create_task_group() as tasks:
        for number in range(30):
            tasks.start_soon(journal.append_event, session_id, epoch, "step.progress", f"line {number}")
    events = await journal.events(session_id)
    assert [e.seq for e in events] == list(range(1, 31))
    assert sorted(e.message for e in events) == sorted(f"line {n}" for n in range(30))
    assert [e.seq for e in await journal.events(session_id, after=28)] == [29, 30]
    assert len(await journal.events(session_id, limit=3)) == 3
    said = await journal.append_event(session_id, epoch, "x", "m", level="error", progress=0.5, data={"a": [1, None]})
    assert (await journal.events(session_id, after=30)) == [said]


async def test_what_the_host_hands_in_is_stored_and_the_session_queued(journal: Journal) -> None:
    session_id = await a_session(journal)
    epoch = await a_claim(journal, session_id)
    assert not await journal.hand_in(session_id, "generate/client.py", "too early")
    await journal.release(session_id, epoch, "waiting_for_host")
    assert await journal.hand_in(session_id, "generate/client.py", {"text": "import x"})
    assert not await journal.hand_in(session_id, "generate/client.py", "twice")
    assert (await journal.session(session_id)).status == "queued"
    assert await journal.step_result(session_id, "generate/client.py") == {"text": "import x"}
    assert await a_claim(journal, session_id) > epoch
    with pytest.raises(SessionNotFoundError):
        await journal.hand_in("none", "x", 1)


async def test_the_usage_of_a_session_is_the_sum_of_its_requests(journal: Journal) -> None:
    session_id = await a_session(journal)
    epoch = await a_claim(journal, session_id)
    assert (await journal.usage(session_id)).calls == 0
    request: dict[str, Any] = {"role": "generate", "model": "m", "latency_seconds": 1.0, "data": {}}
    tokens = {"input_tokens": 10, "cached_tokens": 5, "output_tokens": 2}
    for cost in (0.25, 0.5):
        await journal.add_usage(session_id, epoch, **request, **tokens, cost_usd=cost)
    usage = await journal.usage(session_id)
    assert (usage.calls, usage.input_tokens, usage.cached_tokens, usage.output_tokens) == (2, 20, 10, 4)
    assert usage.cost_usd == 0.75
    await journal.add_usage(session_id, epoch, **request, **tokens, cost_usd=None)
    assert (await journal.usage(session_id)).cost_usd is None


async def test_steps_are_replaced_by_name(journal: Journal) -> None:
    session_id = await a_session(journal)
    epoch = await a_claim(journal, session_id)
    assert await journal.step_result(session_id, "attempt/1/research") is None
    for value in ({"a": 1}, ["é", None, 0.5]):
        await journal.store_step(session_id, epoch, "attempt/1/research", value)
        assert await journal.step_result(session_id, "attempt/1/research") == value


async def test_attempts_files_and_usage_are_kept_with_the_session(journal: Journal) -> None:
    session_id = await a_session(journal)
    epoch = await a_claim(journal, session_id)
    for outcome in ("failed", "succeeded"):
        await journal.record_attempt(
            session_id,
            epoch,
            1,
            engine="template",
            outcome=outcome,
            elapsed_seconds=1.5,
            data={"findings": {"F821": 2}},
        )
    attempts = await journal.attempts(session_id)
    assert [(a["attempt"], a["outcome"], a["data"]) for a in attempts] == [(1, "succeeded", {"findings": {"F821": 2}})]
    await journal.store_files(
        session_id, epoch, [DriverFile(path="b.py", text="old"), DriverFile(path="a.py", text="é")]
    )
    await journal.store_files(session_id, epoch, [DriverFile(path="b.py", text="new")])
    assert [(f.path, f.size) for f in await journal.files(session_id)] == [("a.py", 2), ("b.py", 3)]
    assert await journal.file_text(session_id, "b.py") == "new"
    assert await journal.file_text(session_id, "c.py") is None


async def test_lists_come_in_pages_newest_first(journal: Journal, clock: Clock) -> None:
    ids: list[str] = []
    for number in range(5):
        clock.seconds += 60
        ids.append(await a_session(journal, key=str(number), path=f"/{number}"))
    first = await journal.sessions(limit=2)
    second = await journal.sessions(limit=2, cursor=first.next_cursor)
    third = await journal.sessions(limit=2, cursor=second.next_cursor)
    assert [r.session_id for p in (first, second, third) for r in p.items] == ids[::-1]
    assert third.next_cursor is None
    assert (await journal.sessions(limit=5)).next_cursor is None
    assert len((await journal.sessions(since=(await journal.session(ids[3])).created_at)).items) == 2
    assert (await journal.sessions(api_name="Nobody")).items == []
    assert len((await journal.sessions(api_name="Petstore", status="queued")).items) == 5


@pytest.mark.parametrize("bad", [{"cursor": "x"}, {"cursor": "-1"}, {"since": "yesterday"}])
async def test_a_cursor_or_time_that_is_none_is_an_argument_to_change(journal: Journal, bad: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgumentError, match=next(iter(bad))):
        await journal.sessions(**bad)


def a_diagnosis(**values: Any) -> Diagnosis:
    known: dict[str, Any] = {
        "error_type": "api",
        "fault_kind": "network",
        "root_cause": "refused",
        "can_fix": True,
        "fix_strategy": "fallback",
        "fix_description": "try again",
        "confidence": 0.5,
    }
    return Diagnosis(**{**known, **values})


async def test_diagnoses_are_found_by_what_they_say(journal: Journal) -> None:
    session_id = await a_session(journal)
    one = await journal.add_diagnosis(session_id, a_diagnosis(), api_name="Petstore", attempt=1, fingerprint="a")
    two = await journal.add_diagnosis(None, a_diagnosis(error_type="logic"), fingerprint="b")
    await journal.set_helped(one, True)
    assert [d.id for d in (await journal.diagnostics()).items] == [two, one]
    found = (await journal.diagnostics(session_id=session_id, error_type="api", fingerprint="a")).items[0]
    assert found.helped is True
    assert Diagnosis.model_validate(found.diagnosis) == a_diagnosis()
    assert (await journal.diagnostics(error_type="logic")).items[0].session_id == ""
    assert (await journal.diagnostics(api_name="Nobody")).items == []


async def test_metrics_of_nothing_claim_nothing(journal: Journal) -> None:
    metrics = await journal.metrics()
    rates = [
        "first_try_success_rate",
        "after_healing_success_rate",
        "mean_supervisor_attempts",
        "crash_recovery_rate",
        "cache_hit_rate",
    ]
    assert [metrics[name] for name in rates] == [None] * len(rates)
    assert metrics["diagnoses"]["helped_rate"] is None
    assert metrics["diagnoses"]["latency_seconds"] == {"p50": None, "p95": None}
    assert metrics["unhandled_exceptions"] == 0
    assert metrics["sessions"]["total"] == 0


async def test_metrics_come_from_what_happened(journal: Journal, clock: Clock) -> None:
    async def finished(key: str, status: str, attempts: int, *, crash: bool = False) -> str:
        session_id = await a_session(journal, key=key, path=f"/{key}")
        epoch = await a_claim(journal, session_id)
        if crash:
            await journal.release(session_id, epoch, "interrupted")
            epoch = await a_claim(journal, session_id)
        result = SupervisedResult(session_id=session_id, status=status, supervisor_attempts=attempts)  # type: ignore[arg-type]
        await journal.release(session_id, epoch, status, result)  # type: ignore[arg-type]
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
    await journal.count("unhandled_exceptions", 2)
    await journal.count("something_else")
    metrics = await journal.metrics()
    assert metrics["sessions"]["by_status"] == {"succeeded": 2, "failed": 1, "cancelled": 1, "interrupted": 1}
    assert metrics["sessions"]["by_engine"] == {"auto": 5}
    assert metrics["first_try_success_rate"] == pytest.approx(1 / 3)
    assert metrics["after_healing_success_rate"] == pytest.approx(2 / 3)
    assert metrics["mean_supervisor_attempts"] == 2
    assert metrics["crash_recovery_rate"] == pytest.approx(1 / 2)
    assert metrics["unhandled_exceptions"] == 2
    assert metrics["diagnoses"]["helped_rate"] == pytest.approx(3 / 5)
    assert metrics["diagnoses"]["latency_seconds"]["p50"] == 3.0
    assert metrics["diagnoses"]["latency_seconds"]["p95"] == pytest.approx(80.8)
    clock.seconds += 3600
    later = await journal.metrics(since="2027-06-01")
    assert later["sessions"]["total"] == 0
    assert later["unhandled_exceptions"] == 0


async def test_usage_adds_up_and_an_unknown_price_stays_unknown(journal: Journal) -> None:
    session_id = await a_session(journal)
    epoch = await a_claim(journal, session_id)
    costs: list[float | None] = [0.25, None]
    for cost in costs:
        before = (await journal.metrics())["dollars"]
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
        assert before is not None
    metrics = await journal.metrics()
    assert metrics["tokens"] == {"calls": 2, "input": 200, "cached": 600, "output": 20}
    assert metrics["dollars"] is None
    assert metrics["cache_hit_rate"] == 0.75
    assert metrics["dollars_saved_by_cache"] == 1.0
    assert metrics["tries_by_file"] == {"client.py": 2}


async def test_only_answers_that_were_to_be_a_file_are_tries_of_it(journal: Journal) -> None:
    session_id = await a_session(journal)
    epoch = await a_claim(journal, session_id)
    outcomes = [
        ("generate", "answered"),
        ("repair", "answered"),
        ("repair", "overloaded"),
        ("generate", "cancelled"),
        ("diagnose", "answered"),
        ("research", "answered"),
    ]
    for role, outcome in outcomes:
        await journal.add_usage(
            session_id,
            epoch,
            role=role,
            model="m",
            input_tokens=1,
            cached_tokens=0,
            output_tokens=1,
            cost_usd=0.0,
            latency_seconds=1,
            data={"path": "client.py", "outcome": outcome, "saved_usd": None},
        )
    assert (await journal.metrics())["tries_by_file"] == {"client.py": 2}


async def test_what_a_cache_saved_is_not_known_where_the_price_is_not(journal: Journal) -> None:
    session_id = await a_session(journal)
    epoch = await a_claim(journal, session_id)
    for cached, known in ((0, 0.0), (100, None)):
        await journal.add_usage(
            session_id,
            epoch,
            role="generate",
            model="m",
            input_tokens=1,
            cached_tokens=cached,
            output_tokens=1,
            cost_usd=None,
            latency_seconds=1,
            data={"outcome": "answered", "saved_usd": None},
        )
        assert (await journal.metrics())["dollars_saved_by_cache"] == known


async def test_a_first_try_has_one_attempt_and_one_try_a_file(journal: Journal) -> None:
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
    assert metrics["first_try_success_rate"] == pytest.approx(2 / 5)
    assert metrics["after_healing_success_rate"] == 1
    assert metrics["mean_supervisor_attempts"] == pytest.approx(6 / 5)


async def test_diagnoses_keep_what_the_checks_said_and_what_became_of_the_repair(journal: Journal) -> None:
    first = await a_session(journal, key="1", path="/1")
    second = await a_session(journal, key="2", path="/2")
    said = ("client.py:1 F821: Undefined name `x`.", "client.py:2 F821: é")
    words = a_diagnosis(error_type="logic", fix_strategy="prompt_adjustment", prompt_modification="Define x.")
    one = await journal.add_diagnosis(first, words, fingerprint="a", findings=said, attempt=1)
    two = await journal.add_diagnosis(second, words, fingerprint="a", attempt=2)
    await journal.set_helped(one, True)
    await journal.set_helped(two, False)
    found = (await journal.diagnostics(fingerprint="a")).items
    assert [(d.session_id, d.attempt, d.helped, d.findings) for d in found] == [
        (second, 2, False, ()),
        (first, 1, True, said),
    ]
    assert found[1].diagnosis["prompt_modification"] == "Define x."


async def test_diagnoses_are_measured_by_strategy_and_by_what_a_model_took(journal: Journal) -> None:
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
    assert measured["helped_rate"] == pytest.approx(1 / 3)
    assert measured["helped_rate_by_strategy"] == {"prompt_adjustment": 0.5, "simplify": 0.0}
    assert measured["by_source"] == {"rules": 3, "model": 1}
    asked = measured["with_model"]
    assert asked["count"] == 2  # one answer was of no use, and paid for all the same
    assert asked["cost_usd"]["p50"] == pytest.approx(0.0015)
    assert asked["latency_seconds"]["p50"] == 3.0
    await journal.add_diagnosis(session_id, a_diagnosis(source="model"), fingerprint="a", cost_usd=None)
    measured = (await journal.metrics())["diagnoses"]
    assert measured["with_model"]["count"] == 3
    assert measured["with_model"]["cost_usd"] == {"p50": None, "p95": None}


async def test_a_cancelled_caller_leaves_the_journal_usable(journal: Journal) -> None:
    session_id = await a_session(journal)
    epoch = await a_claim(journal, session_id)
    async with anyio.create_task_group() as tasks:
        for number in range(50):
            tasks.start_soon(journal.append_event, session_id, epoch, "step.progress", f"{number}")
        await anyio.lowlevel.checkpoint()
        tasks.cancel_scope.cancel()
    said = await journal.append_event(session_id, epoch, "step.progress", "after")
    events = await journal.events(session_id)
    assert [e.seq for e in events] == list(range(1, len(events) + 1))
    assert events[-1] == said


async def test_old_sessions_can_be_forgotten(journal: Journal, clock: Clock) -> None:
    old = await a_session(journal, key="old", path="/old")
    epoch = await a_claim(journal, old)
    await journal.append_event(old, epoch, "x", "y")
    await journal.release(old, epoch, "failed")
    clock.seconds += 86_400
    moment = (await journal.session(await a_session(journal, key="new", path="/new"))).created_at
    assert await journal.prune(before=moment) == 1
    assert len((await journal.sessions()).items) == 1
    assert await journal.events(old) == []


async def test_everything_is_there_after_opening_again(
    open_any_journal: Callable[[], AbstractAsyncContextManager[Journal]],
) -> None:
    async with open_any_journal() as journal:
        session_id = await a_session(journal)
        epoch = await a_claim(journal, session_id)
        await journal.append_event(session_id, epoch, "x", "y")
        await journal.store_step(session_id, epoch, "s", 1)
        before = await journal.session(session_id)
    async with open_any_journal() as journal:
        assert await journal.session(session_id) == before
        assert len(await journal.events(session_id)) == 1
        assert await journal.step_result(session_id, "s") == 1
