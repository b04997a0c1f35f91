"""What only the adapter to the Messages API has to get right."""

import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest
from driversmith.engine.errors import ModelRejectedError, ModelTransportError
from driversmith.engine.llm.anthropic.endpoint import Endpoint, endpoint_from
from driversmith.engine.llm.anthropic.model import AnthropicModel
from driversmith.engine.llm.prices import load_prices
from driversmith.engine.llm.request import TextBlock
from pydantic import SecretStr

from tests.patience import LONG
from tests.stand_ins.messages_api import StandInMessages
from tests.stand_ins.messages_script import FAULTS, Asked, Fault, Reply, in_turn, rate_limited, status
from tests.stand_ins.prompt_cache import PromptCache

from ..requests import CLIENT, MODELS, Records, a_request

PRICES = load_prices()
SCHEMA = {
    "type": "object",
    "properties": {"confidence": {"type": "number", "minimum": 0, "maximum": 1}},
    "required": ["confidence"],
}


@pytest.fixture
def records() -> Records:
    return Records()


@asynccontextmanager
async def over(api: StandInMessages, **values: Any) -> AsyncGenerator[AnthropicModel]:
    endpoint = endpoint_from(api.environment)
    assert endpoint
    async with AnthropicModel(endpoint, models=MODELS, prices=PRICES, **{"stall_seconds": 10.0, **values}) as model:
        yield model


async def test_the_request_is_streamed_with_effort_and_limit_and_without_anything_else(records: Records) -> None:
    async with StandInMessages(in_turn("fine")) as api, over(api) as model:
        await model.ask(a_request(effort="high", max_tokens=1234), record=records)
    body = dict(api.asked[0].body)
    assert api.asked[0].task.path == CLIENT
    assert [message["role"] for message in body.pop("messages")] == ["user"]
    assert body == {
        "model": "claude-sonnet-5-5",
        "max_tokens": 1234,
        "stream": True,
        "system": [{"type": "text", "text": "You write Python drivers."}],
        "output_config": {"effort": "high"},
    }


async def test_thinking_is_no_part_of_the_text(records: Records) -> None:
    reply = Reply("the file", thinking="Let me see. " * 50)
    async with StandInMessages(in_turn(reply)) as api, over(api) as model:
        answer = await model.ask(a_request(), record=records)
    assert answer.text == "the file"
    assert answer.usage.output_tokens > 100


async def test_the_stable_prefix_is_read_from_the_cache_by_every_later_request(records: Records) -> None:
    blocks = {
        "system": (TextBlock(text="rules " * 1000, cache=True),),
        "prefix": (TextBlock(text="profile " * 2000, cache=True),),
    }
    async with StandInMessages(in_turn("fine")) as api, over(api) as model:
        first = await model.ask(a_request("Write the client.", **blocks), record=records)
        second = await model.ask(a_request("Write the README.", path="README.md", **blocks), record=records)
    assert first.usage.cache_write_tokens == 1500 + 4000
    assert first.usage.cache_read_tokens == 0
    assert second.usage.cache_read_tokens == 1500 + 4000
    assert second.usage.cache_write_tokens == 0
    assert second.usage.input_tokens < 50
    assert first.saved_usd is not None
    assert second.saved_usd is not None
    assert first.saved_usd < 0 < second.saved_usd
    stored = records[1].usage()
    assert (stored["cached_tokens"], stored["input_tokens"]) == (5500, second.usage.input_tokens)


async def test_json_is_asked_for_by_a_schema_that_the_api_takes(records: Records) -> None:
    async with StandInMessages(in_turn({"confidence": 0.5})) as api, over(api) as model:
        answer = await model.ask(a_request(role="diagnose", path=None, json_schema=SCHEMA), record=records)
    assert answer.text == '{"confidence": 0.5}'
    schema = api.asked[0].json_schema
    assert schema
    assert schema["additionalProperties"] is False
    assert "minimum: 0" in schema["properties"]["confidence"]["description"]
    assert "JSON schema" not in api.asked[0].text


