"""Simplify: a model fills slots, the templates write all files, and nothing that the API does not know is applied."""

import json
from typing import Any

import pytest
from driversmith.engine.authoring.slot_writer import SlotWriter, simplify_request, slots_schema
from driversmith.engine.authoring.slots import SimplifySlots
from driversmith.engine.errors import FileGenerationError
from driversmith.engine.llm.request import task_line
from driversmith.engine.llm.scripted import Reply
from driversmith.engine.models.driver import DriverBundle
from driversmith.engine.models.profile import ApiProfile
from driversmith.engine.validation.package import validate_package

from ..generation import profiles
from .writer import CLIENT, README, REFUSED, Answer, Writer


async def simplified(
    answers: list[Answer], profile: ApiProfile | None = None, **more: Any
) -> tuple[Writer, DriverBundle]:
    writer = Writer({"-": answers}, profile=profile)
    return writer, await SlotWriter(writer.work(attempt=2, **more)).write()


def slots(**values: Any) -> str:
    return json.dumps(values)


async def test_no_slot_at_all_gives_the_template_s_driver() -> None:
    writer, bundle = await simplified(["{}"])
    assert bundle.files == writer.template.files


async def test_slots_change_files_and_these_say_who_wrote_them() -> None:
    filled = slots(
        objects=[{"object": "orders", "name": "purchases", "summary": "One order of a pet."}],
        readme_intro="Everything about the pets of the store.",
        readme_notes=["Prices are in cents."],
    )
    writer, bundle = await simplified([filled])
    changed = {f.path for f in bundle.files if f.author == "simplified"}
    assert {README, "profile.json", "petstore_driver/_api.py", "petstore_driver/types.py"} <= changed
    assert bundle[CLIENT].author == "template"
    assert "Everything about the pets" in bundle[README].text and "Prices are in cents." in bundle[README].text
    known = ApiProfile.model_validate_json(bundle["profile.json"].text)
    assert known.objects["purchases"].description == "One order of a pet."
    assert "by a model" in (known.objects["purchases"].evidence.rule or "")
    assert known.description == writer.profile.description
    report = await validate_package({f.path: f.text for f in bundle.files}, profile=known)
    assert report.ok, report.findings


async def test_a_quirk_in_prose_becomes_the_profile_s_own_words() -> None:
    profile = profiles.messages()
    told = profile.model_copy(update={"description": "Since May the messages stand under payload.rows."})
    quirk = slots(
        objects=[
            {"object": "messages", "record_path": ["payload", "rows"], "pagination": {"next_path": ["result", "next"]}}
        ]
    )
    _, bundle = await simplified([quirk], told)
    known = ApiProfile.model_validate_json(bundle["profile.json"].text)
    assert known.objects["messages"].record_path == ("payload", "rows")
    assert known.objects["messages"].pagination == profile.objects["messages"].pagination


@pytest.mark.parametrize(
    ("slot", "told"),
    [
        ({"object": "unicorns", "summary": "Horned."}, "no object 'unicorns'"),
        ({"object": "pets", "record_path": ["zebra"]}, "'zebra'"),
        ({"object": "pets", "name": "no name!"}, "no name"),
        ({"object": "pets", "name": "orders"}, "'orders'"),
        ({"object": "pets", "pagination": {"style": "cursor", "position_parameter": "hop"}}, "'hop'"),
        ({"object": "inventory", "pagination": {"style": "next_url"}}, "next_path"),
        ({"object": "pets", "example_parameters": [{"argument": "colour", "value": "red"}]}, "'colour'"),
    ],
)
async def test_what_the_api_does_not_know_is_said_to_the_model_and_never_applied(
    slot: dict[str, Any], told: str
) -> None:
    writer, bundle = await simplified([slots(objects=[slot]), "{}"])
    assert bundle.files == writer.template.files
    again = writer.requests[1]
    assert told in again.instruction
    assert [t.outcome for t in writer.tried] == ["rejected", "accepted"]
    assert told in " ".join(f.message for f in writer.tried[0].findings)


async def test_examples_take_the_parameters_that_were_given() -> None:
    profile = profiles.repositories()
    _, bundle = await simplified(
        [slots(objects=[{"object": "repos", "example_parameters": [{"argument": "user", "value": "octocat"}]}])],
        profile,
    )
    assert "octocat" in bundle["examples/read_records.py"].text


async def test_the_request_is_small_and_holds_no_client() -> None:
    writer, _ = await simplified(
        ["{}"], adjustments={"*": ("Mind the envelope.",), CLIENT: ("Records are under data.",)}
    )
    (request,) = writer.requests
    assert task_line(request.task) == "Task: generate path=- attempt=2 try=1 mode=simplify"
    text = "".join(b.text for b in (*request.system, *request.prefix)) + request.instruction
    assert "Mind the envelope." in request.instruction and "Records are under data." in request.instruction
    assert "class PetstoreDriver" not in text
    assert len(text) < 12_000 and request.effort == "low"
    assert request.json_schema == slots_schema()


def test_every_slot_is_optional_and_known() -> None:
    schema = slots_schema()
    assert "required" not in schema and schema["additionalProperties"] is False
    assert SimplifySlots.model_validate({}) == SimplifySlots()


async def test_nonsense_is_quoted_in_the_next_request_and_ends_with_the_last_try() -> None:
    writer = Writer({"-": ["I would rather not.", Reply(text="{", stop_reason="max_tokens"), "[1, 2]"]})
    with pytest.raises(FileGenerationError) as caught:
        await SlotWriter(writer.work(max_retries=3)).write()
    assert (caught.value.path, caught.value.tries) == ("-", 3)
    assert [r.task.try_number for r in writer.requests] == [1, 2, 3]
    assert "I would rather not." in writer.requests[1].instruction
    assert writer.requests[2].max_tokens == 2 * writer.requests[1].max_tokens
    assert [t.outcome for t in writer.tried] == ["unusable", "truncated", "unusable"]
    assert all(t.mode == "simplify" and t.path == "-" for t in writer.tried)


async def test_two_refusals_are_enough() -> None:
    writer = Writer({"-": [REFUSED] * 9})
    with pytest.raises(FileGenerationError):
        await SlotWriter(writer.work(max_retries=5)).write()
    assert len(writer.requests) == 2


def test_the_same_facts_give_the_same_request() -> None:
    assert simplify_request(Writer().work()) == simplify_request(Writer().work())
