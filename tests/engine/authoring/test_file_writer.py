"""The model engine: the client first, then what shows it; tries, repairs and what is kept."""

import anyio.lowlevel
import pytest
from driversmith.engine.errors import BudgetSpentError, FileGenerationError, ModelTransportError
from driversmith.engine.llm.port import ModelAnswer
from driversmith.engine.llm.request import ModelRequest
from driversmith.engine.models.findings import Finding
from driversmith.engine.models.report import BehaviourResult, FaultsOfFile

from .writer import CLIENT, LIST_OBJECTS, LOST, READ_RECORDS, README, Writer, calls_what_is_not_there, list_of_dicts


async def test_a_model_writes_four_files_and_the_templates_all_others() -> None:
    writer = Writer()
    bundle = await writer.written()
    by_model = {file.path for file in bundle.files if file.author == "model"}
    assert by_model == {CLIENT, README, LIST_OBJECTS, READ_RECORDS}
    assert bundle[CLIENT].text == writer.right(CLIENT)
    assert [f.path for f in bundle.files] == [f.path for f in writer.template.files]
    assert all(f in writer.template.files for f in bundle.files if f.author == "template")


async def test_the_client_is_accepted_before_anything_that_shows_it_is_asked_for() -> None:
    writer = Writer({CLIENT: [list_of_dicts]})
    await writer.written(in_parallel=True)
    assert [r.task.path for r in writer.requests[:2]] == [CLIENT, CLIENT]
    assert {r.task.path for r in writer.requests[2:]} == {README, LIST_OBJECTS, READ_RECORDS}
    assert all(writer.right(CLIENT) in r.last_text() for r in writer.requests[2:])


async def test_a_behaviour_that_failed_has_its_file_mended_and_no_other() -> None:
    writer = Writer()
    engine = writer.engine()
    bundle = await writer.written(engine)
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
        await writer.written()
    assert caught.value.path == README
    assert set(caught.value.accepted) == {CLIENT, LIST_OBJECTS, READ_RECORDS}


async def test_one_file_after_the_other_where_a_person_s_agent_writes_them() -> None:
    writer = Writer({README: [calls_what_is_not_there]})
    bundle = await writer.written(author="host")
    assert [r.task.path for r in writer.requests] == [CLIENT, README, README, LIST_OBJECTS, READ_RECORDS]
    assert {f.path for f in bundle.files if f.author == "host"} == {CLIENT, README, LIST_OBJECTS, READ_RECORDS}


async def test_the_others_are_asked_for_at_once_when_the_cache_is_warm() -> None:
    writer = Writer()
    under_way, most = 0, 0

    async def ask(request: ModelRequest) -> ModelAnswer:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await anyio.lowlevel.checkpoint()
        try:
            return await Writer.ask(writer, request)
        finally:
            under_way -= 1

    writer.ask = ask  # type: ignore[method-assign]
    await writer.written(in_parallel=True)
    assert most == 3


async def test_files_of_an_earlier_attempt_that_passed_are_not_asked_for_again() -> None:
    writer = Writer()
    kept = {CLIENT: writer.right(CLIENT), LIST_OBJECTS: writer.right(LIST_OBJECTS), "pyproject.toml": "never mine"}
    bundle = await writer.written(attempt=2, accepted=kept)
    assert [r.task.path for r in writer.requests] == [README, READ_RECORDS]
    assert all(r.task.attempt == 2 for r in writer.requests)
    assert bundle[CLIENT].text == writer.right(CLIENT) and bundle[CLIENT].author == "model"
    assert bundle["pyproject.toml"] == writer.template["pyproject.toml"]


async def test_a_client_that_fails_for_good_leaves_the_rest_unasked() -> None:
    writer = Writer({CLIENT: [list_of_dicts] * 9})
    with pytest.raises(FileGenerationError) as caught:
        await writer.written()
    assert caught.value.path == CLIENT and caught.value.accepted == {}
    assert {r.task.path for r in writer.requests} == {CLIENT}


@pytest.mark.parametrize("in_parallel", [True, False])
async def test_faults_of_transport_and_budget_come_out_as_they_are(in_parallel: bool) -> None:
    with pytest.raises(ModelTransportError):
        await Writer({README: [LOST]}).written(in_parallel=in_parallel)
    writer = Writer()

    async def spent(request: ModelRequest) -> ModelAnswer:
        if request.task.path != CLIENT:
            raise BudgetSpentError("Nothing is left.")
        return await Writer.ask(writer, request)

    writer.ask = spent  # type: ignore[method-assign]
    with pytest.raises(BudgetSpentError):
        await writer.written(in_parallel=in_parallel)


async def test_tries_go_on_counting_through_repairs_and_each_repair_has_its_own() -> None:
    writer = Writer({CLIENT: [list_of_dicts]})
    engine = writer.engine(max_retries=2)
    bundle = await writer.written(engine)
    broken = BehaviourResult(name="read-all-pages", passed=False, expected="all")
    writer.script(CLIENT, list_of_dicts, lambda text: text.replace("All pets", "Every pet"))
    bundle = await engine.repair(bundle, FaultsOfFile(path=CLIENT, behaviours=(broken,)))
    writer.script(CLIENT, lambda text: text.replace("All pets", "Each pet"))
    await engine.repair(bundle, FaultsOfFile(path=CLIENT, behaviours=(broken,)))
    assert [r.task.try_number for r in writer.asked(CLIENT)] == [1, 2, 3, 4, 5]
    assert [r.task.role for r in writer.asked(CLIENT)] == ["generate", "repair", "repair", "repair", "repair"]


async def test_going_back_to_a_version_that_failed_before_is_stuck() -> None:
    writer = Writer()
    engine = writer.engine()
    bundle = await writer.written(engine)
    broken = BehaviourResult(name="read-all-pages", passed=False, expected="all")
    writer.script(CLIENT, lambda text: text.replace("All pets", "Every pet"))
    bundle = await engine.repair(bundle, FaultsOfFile(path=CLIENT, behaviours=(broken,)))
    writer.script(CLIENT, lambda text: text, lambda text: text.replace("All pets", "Each pet"))
    await engine.repair(bundle, FaultsOfFile(path=CLIENT, behaviours=(broken,)))
    assert writer.outcomes(CLIENT)[-2:] == ["stuck", "accepted"]


async def test_a_repair_that_fails_keeps_the_other_files() -> None:
    writer = Writer()
    engine = writer.engine()
    bundle = await writer.written(engine)
    fault = Finding(code="x", severity="P1", file=README, message="It is for another language.")
    writer.script(README, *[calls_what_is_not_there] * 9)
    with pytest.raises(FileGenerationError) as caught:
        await engine.repair(bundle, FaultsOfFile(path=README, findings=(fault,)))
    assert set(caught.value.accepted) == {CLIENT, LIST_OBJECTS, READ_RECORDS}
    assert "another language" in writer.asked(README)[1].instruction


async def test_the_same_answers_give_the_same_requests() -> None:
    first, second = Writer({CLIENT: [list_of_dicts]}), Writer({CLIENT: [list_of_dicts]})
    await first.written()
    await second.written()
    assert first.requests == second.requests
