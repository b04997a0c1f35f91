"""Sessions are detached jobs: nothing that a caller does to its own call loses one."""

import json
from collections.abc import Callable
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest
from driversmith.engine.errors import (
    InvalidArgumentError,
    JournalError,
    LeaseLostError,
    SessionConflictError,
    SessionNotFoundError,
)
from driversmith.engine.journal.ownership import this_process
from driversmith.engine.journal.port import Owner
from driversmith.engine.journal.sqlite.opening import SqliteJournal
from driversmith.engine.models.principal import LOCAL, Principal
from driversmith.engine.models.session import SessionEvent, SessionRecord
from driversmith.engine.sessions.dispatch.tasks import open_dispatcher
from driversmith.engine.sessions.sessions import Sessions
from driversmith.engine.supervision.supervisor import Supervisor

from tests.patience import LONG

Fixture = Callable[..., object]


async def finished(sessions: Sessions, session_id: str) -> SessionRecord:
    with anyio.fail_after(LONG):
        return await sessions.wait(session_id, seconds=None)


async def test_a_session_runs_to_its_end_and_its_driver_lies_on_disk(sessions, asked, tmp_path) -> None:
    record = await sessions.start(asked())
    done = await finished(sessions, record.session_id)
    assert done.status == "succeeded"
    assert done.result.success
    assert done.result.output_path == str(tmp_path / "drivers" / "pets_driver")
    assert (tmp_path / "drivers/pets_driver/pets_driver/client.py").exists()
    assert json.loads((tmp_path / "drivers/pets_driver/driver.json").read_text())["verification"]["level"] == "mock"


async def test_a_waiter_that_leaves_early_is_told_how_it_stands(sessions, activities, asked) -> None:
    gate = activities.gates["contract"] = anyio.Event()
    record = await sessions.start(asked())
    await activities.until("contract")
    assert (await sessions.wait(record.session_id, seconds=0)).status == "running"
    gate.set()
    assert (await finished(sessions, record.session_id)).status == "succeeded"


async def test_cancelling_a_waiter_leaves_the_work_alone(sessions, activities, asked) -> None:
    gate = activities.gates["research"] = anyio.Event()
    record = await sessions.start(asked())
    with anyio.move_on_after(0.05):
        await sessions.wait(record.session_id, seconds=None)
    gate.set()
    assert (await finished(sessions, record.session_id)).status == "succeeded"


async def test_waiters_hear_every_event_once_and_progress_only_grows(sessions, asked) -> None:
    record = await sessions.start(asked())
    heard: list[SessionEvent] = []

    async def hear(event: SessionEvent) -> None:
        heard.append(event)

    with anyio.fail_after(LONG):
        await sessions.wait(record.session_id, seconds=None, on_event=hear)
    assert [e.seq for e in heard] == list(range(1, len(heard) + 1))
    progress = [e.progress for e in heard if e.progress is not None]
    assert progress == sorted(set(progress))
    assert progress[-1] == 1.0
    assert (heard[0].kind, heard[-1].kind) == ("session.created", "session.succeeded")


async def test_asking_again_while_it_runs_attaches(sessions, activities, asked) -> None:
    gate = activities.gates["contract"] = anyio.Event()
    first = await sessions.start(asked())
    await activities.until("contract")
    assert (await sessions.start(asked())).session_id == first.session_id
    assert (await sessions.start(asked(fresh=True))).session_id == first.session_id
    gate.set()
    await finished(sessions, first.session_id)
    assert activities.calls["research"] == 1


async def test_ten_callers_at_once_share_one_session(sessions, activities, asked) -> None:
    ids: set[str] = set()

    async def call() -> None:
        record = await sessions.start(asked())
        ids.add(record.session_id)
        await finished(sessions, record.session_id)

    async with anyio.create_task_group() as tasks:
        for _ in range(10):
            tasks.start_soon(call)
    assert len(ids) == 1
    assert activities.calls["research"] == 1


@pytest.mark.parametrize("fails", [False, True])
async def test_a_result_that_nobody_heard_is_given_to_the_next_caller(sessions, activities, asked, fails) -> None:
    if fails:
        activities.faults["write"] = [InvalidArgumentError("no")]
    first = await sessions.start(asked())
    await finished(sessions, first.session_id)
    again = await sessions.start(asked())
    assert again.session_id == first.session_id
    assert again.status == ("failed" if fails else "succeeded")


