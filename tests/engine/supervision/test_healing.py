"""Attempts with a model differ as the diagnosis says, end within their budgets, and leave a driver where they can."""

from collections.abc import Callable
from dataclasses import replace

import anyio
import pytest
from driversmith.engine.errors import InvalidArgumentError, JournalError, OutputError
from driversmith.engine.journal.ownership import this_process
from driversmith.engine.llm.gate import Gate
from driversmith.engine.llm.patience import Backoff, PatientModel
from driversmith.engine.llm.port import TokenUsage
from driversmith.engine.llm.prices import load_prices
from driversmith.engine.llm.request import ModelRequest
from driversmith.engine.llm.scripted import Rejection, Reply, ScriptedModel, TransportTrouble
from driversmith.engine.models.diagnosis import Diagnosis
from driversmith.engine.models.report import BehaviourResult
from driversmith.engine.sessions.current_result import as_it_stands
from driversmith.engine.sessions.sessions import open_sessions
from driversmith.engine.supervision.asks.opening import Asks
from driversmith.engine.supervision.healing.decision import HealingPolicy
from driversmith.engine.supervision.healing.diagnose import Diagnosed
from driversmith.engine.supervision.supervisor import Supervisor

from ...patience import LONG
from ...stand_ins.activities import WriterStandIn

GOOD = "class PetsDriver: pass\n"
CLIENT = "pets_driver/client.py"
WORDS = "Return the names only, not dicts."


def said(strategy="prompt_adjustment", words=WORDS, fingerprint=None):
    """A diagnosis that always says the same."""

    async def diagnose(journal, record, failure, attempt, **_):
        found = Diagnosis(
            error_type="logic",
            fault_kind="list_objects_shape",
            root_cause=failure.message,
            can_fix=True,
            fix_strategy=strategy,
            fix_description=f"Do {strategy}.",
            prompt_modification=words if strategy == "prompt_adjustment" else "",
            confidence=0.9,
        )
        mark = fingerprint or failure.message
        number = await journal.add_diagnosis(record.session_id, found, attempt=attempt.number, fingerprint=mark)
        return Diagnosed(found, mark, number)

    return diagnose


AS_USUAL = HealingPolicy()


@pytest.fixture
def healed(journal, activities, asked, tmp_path):
    """The result of a session whose model answers by a script (request -> line), and the requests that it got."""

    async def heal(
        script: Callable[[ModelRequest], object],
        *,
        diagnose=None,
        policy=AS_USUAL,
        writes="claude-sonnet-5-5",
        session_tokens=2_000_000,
        **values,
    ):
        requests: list[ModelRequest] = []

        def line(request):
            if request.role == "research":
                return Reply(text='{"corrections": []}', usage=TokenUsage())
            requests.append(request)
            return script(request)

        scripted = ScriptedModel(
            line, prices=load_prices(), models={"generate": writes, "research": "claude-sonnet-5-5"}
        )
        backoff = Backoff(first_seconds=0.001, longest_seconds=0.002, longest_retry_after=0.01, retries=3)
        model = PatientModel(scripted, gate=Gate(limit=4), backoff=backoff)
        supervisor = Supervisor(
            journal=journal,
            activities=activities,
            scratch=tmp_path / "work",
            asks=Asks(model=lambda: model, session_tokens=session_tokens),
            policy=replace(policy, pause=lambda _: anyio.lowlevel.checkpoint(), diagnose=diagnose or said()),
        )
        async with open_sessions(
            journal=journal,
            supervisor=lambda: supervisor,
            owner=this_process(),
            concurrent_sessions=8,
            lease_seconds=30,
        ) as sessions:
            record = await sessions.start(asked(**{"engine": "model", "max_retries": 1, **values}))
            with anyio.fail_after(LONG):
                done = await sessions.wait(record.session_id, seconds=None)
        assert done.result is not None
        return done.result, requests

    return heal


def authors(result) -> dict[str, str]:
    return {file.path: file.author for file in result.files}


async def kinds(journal, result) -> list[str]:
    return [event.kind for event in await journal.events(result.session_id)]


async def test_what_the_model_wrote_is_published_under_its_name(healed, journal) -> None:
    result, requests = await healed(lambda _: GOOD)
    assert result.success
    assert authors(result)[CLIENT] == "model"
    assert authors(result)["README.md"] == "template"
    assert (result.supervisor_attempts, len(requests)) == (1, 1)
    assert result.model_usage.calls == 2, "the facts, and the client"
    assert result.model_usage.cost_usd > 0
    (attempt,) = await journal.attempts(result.session_id)
    assert (attempt["engine"], attempt["data"]["tries"]) == ("model", {CLIENT: 1})


