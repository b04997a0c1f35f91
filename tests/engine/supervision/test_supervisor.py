"""Attempts end with a working driver or with an honest, structured failure."""

import anyio
import pytest
from driversmith.engine.errors import (
    AddressRefusedError,
    DescriptionError,
    FetchError,
    OutputError,
    SandboxUnavailableError,
)
from driversmith.engine.journal.ownership import this_process
from driversmith.engine.models.findings import Finding
from driversmith.engine.models.report import BehaviourResult, LiveRead, LiveReport
from driversmith.engine.network.redaction import Redactor
from driversmith.engine.sessions.sessions import open_sessions
from driversmith.engine.supervision.supervisor import Supervisor

from ...patience import LONG


@pytest.fixture
def made(sessions, asked):
    """The result of a session for a request."""

    async def make(**values):
        record = await sessions.start(asked(**values))
        with anyio.fail_after(LONG):
            done = await sessions.wait(record.session_id, seconds=None)
        assert done.result is not None
        assert done.result.status == done.status
        return done.result

    return make


async def test_a_success_says_what_was_written_and_how_far_it_was_verified(made, tmp_path) -> None:
    result = await made()
    assert result.success
    assert result.driver_name == "pets_driver"
    assert {f.path for f in result.files} == {"pets_driver/client.py", "README.md", "profile.json", "driver.json"}
    assert (result.verification.level, result.verification.passed) == ("mock", 1)
    assert result.verification.isolation == "process"
    assert (result.supervisor_attempts, result.diagnostics_run, result.iterations) == (1, 0, 1)
    assert result.error is None
    assert result.elapsed_seconds > 0


async def test_live_records_raise_the_level_and_come_as_a_preview_of_three(made, activities) -> None:
    records = tuple({"id": n} for n in range(5))
    activities.live = LiveReport(
        reads=(
            LiveRead(object_name="pets", ok=True, records=records),
            LiveRead(object_name="owners", ok=False, error="403"),
        )
    )
    result = await made()
    assert result.verification.level == "live"
    assert result.preview == {"pets": [{"id": 0}, {"id": 1}, {"id": 2}]}
    assert any("owners" in note and "403" in note for note in result.notes)


async def test_nothing_read_live_is_a_note_and_not_a_failure(made, activities) -> None:
    activities.live = LiveReport(reads=(LiveRead(object_name="pets", ok=False, error="401"),))
    result = await made(live="true")
    assert result.success
    assert result.verification.level == "mock"
    assert "mock server only" in result.notes[0]
    assert "pets: 401" in result.notes


async def test_a_heartbeat_does_not_make_a_driver_live(made, activities) -> None:
    beat = LiveRead(object_name="health", ok=True, aside=True, records=({"status": "up"},))
    activities.live = LiveReport(reads=(LiveRead(object_name="pets", ok=False, error="401"), beat))
    result = await made()
    assert (result.success, result.verification.level) == (True, "mock")
    assert "only health could be read, and no collection" in result.notes[0]
    assert "pets: 401" in result.notes
    assert result.preview == {"health": [{"status": "up"}]}


async def test_stopping_after_research_writes_nothing(made, activities, tmp_path) -> None:
    result = await made(stop_after="research")
    assert result.success
    assert result.profile.title == "Pets"
    assert result.output_path is None
    assert activities.calls == {"research": 1}
    assert not (tmp_path / "drivers").exists()


async def test_without_a_key_the_engine_model_says_what_to_set_and_what_else_there_is(made, activities) -> None:
    result = await made(engine="model")
    assert "ANTHROPIC_API_KEY" in result.error.next_action
    assert result.error.code == "engine_not_available"
    assert 'engine="template"' in result.error.next_action
    assert not activities.calls


