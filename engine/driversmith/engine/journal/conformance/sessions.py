"""Sessions are made, joined, found, listed and forgotten."""

from typing import Any

import anyio

from ...conformance import by_name, expect, expect_equal, expect_error, variants
from ...errors import InvalidArgumentError, SessionConflictError, SessionLimitError, SessionNotFoundError
from ..port import Journal
from .subject import OWN, THEIRS, US, Check, Clock, OpenJournal, a_claim, a_session, asked, with_journal


@with_journal
async def a_new_session_is_queued_and_known_by_its_id_and_key(journal: Journal) -> None:
    """Else a call that comes again could not find its session."""
    record, is_new = await journal.create_session(asked(), key="key", project_path="/drivers/petstore_driver")
    expect(is_new, "The first session of a journal was expected to be new, and was said to be joined.")
    expect_equal("The status of a new session", record.status, "queued")
    expect_equal("The request of a new session", record.request, asked())
    expect_equal("The session by its id", await journal.session(record.session_id), record)
    expect_equal("The newest session by its key", await journal.latest_session("key"), record)
    expect_equal("The newest session of a key that none has", await journal.latest_session("other key"), None)


@with_journal
async def an_unfinished_session_with_the_same_key_is_joined(journal: Journal) -> None:
    """A host that asks twice waits for one driver, and pays for one."""
    first = await a_session(journal)
    record, is_new = await journal.create_session(asked(), key="key", project_path="/drivers/petstore_driver")
    expect(not is_new, "A second request with the key of a queued session was expected to join it, and made a new one.")
    expect_equal("The session that a second request joins", record.session_id, first)


@with_journal
async def a_finished_session_is_not_joined(journal: Journal) -> None:
    """Else a failure would be the answer for good."""
    first = await a_session(journal)
    await journal.release(first, await a_claim(journal, first), "failed")
    record, is_new = await journal.create_session(asked(), key="key", project_path="/drivers/petstore_driver")
    expect(is_new, "A request with the key of a failed session was expected to make a new one, and joined it.")
    expect(record.session_id != first, f"A new session was expected to have an id of its own, and has {first} again.")
    expect_equal("The newest session by its key", await journal.latest_session("key"), record)


@with_journal
async def other_arguments_with_the_same_path_conflict_and_the_message_names_the_session(journal: Journal) -> None:
    """Two sessions would write one folder."""
    first = await a_session(journal)
    for status in ("queued", "running"):
        what = f"Another key with the path of a {status} session"
        with expect_error(what, SessionConflictError, saying=first):
            await a_session(journal, key="other")
        if status == "queued":
            await a_claim(journal, first)


@with_journal
async def a_new_session_takes_the_place_of_an_interrupted_one(journal: Journal) -> None:
    """Else a crash would block its folder until somebody cleans up."""
    first = await a_session(journal)
    await journal.release(first, await a_claim(journal, first), "interrupted")
    second = await a_session(journal, key="other")
    expect_equal("The interrupted session whose place was taken", (await journal.session(first)).status, "cancelled")
    expect_equal("The session that took its place", (await journal.session(second)).status, "queued")


@with_journal
async def ten_callers_at_once_get_one_session(journal: Journal) -> None:
    """Looking for a session and making one is a single step."""
    ids: list[str] = []

    async def call() -> None:
        ids.append(await a_session(journal))

    async with anyio.create_task_group() as tasks:
        for _ in range(10):
            tasks.start_soon(call)
    expect_equal("How many of ten callers got a session", len(ids), 10)
    expect_equal("How many sessions ten callers with one key got", len(set(ids)), 1)


@with_journal
async def unknown_sessions_are_named_as_such(journal: Journal) -> None:
    """A wrong id is the caller's to mend, and no fault of the journal."""
    for what, call in {
        "Reading": lambda: journal.session("s0"),
        "Claiming": lambda: journal.claim("s0", US, lease_seconds=1),
        "Cancelling": lambda: journal.request_cancel("s0"),
        "An event of": lambda: journal.append_event("s0", 1, "step.progress", "x"),
    }.items():
        with expect_error(f"{what} a session that is not there", SessionNotFoundError, saying="s0"):
            await call()