async def test_an_endpoint_that_refuses_output_config_is_asked_in_the_prompt_from_then_on(records: Records) -> None:
    asking = a_request(role="diagnose", path=None, json_schema=SCHEMA)
    async with StandInMessages(in_turn({"confidence": 1}), accepts_output_config=False) as api, over(api) as model:
        for _ in range(2):
            assert (await model.ask(asking, record=records)).text == '{"confidence": 1}'
        await model.ask(a_request(), record=records)
    assert [bool(asked.output_config) for asked in api.asked] == [True, False, False, False]
    assert [entry.outcome for entry in records] == ["invalid_request", "answered", "answered", "answered"]
    assert api.asked[1].last_text.startswith("Task: diagnose path=- ")
    assert '"confidence": {"type": "number", "minimum": 0' in api.asked[1].last_text
    assert "JSON" not in api.asked[3].text


async def test_a_model_that_knows_no_effort_is_asked_without(records: Records) -> None:
    api = StandInMessages(in_turn("fine"), refuses_effort=frozenset({"claude-haiku-5-5"}))
    async with api, over(api) as model:
        for _ in range(2):
            await model.ask(a_request(role="diagnose", json_schema=SCHEMA), record=records)
        await model.ask(a_request(), record=records)
    assert [sorted(asked.output_config) for asked in api.asked] == [
        ["effort", "format"],
        ["format"],
        ["format"],
        ["effort"],
    ]


async def test_a_refusal_of_something_else_is_not_asked_again(records: Records) -> None:
    async with StandInMessages(in_turn(FAULTS["invalid_request"])) as api, over(api) as model:
        with pytest.raises(ModelRejectedError):
            await model.ask(a_request(json_schema=SCHEMA), record=records)
    assert len(api.asked) == 1


async def test_the_sdk_never_sends_a_request_twice_by_itself(records: Records) -> None:
    async with StandInMessages(in_turn(FAULTS["overloaded"])) as api, over(api) as model:
        with pytest.raises(ModelTransportError):
            await model.ask(a_request(), record=records)
    assert len(api.asked) == 1


@pytest.mark.parametrize(("header", "seconds"), [("2", 2.0), ("1.5", 1.5), (None, None), ("soon", None)])
async def test_retry_after_comes_through(records: Records, header: str | None, seconds: float | None) -> None:
    async with StandInMessages(in_turn(rate_limited(header))) as api, over(api) as model:
        with pytest.raises(ModelTransportError) as caught:
            await model.ask(a_request(), record=records)
    assert caught.value.retry_after == seconds


async def test_request_ids_are_kept_for_answers_and_faults(records: Records) -> None:
    async with StandInMessages(in_turn("fine", FAULTS["server_error"])) as api, over(api) as model:
        await model.ask(a_request(), record=records)
        with pytest.raises(ModelTransportError):
            await model.ask(a_request(), record=records)
    assert [entry.answer.request_id for entry in records] == ["req_000001", "req_000002"]


async def test_a_stream_that_fails_has_its_prompt_counted(records: Records) -> None:
    async with StandInMessages(in_turn(FAULTS["overloaded_in_stream"])) as api, over(api) as model:
        with pytest.raises(ModelTransportError):
            await model.ask(a_request(), record=records)
    assert records[0].answer.usage.input_tokens > 0
    assert records[0].answer.cost_usd


async def test_an_answer_that_goes_on_and_on_is_given_up(records: Records) -> None:
    reply = Reply("x" * 100_000, pace=0.05)
    async with StandInMessages(in_turn(reply)) as api, over(api, request_seconds=3.0) as model:
        with pytest.raises(ModelTransportError, match=r"within 3 s") as caught:
            await model.ask(a_request(), record=records)
    assert caught.value.fault == "stall"
    assert records[0].answer.text


async def test_a_slow_answer_that_does_not_pause_is_no_stall(records: Records) -> None:
    reply = Reply("x" * 2000, pace=0.3)
    async with StandInMessages(in_turn(reply)) as api, over(api, stall_seconds=2.5) as model:
        assert len((await model.ask(a_request(), record=records)).text) == 2000


async def test_nobody_at_the_endpoint_is_a_fault_of_connection(records: Records) -> None:
    async with StandInMessages(in_turn("fine")) as api:
        environment = api.environment
    endpoint = endpoint_from(environment)
    assert endpoint
    async with AnthropicModel(endpoint, models=MODELS, prices=PRICES) as model:
        with pytest.raises(ModelTransportError, match=endpoint.base_url) as caught:
            await model.ask(a_request(), record=records)
    assert caught.value.fault == "connection"
    assert "ANTHROPIC_BASE_URL" in caught.value.next_action


