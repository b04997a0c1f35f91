"""Every LanguageModel keeps these promises: Claude over the Messages API (a stand-in of it), and the scripted one."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib import import_module
from typing import Any

import anyio
import anyio.to_thread
import pytest
from driversmith.engine.errors import JournalError, ModelError, ModelRejectedError, ModelTransportError
from driversmith.engine.llm.anthropic.endpoint import endpoint_from
from driversmith.engine.llm.anthropic.model import AnthropicModel
from driversmith.engine.llm.port import LanguageModel, RequestRecord, TokenUsage
from driversmith.engine.llm.prices import load_prices
from driversmith.engine.llm.scripted import Rejection, Reply, ScriptedModel, TransportTrouble

from ..engine.llm.requests import CLIENT, MODELS, Records, a_request
from ..patience import LONG
from ..stand_ins import messages_script as wire
from ..stand_ins.messages_api import StandInMessages

PRICES = load_prices()
HALF = "The first half of an ans"
USAGE = TokenUsage(input_tokens=11, output_tokens=7)

TRANSPORT = {
    "rate_limited": "rate_limited",
    "server_error": "server_error",
    "unavailable": "server_error",
    "gateway_timeout": "server_error",
    "overloaded": "overloaded",
    "overloaded_in_stream": "overloaded",
    "server_error_in_stream": "server_error",
    "reset": "connection",
    "silence": "stall",
    "stall": "stall",
    "cut_stream": "cut_stream",
    "early_end": "cut_stream",
    "garbage": "server_error",
}
"""What happens -> the fault that it is."""
IN_THE_MIDDLE = {"overloaded_in_stream", "server_error_in_stream", "stall", "cut_stream", "early_end", "garbage"}
REJECTED = {
    "spend_limit": ("spend_limit", "model_spend_limit"),
    "workspace_spend_limit": ("spend_limit", "model_spend_limit"),
    "no_credit": ("spend_limit", "model_spend_limit"),
    "billing": ("spend_limit", "model_spend_limit"),
    "bad_key": ("bad_key", "model_key_rejected"),
    "permission": ("permission", "model_key_rejected"),
    "model_not_found": ("model_not_found", "model_not_found"),
    "request_too_large": ("request_too_large", "model_request_rejected"),
    "prompt_too_long": ("request_too_large", "model_request_rejected"),
    "invalid_request": ("invalid_request", "model_request_rejected"),
}

Opener = Callable[..., AbstractAsyncContextManager[LanguageModel]]


@asynccontextmanager
async def claude(scene: str, **reply: Any) -> AsyncGenerator[LanguageModel]:
    answer = wire.FAULTS.get(scene) or wire.REPLIES.get(scene) or wire.Reply(**{"text": scene, **reply})
    await anyio.to_thread.run_sync(import_module, "anthropic")  # two seconds that are none of the request
    stall_seconds = 1.0 if TRANSPORT.get(scene) == "stall" else LONG
    async with StandInMessages(lambda _: answer) as api:
        endpoint = endpoint_from(api.environment)
        assert endpoint
        async with AnthropicModel(endpoint, models=MODELS, prices=PRICES, stall_seconds=stall_seconds) as model:
            yield model


@asynccontextmanager
async def scripted(scene: str, first_token_after: float = 0.0, **reply: Any) -> AsyncGenerator[LanguageModel]:
    line = Reply(text=scene, seconds=first_token_after, **reply)
    if scene in TRANSPORT:
        fault: Any = TRANSPORT[scene]
        wait = 1.0 if fault == "rate_limited" else None
        line = TransportTrouble(fault=fault, retry_after=wait, text=HALF if scene in IN_THE_MIDDLE else "")
    elif scene in REJECTED:
        rejected: Any = REJECTED[scene][0]
        line = Rejection(fault=rejected)
    elif scene in wire.REPLIES:
        stop: Any = wire.REPLIES[scene].stop_reason
        detail = (wire.REPLIES[scene].stop_details or {}).get("explanation", "")
        line = Reply(text=wire.REPLIES[scene].text, stop_reason=stop, stop_detail=detail)
    yield ScriptedModel(lambda _: line, prices=PRICES, models=MODELS)


@pytest.fixture(params=[claude, scripted], ids=["claude", "scripted"])
def opened(request: pytest.FixtureRequest) -> Opener:
    return request.param


@pytest.fixture
def records() -> Records:
    return Records()


async def test_an_answer_has_its_text_and_all_that_it_took(opened: Opener, records: Records) -> None:
    async with opened("class ShopDriver: ...") as model:
        answer = await model.ask(a_request(), record=records)
    assert answer.text == "class ShopDriver: ..."
    assert (answer.stop_reason, answer.model) == ("end_turn", "claude-sonnet-5-5")
    assert answer.usage.prompt_tokens > 0
    assert answer.usage.output_tokens > 0
    assert answer.request_id
    assert answer.cost_usd == pytest.approx(PRICES.cost("claude-sonnet-5-5", answer.usage))
    assert answer.cost_usd > 0
    assert answer.first_token_seconds is not None
    assert 0 <= answer.first_token_seconds <= answer.latency_seconds


async def test_the_role_decides_which_model_is_asked(opened: Opener, records: Records) -> None:
    async with opened("because") as model:
        answer = await model.ask(a_request(role="diagnose", path=None), record=records)
    assert answer.model == "claude-haiku-5-5"


async def test_long_answers_come_whole(opened: Opener, records: Records) -> None:
    text = "".join(f"line {number}: \u00e4\u4e2d\U0001f600\n" for number in range(3000))
    async with opened(text) as model:
        assert (await model.ask(a_request(), record=records)).text == text


async def test_each_request_is_recorded_with_its_answer_before_that_is_given(opened: Opener) -> None:
    order: list[str] = []
    kept: list[RequestRecord] = []

    async def record(entry: RequestRecord) -> None:
        await anyio.sleep(0.01)
        order.append("recorded")
        kept.append(entry)

    async with opened("fine") as model:
        answer = await model.ask(a_request(try_number=2), record=record)
        order.append("answered")
    assert order == ["recorded", "answered"]
    (entry,) = kept
    assert (entry.outcome, entry.answer.text, entry.request.task.try_number) == ("answered", "fine", 2)
    assert entry.answer.usage == answer.usage
    assert entry.usage()["data"]["path"] == CLIENT


async def test_what_cannot_be_recorded_is_not_used(opened: Opener) -> None:
    async def record(_: RequestRecord) -> None:
        raise JournalError("The disk is full.")

    async with opened("fine") as model:
        with pytest.raises(JournalError):
            await model.ask(a_request(), record=record)


@pytest.mark.parametrize("scene", TRANSPORT)
async def test_faults_that_waiting_may_cure_are_told_apart(opened: Opener, records: Records, scene: str) -> None:
    async with opened(scene) as model:
        with pytest.raises(ModelTransportError) as caught:
            await model.ask(a_request(), record=records)
    assert (caught.value.fault, caught.value.code) == (TRANSPORT[scene], "model_unavailable")
    assert caught.value.retry_after == (1.0 if scene == "rate_limited" else None)
    (entry,) = records
    assert (entry.outcome, entry.error) == (TRANSPORT[scene], caught.value.message)
    assert entry.answer.stop_reason is None
    assert entry.answer.text == (HALF if scene in IN_THE_MIDDLE else "")


@pytest.mark.parametrize("scene", REJECTED)
async def test_faults_for_a_person_say_what_to_do(opened: Opener, records: Records, scene: str) -> None:
    async with opened(scene) as model:
        with pytest.raises(ModelRejectedError) as caught:
            await model.ask(a_request(), record=records)
    assert (caught.value.fault, caught.value.code) == REJECTED[scene]
    assert caught.value.next_action
    assert [entry.outcome for entry in records] == [REJECTED[scene][0]]


async def test_an_answer_that_is_cut_at_max_tokens_says_so(opened: Opener, records: Records) -> None:
    async with opened("max_tokens") as model:
        answer = await model.ask(a_request(), record=records)
    assert (answer.stop_reason, answer.text) == ("max_tokens", HALF)


async def test_a_refusal_is_an_answer_with_its_reason(opened: Opener, records: Records) -> None:
    async with opened("refusal") as model:
        answer = await model.ask(a_request(), record=records)
    assert (answer.stop_reason, answer.stop_detail) == ("refusal", "This could do harm.")
    assert answer.text == ""
    assert answer.first_token_seconds is None


async def test_a_cancelled_request_is_recorded_and_over_at_once(opened: Opener, records: Records) -> None:
    async with opened("late", first_token_after=30.0) as model:
        with anyio.move_on_after(1.0) as scope:
            await model.ask(a_request(), record=records)
        assert scope.cancelled_caught
    assert [entry.outcome for entry in records] == ["cancelled"]


async def test_a_fault_leaves_the_model_as_it_was(opened: Opener, records: Records) -> None:
    async with opened("stall") as model:
        for _ in range(2):
            with pytest.raises(ModelError):
                await model.ask(a_request(), record=records)
    assert len(records) == 2


async def test_requests_at_once_get_their_own_answers(opened: Opener, records: Records) -> None:
    async with opened("fine") as model, anyio.create_task_group() as tasks:
        for number in range(20):
            tasks.start_soon(lambda n: model.ask(a_request(try_number=n), record=records), number + 1)
    assert sorted(entry.request.task.try_number for entry in records) == list(range(1, 21))
    assert len({entry.answer.request_id for entry in records}) == 20


async def test_the_price_of_an_unknown_model_is_not_zero(records: Records) -> None:
    model = ScriptedModel(lambda _: Reply(text="x", usage=USAGE), prices=PRICES, models={"generate": "my-own"})
    answer = await model.ask(a_request(), record=records)
    assert answer.cost_usd is None
    assert records[0].usage()["cost_usd"] is None
