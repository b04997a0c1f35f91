"""What a session holds: events, steps, attempts, files, requests to models."""

from typing import Any

import anyio
import anyio.lowlevel
from pydantic import JsonValue

from ...conformance import by_name, expect, expect_equal, expect_error
from ...errors import SessionNotFoundError
from ...models.driver import DriverFile
from ..port import Journal
from .subject import Check, a_claim, a_session, with_journal


@with_journal
async def events_count_up_from_one_and_can_be_read_on(journal: Journal) -> None:
    """Those who follow a log miss nothing and see nothing twice."""
    session_id = await a_session(journal)
    epoch = await a_claim(journal, session_id)
    async with anyio.create_task_group() as tasks:
        for number in range(30):
            tasks.start_soon(journal.append_event, session_id, epoch, "step.progress", f"line {number}")
    events = await journal.events(session_id)
    expect_equal("The numbers of 30 events", [e.seq for e in events], list(range(1, 31)))
    lines = sorted(f"line {number}" for number in range(30))
    expect_equal("The messages of 30 events", sorted(e.message for e in events), lines)
    expect_equal("Events after 28", [e.seq for e in await journal.events(session_id, after=28)], [29, 30])
    expect_equal("How many of at most 3 events came", len(await journal.events(session_id, limit=3)), 3)
    said = await journal.append_event(session_id, epoch, "x", "m", level="error", progress=0.5, data={"a": [1, None]})
    expect_equal("Events after 30", await journal.events(session_id, after=30), [said])


@with_journal
async def what_the_host_hands_in_is_stored_and_the_session_queued(journal: Journal) -> None:
    """Taken once, and only while the session waits for it."""
    session_id = await a_session(journal)
    epoch = await a_claim(journal, session_id)
    early = await journal.hand_in(session_id, "generate/client.py", "too early")
    expect(not early, "A session that runs does not wait for its host, but took what was handed in.")
    await journal.release(session_id, epoch, "waiting_for_host")
    taken = await journal.hand_in(session_id, "generate/client.py", {"text": "import x"})
    expect(taken, "A session that waits for its host did not take what was handed in.")
    again = await journal.hand_in(session_id, "generate/client.py", "twice")
    expect(not again, "A session took what was handed in a second time.")
    expect_equal("A session that got its file", (await journal.session(session_id)).status, "queued")
    stored = await journal.step_result(session_id, "generate/client.py")
    expect_equal("What was handed in", stored, {"text": "import x"})
    later = await a_claim(journal, session_id)
    expect(later > epoch, f"The epoch of the next claim was expected to be above {epoch}, and is {later}.")
    with expect_error("Handing in to a session that is not there", SessionNotFoundError):
        await journal.hand_in("none", "x", 1)


@with_journal
async def the_usage_of_a_session_is_the_sum_of_its_requests(journal: Journal) -> None:
    """Budgets stand on it; an unknown price is no price of zero."""
    session_id = await a_session(journal)
    epoch = await a_claim(journal, session_id)
    expect_equal("Requests of a session that made none", (await journal.usage(session_id)).calls, 0)
    request: dict[str, Any] = {"role": "generate", "model": "m", "latency_seconds": 1.0, "data": {}}
    request |= {"input_tokens": 10, "cached_tokens": 5, "output_tokens": 2}
    for cost in (0.25, 0.5):
        await journal.add_usage(session_id, epoch, **request, cost_usd=cost)
    usage = await journal.usage(session_id)
    counted = (usage.calls, usage.input_tokens, usage.cached_tokens, usage.output_tokens)
    expect_equal("Requests with their tokens in, cached and out", counted, (2, 20, 10, 4))
    expect_equal("Dollars of both", usage.cost_usd, 0.75)
    await journal.add_usage(session_id, epoch, **request, cost_usd=None)
    cost_usd = (await journal.usage(session_id)).cost_usd
    expect_equal("Dollars where one request has no known price", cost_usd, None)


