"""The composition root: settings become an engine. The only place that knows concrete adapters."""

import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .api import Engine
from .drivers.kept_reads import open_reads
from .journal.clean import clean_journal
from .journal.ownership import this_process
from .journal.port import Journal
from .llm.port import Ask, LanguageModel, RequestRecord
from .models.session import GenerateRequest, SupervisedResult
from .models.visible import visible
from .network.credentials import stored_secrets
from .network.log_redaction import clean_logs
from .network.redaction import Redactor
from .network.url_keys import mask_urls
from .sandbox.port import Sandbox
from .sessions.sessions import OnEvent, open_sessions
from .settings import Settings

if TYPE_CHECKING:
    from .drivers.contract_check import Judgement
    from .drivers.records import DriverReader
    from .llm.anthropic.endpoint import Endpoint
    from .llm.anthropic.model import AnthropicModel
    from .llm.patience import Backoff, PatientModel
    from .models.drift import DriftReport
    from .sandbox.process import ProcessSandbox
    from .self_check import CheckOutcome, OpenJournalAt, OpenSandbox, Progress
    from .supervision.activities import Activities
    from .supervision.healing.decision import HealingPolicy
    from .supervision.supervisor import Supervisor
    from .validation.tools.ty_server import TyServer


@asynccontextmanager
async def open_engine(
    settings: Settings | None = None,
    *,
    journal: Journal | None = None,
    sandbox: Sandbox | None = None,
    activities: "Activities | None" = None,
    model: LanguageModel | None = None,
    backoff: "Backoff | None" = None,
    healing: "HealingPolicy | None" = None,
) -> "AsyncGenerator[Engine]":
    """An engine; sessions that still run when it is closed are `interrupted` and can be resumed.

    `model` stands in for the one that ANTHROPIC_API_KEY and ANTHROPIC_BASE_URL name; `backoff` says how faults on the
    way to it are waited out, `healing` which layers are at work.

    Raises:
        JournalError: the session database cannot be used.
    """
    settings = settings or Settings()
    redactor = Redactor(stored_secrets(settings.credentials_file))
    async with AsyncExitStack() as stack:
        if journal is None:
            from .journal.sqlite.opening import open_journal

            journal = await stack.enter_async_context(open_journal(settings.database))
        journal = clean_journal(journal, redactor.clean)
        stack.enter_context(clean_logs(lambda text: visible(mask_urls(redactor(text)))))
        given = _Given(sandbox=sandbox, activities=activities, model=model, backoff=backoff, healing=healing)
        parts = _Parts(settings, journal, redactor, given)
        stack.push_async_callback(parts.close)
        sessions = await stack.enter_async_context(
            open_sessions(
                journal=journal,
                supervisor=parts.supervisor,
                owner=this_process(),
                concurrent_sessions=settings.concurrent_sessions,
                lease_seconds=settings.lease_seconds,
                share=settings.share_of_sessions,
                most_unfinished=settings.principal_unfinished,
            )
        )
        reads = await stack.enter_async_context(open_reads(parts.reader))
        yield Engine(settings=settings, journal=journal, sessions=sessions, reads=reads, parts=parts)


async def generate_driver_supervised(
    *,
    api_name: str,
    api_url: str | None = None,
    settings: Settings | None = None,
    on_event: OnEvent | None = None,
    **arguments: Any,
) -> SupervisedResult:
    """Make a driver and wait for it; the arguments are those of the tool of the same name, without `wait_seconds`.

    Raises:
        InvalidArgumentError: an argument cannot be used.
        JournalError: the session database cannot be used.
    """
    from .sessions.request import resolve_request

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
    settings: Settings | None = None,
    sandbox: Sandbox | None = None,
    progress: Callable[[float, str], Awaitable[None]] | None = None,
) -> "Judgement":
    """Run the contract on the driver in a project folder, with the profile beside it; no session.

    Raises:
        InvalidArgumentError: there is no profile, or no driver class.
        SandboxUnavailableError: no child can be started, or the code there may not run on this machine.
    """
    from .drivers.contract_check import judge_driver
    from .sandbox.port import ISOLATED

    settings = Settings() if settings is None else settings
    if sandbox is None:
        from .sandbox.process import ProcessSandbox

        sandbox = ProcessSandbox()
    known = partial(
        judge_driver, project, sandbox=sandbox, allow_unisolated=settings.allow_unisolated, progress=progress
    )
    if settings.allow_unisolated or await sandbox.probe() in ISOLATED or not settings.database.exists():
        return await known()
    async with open_engine(settings) as engine:
        return await known(journal=engine.journal)