async def test_a_gateway_that_does_not_count_is_no_fault(records: Records) -> None:
    async with StandInMessages(in_turn(Reply("fine", counts_at_end=False))) as api, over(api) as model:
        answer = await model.ask(a_request(), record=records)
    assert (answer.text, answer.stop_reason) == ("fine", "end_turn")
    assert answer.usage.input_tokens > 0


async def test_a_new_stop_reason_is_not_taken_for_a_whole_answer(records: Records) -> None:
    async with StandInMessages(in_turn(Reply("x", stop_reason="brand_new"))) as api, over(api) as model:
        assert (await model.ask(a_request(), record=records)).stop_reason == "other"


async def test_the_key_is_in_no_message(records: Records) -> None:
    fault = status(401, "authentication_error", "sk-stand-in is not a key, says the gateway")
    async with StandInMessages(in_turn(fault)) as api, over(api) as model:
        with pytest.raises(ModelRejectedError) as caught:
            await model.ask(a_request(), record=records)
    assert "sk-stand-in" not in f"{caught.value} {records[0].error}"


async def test_redirects_are_not_followed(records: Records) -> None:
    async with StandInMessages(in_turn("never")) as elsewhere:
        moved = Fault("status", 307, headers={"location": f"{elsewhere.url}/v1/messages"})
        async with StandInMessages(in_turn(moved)) as api, over(api) as model:
            with pytest.raises(ModelRejectedError):
                await model.ask(a_request(), record=records)
        assert elsewhere.asked == []


async def test_no_other_variable_of_the_sdk_is_read(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "another")
    monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", "Authorization: Bearer stolen\nX-Extra: 1")
    monkeypatch.setenv("ANTHROPIC_PROFILE", "nobody")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    async with StandInMessages(in_turn("fine")) as api, over(api) as model:
        await model.ask(a_request(), record=records)
    headers = api.asked[0].headers
    assert headers["authorization"] == f"Bearer {api.key}"
    assert "x-extra" not in headers


async def test_one_client_has_many_requests_under_way_at_once(records: Records) -> None:
    all_there = anyio.Event()

    async def reply(_: Asked) -> str:
        if api.under_way == 30:
            all_there.set()
        with anyio.fail_after(LONG):
            await all_there.wait()
        return "fine"

    async with StandInMessages(reply) as api, over(api) as model, anyio.create_task_group() as tasks:
        for number in range(30):
            tasks.start_soon(lambda n: model.ask(a_request(try_number=n + 1), record=records), number)
    assert [entry.outcome for entry in records] == ["answered"] * 30


def test_the_sdk_is_imported_at_the_first_request_and_off_the_loop() -> None:
    program = """
import sys, threading, anyio
from driversmith.engine.llm import patience, gate, scripted
from driversmith.engine.llm.anthropic import model as anthropic_model
from driversmith.engine.llm.anthropic.endpoint import endpoint_from
from driversmith.engine.llm.prices import load_prices
from tests.stand_ins.messages_api import StandInMessages
from tests.engine.llm.requests import MODELS, Records, a_request

class Watch:
    threads = []
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"anthropic", "httpx2"}:
            self.threads.append(threading.current_thread())

async def main():
    async with StandInMessages(lambda _: "fine") as api:
        endpoint = endpoint_from(api.environment)
        async with anthropic_model.AnthropicModel(endpoint, models=MODELS, prices=load_prices()) as model:
            assert not Watch.threads
            assert not {"anthropic", "httpx2"} & set(sys.modules)
            await model.ask(a_request(), record=Records())
            before = len(Watch.threads)
            await model.ask(a_request(), record=Records())
    assert before == len(Watch.threads) > 0
    print(*{thread.name for thread in Watch.threads if thread is threading.main_thread()})

sys.meta_path.insert(0, Watch())
anyio.run(main)
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=LONG, check=False)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.strip() == "", "something was imported on the loop"


async def test_a_stand_in_with_a_key_of_its_own_refuses_others(records: Records) -> None:
    async with StandInMessages(in_turn("fine"), key="sk-other", cache=PromptCache()) as api:
        endpoint = Endpoint(api_key=SecretStr("sk-mine"), base_url=api.url)
        async with AnthropicModel(endpoint, models=MODELS, prices=PRICES) as model:
            with pytest.raises(ModelRejectedError) as caught:
                await model.ask(a_request(), record=records)
    assert caught.value.fault == "bad_key"
