"""Sessions as callers see them: start or re-attach, wait, cancel, resume. The work itself is detached from all of them."""

import hashlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread

from ..errors import InvalidArgumentError, LeaseLostError
from ..journal.port import Journal, Owner
from ..models.principal import LOCAL, Principal
from ..models.profile import ApiProfile
from ..models.session import FINISHED, GenerateRequest, SessionEvent, SessionRecord
from .dispatch.tasks import Dispatcher, open_dispatcher
from .pubsub import SessionUpdates, Subscriber

if TYPE_CHECKING:
    from ..supervision.supervisor import Supervisor
    from .submissions import Submission
    from .worker import Worker

POLL_SECONDS = 0.5
CANCEL_SECONDS = 5.0
MAX_RESUMES = 3
"""A session that was interrupted more often is not taken up again unasked."""

OnEvent = Callable[[SessionEvent], Awaitable[None]]


@asynccontextmanager
async def open_sessions(
    *,
    journal: Journal,
    supervisor: "Callable[[], Supervisor]",
    owner: Owner,
    concurrent_sessions: int,
    lease_seconds: float,
    share: int | None = None,
    most_unfinished: int | None = None,
) -> "AsyncGenerator[Sessions]":
    """Sessions whose work lives as long as this context; what still runs when it is left is `interrupted`.

    At most `concurrent_sessions` are worked on at once; of one principal, unless it is the local user, `share` at once and
    `most_unfinished` altogether (None: no limit of its own). The supervisor is made, and what it needs imported, when
    the first session runs.
    """
    updates = SessionUpdates()

    @cache
    def worker() -> "Worker":
        from .worker import Worker

        return Worker(
            journal=journal,
            supervisor=supervisor(),
            owner=owner,
            lease_seconds=lease_seconds,
            changed=updates.publish,
            remind=dispatcher.remind,
        )

    async def work(session_id: str) -> None:
        await worker().work(session_id)

    async with open_dispatcher(work, limit=concurrent_sessions, share=share, left=updates.publish) as dispatcher:
        yield Sessions(journal=journal, dispatcher=dispatcher, updates=updates, most_unfinished=most_unfinished)


