"""Engine: what tools, resources, the command line and Python callers use."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import anyio.lowlevel
from pydantic import JsonValue

from .drivers.kept_reads import KeptReads
from .journal.own import OwnJournal
from .journal.port import Journal
from .llm.port import Ask
from .models.diagnosis import Diagnosis
from .models.findings import ValidationReport
from .models.principal import LOCAL, Principal
from .models.records import RecordPage
from .models.session import FINISHED, GenerateRequest, SessionRecord, SupervisedResult
from .sessions.current_result import as_it_stands
from .sessions.sessions import OnEvent, Sessions
from .settings import Settings

if TYPE_CHECKING:
    from .drivers.records import DriverReader
    from .sessions.submissions import Submission
    from .validation.tools.ty_server import TyServer


class EngineParts(Protocol):
    """What an engine makes when it is first needed."""

    def reader(self) -> "DriverReader":
        """Reads records through drivers."""
        ...

    def types(self) -> "TyServer":
        """The type checker that stays warm between calls."""
        ...

    def ask(self) -> Ask | None:
        """A way to the model for what no session pays for; None where none is set up."""
        ...

    def redact(self, text: str) -> str:
        """The text without secrets."""
        ...

    def check_budget(self, request: GenerateRequest) -> None:
        """Refuse a budget in dollars that could not be kept.

        Raises:
            InvalidArgumentError: the price of a model that would be asked is not known.
        """
        ...


class Engine:
    """What tools, resources and the command line use, as one principal: another's sessions are not there. Every method may
    raise JournalError."""

    def __init__(
        self,
        *,
        settings: Settings,
        journal: Journal,
        sessions: Sessions,
        reads: KeptReads,
        parts: EngineParts,
        principal: Principal = LOCAL,
    ) -> None:
        self.settings = settings
        self.principal = principal
        self.journal = OwnJournal(journal, principal)
        self._whole_journal = journal
        self._sessions = sessions
        self._reads = reads
        self._parts = parts

    def acting_for(self, principal: Principal) -> "Engine":
        """The same engine, as this principal."""
        return Engine(
            settings=self.settings,
            journal=self._whole_journal,
            sessions=self._sessions,
            reads=self._reads,
            parts=self._parts,
            principal=principal,
        )

    async def start(self, request: GenerateRequest) -> SessionRecord:
        """Start a session, or re-attach to the one that the request belongs to (DESIGN section 5).

        Raises:
            SessionConflictError: a session with other arguments is writing to the same folder.
            SessionLimitError: the principal has too many unfinished sessions.
            InvalidArgumentError: a budget in dollars could not be kept, since the price of a model is not known.
        """
        self._parts.check_budget(request)
        return await self._sessions.start(request, self.principal)

    async def wait(
        self, session_id: str, *, seconds: float | None, on_event: OnEvent | None = None
    ) -> SupervisedResult:
        """The result once the session is finished, or as it stands after `seconds` (None: however long it takes).
        A finished result counts as delivered.

        Raises:
            SessionNotFoundError: no such session.
        """
        await self.journal.session(session_id)
        record = await self._sessions.wait(session_id, seconds=seconds, on_event=on_event)
        return await self._delivered(record)

    async def result(self, session_id: str) -> SupervisedResult:
        """The result as it stands.

        Raises:
            SessionNotFoundError: no such session.
        """
        return await as_it_stands(self._whole_journal, await self.journal.session(session_id))

    async def cancel(self, session_id: str) -> SupervisedResult:
        """Cancel a session, in whatever process it runs, and give its final state.

        Raises:
            SessionNotFoundError: no such session.
        """
        await self.journal.session(session_id)
        return await self._delivered(await self._sessions.cancel(session_id))

    async def resume(self, session_id: str) -> SessionRecord:
        """Take an interrupted session up again; one that runs or is finished is given as it is.

        Raises:
            SessionNotFoundError: no such session.
            InvalidArgumentError: it was cancelled.
        """
        await self.journal.session(session_id)
        return await self._sessions.resume(session_id)

    async def submit_file(self, session_id: str, path: str, content: str, *, wait_seconds: float) -> "Submission":
        """Hand in the file that a session waits for, and wait up to `wait_seconds` for what it makes of it.

        Raises:
            SessionNotFoundError: no such session.
            InvalidArgumentError: it waits for no file, or for another one.
        """
        await self.journal.session(session_id)
        handed = await self._sessions.hand_in(session_id, path, content, seconds=wait_seconds)
        await self._delivered(handed.record)
        return handed

    async def resume_unfinished(self) -> list[str]:
        """Take up every session that nobody works on, whosesoever it is; for a server that starts. Their ids."""
        return await self._sessions.resume_unfinished()

    async def prune(self, *, before: str) -> int:
        """Forget the sessions of all principals that finished before a point in time (ISO 8601); how many."""
        return await self._whole_journal.prune(before=before)

    async def owner_of(self, session_id: str) -> Principal:
        """Whose a session is; for what tells them of its changes.

        Raises:
            SessionNotFoundError: no such session.
        """
        return (await self._whole_journal.session(session_id)).principal

    async def validate_file(
        self, *, file_path: str, content: str | None = None, driver_root: str | None = None
    ) -> ValidationReport:
        """All findings in one file.

        Raises:
            InvalidArgumentError: the path cannot be used.
        """
        from .validation.file import validate_file

        types = self._parts.types()
        return await validate_file(file_path=file_path, content=content, driver_root=driver_root, types=types)

    async def diagnose_failure(
        self,
        *,
        session_id: str | None = None,
        error_message: str | None = None,
        file_path: str | None = None,
        content: str | None = None,
        log: str | None = None,
    ) -> Diagnosis:
        """Cause and repair of a failed session, or of an error message with what there is around it; stored.

        Raises:
            InvalidArgumentError: neither is given, or the session has not failed.
            SessionNotFoundError: no such session.
        """
        from .supervision.healing.diagnose import diagnose_report, diagnose_session

        if session_id is not None:
            await self.journal.session(session_id)
            return await diagnose_session(self._whole_journal, session_id, ask=self._parts.ask())
        return await diagnose_report(
            self._whole_journal,
            error_message=error_message,
            file_path=file_path,
            content=content,
            log=log,
            ask=self._parts.ask(),
            principal=self.principal,
        )

    async def read_records(
        self,
        session_id: str,
        object_name: str,
        *,
        params: dict[str, JsonValue] | None = None,
        limit: int = 20,
        after: int = 0,
        reading: str = "",
    ) -> RecordPage:
        """At most `limit` records of an object behind the first `after`, read live through the session's driver in the
        sandbox. With the `reading` of the page before, the read goes on where it stopped, if it is still kept open; else
        what lies before is read again.

        Raises:
            SessionNotFoundError: no such session.
            InvalidArgumentError: the session has no driver, the driver no such object or parameter, or the object has
                fewer than `after` records.
            FetchError, SandboxError: the API or the child failed.
        """
        from .drivers.records import ReadPlace, session_project

        record = await self.journal.session(session_id)
        allow_local = record.request.allow_local
        project = session_project(record)
        files = tuple(record.result.files) if record.result else ()
        place = ReadPlace(project, object_name, params or {}, published=files, allow_local=allow_local)
        return await self._reads.page(place, limit=limit, after=after, reading=reading)

    async def read_driver(
        self,
        project: Path,
        object_name: str,
        *,
        params: dict[str, JsonValue] | None = None,
        limit: int = 20,
        allow_local: tuple[str, ...] = (),
    ) -> list[dict[str, JsonValue]]:
        """The first `limit` records of an object, read live through the driver in a project folder.

        Raises:
            InvalidArgumentError: the folder holds no driver of ours, or the driver has no such object or parameter.
            SandboxUnavailableError: the code there may not run on this machine.
            FetchError, SandboxError: the API or the child failed.
        """
        from .drivers.records import ReadPlace

        place = ReadPlace(project, object_name, params or {}, allow_local=allow_local)
        return await self._parts.reader().read(place, limit=limit)

    async def read_driver_page(
        self,
        project: Path,
        object_name: str,
        *,
        params: dict[str, JsonValue] | None = None,
        limit: int = 20,
        after: int = 0,
        reading: str = "",
        allow_local: tuple[str, ...] = (),
    ) -> RecordPage:
        """As `read_records`, through the driver in a project folder.

        Raises:
            As `read_driver`.
        """
        from .drivers.records import ReadPlace

        place = ReadPlace(project, object_name, params or {}, allow_local=allow_local)
        return await self._reads.page(place, limit=limit, after=after, reading=reading)

    async def call_driver(
        self,
        project: Path,
        operation: str,
        *,
        params: dict[str, JsonValue] | None = None,
        changes: bool = False,
        allow_local: tuple[str, ...] = (),
    ) -> JsonValue:
        """What an operation of the API answers, called live through the driver in a project folder; with `changes` also one
        that may change something.

        Raises:
            As `read_driver`; InvalidArgumentError also where it may change something and must not.
        """
        from .drivers.records import CallPlace

        place = CallPlace(project, operation, params or {}, allow_local=allow_local, changes=changes)
        return await self._parts.reader().call(place)

    def redact(self, text: str) -> str:
        """The text without secrets, for what is told outside of sessions."""
        return self._parts.redact(text)

    def subscribe(self, callback: Callable[[str], None]) -> Callable[[], None]:
        """Have `callback` called with the id of each session of this process that changes, whosesoever it is; the answer
        ends that."""
        return self._sessions.subscribe(callback)

    async def _delivered(self, record: SessionRecord) -> SupervisedResult:
        """The result; a finished one is marked last, so that a caller who left in between gets it when it asks again."""
        result = await as_it_stands(self._whole_journal, record)
        if record.status in FINISHED and not record.delivered:
            await anyio.lowlevel.checkpoint()
            await self._whole_journal.mark_delivered(record.session_id)
        return result
