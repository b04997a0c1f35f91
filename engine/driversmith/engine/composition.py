"""The composition root: settings become an engine. The only place that knows concrete adapters."""

import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio.lowlevel
from pydantic import JsonValue

from .journal.ownership import this_process
from .journal.port import Journal
from .llm.port import Ask, LanguageModel, RequestRecord
from .models.diagnosis import Diagnosis
from .models.findings import ValidationReport
from .models.records import RecordPage
from .models.session import FINISHED, GenerateRequest, SessionRecord, SupervisedResult
from .network.redaction import Redactor
from .sandbox.port import Sandbox
from .settings import Settings
from .supervision.kept_reads import KeptReads, open_reads
from .supervision.sessions import OnEvent, Sessions, open_sessions
from .supervision.standing import as_it_stands

if TYPE_CHECKING:
    from .llm.anthropic.model import AnthropicModel
    from .llm.patience import Backoff, PatientModel
    from .sandbox.process import ProcessSandbox
    from .supervision.deciding import Healing
    from .supervision.handing_in import HandedIn
    from .supervision.judging import Judgement
    from .supervision.reading import DriverReader
    from .supervision.supervisor import Supervisor
    from .supervision.workshop import Workshop
    from .validation.tools.ty_server import TyServer


@asynccontextmanager
async def open_engine(
    settings: Settings | None = None,
    *,
    journal: Journal | None = None,
    sandbox: Sandbox | None = None,
    workshop: "Workshop | None" = None,
    model: LanguageModel | None = None,
    backoff: "Backoff | None" = None,
    healing: "Healing | None" = None,
) -> "AsyncGenerator[Engine]":
    """An engine; sessions that still run when it is closed are `interrupted` and can be resumed.

    `model` stands in for the one that ANTHROPIC_API_KEY and ANTHROPIC_BASE_URL name; `backoff` says how faults on the
    way to it are waited out, `healing` which layers are at work.

    Raises:
        JournalError: the session database cannot be used.
    """
    settings = settings or Settings()
    redactor = Redactor()
    async with AsyncExitStack() as stack:
        if journal is None:
            from .journal.sqlite.opening import open_journal

            journal = await stack.enter_async_context(open_journal(settings.database))
        parts = _Parts(
            settings,
            journal,
            redactor,
            sandbox=sandbox,
            workshop=workshop,
            model=model,
            backoff=backoff,
            healing=healing,
        )
        stack.push_async_callback(parts.close)
        sessions = await stack.enter_async_context(
            open_sessions(
                journal=journal,
                supervisor=parts.supervisor,
                owner=this_process(),
                concurrent_sessions=settings.concurrent_sessions,
                lease_seconds=settings.lease_seconds,
                redact=redactor,
            )
        )
        reads = await stack.enter_async_context(open_reads(parts.reader))
        yield Engine(
            settings=settings,
            journal=journal,
            sessions=sessions,
            reader=parts.reader,
            reads=reads,
            types=parts.types,
            check_budget=parts.check_budget,
            ask=parts.ask,
        )


async def generate_driver_supervised(
    *, api_name: str, api_url: str, settings: Settings | None = None, on_event: OnEvent | None = None, **arguments: Any
) -> SupervisedResult:
    """Make a driver and wait for it; the arguments are those of the tool of the same name, without `wait_seconds`.

    Raises:
        InvalidArgumentError: an argument cannot be used.
        JournalError: the session database cannot be used.
    """
    from .supervision.request import resolve_request

    settings = settings or Settings()
    request = resolve_request(
        api_name=api_name,
        api_url=api_url,
        settings=settings,
        default_output_dir=settings.default_output_dir,
        **arguments,
    )
    async with open_engine(settings) as engine:
        session = await engine.start(request)
        return await engine.wait(session.session_id, seconds=None, on_event=on_event)


async def judge_driver(
    project: Path,
    *,
    sandbox: Sandbox | None = None,
    progress: Callable[[float, str], Awaitable[None]] | None = None,
) -> "Judgement":
    """Run the contract on the driver in a project folder, with the profile beside it; no session, no journal.

    Raises:
        InvalidArgumentError: there is no profile, or no driver class.
        SandboxUnavailableError: no child can be started.
    """
    from .supervision.judging import judge_driver

    if sandbox is None:
        from .sandbox.process import ProcessSandbox

        sandbox = ProcessSandbox()
    return await judge_driver(project, sandbox=sandbox, progress=progress)


