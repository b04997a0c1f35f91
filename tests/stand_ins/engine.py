"""A stand-in for the engine's facade: the real journal, and sessions that do what a test says."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NoReturn

import anyio
from driversmith.engine.errors import DriversmithError, InvalidArgumentError
from driversmith.engine.journal.ownership import this_process
from driversmith.engine.journal.sqlite.opening import SqliteJournal, open_journal
from driversmith.engine.models.diagnosis import Diagnosis
from driversmith.engine.models.driver import DriverFile, Verification
from driversmith.engine.models.findings import Finding, ValidationReport
from driversmith.engine.models.principal import LOCAL, Principal
from driversmith.engine.models.records import RecordPage
from driversmith.engine.models.session import (
    GenerateRequest,
    PublishedFile,
    SessionEvent,
    SessionRecord,
    SupervisedResult,
)
from driversmith.engine.sessions.request import project_path, session_key
from driversmith.engine.settings import Settings

CLIENT = DriverFile(path="petstore_driver/client.py", text="class PetstoreDriver: ...\n")


class EngineStandIn:
    """Sessions go on to `messages` and then succeed; with `held` set they wait for `let_go`."""

    def __init__(self, settings: Settings, journal: SqliteJournal) -> None:
        self.settings = settings
        self.principal = LOCAL
        self.journal = journal
        self.messages: list[tuple[float | None, str]] = [(0.1, "Reading."), (0.1, "Still reading."), (0.9, "Writing.")]
        self.hold = False
        self.held = anyio.Event()
        """Set once a caller waits for a session that is held."""
        self.let_go = anyio.Event()
        self.raises: Exception | None = None
        self.stalled: anyio.Event | None = None
        """Once it is there, what is no session waits until it is set: a slow API, or a slow model."""
        self.records: list[dict[str, Any]] = [{"id": number, "text": "x" * 5000} for number in range(100)]
        self.described: tuple[str, ...] = ("id", "text")
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._heard: list[Callable[[str], None]] = []

    async def owner_of(self, session_id: str) -> Principal:
        return (await self.journal.session(session_id)).principal

    async def start(self, request: GenerateRequest) -> SessionRecord:
        self._called("start", request=request)
        record, new = await self.journal.create_session(
            request, key=session_key(request), project_path=str(project_path(request))
        )
        if new:
            await self.journal.claim(record.session_id, this_process(), lease_seconds=60)
            self._tell(record.session_id)
        return await self.journal.session(record.session_id)

    async def wait(
        self, session_id: str, *, seconds: float, on_event: Callable[[SessionEvent], Awaitable[None]] | None = None
    ) -> SupervisedResult:
        self._called("wait", session_id=session_id, seconds=seconds)
        record = await self.journal.session(session_id)
        if record.result is None and record.status == "running":
            for progress, message in self.messages:
                event = await self.journal.append_event(session_id, 1, "step.progress", message, progress=progress)
                self._tell(session_id)
                if on_event:
                    await on_event(event)
            if self.hold:
                self.held.set()
                with anyio.move_on_after(seconds):
                    await self.let_go.wait()
            if not self.hold or self.let_go.is_set():
                await self._finish(session_id, record.project_path)
        return await self.result(session_id)

    async def resume_unfinished(self) -> list[str]:
        self._called("resume_unfinished")
        return []

    async def result(self, session_id: str) -> SupervisedResult:
        record = await self.journal.session(session_id)
        return record.result or SupervisedResult(session_id=session_id, status=record.status)

    async def cancel(self, session_id: str) -> SupervisedResult:
        record = await self.journal.session(session_id)
        if record.result is None:
            result = SupervisedResult(session_id=session_id, status="cancelled")
            await self.journal.release(session_id, 1, "cancelled", result)
            self._tell(session_id)
        return await self.result(session_id)

    async def validate_file(
        self, *, file_path: str, content: str | None = None, driver_root: str | None = None
    ) -> ValidationReport:
        self._called("validate_file", file_path=file_path, content=content, driver_root=driver_root)
        await self._stall()
        return ValidationReport.of([Finding(code="F821", severity="P1", file=file_path, line=3, message="no name x")])

    async def submit_file(self, session_id: str, path: str, content: str, *, wait_seconds: float) -> NoReturn:
        record = await self.journal.session(session_id)
        await self._stall()
        raise InvalidArgumentError(f"Session {session_id} is {record.status} and waits for no file.")

    async def diagnose_failure(self, **arguments: str | None) -> Diagnosis:
        self._called("diagnose_failure", **arguments)
        await self._stall()
        return Diagnosis(
            error_type="api",
            fault_kind="network",
            root_cause="The host does not answer.",
            can_fix=False,
            fix_strategy="abort",
            fix_description="Check the URL.",
            confidence=0.9,
        )

    async def read_records(
        self,
        session_id: str,
        object_name: str,
        *,
        params: dict[str, Any],
        limit: int,
        after: int = 0,
        reading: str = "",
    ) -> RecordPage:
        self._called("read_records", object_name=object_name, params=params, limit=limit, reading=reading)
        await self.journal.session(session_id)
        await self._stall()
        records = self.records[after : after + limit]
        return RecordPage(
            records=records, done=after + limit >= len(self.records), reading="0" * 8, fields=self.described
        )

    def redact(self, text: str) -> str:
        return text

    def subscribe(self, callback: Callable[[str], None]) -> Callable[[], None]:
        self._heard.append(callback)
        return lambda: self._heard.remove(callback)

    async def _finish(self, session_id: str, project: str) -> None:
        await self.journal.store_files(session_id, 1, [CLIENT])
        result = SupervisedResult(
            session_id=session_id,
            status="succeeded",
            success=True,
            driver_name="petstore_driver",
            output_path=project,
            files=[PublishedFile(path=CLIENT.path, sha256=CLIENT.sha256, author="template")],
            preview={"pets": [{"id": 1, "name": "Rex"}]},
            verification=Verification(level="mock", passed=12, isolation="process"),
            supervisor_attempts=1,
        )
        await self.journal.release(session_id, 1, "succeeded", result)
        self._tell(session_id)

    async def _stall(self) -> None:
        if self.stalled is not None:
            await self.stalled.wait()

    def _called(self, name: str, **arguments: Any) -> None:
        self.calls.append((name, arguments))
        if self.raises is not None:
            raise self.raises

    def _tell(self, session_id: str) -> None:
        for callback in self._heard:
            callback(session_id)


class OpenedStandIn:
    """An engine factory; `engine` is the stand-in once a server has opened it."""

    def __init__(self, refusal: DriversmithError | None = None) -> None:
        self.engine: EngineStandIn
        self.closed = False
        self._refusal = refusal

    @asynccontextmanager
    async def __call__(self, settings: Settings) -> AsyncGenerator[EngineStandIn]:
        if self._refusal:
            raise self._refusal
        async with open_journal(settings.database) as journal:
            self.engine = EngineStandIn(settings, journal)
            try:
                yield self.engine
            finally:
                self.closed = True


def settings_in(folder: Path, **changes: Any) -> Settings:
    """Settings whose state and output lie below a folder."""
    return Settings(home=folder / "home", output_dir=folder / "drivers", **changes)
