"""The stand-in for the Messages API keeps the documented rules, so that what is measured against it means something."""

import json
from typing import Any

import anyio
import httpx2
import pytest

from .messages_api import StandInMessages
from .messages_script import FAULTS, Asked, Reply, in_turn
from .prompt_cache import LIFETIME_SECONDS, PromptCache

RULES = "rules " * 2000
PROFILE = "profile " * 2000


def block(text: str, mark: bool = False) -> dict[str, Any]:
    return {"type": "text", "text": text, **({"cache_control": {"type": "ephemeral"}} if mark else {})}


def a_body(
    *blocks: dict[str, Any], last: str = "Do it.", model: str = "claude-sonnet-5-5", **more: Any
) -> dict[str, Any]:
    return {
        "model": model,
        "max_tokens": 100,
        "system": [block(RULES, True)],
        "messages": [{"role": "user", "content": [*blocks, block(last)]}],
        **more,
    }


class Prompts:
    """A cache that sees request after request, each answered."""

    def __init__(self) -> None:
        self.now = 0.0
        self.cache = PromptCache(clock=lambda: self.now)

    def ask(self, body: dict[str, Any]) -> tuple[int, int]:
        """Tokens read and written."""
        counted = self.cache.count(body)
        self.cache.begin(counted)
        return counted.cache_read_input_tokens, counted.cache_creation_input_tokens


def test_the_longest_known_prefix_is_read_and_what_follows_is_written() -> None:
    prompts = Prompts()
    assert prompts.ask(a_body()) == (0, 3000)
    assert prompts.ask(a_body(block(PROFILE, True))) == (3000, 4000)
    assert prompts.ask(a_body(block(PROFILE, True), last="Something else.")) == (7000, 0)
    assert prompts.ask(a_body(block("other " * 2000, True))) == (3000, 3000)


def test_one_changed_character_in_front_loses_everything() -> None:
    prompts = Prompts()
    prompts.ask(a_body())
    assert prompts.ask({**a_body(), "system": [block("12:00 " + RULES, True)]}) == (0, 3002)


def test_models_and_formats_do_not_share_entries() -> None:
    prompts = Prompts()
    prompts.ask(a_body())
    assert prompts.ask(a_body(model="claude-opus-5-5"))[0] == 0
    assert prompts.ask(a_body(output_config={"format": {"type": "json_schema", "schema": {}}}))[0] == 0
    assert prompts.ask(a_body(output_config={"effort": "low"}))[0] == 3000


@pytest.mark.parametrize(("model", "least"), [("claude-haiku-5-5", 512), ("claude-sonnet-5-5", 1024)])
def test_a_prefix_that_is_too_short_is_not_cached(model: str, least: int) -> None:
    prompts = Prompts()
    for tokens, written in ((least - 1, 0), (least, least)):
        body = {**a_body(model=model), "system": [block("x" * 4 * tokens, True)]}
        assert prompts.ask(body) == (0, written)


def test_an_entry_lives_five_minutes_from_its_last_use() -> None:
    prompts = Prompts()
    prompts.ask(a_body())
    for _ in range(3):
        prompts.now += LIFETIME_SECONDS - 1
        assert prompts.ask(a_body())[0] == 3000
    prompts.now += LIFETIME_SECONDS
    assert prompts.ask(a_body())[0] == 0


@pytest.mark.parametrize(("between", "read"), [(19, 3000), (20, 0)])
def test_a_breakpoint_looks_back_twenty_blocks(between: int, read: int) -> None:
    prompts = Prompts()
    prompts.ask(a_body())
    blocks = [block(f"block {n}") for n in range(between - 1)]
    body = a_body(*blocks, block(PROFILE, True))
    assert prompts.ask({**body, "system": [block(RULES)]})[0] == read


class Caller:
    """Speaks the protocol without an SDK."""

    def __init__(self, api: StandInMessages) -> None:
        self._headers = {"authorization": f"Bearer {api.key}", "anthropic-version": "2026-10-21"}
        self._url = f"{api.url}/v1/messages"

    async def post(self, body: dict[str, Any]) -> httpx2.Response:
        async with httpx2.AsyncClient(trust_env=False) as client:
            return await client.post(self._url, json=body, headers=self._headers)


async def test_an_entry_can_be_read_only_once_the_first_answer_has_begun() -> None:
    slow = Reply("fine", first_token_after=0.1)
    async with StandInMessages(in_turn(slow)) as api:
        caller = Caller(api)
        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(caller.post, a_body())
        await caller.post(a_body())
    assert [usage["cache_read_input_tokens"] for usage in api.usages] == [0, 0, 0, 3000]
    assert [usage["cache_creation_input_tokens"] for usage in api.usages] == [3000, 3000, 3000, 0]


async def test_a_request_that_was_never_answered_has_written_nothing() -> None:
    async with StandInMessages(in_turn(FAULTS["overloaded"], "fine")) as api:
        caller = Caller(api)
        assert (await caller.post(a_body())).status_code == 529
        answer = (await caller.post(a_body())).json()
    assert answer["content"] == [{"type": "text", "text": "fine"}]
    assert answer["usage"]["cache_read_input_tokens"] == 0


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"temperature": 0}, "temperature: Extra inputs"),
        ({"max_tokens": None}, "max_tokens"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}, "prefill"),
        ({"system": [block("a", True)] * 5}, "maximum of 4 blocks"),
        ({"system": [block(" ")]}, "non-empty"),
        ({"output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}}, "additionalProperties"),
    ],
)
async def test_what_the_api_refuses_is_refused(more: dict[str, Any], said: str) -> None:
    async with StandInMessages(in_turn("never")) as api:
        answer = await Caller(api).post({**a_body(), **more})
    assert answer.status_code == 400
    assert said in answer.json()["error"]["message"]


async def test_the_stream_is_that_of_the_documentation() -> None:
    async with StandInMessages(in_turn(Reply("the file", thinking="hm"))) as api:
        answer = await Caller(api).post(a_body(stream=True))
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: ")]
    assert [event["type"] for event in events] == [
        "message_start", "ping",
        "content_block_start", "content_block_delta", "content_block_delta", "content_block_stop",
        "content_block_start", "content_block_delta", "content_block_stop",
        "message_delta", "message_stop",
    ]  # fmt: skip
    assert events[-2]["delta"]["stop_reason"] == "end_turn"


def test_in_a_thread_it_serves_programs_that_do_not_share_the_loop() -> None:
    with StandInMessages(in_turn("fine")) as api:
        headers = {"x-api-key": api.key, "anthropic-version": "2026-10-21"}
        with httpx2.Client(trust_env=False) as client:
            assert client.post(f"{api.url}/v1/messages", json=a_body(), headers=headers).status_code == 200
    assert len(api.asked) == 1


async def test_what_a_script_asserts_comes_out_where_the_block_ends() -> None:
    def reply(asked: Asked) -> str:
        return asked.task.role

    with pytest.raises(AssertionError, match="no Task line"):
        async with StandInMessages(reply) as api:
            assert (await Caller(api).post(a_body())).status_code == 400