class Engine:
    """What tools, resources and the command line use. Every method may raise JournalError."""

    def __init__(
        self,
        *,
        settings: Settings,
        journal: Journal,
        sessions: Sessions,
        reader: "Callable[[], DriverReader]",
        reads: KeptReads,
        types: "Callable[[], TyServer]",
        check_budget: Callable[[GenerateRequest], None],
        ask: Callable[[], Ask | None],
    ) -> None:
        self.settings = settings
        self.journal = journal
        self._sessions = sessions
        self._reader = reader
        self._reads = reads
        self._types = types
        self._check_budget = check_budget
        self._ask = ask

    async def start(self, request: GenerateRequest) -> SessionRecord:
        """Start a session, or re-attach to the one that the request belongs to (DESIGN section 5).

        Raises:
            SessionConflictError: a session with other arguments is writing to the same folder.
            InvalidArgumentError: a budget in dollars could not be kept, since the price of a model is not known.
        """
        self._check_budget(request)
        return await self._sessions.start(request)

    async def wait(
        self, session_id: str, *, seconds: float | None, on_event: OnEvent | None = None
    ) -> SupervisedResult:
        """The result once the session is finished, or as it stands after `seconds` (None: however long it takes).
        A finished result counts as delivered.

        Raises:
            SessionNotFoundError: no such session.
        """
        record = await self._sessions.wait(session_id, seconds=seconds, on_event=on_event)
        return await self._delivered(record)

    async def result(self, session_id: str) -> SupervisedResult:
        """The result as it stands.

        Raises:
            SessionNotFoundError: no such session.
        """
        return await as_it_stands(self.journal, await self.journal.session(session_id))

    async def cancel(self, session_id: str) -> SupervisedResult:
        """Cancel a session, in whatever process it runs, and give its final state.

        Raises:
            SessionNotFoundError: no such session.
        """
        return await self._delivered(await self._sessions.cancel(session_id))

    async def resume(self, session_id: str) -> SessionRecord:
        """Take an interrupted session up again; one that runs or is finished is given as it is.

        Raises:
            SessionNotFoundError: no such session.
            InvalidArgumentError: it was cancelled.
        """
        return await self._sessions.resume(session_id)

    async def submit_file(self, session_id: str, path: str, content: str, *, wait_seconds: float) -> "HandedIn":
        """Hand in the file that a session waits for, and wait up to `wait_seconds` for what it makes of it.

        Raises:
            SessionNotFoundError: no such session.
            InvalidArgumentError: it waits for no file, or for another one.
        """
        handed = await self._sessions.hand_in(session_id, path, content, seconds=wait_seconds)
        await self._delivered(handed.record)
        return handed

    async def resume_unfinished(self) -> list[str]:
        """Take up every session that nobody works on; for a server that starts. Their ids."""
        return await self._sessions.resume_unfinished()

    async def validate_file(
        self, *, file_path: str, content: str | None = None, driver_root: str | None = None
    ) -> ValidationReport:
        """All findings in one file.

        Raises:
            InvalidArgumentError: the path cannot be used.
        """
        from .validation.file import validate_file

        types = self._types()
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
        from .supervision.diagnosing import diagnose_report, diagnose_session

        if session_id is not None:
            return await diagnose_session(self.journal, session_id, ask=self._ask())
        return await diagnose_report(
            self.journal, error_message=error_message, file_path=file_path, content=content, log=log, ask=self._ask()
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
        from .supervision.reading import ReadPlace, session_project

        record = await self.journal.session(session_id)
        allow_local = record.request.allow_local
        place = ReadPlace(session_project(record), object_name, params or {}, allow_local=allow_local)
        return await self._reads.page(place, limit=limit, after=after, reading=reading)

    async def read_driver(
        self,
        project: Path,
        object_name: str,
        *,
        params: dict[str, JsonValue] | None = None,
        limit: int = 20,
        allow_edited: bool = False,
        allow_local: tuple[str, ...] = (),
    ) -> list[dict[str, JsonValue]]:
        """The first `limit` records of an object, read live through the driver in a project folder.

        Raises:
            InvalidArgumentError: the folder holds no driver of ours, one that was edited (unless `allow_edited`), or
                the driver has no such object or parameter.
            FetchError, SandboxError: the API or the child failed.
        """
        from .supervision.reading import ReadPlace

        place = ReadPlace(project, object_name, params or {}, allow_edited=allow_edited, allow_local=allow_local)
        return await self._reader().read(place, limit=limit)

    def subscribe(self, callback: Callable[[str], None]) -> Callable[[], None]:
        """Have `callback` called with the id of each session of this process that changes; the answer ends that."""
        return self._sessions.subscribe(callback)

    async def _delivered(self, record: SessionRecord) -> SupervisedResult:
        """The result; a finished one is marked last, so that a caller who left in between gets it when it asks again."""
        result = await as_it_stands(self.journal, record)
        if record.status in FINISHED and not record.delivered:
            await anyio.lowlevel.checkpoint()
            await self.journal.mark_delivered(record.session_id)
        return result


class _Parts:
    """The parts of an engine that the first session, or the first read, needs."""

    def __init__(
        self,
        settings: Settings,
        journal: Journal,
        redactor: Redactor,
        *,
        sandbox: Sandbox | None,
        workshop: "Workshop | None",
        model: LanguageModel | None,
        backoff: "Backoff | None",
        healing: "Healing | None",
    ) -> None:
        self._settings = settings
        self._journal = journal
        self._redactor = redactor
        self._sandbox = sandbox
        self._own_sandbox: ProcessSandbox | None = None
        self._workshop = workshop
        self._given_model = model
        self._backoff = backoff
        self._healing = healing
        self._types: TyServer | None = None
        self._claude: AnthropicModel | None = None
        self._patient: PatientModel | None = None

    def supervisor(self) -> "Supervisor":
        from .supervision.rooms import Rooms
        from .supervision.supervisor import Supervisor

        settings = self._settings
        return Supervisor(
            journal=self._journal,
            workshop=self._workshop or Rooms(settings=self._settings, sandbox=self.sandbox, learn=self._redactor.learn),
            scratch=self._settings.home / "work",
            model=self.model,
            healing=self._healing,
            session_tokens=settings.session_tokens,
            host_wait_seconds=settings.host_wait_seconds,
            redact=self._redactor,
        )

    def model(self) -> "PatientModel | None":
        """The one model of this process, behind its one gate; None where no key is set.

        Raises:
            InvalidArgumentError: ANTHROPIC_BASE_URL, or the file of prices, cannot be used.
        """
        if self._patient is None and (model := self._given_model or self._open_claude()) is not None:
            from .llm.gate import Gate
            from .llm.patience import PatientModel

            gate = Gate(limit=self._settings.model_concurrency)
            self._patient = PatientModel(model, gate=gate, backoff=self._backoff)
        return self._patient

    def _open_claude(self) -> "AnthropicModel | None":
        from .llm.anthropic.endpoint import endpoint_from

        endpoint = endpoint_from(os.environ)
        if endpoint is None:
            return None
        from .llm.anthropic.model import AnthropicModel
        from .llm.prices import load_prices

        self._redactor.learn([endpoint.api_key.get_secret_value()])
        settings = self._settings
        self._claude = AnthropicModel(
            endpoint,
            models=settings.models,
            prices=load_prices(settings.prices_file),
            stall_seconds=settings.model_stall_seconds,
            request_seconds=settings.model_request_seconds,
        )
        return self._claude

    def ask(self) -> Ask | None:
        """An Ask for what no session pays for; what it cost is stored with what it was for."""
        model = self.model()
        if model is None:
            return None

        async def unrecorded(_: RequestRecord) -> None: ...

        return partial(model.ask, record=unrecorded)

    def check_budget(self, request: GenerateRequest) -> None:
        """Refuse a budget in dollars that could not be kept.

        Raises:
            InvalidArgumentError: the price of a model that would be asked is not known.
        """
        if request.budget_usd is None or request.engine in {"template", "host"} or self._given_model is not None:
            return
        if self.model() is None:
            return
        from .llm.prices import load_prices

        load_prices(self._settings.prices_file).check_budget(request.budget_usd, self._settings.models.values())

    def types(self) -> "TyServer":
        if self._types is None:
            from .validation.tools.ty_server import TyServer

            self._types = TyServer()
        return self._types

    async def close(self) -> None:
        if self._own_sandbox is not None:
            await self._own_sandbox.close()
        if self._claude is not None:
            await self._claude.__aexit__()
        if self._types is not None:
            await self._types.close()

    def reader(self) -> "DriverReader":
        from .supervision.reading import DriverReader

        return DriverReader(settings=self._settings, sandbox=self.sandbox, learn=self._redactor.learn)

    def sandbox(self) -> Sandbox:
        if self._sandbox is None:
            from .sandbox.process import ProcessSandbox

            self._sandbox = self._own_sandbox = ProcessSandbox(keeps_ahead=True)
        return self._sandbox