async def test_a_delivered_success_is_returned_as_long_as_its_files_are_intact(
    sessions, journal, asked, tmp_path
) -> None:
    first = await sessions.start(asked())
    await finished(sessions, first.session_id)
    await journal.mark_delivered(first.session_id)
    assert (await sessions.start(asked())).session_id == first.session_id
    (tmp_path / "drivers/pets_driver/README.md").write_text("edited")
    assert (await sessions.start(asked())).session_id != first.session_id


async def test_fresh_makes_a_delivered_driver_anew(sessions, journal, asked) -> None:
    first = await sessions.start(asked())
    await finished(sessions, first.session_id)
    await journal.mark_delivered(first.session_id)
    assert (await sessions.start(asked(fresh=True))).session_id != first.session_id


async def test_a_delivered_failure_is_tried_anew(sessions, journal, activities, asked) -> None:
    activities.faults["write"] = [InvalidArgumentError("no")]
    first = await sessions.start(asked())
    await finished(sessions, first.session_id)
    await journal.mark_delivered(first.session_id)
    second = await sessions.start(asked())
    assert second.session_id != first.session_id
    assert (await finished(sessions, second.session_id)).status == "succeeded"


async def test_a_changed_description_file_makes_a_new_session(sessions, journal, asked, tmp_path) -> None:
    spec = tmp_path / "pets.json"
    spec.write_text("{}")
    first = await sessions.start(asked(spec=str(spec)))
    await finished(sessions, first.session_id)
    await journal.mark_delivered(first.session_id)
    spec.write_text('{"changed": true}')
    assert (await sessions.start(asked(spec=str(spec)))).session_id != first.session_id


async def test_other_arguments_for_the_same_folder_conflict_while_one_runs(sessions, activities, asked) -> None:
    gate = activities.gates["contract"] = anyio.Event()
    first = await sessions.start(asked())
    await activities.until("contract")
    with pytest.raises(SessionConflictError, match=first.session_id):
        await sessions.start(asked(objects=["pets"]))
    gate.set()
    await finished(sessions, first.session_id)
    assert (await sessions.start(asked(objects=["pets"]))).session_id != first.session_id


async def test_sessions_beyond_the_limit_wait_in_the_queue(opened, activities, asked) -> None:
    gate = activities.gates["contract"] = anyio.Event()
    async with opened(limit=1) as sessions:
        first = await sessions.start(asked())
        second = await sessions.start(asked(api_name="Dogs"))
        await activities.until("contract")
        await anyio.sleep(0.05)
        assert (await sessions.wait(second.session_id, seconds=0)).status == "queued"
        gate.set()
        for record in (first, second):
            assert (await finished(sessions, record.session_id)).status == "succeeded"


async def test_cancelling_ends_the_work_and_a_later_call_starts_anew(sessions, activities, asked, tmp_path) -> None:
    activities.gates["contract"] = anyio.Event()
    record = await sessions.start(asked())
    await activities.until("contract")
    cancelled = await sessions.cancel(record.session_id)
    assert cancelled.status == "cancelled"
    assert cancelled.result.error.code == "cancelled"
    assert not (tmp_path / "drivers").exists()
    assert list((tmp_path / "home/work").iterdir()) == []
    activities.gates.clear()
    second = await sessions.start(asked())
    assert second.session_id != record.session_id
    assert (await finished(sessions, second.session_id)).status == "succeeded"


async def test_a_queued_session_is_cancelled_without_having_run(opened, activities, asked) -> None:
    gate = activities.gates["contract"] = anyio.Event()
    async with opened(limit=1) as sessions:
        first = await sessions.start(asked())
        await activities.until("contract")
        second = await sessions.start(asked(api_name="Dogs"))
        assert (await sessions.cancel(second.session_id)).status == "cancelled"
        gate.set()
        await finished(sessions, first.session_id)
        assert activities.calls["research"] == 1