class Sessions:
    """What a tool or the command line does with sessions; every method may raise JournalError."""

    def __init__(
        self, *, journal: Journal, dispatcher: Dispatcher, updates: SessionUpdates, most_unfinished: int | None = None
    ) -> None:
        self._journal = journal
        self._dispatcher = dispatcher
        self._updates = updates
        self._most_unfinished = most_unfinished

    async def start(self, request: GenerateRequest, principal: Principal = LOCAL) -> SessionRecord:
        """The principal's session for a request (DESIGN section 5): the unfinished one with the same arguments, one that finished
        without anybody having heard its result, one that succeeded and whose files are still as they were written
        (unless `request.fresh`), or a new one.

        Raises:
            SessionConflictError: a session with other arguments is writing to the same folder.
            SessionLimitError: the principal has too many unfinished sessions.
        """
        from .request import project_path, session_key

        key = session_key(request)
        latest = await self._journal.latest_session(key, principal=principal)
        if latest is not None and latest.status in FINISHED and await self._still_answers(latest, request):
            return latest
        record, is_new = await self._journal.create_session(
            request,
            key=key,
            project_path=str(project_path(request)),
            principal=principal,
            most_unfinished=None if principal == LOCAL else self._most_unfinished,
        )
        if is_new:
            with suppress(LeaseLostError):  # another process may be quicker to take it
                await self._journal.append_event(
                    record.session_id, 0, "session.created", f"Asked for a driver for {request.api_name}."
                )
        if record.status in {"queued", "interrupted"}:
            self._dispatcher.dispatch(record.session_id, principal)
        self._updates.publish(record.session_id)
        return record

    async def wait(self, session_id: str, *, seconds: float | None, on_event: OnEvent | None = None) -> SessionRecord:
        """The session once nobody works on it any more, or as it stands after `seconds` (None: however long it takes).

        `on_event` is given every event. Cancelling the call leaves the work alone.

        Raises:
            SessionNotFoundError: no such session.
        """
        after = 0
        with anyio.move_on_after(seconds):
            while True:
                changed = self._updates.next(session_id)
                record = await self._journal.session(session_id)
                after = await self._pass_on(session_id, on_event, after)
                if record.status not in FINISHED and (failure := self._dispatcher.failure(session_id)):
                    raise failure
                if self._is_settled(record):
                    return record
                with anyio.move_on_after(POLL_SECONDS):
                    await changed.wait()
        return await self._journal.session(session_id)

    async def cancel(self, session_id: str) -> SessionRecord:
        """Cancel a session, in whatever process it runs; its state once that has happened, or after 5 seconds.

        Raises:
            SessionNotFoundError: no such session.
        """
        record = await self._journal.request_cancel(session_id)
        self._updates.publish(session_id)
        if record.status == "running":
            record = await self.wait(session_id, seconds=CANCEL_SECONDS)
        return record

    async def resume(self, session_id: str) -> SessionRecord:
        """Take an interrupted session up again; one that runs or is finished is given as it is.

        Raises:
            SessionNotFoundError: no such session.
            InvalidArgumentError: it was cancelled.
        """
        record = await self._journal.session(session_id)
        if record.status == "cancelled":
            raise InvalidArgumentError(
                f"Session {session_id} was cancelled.", next_action="Start a new one with generate_driver_supervised."
            )
        if record.status in {"queued", "interrupted"}:
            self._dispatcher.dispatch(session_id, record.principal)
        return record

    async def hand_in(self, session_id: str, path: str, content: str, *, seconds: float) -> "Submission":
        """Give a session the file that it waits for, and wait up to `seconds` for what it makes of it.

        Raises:
            SessionNotFoundError: no such session.
            InvalidArgumentError: it waits for no file, or for another one.
        """
        from .submissions import FACTS, hand_in, verdict

        if path == FACTS:  # an objection need not wait for its turn
            await self.wait(session_id, seconds=seconds)
        wanted = await hand_in(self._journal, session_id, path, content)
        self._dispatcher.dispatch(session_id, (await self._journal.session(session_id)).principal)
        self._updates.publish(session_id)
        record = await self.wait(session_id, seconds=seconds)
        return await verdict(self._journal, record, wanted)

    async def resume_unfinished(self) -> list[str]:
        """Take up every session that nobody works on, except those that were interrupted too often; their ids.

        Those that wait for a file are looked at too: their host may have been silent for too long.
        """
        taken: list[SessionRecord] = []
        for status in ("queued", "interrupted", "waiting_for_host"):
            cursor: str | None = None
            while True:
                page = await self._journal.sessions(status=status, limit=100, cursor=cursor)
                taken += [record for record in page.items if record.resumed < MAX_RESUMES]
                cursor = page.next_cursor
                if cursor is None:
                    break
        for record in reversed(taken):
            self._dispatcher.dispatch(record.session_id, record.principal)
        return [record.session_id for record in taken]

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Have `subscriber` called with the id of each session of this process that changes; the answer ends that."""
        return self._updates.subscribe(subscriber)

    def _is_settled(self, record: SessionRecord) -> bool:
        """Whether waiting longer would bring nothing."""
        if record.status in FINISHED:
            return True
        return record.status in {"interrupted", "waiting_for_host"} and not self._dispatcher.holds(record.session_id)

    async def _pass_on(self, session_id: str, on_event: OnEvent | None, after: int) -> int:
        while on_event is not None:
            events = await self._journal.events(session_id, after=after)
            for event in events:
                after = event.seq
                await on_event(event)
            if not events:
                break
        return after

    async def _still_answers(self, latest: SessionRecord, request: GenerateRequest) -> bool:
        """Whether a finished session's result is what the caller should get."""
        if latest.status == "cancelled":
            return False
        if not latest.delivered:
            return True
        result = latest.result
        if latest.status != "succeeded" or request.fresh or result is None or not result.files:
            return False
        return await anyio.to_thread.run_sync(_nothing_changed, latest)


def _nothing_changed(record: SessionRecord) -> bool:
    """Whether the published files are as they were written, by this version of driversmith, and so is the description,
    where it is a local file."""
    from ..drivers.publish import files_intact
    from ..generation.manifest import read_manifest

    project = Path(record.project_path)
    if record.result is None or not files_intact(project, record.result.files):
        return False
    try:
        if read_manifest(project).driversmith_version not in {"", version("driversmith")}:
            return False
        spec = record.request.spec
        if spec is None or "://" in spec:
            return True
        profile = ApiProfile.model_validate_json((project / "profile.json").read_bytes())
        return hashlib.sha256(Path(spec).read_bytes()).hexdigest() == profile.source.sha256.removeprefix("sha256:")
    except (OSError, ValueError, InvalidArgumentError):
        return False