async def lists_come_in_pages_newest_first(open_journal: OpenJournal) -> None:
    """A page begins where the one before ended, without gap or repetition."""
    clock = Clock()
    async with open_journal(clock) as journal:
        ids: list[str] = []
        for number in range(5):
            clock.seconds += 60
            ids.append(await a_session(journal, key=str(number), path=f"/{number}"))
        first = await journal.sessions(limit=2)
        second = await journal.sessions(limit=2, cursor=first.next_cursor)
        third = await journal.sessions(limit=2, cursor=second.next_cursor)
        listed = [record.session_id for page in (first, second, third) for record in page.items]
        expect_equal("Five sessions in pages of two", listed, ids[::-1])
        expect_equal("The cursor of the last page", third.next_cursor, None)
        expect_equal("The cursor of a page that holds all", (await journal.sessions(limit=5)).next_cursor, None)
        since = await journal.sessions(since=(await journal.session(ids[3])).created_at)
        expect_equal("Sessions since the fourth", [r.session_id for r in since.items], ids[:2:-1])
        expect_equal("Sessions of a name that none has", (await journal.sessions(api_name="Nobody")).items, [])
        named = await journal.sessions(api_name="Petstore", status="queued")
        expect_equal("How many queued sessions of a name there are", len(named.items), 5)


async def a_cursor_or_time_that_is_none_is_an_argument_to_change(
    open_journal: OpenJournal, argument: str, text: str
) -> None:
    """The message names the argument."""
    bad: dict[str, Any] = {argument: text}
    async with open_journal(Clock()) as journal:
        with expect_error(f"Sessions with {argument} {text!r}", InvalidArgumentError, saying=argument):
            await journal.sessions(**bad)


async def old_sessions_can_be_forgotten(open_journal: OpenJournal) -> None:
    """With all that belongs to them, and no other one."""
    clock = Clock()
    async with open_journal(clock) as journal:
        old = await a_session(journal, key="old", path="/old")
        epoch = await a_claim(journal, old)
        await journal.append_event(old, epoch, "x", "y")
        await journal.release(old, epoch, "failed")
        clock.seconds += 86_400
        moment = (await journal.session(await a_session(journal, key="new", path="/new"))).created_at
        expect_equal("How many old sessions were forgotten", await journal.prune(before=moment), 1)
        expect_equal("How many sessions are left", len((await journal.sessions()).items), 1)
        expect_equal("The events of a forgotten session", await journal.events(old), [])


async def everything_is_there_after_opening_again(open_journal: OpenJournal) -> None:
    """What was acknowledged is on the disk."""
    async with open_journal(Clock()) as journal:
        session_id = await a_session(journal)
        epoch = await a_claim(journal, session_id)
        await journal.append_event(session_id, epoch, "x", "y")
        await journal.store_step(session_id, epoch, "s", 1)
        before = await journal.session(session_id)
    async with open_journal(Clock()) as journal:
        expect_equal("A session after opening again", await journal.session(session_id), before)
        expect_equal("How many of its events are there", len(await journal.events(session_id)), 1)
        expect_equal("The result of its step", await journal.step_result(session_id, "s"), 1)


_IMPOSSIBLE = {
    "a word as cursor": {"argument": "cursor", "text": "x"},
    "a cursor below zero": {"argument": "cursor", "text": "-1"},
    "a word as time": {"argument": "since", "text": "yesterday"},
}