async def check_driver(
    project: Path,
    *,
    settings: Settings | None = None,
    spec: str | None = None,
    live: bool = False,
    allow_local: tuple[str, ...] = (),
) -> "DriftReport":
    """What changed about an API since the driver in a project folder was made (drift.check).

    Raises:
        InvalidArgumentError: the folder holds no whole driver of ours.
        JournalError: the session database cannot be used.
    """
    from .drift.check import DriftCheck
    from .sandbox.process import ProcessSandbox

    settings = Settings() if settings is None else settings
    redactor = Redactor(stored_secrets(settings.credentials_file))
    sandbox = ProcessSandbox()
    async with open_engine(settings, sandbox=sandbox) as engine:
        check = DriftCheck(
            settings=settings,
            sandbox=lambda: sandbox,
            learn=redactor.learn,
            redact=lambda text: visible(mask_urls(redactor(text))),
            journal=engine.journal,
        )
        return await check.check(project, spec=spec, live=live, allow_local=allow_local)


def model_endpoint() -> "Endpoint | None":
    """Where the model is that a person has set up; None where there is no key.

    Raises:
        InvalidArgumentError: ANTHROPIC_BASE_URL cannot be used.
    """
    from .llm.anthropic.endpoint import endpoint_from

    return endpoint_from(os.environ)


async def self_check(
    settings: Settings,
    *,
    progress: "Progress",
    open_journal: "OpenJournalAt | None" = None,
    open_sandbox: "OpenSandbox | None" = None,
) -> "list[CheckOutcome]":
    """Put journal and sandbox to their conformance suites on this machine, in a folder of the home that is removed again.

    Raises:
        JournalError: nothing can be written in the home.
    """
    from .self_check import make_checks

    return await make_checks(
        settings.home,
        open_journal=open_journal or _sqlite_at,
        open_sandbox=open_sandbox or _ready_sandbox,
        progress=progress,
    )


def _sqlite_at(path: Path, now: Callable[[], float]) -> AbstractAsyncContextManager[Journal]:
    from .journal.sqlite.opening import open_journal

    return open_journal(path, now=now)


@asynccontextmanager
async def _ready_sandbox() -> AsyncGenerator[Sandbox]:
    """A sandbox as sessions have it, whose first child stands ready."""
    from .sandbox.process import ProcessSandbox

    sandbox = ProcessSandbox(keeps_ahead=True)
    try:
        await sandbox.prepare()
        yield sandbox
    finally:
        await sandbox.close()


@dataclass(frozen=True)
class _Given:
    """Parts that the caller brings."""

    sandbox: Sandbox | None
    activities: "Activities | None"
    model: LanguageModel | None
    backoff: "Backoff | None"
    healing: "HealingPolicy | None"


class _Parts:
    """The parts of an engine that the first session, or the first read, needs."""

    def __init__(self, settings: Settings, journal: Journal, redactor: Redactor, given: _Given) -> None:
        self._settings = settings
        self._journal = journal
        self._redactor = redactor
        self._given = given
        self._own_sandbox: ProcessSandbox | None = None
        self._types: TyServer | None = None
        self._claude: AnthropicModel | None = None
        self._patient: PatientModel | None = None

    def supervisor(self) -> "Supervisor":
        from .supervision.asks.opening import Asks
        from .supervision.engine_activities import EngineActivities
        from .supervision.supervisor import Supervisor

        settings, given = self._settings, self._given
        rooms = EngineActivities(settings=settings, sandbox=self.sandbox, learn=self._redactor.learn)
        return Supervisor(
            journal=self._journal,
            activities=given.activities or rooms,
            scratch=settings.home / "work",
            asks=Asks(
                model=self.model,
                session_tokens=settings.session_tokens,
                host_wait_seconds=settings.host_wait_seconds,
            ),
            policy=given.healing,
            redact=self.redact,
            clean=self._redactor.clean,
        )

    def redact(self, text: str) -> str:
        """The text without secrets, known ones and those that URLs show, and with nothing in it that cannot be seen."""
        return visible(mask_urls(self._redactor(text)))

    def model(self) -> "PatientModel | None":
        """The one model of this process, behind its one gate; None where no key is set.

        Raises:
            InvalidArgumentError: ANTHROPIC_BASE_URL, or the file of prices, cannot be used.
        """
        if self._patient is None and (model := self._given.model or self._open_claude()) is not None:
            from .llm.gate import Gate
            from .llm.patience import PatientModel

            gate = Gate(limit=self._settings.model_concurrency)
            self._patient = PatientModel(model, gate=gate, backoff=self._given.backoff)
        return self._patient

    def _open_claude(self) -> "AnthropicModel | None":
        endpoint = model_endpoint()
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
        if request.budget_usd is None or request.engine in {"template", "host"} or self._given.model is not None:
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
        from .drivers.records import DriverReader

        return DriverReader(
            settings=self._settings, sandbox=self.sandbox, learn=self._redactor.learn, journal=self._journal
        )

    def sandbox(self) -> Sandbox:
        if self._given.sandbox is not None:
            return self._given.sandbox
        if self._own_sandbox is None:
            from .sandbox.process import ProcessSandbox

            self._own_sandbox = ProcessSandbox(keeps_ahead=True)
        return self._own_sandbox