async def test_a_network_fault_at_research_is_waited_out(made, activities, journal) -> None:
    activities.faults["research"] = [FetchError("connection refused"), FetchError("connection refused"), None]
    result = await made()
    assert result.success
    attempts = await journal.attempts(result.session_id)
    assert [a["outcome"] for a in attempts] == ["failed", "failed", "succeeded"]
    events = await journal.events(result.session_id)
    assert [e.kind for e in events].count("retry.waiting") == 2
    assert not any("abort" in e.model_dump_json() for e in events)
    assert (result.supervisor_attempts, result.diagnostics_run, result.fixes_applied) == (3, 0, [])
    assert (await journal.diagnostics()).items == []
    metrics = await journal.metrics()
    assert (metrics["first_try_success_rate"], metrics["after_healing_success_rate"]) == (0, 1)


async def test_a_lasting_network_fault_is_diagnosed_with_the_last_attempt(made, activities, journal) -> None:
    activities.faults["research"] = [FetchError("unknown host", next_action="Check the URL.")] * 9
    result = await made(max_supervisor_attempts=2)
    assert not result.success
    assert (result.error.code, result.error.next_action) == ("unreachable", "Check the URL.")
    assert (result.supervisor_attempts, result.diagnostics_run, result.fixes_applied) == (2, 1, [])
    kinds = [e.kind for e in await journal.events(result.session_id)]
    assert kinds.index("diagnosis.made") > max(n for n, kind in enumerate(kinds) if kind == "attempt.started")
    assert [d.attempt for d in (await journal.diagnostics()).items] == [2]


async def test_abort_stops_at_once(made, activities) -> None:
    activities.faults["research"] = [AddressRefusedError("private address", next_action="Allow it.")] * 9
    result = await made()
    assert result.error.code == "address_refused"
    assert result.supervisor_attempts == 1


async def test_an_attempt_that_would_be_the_same_again_is_not_made(made, activities, journal) -> None:
    activities.faults["research"] = [DescriptionError("broken")] * 9
    result = await made()
    assert result.error.code == "description_invalid"
    assert result.supervisor_attempts == 1
    assert any("same facts" in note for note in result.notes)
    (said,) = [e.message for e in await journal.events(result.session_id) if e.kind == "diagnosis.made"]
    assert said.endswith("(no further attempt).")


async def test_findings_are_counted(made, activities, journal) -> None:
    activities.findings = [Finding(code="F821", severity="P1", file="client.py", line=3, message="no name x")]
    activities.behaviours = []
    await made()
    assert (await journal.metrics())["findings_by_code"] == {"F821": 1}


@pytest.mark.parametrize("behaviours", [[], [BehaviourResult(name="read-all-pages", subject="pets", passed=False)]])
async def test_a_driver_that_broke_its_contract_is_not_published(made, activities, tmp_path, behaviours) -> None:
    activities.behaviours = behaviours
    result = await made()
    assert result.error.code == "contract_failed"
    assert result.iterations == 1
    assert not (tmp_path / "drivers").exists()


async def test_a_folder_that_cannot_be_written_is_told(made, tmp_path) -> None:
    (tmp_path / "drivers").mkdir()
    (tmp_path / "drivers/pets_driver").write_text("in the way")
    result = await made()
    assert result.error.code == "output_not_writable"
    assert (tmp_path / "drivers/pets_driver").read_text() == "in the way"


async def test_merged_and_kept_files_reach_the_result(made, journal, tmp_path, activities) -> None:
    first = await made()
    await journal.mark_delivered(first.session_id)
    (tmp_path / "drivers/pets_driver/README.md").write_text("mine")
    second = await made()
    assert (second.merged_files, second.kept_files) == (["README.md"], [])
    await journal.mark_delivered(second.session_id)
    (tmp_path / "drivers/pets_driver/.driversmith/base").unlink()  # as of a version that kept none
    (tmp_path / "drivers/pets_driver/README.md").write_text("mine again")
    third = await made()
    assert (third.merged_files, third.kept_files) == ([], ["README.md"])
    assert any("README.md.new" in note for note in third.notes)


@pytest.mark.parametrize("step", ["research", "write", "validate", "contract", "live"])
async def test_a_fault_of_ours_is_caught_counted_and_told(made, activities, journal, step) -> None:
    activities.faults[step] = [ZeroDivisionError("boom")]
    result = await made()
    assert result.error.code == "internal"
    assert "ZeroDivisionError: boom" in result.error.message
    assert (await journal.metrics())["unhandled_exceptions"] == 1
    assert "exception.caught" in [e.kind for e in await journal.events(result.session_id)]
    assert (await journal.diagnostics(session_id=result.session_id)).items