async def test_the_modification_of_a_diagnosis_is_in_the_next_request_and_was_not_in_the_one_before(
    healed, journal
) -> None:
    result, requests = await healed(lambda r: GOOD if WORDS in r.instruction else "bad: a list of dicts")
    assert result.success
    assert [WORDS in request.instruction for request in requests] == [False, True]
    (fix,) = result.fixes_applied
    assert (fix.attempt, fix.strategy, fix.files, fix.helped) == (2, "prompt_adjustment", (CLIENT,), True)
    assert (await journal.diagnostics()).items[0].helped is True
    planned = next(e for e in await journal.events(result.session_id) if e.kind == "plan.made")
    assert planned.data["adjustments"] == {CLIENT: [WORDS]}


async def test_words_that_helped_stay_in_the_prompt(healed) -> None:
    second = "Page until an empty page."

    async def diagnose(journal, record, failure, attempt, **values):
        words = WORDS if "dicts" in failure.message else second
        return await said(words=words)(journal, record, failure, attempt, **values)

    def script(request):
        if WORDS not in request.instruction:
            return "bad: a list of dicts"
        return GOOD if second in request.instruction else "bad: one page"

    result, requests = await healed(script, diagnose=diagnose)
    assert result.success
    assert [fix.helped for fix in result.fixes_applied] == [True, True]
    assert all(words in requests[-1].instruction for words in (WORDS, second))


async def test_words_that_did_not_help_leave_the_prompt(healed) -> None:
    async def twice(journal, record, failure, attempt, **values):
        return await said(words=f"{WORDS} {attempt.number}")(journal, record, failure, attempt, **values)

    _, requests = await healed(lambda _: "bad: a list of dicts", diagnose=twice)
    assert f"{WORDS} 1" in requests[1].instruction
    assert f"{WORDS} 1" not in requests[2].instruction
    assert f"{WORDS} 2" in requests[2].instruction


async def test_the_same_words_are_not_said_twice_simplify_comes_then_and_the_templates_last(healed, journal) -> None:
    result, requests = await healed(lambda _: "bad: never right")
    assert result.success
    assert [r.task.mode for r in requests] == ["full", "full", "simplify"]
    assert [fix.strategy for fix in result.fixes_applied] == ["prompt_adjustment", "simplify", "fallback"]
    assert [fix.helped for fix in result.fixes_applied] == [False, False, True]
    assert set(authors(result).values()) == {"template"}
    assert "the templates'" in result.notes[0]
    assert "driver.kept" in await kinds(journal, result)


async def test_simplify_that_helps_changes_who_wrote_the_file(healed) -> None:
    result, _ = await healed(
        lambda r: GOOD if r.task.mode == "simplify" else "bad: full", diagnose=said(strategy="simplify")
    )
    assert authors(result)[CLIENT] == "simplified"
    assert result.supervisor_attempts == 2


async def test_simplify_that_changes_nothing_is_said_to_be_the_templates_driver(
    healed, activities, monkeypatch
) -> None:
    class FillsNothing(WriterStandIn):
        async def write(self):
            written = await super().write()
            return self.work.template if self.work.mode == "simplify" else written

    monkeypatch.setattr(activities, "writer", FillsNothing)
    result, _ = await healed(lambda r: GOOD if r.task.mode == "simplify" else "bad", diagnose=said(strategy="simplify"))
    assert result.success
    assert set(authors(result).values()) == {"template"}
    assert "the driver is the templates'" in result.notes[0]


async def test_fallback_needs_no_model(healed) -> None:
    result, requests = await healed(lambda _: "bad: full", diagnose=said(strategy="fallback"))
    assert result.success
    assert (len(requests), result.supervisor_attempts) == (1, 2)
    assert set(authors(result).values()) == {"template"}
    assert [(fix.strategy, fix.helped) for fix in result.fixes_applied] == [("fallback", True)]


async def test_abort_ends_the_session_with_what_a_person_can_do(healed) -> None:
    result, requests = await healed(lambda _: Rejection(fault="bad_key"), diagnose=said(strategy="abort"))
    assert not result.success
    assert result.error.code == "model_key_rejected"
    assert result.error.next_action
    assert len(requests) == 1


