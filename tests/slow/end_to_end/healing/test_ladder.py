"""Each attempt does otherwise than the one before: by an adjusted prompt, by slots, and last without a model."""

from collections.abc import Mapping

import pytest

from ....end_to_end.healing.author import Author
from ....end_to_end.healing.conftest import Heal
from ....end_to_end.healing.edits import lists_dicts
from ....end_to_end.healing.tiny import CLIENT, README, WRITTEN
from ....stand_ins.messages_script import FAULTS, Answer, Asked


def says(asked: Asked, words: str) -> bool:
    """Whether the volatile part of a request says something."""
    return words in asked.last_text


async def test_attempt_2_carries_the_modification_of_the_diagnosis_and_attempt_1_does_not(
    heal: Heal, right: Mapping[str, str]
) -> None:
    wrong = lists_dicts(right[CLIENT])

    def client(asked: Asked) -> Answer:
        return right[CLIENT] if asked.task.attempt == 2 else wrong

    healed = await heal(Author(right, always={CLIENT: client}))
    (diagnosis,) = healed.diagnoses
    words = diagnosis.diagnosis["prompt_modification"]
    assert diagnosis.diagnosis["fault_kind"] == "list_objects_shape"
    assert len(words) > 20
    before, after = healed.requests(CLIENT, attempt=1), healed.requests(CLIENT, attempt=2)
    assert before and after
    assert not any(words in request["instruction"] for request in before)
    assert all(words in request["instruction"] for request in after)
    assert {r["context"] for r in (*before, *after)} == {before[0]["context"]}, "the cached prefix stays the same"
    on_the_wire = [asked for asked in healed.asked if asked.task.path == CLIENT]
    assert [says(asked, words) for asked in on_the_wire] == [asked.task.attempt == 2 for asked in on_the_wire]
    (fix,) = healed.result["fixes_applied"]
    assert (fix["attempt"], fix["strategy"], fix["files"], fix["helped"]) == (2, "prompt_adjustment", [CLIENT], True)
    assert diagnosis.helped is True
    assert healed.result["success"]
    assert [attempt["outcome"] for attempt in healed.attempts] == ["failed", "succeeded"]
    assert healed.authors[CLIENT] == "model"


async def test_other_files_get_no_words_that_are_not_theirs(heal: Heal, right: Mapping[str, str]) -> None:
    def readme(asked: Asked) -> Answer:
        return right[README] if asked.task.attempt == 2 else f"{right[README]}\nTODO: say more.\n"

    healed = await heal(Author(right, always={README: readme}))
    assert healed.result["success"]
    words = healed.diagnoses[0].diagnosis["prompt_modification"]
    (fix,) = healed.result["fixes_applied"]
    assert fix["files"] == [README]
    assert words in healed.requests(README, attempt=2)[0]["instruction"]
    asked_again = {a.task.path for a in healed.asked if a.task.attempt == 2 and a.task.role != "diagnose"}
    assert asked_again == {README}, "a file that passed is never touched again"


async def test_a_model_that_never_gets_it_right_climbs_the_ladder_to_the_templates(
    heal: Heal, right: Mapping[str, str]
) -> None:
    healed = await heal(
        Author(right, always={CLIENT: lists_dicts(right[CLIENT])}, slots=["no JSON at all"] * 9),
        max_supervisor_attempts=4,
        max_retries=2,
    )
    assert [fix["strategy"] for fix in healed.result["fixes_applied"]] == ["prompt_adjustment", "simplify", "fallback"]
    assert [fix["helped"] for fix in healed.result["fixes_applied"]] == [False, False, True]
    assert [a["engine"] for a in healed.attempts] == ["model", "model", "simplified", "template"]
    assert [a["data"]["mode"] for a in healed.attempts] == ["full", "full", "simplify", "template"]
    assert [a["outcome"] for a in healed.attempts] == ["failed", "failed", "failed", "succeeded"]
    assert [d.helped for d in healed.diagnoses] == [False, False, True]
    assert healed.result["success"]
    assert healed.result["verification"]["level"] == "mock"
    assert set(healed.authors.values()) == {"template"}
    assert not any(asked.task.attempt == 4 for asked in healed.asked), "fallback needs no model"
    assert "the templates'" in healed.result["notes"][0]


async def test_an_endpoint_that_goes_down_says_nothing_of_the_words_before(
    heal: Heal, right: Mapping[str, str]
) -> None:
    def client(asked: Asked) -> Answer:
        return FAULTS["overloaded"] if asked.task.attempt == 2 else lists_dicts(right[CLIENT])

    healed = await heal(Author(right, always={CLIENT: client}), max_retries=1)
    assert [d.diagnosis["fault_kind"] for d in healed.diagnoses] == ["list_objects_shape", "model_overloaded"]
    assert [d.helped for d in healed.diagnoses] == [None, True]
    assert [fix["helped"] for fix in healed.result["fixes_applied"]] == [None, True]
    assert healed.result["success"]


async def test_simplify_changes_who_wrote_the_files(heal: Heal, right: Mapping[str, str]) -> None:
    intro = "Tiny keeps a list of pets, oldest first."
    healed = await heal(
        Author(right, always={CLIENT: lists_dicts(right[CLIENT])}, slots=[{"readme_intro": intro}]),
        max_retries=1,
    )
    assert [a["data"]["mode"] for a in healed.attempts] == ["full", "full", "simplify"]
    assert healed.result["success"]
    assert healed.authors[README] == "simplified"
    assert "model" not in healed.authors.values()
    assert intro in healed.on_disk(README)
    slots = next(a for a in healed.asked if a.task.mode == "simplify")
    full = next(a for a in healed.asked if a.task.path == CLIENT)
    assert slots.json_schema is not None
    assert slots.task.path == "-"
    assert len(slots.text) < len(full.text) / 2, "a small prompt"


@pytest.mark.parametrize("engine", ["model", "auto"])
async def test_who_wrote_what_is_on_disk_too(engine: str, heal: Heal, right: Mapping[str, str]) -> None:
    healed = await heal(Author(right), engine=engine)
    manifest = healed.on_disk("driver.json")
    assert manifest.count('"author": "model"') == len(WRITTEN)
    assert healed.authors["tiny_driver/_transport.py"] == "template"
    assert healed.result["iterations"] == 2, "the templates' driver is proven first"
