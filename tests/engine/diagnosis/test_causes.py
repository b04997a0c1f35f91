"""Rules first, then what helped before, then a model; a bad answer of the model costs nothing but itself."""

import json

import anyio
import pytest
from driversmith.engine.diagnosis.causes import find_cause
from driversmith.engine.diagnosis.context import FailureContext
from driversmith.engine.diagnosis.opinion import MAX_MODIFICATION
from driversmith.engine.diagnosis.rules import OUTSIDE_THE_CODE
from driversmith.engine.errors import BudgetSpentError, ModelRejectedError, ModelTransportError
from driversmith.engine.models.diagnosis import Diagnosis
from driversmith.engine.models.report import BehaviourResult

from ...patience import LONG
from .asked import FAILED, UNKNOWN, Asked, a_record, opinion


async def cause(failure: FailureContext = FAILED, **values) -> Diagnosis:
    return await find_cause(failure, **{"history": (), "earlier": (), "ask": None, "attempt": 1, **values})


async def test_a_rule_that_is_sure_asks_nobody_and_names_file_fault_and_remedy() -> None:
    ask = Asked()
    found = await cause(ask=ask)
    assert not ask.requests
    assert (found.source, found.fault_kind, found.fix_strategy) == ("rules", "list_objects_shape", "prompt_adjustment")
    assert "client.py" in found.prompt_modification
    assert "list of dicts" in found.prompt_modification
    assert "return the names only" in found.prompt_modification
    assert found.evidence[-1] == f"confidence {found.confidence:.2f}: rule, list_objects_shape"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("model_key_rejected", "invalid x-api-key"),
        ("model_spend_limit", "enforced_spend_limit_reached"),
        ("model_unavailable", "529 overloaded_error"),
        ("unreachable", "ConnectionRefusedError"),
        ("output_not_writable", "[Errno 28] No space left on device"),
        ("budget_spent", "The budget of $1 is spent"),
        ("host_silent", "client.py was not handed in"),
        ("time_limit", "not finished within 600 seconds"),
    ],
)
async def test_faults_outside_the_code_cost_no_tokens_and_change_no_prompt(code, message) -> None:
    ask = Asked()
    found = await cause(FailureContext(code=code, message=message), ask=ask, history=[a_record(helped=True)])
    assert not ask.requests
    assert found.fault_kind in OUTSIDE_THE_CODE
    assert found.fix_strategy in {"abort", "fallback"}
    assert found.prompt_modification == ""
    assert found.source == "rules"


async def test_what_a_failing_driver_raised_is_no_fault_of_the_network_or_of_a_key() -> None:
    for text in ("AuthenticationError: 401", "ConnectionRefusedError", "timed out"):
        behaviour = BehaviourResult(name="status-401", passed=False, expected="AuthenticationError", received=text)
        failure = FailureContext(
            code="contract_failed", message=f"status-401: received {text}", behaviours=(behaviour,), log=(text,)
        )
        found = await cause(failure)
        assert found.fault_kind == "wrong_exception"
        assert "client.py" in found.prompt_modification


async def test_an_exception_of_driversmith_is_none_of_the_drivers() -> None:
    failure = FailureContext(code="internal", message="A fault of driversmith: KeyError: 'data'")
    assert (await cause(failure)).fault_kind == "internal"


async def test_a_model_is_asked_where_no_rule_knows() -> None:
    ask = Asked()
    found = await cause(UNKNOWN, ask=ask, attempt=2)
    (request,) = ask.requests
    assert request.last_text().startswith("Task: diagnose path=- attempt=2 try=1 mode=full\n")
    assert (found.source, found.fault_kind, found.confidence) == ("model", "record_path", 0.7)
    assert 'body["items"]' in found.prompt_modification
    assert "the model's own word" in found.evidence[-1]


async def test_a_model_is_asked_where_the_rules_were_followed_in_vain() -> None:
    first = await cause()
    ask = Asked()
    record = a_record(session_id="s-this", helped=False, **first.model_dump())
    found = await cause(ask=ask, earlier=[record], attempt=2)
    assert len(ask.requests) == 1
    assert "Return" in ask.requests[0].instruction or "return" in ask.requests[0].instruction
    assert found.source == "model"


async def test_what_helped_in_another_session_is_offered_before_a_model_is_asked() -> None:
    ask = Asked()
    words = "Write `return [name for name in OBJECTS]` in list_objects."
    history = [
        a_record(helped=True, prompt_modification=words, source="model", session_id="s-1"),
        a_record(helped=False, session_id="s-2"),
        a_record(session_id="s-2"),
    ]
    found = await cause(ask=ask, history=history)
    assert not ask.requests
    assert (found.source, found.fix_strategy) == ("history", "prompt_adjustment")
    assert words in found.prompt_modification
    assert "pets_driver/client.py:12" in found.prompt_modification
    assert found.evidence[-1].endswith("history, 1 of 1 helped")
    assert [s.helped for s in found.similar] == [False, True]


async def test_what_helped_is_offered_where_no_rule_knows_the_fault() -> None:
    ask = Asked()
    found = await cause(UNKNOWN, ask=ask, history=[a_record(UNKNOWN, helped=True, prompt_modification="Paint it red.")])
    assert not ask.requests
    assert found.source == "history"
    assert found.fault_kind == "list_objects_shape"
    assert "Paint it red." in found.prompt_modification