async def test_broken_behaviours_are_mended_before_the_attempt_fails(healed, activities) -> None:
    broken = BehaviourResult(name="read-all-pages", subject="pets", passed=False, expected="3 records", received="1")

    def script(request):
        activities.behaviours = [broken]
        if request.role == "repair":
            assert "read-all-pages" in request.instruction
            activities.behaviours = [broken.model_copy(update={"passed": True})]
        return GOOD

    result, requests = await healed(script)
    assert result.success
    assert [r.role for r in requests] == ["generate", "repair"]
    assert (result.supervisor_attempts, result.iterations) == (1, 3), "the templates' own run, and two of the model's"


async def test_a_session_that_dies_in_its_diagnosis_goes_through_its_runs_as_they_were(healed, activities) -> None:
    def script(request):
        activities.behaviours = [BehaviourResult(name=f"broken after {request.role}", passed=False)]
        return GOOD

    async def dies(*_, **__):
        raise JournalError("The disk is gone.")

    with pytest.raises(JournalError):
        await healed(script, diagnose=dies)
    result, requests = await healed(script, diagnose=said(strategy="fallback"))
    assert result.supervisor_attempts == 2
    assert requests == [], "every answer was stored"


async def test_a_burst_of_overload_is_waited_out_and_counts_as_no_try(healed, journal) -> None:
    lines = iter([TransportTrouble(fault="overloaded"), TransportTrouble(fault="cut_stream"), GOOD])
    result, requests = await healed(lambda _: next(lines))
    assert result.success
    assert {r.task.try_number for r in requests} == {1}
    assert (await kinds(journal, result)).count("model.waiting") == 2


async def test_an_endpoint_that_stays_down_leaves_the_drivers_of_the_templates(healed) -> None:
    for engine in ("model", "auto"):
        result, _ = await healed(lambda _: TransportTrouble(fault="connection"), engine=engine)
        assert result.success
        assert set(authors(result).values()) == {"template"}
        assert any("plays the fault connection" in note for note in result.notes)


async def test_a_model_that_is_set_up_wrongly_leaves_auto_the_templates_driver(
    journal, activities, asked, tmp_path
) -> None:
    def model():
        raise InvalidArgumentError("ANTHROPIC_BASE_URL has to be an http or https URL.")

    supervisor = Supervisor(journal=journal, activities=activities, scratch=tmp_path / "work", asks=Asks(model=model))
    results = {}
    async with open_sessions(
        journal=journal,
        supervisor=lambda: supervisor,
        owner=this_process(),
        concurrent_sessions=1,
        lease_seconds=30,
    ) as sessions:
        for engine in ("model", "auto"):
            record = await sessions.start(asked(engine=engine))
            results[engine] = (await sessions.wait(record.session_id, seconds=LONG)).result
    assert results["auto"].success
    assert "ANTHROPIC_BASE_URL" in results["auto"].notes[0]
    assert results["model"].error.code == "engine_not_available"
    assert "ANTHROPIC_BASE_URL" in results["model"].error.message
    assert (await journal.diagnostics()).items == [], "nothing of driversmith's own is broken"


async def test_auto_has_the_templates_driver_stand_before_the_model_is_asked(healed, tmp_path) -> None:
    published = tmp_path / "drivers/pets_driver/pets_driver/client.py"

    def script(_):
        assert published.exists()
        return GOOD

    result, _ = await healed(script, engine="auto")
    assert authors(result)[CLIENT] == "model"
    assert published.read_text() == GOOD


async def test_the_driver_that_stands_with_auto_is_neither_run_nor_written_again(healed, journal) -> None:
    result, _ = await healed(lambda _: "bad: never right", engine="auto")
    assert (result.success, result.iterations) == (True, 1)
    assert [a["engine"] for a in await journal.attempts(result.session_id)] == ["model", "model", "simplified"]
    assert set(authors(result).values()) == {"template"}
    assert "the templates'" in result.notes[0]


async def test_where_no_attempt_is_left_the_templates_finish_the_driver(healed, journal) -> None:
    result, _ = await healed(lambda _: "bad: never right", max_supervisor_attempts=1)
    assert (result.success, result.supervisor_attempts) == (True, 1)
    assert [fix.strategy for fix in result.fixes_applied] == ["fallback"]
    assert set(authors(result).values()) == {"template"}
    assert "driver.kept" in await kinds(journal, result)


async def test_auto_asks_no_model_for_a_driver_that_cannot_be_written(healed, monkeypatch) -> None:
    def full(*_: object, **__: object):
        raise OutputError("No space left on device.")

    monkeypatch.setattr("driversmith.engine.supervision.verify.publish", full)
    result, requests = await healed(lambda _: GOOD, engine="auto", diagnose=said(strategy="abort"))
    assert result.error.code == "output_not_writable"
    assert requests == []


