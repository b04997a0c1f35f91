"""The model engine: the client first, then what shows it; tries, repairs and what is kept."""

import pytest
from driversmith.engine.errors import FileGenerationError
from driversmith.engine.generation.model_engine import FaultsOfFile
from driversmith.engine.models.report import BehaviourResult

from .writer import CLIENT, LIST_OBJECTS, READ_RECORDS, README, Writer, calls_what_is_not_there, list_of_dicts


async def test_a_model_writes_four_files_and_the_templates_all_others() -> None:
    writer = Writer()
    bundle = await writer.engine().write()
    by_model = {file.path for file in bundle.files if file.author == "model"}
    assert by_model == {CLIENT, README, LIST_OBJECTS, READ_RECORDS}
    assert bundle[CLIENT].text == writer.right(CLIENT)
    assert [f.path for f in bundle.files] == [f.path for f in writer.template.files]
    assert all(f in writer.template.files for f in bundle.files if f.author == "template")


async def test_the_client_is_accepted_before_anything_that_shows_it_is_asked_for() -> None:
    writer = Writer({CLIENT: [list_of_dicts]})
    await writer.engine(in_parallel=True).write()
    assert [r.task.path for r in writer.requests[:2]] == [CLIENT, CLIENT]
    assert {r.task.path for r in writer.requests[2:]} == {README, LIST_OBJECTS, READ_RECORDS}
    assert all(writer.right(CLIENT) in r.instruction for r in writer.requests[2:])


async def test_a_behaviour_that_failed_has_its_file_mended_and_no_other() -> None:
    writer = Writer()
    engine = writer.engine()
    bundle = await engine.write()
    before = len(writer.requests)
    broken = BehaviourResult(
        name="read-all-pages", subject="pets", passed=False, sent="read('pets')", received="3", expected="7 records"
    )
    writer.script(CLIENT, lambda text: text.replace('"""All pets."""', '"""All pets there are."""'))
    mended = await engine.repair(bundle, FaultsOfFile(path=CLIENT, behaviours=(broken,)))
    (request,) = writer.requests[before:]
    assert (request.task.role, request.task.try_number) == ("repair", 2)
    assert "read-all-pages (pets)" in request.instruction and "7 records" in request.instruction
    assert "All pets there are" in mended[CLIENT].text
    assert [f for f in mended.files if f.path != CLIENT] == [f for f in bundle.files if f.path != CLIENT]


async def test_what_was_accepted_is_not_lost_when_a_later_file_fails() -> None:
    writer = Writer({README: [calls_what_is_not_there] * 9})
    with pytest.raises(FileGenerationError) as caught:
        await writer.engine().write()
    assert caught.value.path == README
    assert set(caught.value.accepted) == {CLIENT, LIST_OBJECTS, READ_RECORDS}