async def test_what_helped_less_than_half_of_the_time_is_not_offered() -> None:
    history = [a_record(helped=helped) for helped in (True, False, False)]
    assert (await cause(history=history)).source == "rules"


async def test_words_that_did_not_help_in_this_session_are_never_said_again() -> None:
    history = [a_record(helped=True, prompt_modification="Return names only.", source="model")]
    earlier = [a_record(session_id="s-this", helped=False, prompt_modification="Return names only.")]
    for ask in (None, Asked(opinion(prompt_modification="Return  names only.", fault_kind="list_objects_shape"))):
        found = await cause(history=history, earlier=earlier, ask=ask, attempt=2)
        assert "Return names only." not in found.prompt_modification
        assert found.fix_strategy == "simplify"


async def test_quoted_words_do_not_pile_up_from_session_to_session() -> None:
    words = "Write the names down."
    first = await cause(history=[a_record(helped=True, prompt_modification=words, source="model")])
    second = await cause(history=[a_record(helped=True, **first.model_dump())])
    assert second.prompt_modification == first.prompt_modification


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("", "json-empty"),
        ("I think it is the weather.", "json-missing"),
        ('{"error_type": "logic"', "json-invalid"),
        ("[1, 2, 3]", "json-invalid"),
        (opinion(fault_kind="gremlins"), "json-invalid"),
        (opinion(fix_strategy="rm -rf"), "json-invalid"),
        (opinion(error_type="weird"), "json-invalid"),
        (opinion(root_cause="  "), "json-invalid"),
        (opinion(confidence="very"), "json-invalid"),
        (opinion()[:-20], ""),
        (ModelTransportError("overloaded", fault="overloaded"), "overloaded"),
        (ModelTransportError("reset", fault="connection"), "connection"),
        (ModelRejectedError("no such model", fault="model_not_found"), "model_not_found"),
    ],
)
async def test_an_answer_of_no_use_leaves_the_rules_and_says_why(answer, said) -> None:
    found = await cause(UNKNOWN, ask=Asked(answer))
    assert found.source == "rules"
    assert found.fault_kind == "unknown"
    assert said in found.evidence[-1]
    assert "the model" in found.evidence[-1]


@pytest.mark.parametrize("stop_reason", ["max_tokens", "refusal", None])
async def test_an_answer_that_is_not_whole_is_not_read(stop_reason) -> None:
    found = await cause(UNKNOWN, ask=Asked(stop_reason=stop_reason))
    assert found.source == "rules"
    assert "not whole" in found.evidence[-1]


async def test_an_answer_that_comes_late_is_not_waited_for() -> None:
    with anyio.fail_after(LONG):
        found = await cause(UNKNOWN, ask=Asked(seconds=60), seconds=0.05)
    assert found.source == "rules"
    assert "did not answer within 0.05 s" in found.evidence[-1]


async def test_what_ends_a_session_passes_through() -> None:
    for error in (BudgetSpentError("spent"), RuntimeError("the host is wanted")):
        with pytest.raises(type(error)):
            await cause(UNKNOWN, ask=Asked(error))


async def test_cancelling_is_no_late_answer() -> None:
    with anyio.move_on_after(0.05) as scope:
        await cause(UNKNOWN, ask=Asked(seconds=60))
    assert scope.cancelled_caught


@pytest.mark.parametrize(("said", "taken"), [(7, 1.0), (-1, 0.0), (0.25, 0.25), ("0.5", 0.5)])
async def test_the_confidence_of_a_model_is_clamped(said, taken) -> None:
    assert (await cause(UNKNOWN, ask=Asked(opinion(confidence=said)))).confidence == taken


async def test_nan_is_no_confidence() -> None:
    answer = json.dumps({**json.loads(opinion()), "confidence": "nan"})
    assert (await cause(UNKNOWN, ask=Asked(answer))).confidence == 0


async def test_a_model_that_talks_too_much_is_cut() -> None:
    found = await cause(UNKNOWN, ask=Asked(opinion(prompt_modification="x" * 9000, root_cause="y" * 9000)))
    assert len(found.prompt_modification) <= MAX_MODIFICATION
    assert len(found.root_cause) <= 600


async def test_a_model_that_blames_the_world_changes_no_prompt() -> None:
    found = await cause(UNKNOWN, ask=Asked(opinion(fault_kind="network", error_type="api")))
    assert (found.fault_kind, found.fix_strategy, found.prompt_modification) == ("network", "abort", "")


async def test_a_model_cannot_blame_the_world_for_a_driver_that_failed_its_checks() -> None:
    failure = FailureContext(code="contract_failed", message="Nothing could be tried out.")
    found = await cause(failure, ask=Asked(opinion(fault_kind="authentication", fix_strategy="abort")))
    assert found.source == "rules"
    assert found.fix_strategy == "simplify"
    assert "authentication" in found.evidence[-1]


async def test_a_model_cannot_end_a_session_over_code() -> None:
    failure = FailureContext(code="contract_failed", message="Nothing could be tried out.")
    found = await cause(failure, ask=Asked(opinion(fix_strategy="abort")))
    assert found.fix_strategy == "prompt_adjustment"


async def test_a_modification_of_the_model_names_the_file() -> None:
    found = await cause(
        FAILED.model_copy(update={"findings": ()}), ask=Asked(opinion(prompt_modification="Return names."))
    )
    assert found.prompt_modification == "In client.py: Return names."