async def test_while_the_model_writes_the_result_says_where_the_templates_driver_stands(healed, journal) -> None:
    seen = []

    async def look():
        (record,) = (await journal.sessions()).items
        seen.append(await as_it_stands(journal, record))

    async def diagnose(*values, **named):
        await look()
        return await said(strategy="fallback")(*values, **named)

    await healed(lambda _: "bad: full", engine="auto", diagnose=diagnose)
    assert seen[0].status == "running"
    assert not seen[0].success
    assert {file.author for file in seen[0].files} == {"template"}
    assert seen[0].output_path in seen[0].notes[0]


async def test_auto_keeps_the_templates_driver_when_the_key_is_bad(healed) -> None:
    result, _ = await healed(lambda _: Rejection(fault="bad_key"), diagnose=said(strategy="abort"), engine="auto")
    assert result.success
    assert set(authors(result).values()) == {"template"}
    assert any("key" in note.lower() for note in result.notes)


async def test_dollars_that_are_spent_end_it_with_the_templates_driver(healed) -> None:
    result, requests = await healed(lambda _: "bad: costly", max_retries=3, budget_usd=0.00001)
    assert result.success
    assert len(requests) == 1
    assert "budget_usd" in result.notes[0]
    assert set(authors(result).values()) == {"template"}


async def test_a_budget_of_nothing_asks_nothing(healed) -> None:
    result, requests = await healed(lambda _: GOOD, budget_usd=0)
    assert (result.success, requests, result.model_usage.calls) == (True, [], 0)
    assert set(authors(result).values()) == {"template"}


async def test_dollars_that_nobody_can_count_end_a_session_with_a_budget(healed) -> None:
    known = await healed(lambda _: "bad: unpriced", max_retries=3, writes="of-unknown-price", max_supervisor_attempts=1)
    assert (known[0].model_usage.cost_usd, len(known[1])) == (None, 3)
    result, requests = await healed(
        lambda _: "bad: unpriced", max_retries=3, writes="of-unknown-price", budget_usd=1.0, fresh=True
    )
    assert (result.success, len(requests)) == (True, 1)
    assert any("not known" in note for note in result.notes)


async def test_tokens_that_are_spent_end_it_too(healed) -> None:
    result, requests = await healed(lambda _: "bad: long", max_retries=3, session_tokens=1)
    assert (result.success, len(requests)) == (True, 1)


async def test_time_that_is_over_ends_it_with_the_templates_driver(healed) -> None:
    result, _ = await healed(lambda _: Reply(text=GOOD, seconds=10 * LONG), time_limit_seconds=3)
    assert result.success
    assert "time_limit_seconds" in result.notes[0]
    assert set(authors(result).values()) == {"template"}


async def test_a_fault_of_the_supervision_itself_is_caught_diagnosed_and_the_driver_finished(healed, journal) -> None:
    async def broken(*_, **__):
        raise ZeroDivisionError("in the diagnosis")

    result, _ = await healed(lambda _: "bad: full", diagnose=broken)
    assert result.success
    assert set(authors(result).values()) == {"template"}
    assert "ZeroDivisionError" in result.notes[0]
    assert "exception.caught" in await kinds(journal, result)
    (record,) = (await journal.diagnostics()).items
    assert record.diagnosis["fault_kind"] == "internal"
    assert (await journal.metrics())["unhandled_exceptions"] == 1


async def test_without_the_layers_there_is_nothing_to_heal_with(healed) -> None:
    policy = HealingPolicy(diagnosis=False, fallback=False)
    result, requests = await healed(lambda _: "bad: full", policy=policy)
    assert not result.success
    assert len(requests) == 3
    assert len({r.instruction for r in requests}) == 1


async def test_every_request_is_journalled_with_its_answer_and_what_it_rests_on(healed, journal) -> None:
    result, _ = await healed(lambda _: GOOD)
    asked = [e for e in await journal.events(result.session_id) if e.kind == "model.asked"]
    event = next(e for e in asked if e.data["path"] == CLIENT)
    step = await journal.step_result(result.session_id, event.data["step"])
    assert step["request"]["instruction"] == "Write the client."
    assert step["answer"]["text"] == GOOD
    context = await journal.step_result(result.session_id, f"context/{step['request']['context']}")
    assert context == {"system": ["Rules."], "prefix": []}
