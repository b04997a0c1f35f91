"""Who works on a session: claims and their leases, dead owners, cancelling, the end."""

from pydantic import JsonValue

from ...conformance import by_name, expect, expect_equal, expect_error, expect_some
from ...errors import LeaseLostError
from ..port import Journal
from .subject import DEAD, STRANGER, US, Check, Clock, OpenJournal, a_claim, a_session, succeeded, with_journal


@with_journal
async def a_claimed_session_runs_and_cannot_be_claimed_again(journal: Journal) -> None:
    """One worker at a time, in whatever process or container."""
    session_id = await a_session(journal)
    expect_equal("The first epoch", await a_claim(journal, session_id), 1)
    expect_equal("The status of a claimed session", (await journal.session(session_id)).status, "running")
    for who, owner in {"its own process": US, "another container": STRANGER}.items():
        again = await journal.claim(session_id, owner, lease_seconds=30)
        expect_equal(f"A claim by {who} on a session that is claimed", again, None)


async def a_claim_whose_lease_ran_out_is_free_and_its_epoch_void(open_journal: OpenJournal) -> None:
    """A worker that was only slow must not write over the next one's work."""
    clock = Clock()
    async with open_journal(clock) as journal:
        session_id = await a_session(journal)
        old = await a_claim(journal, session_id, STRANGER, lease_seconds=10)
        clock.seconds += 11
        expect_equal("A session whose lease ran out", (await journal.session(session_id)).status, "interrupted")
        new = await a_claim(journal, session_id)
        expect(new > old, f"The epoch of a new claim was expected to be above {old}, and is {new}.")
        expect_equal("How often it was resumed", (await journal.session(session_id)).resumed, 1)
        for what, write in {
            "Renewing": lambda: journal.renew(session_id, old, lease_seconds=10),
            "An event": lambda: journal.append_event(session_id, old, "step.progress", "late"),
            "A step": lambda: journal.store_step(session_id, old, "late", 1),
            "Files": lambda: journal.store_files(session_id, old, []),
            "An attempt": lambda: journal.record_attempt(
                session_id, old, 1, engine="template", outcome="failed", elapsed_seconds=1, data={}
            ),
            "Releasing": lambda: journal.release(session_id, old, "failed"),
        }.items():
            with expect_error(f"{what} under an epoch that is no longer the session's", LeaseLostError):
                await write()
        expect_equal("The events after a write that was refused", await journal.events(session_id), [])
        expect_equal("A step that was refused", await journal.step_result(session_id, "late"), None)
        expect_equal("A session after a void release", (await journal.session(session_id)).status, "running")


async def a_renewed_claim_outlives_its_first_lease(open_journal: OpenJournal) -> None:
    """Else long sessions would be taken away from those who work on them."""
    clock = Clock()
    async with open_journal(clock) as journal:
        session_id = await a_session(journal)
        epoch = await a_claim(journal, session_id, lease_seconds=10)
        clock.seconds += 8
        asked = await journal.renew(session_id, epoch, lease_seconds=10)
        expect(asked is False, "Nobody asked to cancel the session, but its owner is told so.")
        clock.seconds += 8
        expect_equal("A session whose lease was renewed", (await journal.session(session_id)).status, "running")


@with_journal
async def a_session_of_a_dead_process_is_interrupted_at_once(journal: Journal) -> None:
    """Nobody waits for the lease of a process that is known to be gone."""
    session_id = await a_session(journal)
    await a_claim(journal, session_id, DEAD, lease_seconds=1000)
    expect_equal("The session of a dead process", (await journal.session(session_id)).status, "interrupted")
    listed = [record.session_id for record in (await journal.sessions(status="interrupted")).items]
    expect_equal("The interrupted sessions", listed, [session_id])
    expect_equal("The running sessions", (await journal.sessions(status="running")).items, [])
    expect_equal("The epoch of who takes it up", await a_claim(journal, session_id), 2)


@with_journal
async def a_released_session_has_its_status_and_result(journal: Journal) -> None:
    """Releasing twice is allowed, since who was cut off does not know."""
    session_id = await a_session(journal)
    epoch = await a_claim(journal, session_id)
    result = succeeded(session_id, output_path="/drivers/petstore_driver")
    for _ in range(2):
        await journal.release(session_id, epoch, "succeeded", result)
    record = await journal.session(session_id)
    expect_equal("The status of a released session", record.status, "succeeded")
    expect_equal("The result of a released session", record.result, result)
    expect_equal("Whether its result was delivered", record.delivered, False)
    expect_some("The time when it finished", record.finished_at)
    expect_equal("A claim on it", await journal.claim(session_id, US, lease_seconds=1), None)
    await journal.mark_delivered(session_id)
    expect_equal("Delivered, once it is marked", (await journal.session(session_id)).delivered, True)