async def test_an_expected_error_inside_a_group_counts_as_what_it_is(made, activities, journal) -> None:
    activities.faults["write"] = [ExceptionGroup("tasks", [OutputError("no")])]
    result = await made()
    assert result.error.code == "output_not_writable"
    assert (await journal.metrics())["unhandled_exceptions"] == 0


@pytest.mark.parametrize("step", ["research", "contract"])
async def test_the_time_limit_ends_the_work_and_cleans_up(made, activities, journal, tmp_path, step) -> None:
    activities.gates[step] = anyio.Event()
    result = await made(time_limit_seconds=0.3)
    assert result.error.code == "time_limit"
    assert result.supervisor_attempts == 1
    assert not (tmp_path / "drivers").exists()
    assert list((tmp_path / "home/work").glob("*")) == []
    assert (await journal.attempts(result.session_id))[0]["outcome"] == "failed"


async def test_the_time_limit_counts_the_work_before_an_interruption(opened, activities, asked, journal) -> None:
    activities.gates["contract"] = anyio.Event()
    async with opened() as sessions:
        record = await sessions.start(asked(time_limit_seconds=60))
        await activities.until("contract")
    session = await journal.session(record.session_id)
    epoch = await journal.claim(record.session_id, this_process(), lease_seconds=9)
    await journal.store_step(session.session_id, epoch, "clock", 60.0)
    await journal.release(session.session_id, epoch, "interrupted")
    async with opened() as sessions:
        await sessions.resume(record.session_id)
        with anyio.fail_after(LONG):
            done = await sessions.wait(record.session_id, seconds=None)
    assert done.result.error.code == "time_limit"


async def test_a_resumed_session_neither_decides_nor_diagnoses_twice(opened, activities, asked, journal) -> None:
    activities.faults["research"] = [FetchError("refused"), None]
    activities.gates["write"] = anyio.Event()
    async with opened() as sessions:
        record = await sessions.start(asked())
        await activities.until("write")
    activities.gates.clear()
    async with opened() as sessions:
        await sessions.resume(record.session_id)
        with anyio.fail_after(LONG):
            done = await sessions.wait(record.session_id, seconds=None)
    assert done.result.success
    assert done.result.supervisor_attempts == 2
    assert activities.calls["research"] == 2
    assert [e.kind for e in await journal.events(record.session_id)].count("retry.waiting") == 1


async def test_secrets_stay_out_of_log_and_result(journal, activities, asked, tmp_path) -> None:
    redact = Redactor(["hunter22"])
    activities.faults["write"] = [OutputError("the key hunter22 was refused")]
    supervisor = Supervisor(journal=journal, activities=activities, scratch=tmp_path / "work", redact=redact)
    async with open_sessions(
        journal=journal,
        supervisor=lambda: supervisor,
        owner=this_process(),
        concurrent_sessions=1,
        lease_seconds=30,
    ) as sessions:
        record = await sessions.start(asked())
        with anyio.fail_after(LONG):
            done = await sessions.wait(record.session_id, seconds=None)
    assert "hunter22" not in done.model_dump_json()
    assert not any("hunter22" in e.model_dump_json() for e in await journal.events(record.session_id))


async def test_what_the_templates_wrote_is_run_while_it_is_checked(made, activities) -> None:
    activities.trying = "read-records pets"
    gate = activities.gates["contract"] = anyio.Event()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(made)
        await activities.until("contract")
        await activities.until("validate")
        gate.set()
    assert (activities.calls["validate"], activities.calls["contract"]) == (1, 1)


async def test_a_run_that_cannot_be_made_ends_the_checks_beside_it_and_says_why(made, activities) -> None:
    activities.trying = "read-records pets"
    activities.gates["validate"] = anyio.Event()
    activities.faults["contract"] = [SandboxUnavailableError("No child process can be started.")] * 3
    result = await made()
    assert result.error.code == "isolation_unavailable"
    assert result.error.message == "No child process can be started."
