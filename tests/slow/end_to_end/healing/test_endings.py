"""What no answer of a model can mend ends the session at once, says what a person can do, and keeps what stands."""

from collections.abc import Mapping
from typing import Any

import pytest
from driversmith.engine.supervision.engine_activities import EngineActivities

from ....end_to_end.healing.author import NO_FACTS, Author
from ....end_to_end.healing.conftest import Heal, Houses
from ....end_to_end.healing.tiny import CLIENT, WRITTEN
from ....stand_ins.connection import refused
from ....stand_ins.messages_script import FAULTS, Answer, Asked

REFUSED = {
    "bad_key": ("model_key_rejected", "ANTHROPIC_API_KEY", "bad_key"),
    "spend_limit": ("model_spend_limit", "spend limit", "spend_limit"),
    "model_not_found": ("model_not_found", "DRIVERSMITH_MODEL_", "model_not_found"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_one_request_is_enough_to_know_that_it_is_refused(name: str, heal: Heal) -> None:
    code, words, outcome = REFUSED[name]
    healed = await heal(lambda _: FAULTS[name])
    assert not healed.result["success"]
    assert healed.result["error"]["code"] == code
    assert words in healed.result["error"]["next_action"]
    assert healed.outcomes == [outcome]
    assert "model.waiting" not in healed.kinds, "waiting would not cure it"
    (diagnosis,) = healed.diagnoses
    assert diagnosis.diagnosis["fix_strategy"] == "abort"
    assert diagnosis.diagnosis["prompt_modification"] == ""
    assert (healed.result["supervisor_attempts"], len(healed.attempts)) == (1, 1)
    assert healed.result["files"] == []


async def test_with_auto_the_templates_driver_stands_and_says_why_it_is_the_templates(heal: Heal) -> None:
    healed = await heal(lambda _: FAULTS["bad_key"], engine="auto")
    assert healed.result["success"]
    assert healed.result["verification"]["level"] == "mock"
    assert set(healed.authors.values()) == {"template"}
    assert "ANTHROPIC_API_KEY" in healed.result["notes"][0]
    assert len(healed.outcomes) == 1


async def test_a_spend_limit_in_the_middle_keeps_no_half_of_a_models_driver(
    heal: Heal, right: Mapping[str, str]
) -> None:
    healed = await heal(Author(right, always={"README.md": FAULTS["spend_limit"]}), engine="auto")
    assert healed.result["success"]
    assert set(healed.authors.values()) == {"template"}
    assert "def pets" not in healed.on_disk(CLIENT)


async def test_a_request_that_is_too_large_goes_on_with_the_small_one(heal: Heal) -> None:
    def reply(asked: Asked) -> Answer:
        if asked.task.role == "research":
            return NO_FACTS
        return FAULTS["prompt_too_long"] if asked.task.mode == "full" else {"readme_intro": "Tiny lists pets."}

    healed = await heal(reply)
    assert healed.result["success"]
    assert healed.outcomes == ["request_too_large", "answered"]
    assert [a["data"]["mode"] for a in healed.attempts] == ["full", "simplify"]
    assert healed.authors["README.md"] == "simplified"


async def test_a_request_that_the_endpoint_does_not_take_leaves_the_templates_driver(heal: Heal) -> None:
    healed = await heal(lambda _: FAULTS["invalid_request"])
    assert healed.result["success"]
    assert set(healed.authors.values()) == {"template"}
    assert "DRIVERSMITH_MODEL_" in healed.result["notes"][0]
    assert set(healed.outcomes) == {"invalid_request"}


async def test_tokens_that_are_spent_end_it_too(heal: Heal, right: Mapping[str, str]) -> None:
    healed = await heal(Author(right), settings={"session_tokens": 1000})
    assert (healed.result["success"], healed.asked) == (True, []), "the question about facts has used them up"
    assert "DRIVERSMITH_SESSION_TOKENS" in healed.result["notes"][0]


async def test_a_budget_for_a_model_of_unknown_price_is_a_tool_error_that_says_what_to_change(housed: Houses) -> None:
    async with housed(lambda _: "", model_repair="claude-unheard-of") as house:
        arguments = house.arguments(budget_usd=1)
        text = refused(await house.client.call_tool("generate_driver_supervised", arguments))
        sessions = (await house.engine.journal.sessions()).items
    assert "claude-unheard-of" in text
    assert "prices.toml" in text or "budget_usd" in text
    assert sessions == []
    assert house.api.asked == []


async def test_a_room_that_raises_ends_as_internal_and_the_server_goes_on(
    housed: Houses, right: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the validator is out of order")

    async with housed(Author(right)) as house:
        with monkeypatch.context() as patch:
            patch.setattr(EngineActivities, "validate", broken)
            healed = await house.make()
        again = await house.make()
        metrics = await house.engine.journal.metrics()
    assert not healed.result["success"]
    assert healed.result["error"]["code"] == "internal"
    assert "the validator is out of order" in healed.result["error"]["message"]
    assert metrics["unhandled_exceptions"] >= 1
    assert again.result["success"]
    assert len(again.asked) == len(WRITTEN)


async def test_no_key_in_anything_that_is_kept_or_said(heal: Heal, right: Mapping[str, str]) -> None:
    def echo(asked: Asked) -> str:
        return f"# {asked.headers['authorization']}\n{right[CLIENT]}"

    healed = await heal(Author(right, {CLIENT: [echo]}))
    said = repr([healed.result, healed.events, healed.diagnoses, healed.attempts])
    assert "sk-stand-in" not in said
