"""A question for a cause is asked where rules are not enough; an answer of no use never breaks the session."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ....end_to_end.healing.author import Author, Line
from ....end_to_end.healing.conftest import Heal, Houses
from ....end_to_end.healing.tiny import README
from ....stand_ins.messages_script import FAULTS, Answer, Asked

WORDS = "Say under Limits that the API has none, instead of leaving the section open."
OPINION: dict[str, Any] = {
    "error_type": "formatting",
    "fault_kind": "wrong_test_or_example",
    "root_cause": "The README keeps a section open for limits that the API does not have.",
    "fix_strategy": "prompt_adjustment",
    "prompt_modification": WORDS,
    "confidence": 0.9,
}
NO_USE: dict[str, Line] = {
    "garbage": "Well, it could be anything, really.",
    "a key that may not": FAULTS["permission"],
}


def unfinished(right: Mapping[str, str]) -> Mapping[str, Line]:
    """A README that is unfinished until `WORDS` are said: a small fault, of whose cause rules alone are not sure."""

    def readme(asked: Asked) -> Answer:
        task = asked.task
        left = f"\n## Limits\n\nTODO: find out, {task.attempt}.{task.try_number}.\n"
        return right[README] if WORDS in asked.last_text else right[README] + left

    return {README: readme}


@pytest.mark.parametrize("name", NO_USE)
async def test_an_answer_of_no_use_leaves_the_rules_diagnosis(name: str, heal: Heal, right: Mapping[str, str]) -> None:
    healed = await heal(Author(right, always=unfinished(right), diagnoses=[NO_USE[name]] * 9), max_retries=1)
    assert any(asked.task.role == "diagnose" for asked in healed.asked)
    assert {d.diagnosis["source"] for d in healed.diagnoses} == {"rules"}
    assert [d.diagnosis["fix_strategy"] for d in healed.diagnoses] == ["prompt_adjustment", "simplify"]
    assert [a["data"]["mode"] for a in healed.attempts] == ["full", "full", "simplify"]
    assert healed.result["success"]
    assert "exception.caught" not in healed.kinds


async def test_an_answer_of_use_is_followed(heal: Heal, right: Mapping[str, str]) -> None:
    healed = await heal(Author(right, always=unfinished(right), diagnoses=[OPINION] * 9), max_retries=1)
    assert healed.result["success"]
    of_model = [d for d in healed.diagnoses if d.diagnosis["source"] == "model"]
    assert len(of_model) == 1
    assert WORDS in of_model[0].diagnosis["prompt_modification"]
    assert of_model[0].cost_usd is not None and 0 < of_model[0].cost_usd < 0.002
    (asked,) = [asked for asked in healed.asked if asked.task.role == "diagnose"]
    assert "unfinished-readme" in asked.last_text
    assert asked.model == "claude-haiku-5-5"
    assert asked.json_schema is not None


async def test_what_helped_one_session_is_said_in_the_next_before_a_model_is_asked(
    housed: Houses, right: Mapping[str, str], tmp_path: Path
) -> None:
    async with housed(Author(right, always=unfinished(right), diagnoses=[OPINION] * 9)) as house:
        first = await house.make(max_retries=1)
        second = await house.make(max_retries=1, output_dir=str(tmp_path / "second"))
    assert [d.diagnosis["source"] for d in first.diagnoses] == ["model"]
    assert [d.diagnosis["source"] for d in second.diagnoses] == ["history"]
    assert [d.helped for d in (*first.diagnoses, *second.diagnoses)] == [True, True]
    assert WORDS in second.diagnoses[0].diagnosis["prompt_modification"]
    assert second.diagnoses[0].diagnosis["similar"][0]["session_id"] == first.result["session_id"]
    assert not any(asked.task.role == "diagnose" for asked in second.asked)
    assert second.result["success"]