@with_journal
async def steps_are_replaced_by_name(journal: Journal) -> None:
    """A step that runs again after a crash has one result."""
    session_id = await a_session(journal)
    epoch = await a_claim(journal, session_id)
    before = await journal.step_result(session_id, "attempt/1/research")
    expect_equal("The result of a step that has not finished", before, None)
    values: tuple[JsonValue, ...] = ({"a": 1}, ["é", None, 0.5])
    for value in values:
        await journal.store_step(session_id, epoch, "attempt/1/research", value)
        expect_equal("The result of a step", await journal.step_result(session_id, "attempt/1/research"), value)


@with_journal
async def steps_are_found_by_how_they_begin(journal: Journal) -> None:
    """Nothing in a name stands for anything else."""
    session_id = await a_session(journal)
    epoch = await a_claim(journal, session_id)
    for name in ("a_b/1#x", "a_b/1#%", "a_b/10#x", "axb/1#x", "A_B/1#x"):
        await journal.store_step(session_id, epoch, name, 1)
    found = await journal.step_names(session_id, "a_b/1#")
    expect_equal("Steps that begin with a_b/1#", sorted(found), ["a_b/1#%", "a_b/1#x"])
    expect_equal("Steps of a session that is not there", await journal.step_names("none", ""), [])


@with_journal
async def attempts_files_and_usage_are_kept_with_the_session(journal: Journal) -> None:
    """Recording the same again replaces, and does not add."""
    session_id = await a_session(journal)
    epoch = await a_claim(journal, session_id)
    data: dict[str, Any] = {"findings": {"F821": 2}}
    for outcome in ("failed", "succeeded"):
        await journal.record_attempt(
            session_id, epoch, 1, engine="template", outcome=outcome, elapsed_seconds=1.5, data=data
        )
    attempts = [(a["attempt"], a["outcome"], a["data"]) for a in await journal.attempts(session_id)]
    expect_equal("An attempt that was recorded twice", attempts, [(1, "succeeded", data)])
    await journal.store_files(
        session_id, epoch, [DriverFile(path="b.py", text="old"), DriverFile(path="a.py", text="é")]
    )
    await journal.store_files(session_id, epoch, [DriverFile(path="b.py", text="new")])
    files = [(f.path, f.size) for f in await journal.files(session_id)]
    expect_equal("Files by path, with sizes in bytes", files, [("a.py", 2), ("b.py", 3)])
    expect_equal("A file that was replaced", await journal.file_text(session_id, "b.py"), "new")
    expect_equal("A file that is not there", await journal.file_text(session_id, "c.py"), None)


@with_journal
async def a_cancelled_caller_leaves_the_journal_usable(journal: Journal) -> None:
    """Writes of others are in the same batch."""
    session_id = await a_session(journal)
    epoch = await a_claim(journal, session_id)
    async with anyio.create_task_group() as tasks:
        for number in range(50):
            tasks.start_soon(journal.append_event, session_id, epoch, "step.progress", f"{number}")
        await anyio.lowlevel.checkpoint()
        tasks.cancel_scope.cancel()
    said = await journal.append_event(session_id, epoch, "step.progress", "after")
    events = await journal.events(session_id)
    numbers = [event.seq for event in events]
    expect_equal("The numbers of events, some of cancelled callers", numbers, list(range(1, len(events) + 1)))
    expect_equal("The event after a cancelled one", events[-1], said)


CHECKS: dict[str, Check] = by_name(
    events_count_up_from_one_and_can_be_read_on,
    what_the_host_hands_in_is_stored_and_the_session_queued,
    the_usage_of_a_session_is_the_sum_of_its_requests,
    steps_are_replaced_by_name,
    steps_are_found_by_how_they_begin,
    attempts_files_and_usage_are_kept_with_the_session,
    a_cancelled_caller_leaves_the_journal_usable,
)