@with_journal
async def values_of_an_api_are_kept_until_the_result_is_delivered(journal: Journal) -> None:
    """They are the user's, and were wanted to be seen, not to be kept."""
    session_id = await a_session(journal)
    epoch = await a_claim(journal, session_id)
    read: JsonValue = {"object_name": "ships", "records": [{"name": "Aurora"}], "count": 1}
    emptied: JsonValue = {"object_name": "ships", "records": [{}], "count": 1}
    await journal.store_step(session_id, epoch, "live", {"report": {"reads": [read]}})
    result = succeeded(session_id, preview={"ships": [{"name": "Aurora"}]})
    await journal.release(session_id, epoch, "succeeded", result)
    expect_equal(
        "The step with what was read, once the session is finished",
        await journal.step_result(session_id, "live"),
        {"report": {"reads": [emptied]}},
    )
    kept = (await journal.session(session_id)).result
    expect_equal("The preview before it is delivered", kept and kept.preview, result.preview)
    await journal.mark_delivered(session_id)
    await journal.mark_delivered(session_id)
    kept = (await journal.session(session_id)).result
    expect_equal("The preview once it is delivered", kept and kept.preview, {})


@with_journal
async def only_finished_sessions_can_have_been_delivered(journal: Journal) -> None:
    """Else a result could count as seen before there is one."""
    session_id = await a_session(journal)
    await journal.mark_delivered(session_id)
    expect_equal("Delivered, while it is queued", (await journal.session(session_id)).delivered, False)


@with_journal
async def the_owner_of_a_running_session_hears_that_it_is_to_be_cancelled(journal: Journal) -> None:
    """The owner may be another process; the journal is the way to it."""
    session_id = await a_session(journal)
    epoch = await a_claim(journal, session_id)
    expect_equal("A session that is asked to stop", (await journal.request_cancel(session_id)).status, "running")
    asked = await journal.renew(session_id, epoch, lease_seconds=30)
    expect(asked is True, "Somebody asked to cancel the session, but its owner is not told so.")


@with_journal
async def a_session_that_nobody_works_on_is_cancelled_at_once(journal: Journal) -> None:
    """There is no owner who would ever hear of it."""
    queued = await a_session(journal)
    expect_equal("A queued session, cancelled", (await journal.request_cancel(queued)).status, "cancelled")
    orphan = await a_session(journal, key="2", path="/2")
    await a_claim(journal, orphan, DEAD)
    record = await journal.request_cancel(orphan)
    expect_equal("The session of a dead process, cancelled", record.status, "cancelled")
    result = expect_some("The result of a cancelled session", record.result)
    error = expect_some("The error in the result of a cancelled session", result.error)
    expect_equal("The code of that error", error.code, "cancelled")
    with expect_error("An event of the dead owner", LeaseLostError):
        await journal.append_event(orphan, 1, "step.progress", "the dead speak")


async def a_cancellation_that_the_owner_died_over_still_counts(open_journal: OpenJournal) -> None:
    """Nobody gets to resume what was to be stopped."""
    clock = Clock()
    async with open_journal(clock) as journal:
        session_id = await a_session(journal)
        await a_claim(journal, session_id, STRANGER, lease_seconds=10)
        await journal.request_cancel(session_id)
        clock.seconds += 11
        claim = await journal.claim(session_id, US, lease_seconds=10)
        expect_equal("A claim on a session that was to be cancelled", claim, None)
        expect_equal("That session", (await journal.session(session_id)).status, "cancelled")


@with_journal
async def cancelling_a_finished_session_leaves_it_as_it_is(journal: Journal) -> None:
    """Its driver is published already."""
    session_id = await a_session(journal)
    await journal.release(session_id, await a_claim(journal, session_id), "succeeded", succeeded(session_id))
    expect_equal("A finished session, cancelled", (await journal.request_cancel(session_id)).status, "succeeded")


CHECKS: dict[str, Check] = by_name(
    a_claimed_session_runs_and_cannot_be_claimed_again,
    a_claim_whose_lease_ran_out_is_free_and_its_epoch_void,
    a_renewed_claim_outlives_its_first_lease,
    a_session_of_a_dead_process_is_interrupted_at_once,
    a_released_session_has_its_status_and_result,
    values_of_an_api_are_kept_until_the_result_is_delivered,
    only_finished_sessions_can_have_been_delivered,
    the_owner_of_a_running_session_hears_that_it_is_to_be_cancelled,
    a_session_that_nobody_works_on_is_cancelled_at_once,
    a_cancellation_that_the_owner_died_over_still_counts,
    cancelling_a_finished_session_leaves_it_as_it_is,
)