async def test_another_server_on_the_same_database_can_watch_and_cancel(opened, activities, asked) -> None:
    activities.gates["contract"] = anyio.Event()
    async with opened(lease_seconds=10 * LONG) as ours, opened() as theirs:
        record = await ours.start(asked())
        await activities.until("contract")
        assert (await theirs.start(asked())).session_id == record.session_id
        assert (await theirs.wait(record.session_id, seconds=0.01)).status == "running"
        with anyio.fail_after(LONG):
            assert (await theirs.cancel(record.session_id)).status == "cancelled"
        assert activities.calls["research"] == 1


async def test_leaving_interrupts_what_runs_at_once_and_the_next_server_goes_on(
    opened, activities, asked, journal
) -> None:
    activities.gates["contract"] = anyio.Event()
    with anyio.fail_after(LONG):
        async with opened() as sessions:
            record = await sessions.start(asked())
            await activities.until("contract")
    assert (await journal.session(record.session_id)).status == "interrupted"
    activities.gates.clear()
    async with opened() as sessions:
        attached = await sessions.start(asked())
        assert attached.session_id == record.session_id
        done = await finished(sessions, record.session_id)
    assert done.status == "succeeded"
    assert done.resumed == 1
    assert activities.calls == {"research": 1, "write": 1, "validate": 1, "contract": 2, "live": 1}
    kinds = [e.kind for e in await journal.events(record.session_id)]
    assert kinds.count("step.reused") == 2
    progress = [e.progress for e in await journal.events(record.session_id) if e.progress is not None]
    assert progress == sorted(set(progress))


async def test_resuming_takes_an_interrupted_session_up_and_leaves_others(opened, activities, asked, journal) -> None:
    activities.gates["research"] = anyio.Event()
    async with opened() as sessions:
        record = await sessions.start(asked())
        await activities.until("research")
    activities.gates.clear()
    async with opened() as sessions:
        await sessions.resume(record.session_id)
        assert (await finished(sessions, record.session_id)).status == "succeeded"
        assert (await sessions.resume(record.session_id)).status == "succeeded"
        with pytest.raises(SessionNotFoundError):
            await sessions.resume("s0")


async def test_a_cancelled_session_cannot_be_resumed(sessions, activities, asked) -> None:
    activities.gates["research"] = anyio.Event()
    record = await sessions.start(asked())
    await activities.until("research")
    await sessions.cancel(record.session_id)
    with pytest.raises(InvalidArgumentError, match="cancelled"):
        await sessions.resume(record.session_id)


async def test_a_server_that_starts_takes_up_what_nobody_works_on(opened, activities, asked, journal) -> None:
    async with opened(limit=1) as sessions:
        activities.gates["research"] = anyio.Event()
        interrupted = await sessions.start(asked())
        await activities.until("research")
        await sessions.start(asked(api_name="Dogs"))
    activities.gates.clear()
    dead = Owner(this_process().boot_id, this_process().pid, "0")
    tired, _ = await journal.create_session(asked(api_name="Cats"), key="cats", project_path="/cats")
    for _ in range(4):
        await journal.claim(tired.session_id, dead, lease_seconds=100)
    async with opened() as sessions:
        taken = await sessions.resume_unfinished()
        assert len(taken) == 2
        for session_id in taken:
            assert (await finished(sessions, session_id)).status == "succeeded"
        assert interrupted.session_id in taken
    assert (await journal.session(tired.session_id)).status == "interrupted"


async def test_waiting_for_an_interrupted_session_that_nobody_works_on_ends_at_once(opened, activities, asked) -> None:
    activities.gates["research"] = anyio.Event()
    async with opened() as sessions:
        record = await sessions.start(asked())
        await activities.until("research")
    async with opened() as sessions:
        assert (await finished(sessions, record.session_id)).status == "interrupted"


async def test_a_session_taken_over_by_another_process_is_dropped(
    opened, activities, asked, journal: SqliteJournal
) -> None:
    gate = activities.gates["contract"] = anyio.Event()
    async with opened(lease_seconds=0.5) as sessions:
        record = await sessions.start(asked())
        await activities.until("contract")

        async def lost(session_id: str, epoch: int, *, lease_seconds: float) -> bool:
            raise LeaseLostError("gone")

        journal.renew = lost  # type: ignore[method-assign]
        assert (await finished(sessions, record.session_id)).status == "interrupted"
        gate.set()
        assert activities.calls["live"] == 0