@with_journal
async def what_belongs_to_another_principal_is_not_there(journal: Journal) -> None:
    """Else a user of a server would see, or attach to, what another one does."""
    theirs, _ = await journal.create_session(asked(), key="key", project_path="/theirs", principal=THEIRS)
    own, is_new = await journal.create_session(asked(), key="key", project_path="/own", principal=OWN)
    expect(
        is_new, "A request with the key of another principal's session was expected to make a new one, and joined it."
    )
    expect_equal("Whose a session is", own.principal, OWN)
    expect_equal("Another's session for whoever runs it", (await journal.session(theirs.session_id)).principal, THEIRS)
    expect_equal("One's own session by its id", await journal.session(own.session_id, principal=OWN), own)
    expect_equal("One's newest session by its key", await journal.latest_session("key", principal=OWN), own)
    for session_id in (theirs.session_id, "none"):
        with expect_error(f"The session {session_id}, not one's own", SessionNotFoundError, saying=repr(session_id)):
            await journal.session(session_id, principal=OWN)
    listed = (await journal.sessions(principal=OWN)).items
    expect_equal("One's own sessions", [record.session_id for record in listed], [own.session_id])
    expect_equal("How many sessions there are of all", len((await journal.sessions()).items), 2)
    expect_equal("A session that was made without a principal", await journal.latest_session("key"), None)


@with_journal
async def another_principals_session_with_the_same_path_is_neither_named_nor_cancelled(journal: Journal) -> None:
    """Else one user could stop another's session, or learn of it."""
    theirs, _ = await journal.create_session(asked(), key="key", project_path="/shared", principal=THEIRS)
    for status in ("queued", "interrupted"):
        try:
            await journal.create_session(asked(), key="key", project_path="/shared", principal=OWN)
        except SessionConflictError as error:
            told = str(error)
            expect(theirs.session_id not in told, f"A conflict with another principal's session names it: {told}")
        else:
            expect(False, f"Another principal's {status} session with the same path was expected to conflict.")
        if status == "queued":
            epoch = await a_claim(journal, theirs.session_id)
            await journal.release(theirs.session_id, epoch, "interrupted")
    expect_equal("The status of their session", (await journal.session(theirs.session_id)).status, "interrupted")


@with_journal
async def a_principal_has_no_more_unfinished_sessions_than_it_may(journal: Journal) -> None:
    """Else one user could fill the queue for all."""
    for number in range(2):
        await journal.create_session(
            asked(), key=f"{number}", project_path=f"/{number}", principal=OWN, most_unfinished=2
        )
    with expect_error("A third unfinished session where two are allowed", SessionLimitError):
        await journal.create_session(asked(), key="2", project_path="/2", principal=OWN, most_unfinished=2)
    again, is_new = await journal.create_session(asked(), key="1", project_path="/1", principal=OWN, most_unfinished=2)
    expect(not is_new, "An unfinished session was expected to be joined whatever the limit is, and was made anew.")
    await journal.release(again.session_id, await a_claim(journal, again.session_id), "failed")
    await journal.create_session(asked(), key="2", project_path="/2", principal=OWN, most_unfinished=2)
    await journal.create_session(asked(), key="2", project_path="/3", principal=THEIRS, most_unfinished=2)


CHECKS: dict[str, Check] = by_name(
    what_belongs_to_another_principal_is_not_there,
    another_principals_session_with_the_same_path_is_neither_named_nor_cancelled,
    a_principal_has_no_more_unfinished_sessions_than_it_may,
    a_new_session_is_queued_and_known_by_its_id_and_key,
    an_unfinished_session_with_the_same_key_is_joined,
    a_finished_session_is_not_joined,
    other_arguments_with_the_same_path_conflict_and_the_message_names_the_session,
    a_new_session_takes_the_place_of_an_interrupted_one,
    ten_callers_at_once_get_one_session,
    unknown_sessions_are_named_as_such,
    lists_come_in_pages_newest_first,
    old_sessions_can_be_forgotten,
    everything_is_there_after_opening_again,
) | variants(a_cursor_or_time_that_is_none_is_an_argument_to_change, _IMPOSSIBLE)