async def test_a_journal_that_cannot_be_written_is_told_to_the_waiter(sessions, activities, asked, journal) -> None:
    gate = activities.gates["research"] = anyio.Event()
    record = await sessions.start(asked())
    await activities.until("research")

    async def full(*_: object) -> None:
        raise JournalError("disk full")

    journal.store_step = full  # type: ignore[method-assign]
    gate.set()
    with anyio.fail_after(LONG), pytest.raises(JournalError, match="disk full"):
        await sessions.wait(record.session_id, seconds=None)
    assert (await journal.session(record.session_id)).status == "interrupted"


async def test_a_fault_outside_of_any_attempt_fails_the_session_and_is_counted(
    sessions, activities, asked, journal, monkeypatch
) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError("boom")

    monkeypatch.setattr(Supervisor, "run", broken)
    record = await sessions.start(asked())
    done = await finished(sessions, record.session_id)
    assert done.status == "failed"
    assert done.result.error.code == "internal"
    assert done.result.error.message == "A fault of driversmith: ZeroDivisionError: boom"
    assert (await journal.metrics())["unhandled_exceptions"] == 1


async def test_subscribers_hear_of_changes_until_they_leave(sessions, asked) -> None:
    heard: list[str] = []

    def broken(_: str) -> None:
        raise RuntimeError("broken subscriber")

    sessions.subscribe(broken)
    leave = sessions.subscribe(heard.append)
    record = await sessions.start(asked())
    await finished(sessions, record.session_id)
    assert set(heard) == {record.session_id}
    leave()
    leave()
    count = len(heard)
    await finished(sessions, (await sessions.start(asked(api_name="Dogs"))).session_id)
    assert len(heard) == count


async def test_an_exception_in_the_block_leaves_as_it_is(opened: Fixture) -> None:
    with pytest.raises(KeyError, match="mine"):
        async with opened():
            raise KeyError("mine")


async def test_the_scratch_folder_is_gone_when_a_session_ends(sessions, asked, tmp_path: Path) -> None:
    record = await sessions.start(asked())
    await finished(sessions, record.session_id)
    assert list((tmp_path / "home/work").iterdir()) == []


async def test_a_session_dispatched_while_its_worker_is_leaving_is_taken_up_again() -> None:
    worked: list[str] = []
    leaving, go_on, again = anyio.Event(), anyio.Event(), anyio.Event()

    async def work(session_id: str) -> None:
        worked.append(session_id)
        if len(worked) == 2:
            again.set()
            return
        leaving.set()
        await go_on.wait()

    with anyio.fail_after(LONG):
        async with open_dispatcher(work, limit=2, left=lambda _: None) as dispatcher:
            dispatcher.dispatch("s1", LOCAL)
            await leaving.wait()
            dispatcher.dispatch("s1", LOCAL)
            go_on.set()
            await again.wait()
    assert worked == ["s1", "s1"]


async def test_one_principal_takes_its_share_of_the_turns_and_no_more() -> None:
    worked: list[str] = []
    begun, go_on = anyio.Event(), anyio.Event()

    async def work(session_id: str) -> None:
        worked.append(session_id)
        if session_id == "bobs":
            begun.set()
        await go_on.wait()

    alice, bob = Principal.of_token("alice"), Principal.of_token("bob")
    with anyio.fail_after(LONG):
        async with open_dispatcher(work, limit=3, share=1, left=lambda _: None) as dispatcher:
            for number in range(5):
                dispatcher.dispatch(f"alices {number}", alice)
            dispatcher.dispatch("local", LOCAL)
            dispatcher.dispatch("bobs", bob)
            await begun.wait()
            assert sorted(worked) == ["alices 0", "bobs", "local"]
            go_on.set()
            while dispatcher.holds("alices 4"):
                await anyio.lowlevel.checkpoint()
    assert sorted(worked) == [*(f"alices {number}" for number in range(5)), "bobs", "local"]


async def test_the_local_user_has_all_turns() -> None:
    worked: list[str] = []
    all_begun = anyio.Event()

    async def work(session_id: str) -> None:
        worked.append(session_id)
        if len(worked) == 3:
            all_begun.set()
        await all_begun.wait()

    with anyio.fail_after(LONG):
        async with open_dispatcher(work, limit=3, share=1, left=lambda _: None) as dispatcher:
            for number in range(3):
                dispatcher.dispatch(f"{number}", LOCAL)
            await all_begun.wait()
