"""`driversmith demo --heal`: a scripted model writes a driver with deliberate faults, and one watches them heal.

Only the model's answers are a play (demo_script). What is printed are the events of the session's journal.
"""

from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from driversmith.engine.errors import DriversmithError
from driversmith.engine.models.session import SessionEvent, SupervisedResult
from driversmith.engine.settings import Settings
from rich.text import Text

from ..cli.terminal.console import stderr, stdout
from ..cli.terminal.progress import Watched
from ..cli.terminal.result import print_result
from ..startup import log_to_stderr
from .client import API_NAME, DemoClient, Records
from .prompts import PromptPair, prompts_of_client
from .story import Story

if TYPE_CHECKING:
    from driversmith.engine.api import Engine
    from driversmith.engine.llm.prices import PriceTable

    from .api import DemoApi

MAX_RETRIES = 2
LONGEST_FIRST_WAIT = 0.5
"""Seconds; a real endpoint is given more."""
INTRODUCTION = """\
The model is scripted, so there is no key, no network and no cost; its faults are deliberate: a list of dicts, an
endpoint that is overloaded (529), paging that stops after one page until a diagnosis says so in the request.
Guards, contract run, diagnosis, supervision and journal are the real ones, and so are the API and the driver.
Each line is an event of the session's journal.
"""


class HealingShow:
    """One run of the healing demo, and what came of it."""

    def __init__(self, home: Path, folder: Path, *, quiet: bool) -> None:
        self._home = home
        self._folder = folder
        self._quiet = quiet
        self._events: list[SessionEvent] = []
        self._prompts: PromptPair | None = None
        self._prices: PriceTable | None = None
        self.result: SupervisedResult | None = None
        self.records: Records = {}
        self.requests = 0

    @property
    def ok(self) -> bool:
        """Whether the model's driver was healed on the way that was to be shown, and every object of it gave records."""
        return not self.missing()

    def missing(self) -> list[str]:
        """What of the way did not happen."""
        result, kinds = self.result, {event.kind for event in self._events}
        written = {file.path for file in result.files if file.author == "model"} if result else set[str]()
        fixes = result.fixes_applied if result else []
        shown = {
            "a driver": result is not None and result.success,
            "a client by the model": any(path.endswith("/client.py") for path in written),
            "a finding of the guards": "file.rejected" in kinds,
            "an overload that was waited out": "model.waiting" in kinds,
            "a broken contract run": "repair.started" in kinds,
            "a diagnosis": "diagnosis.made" in kinds,
            "an adjusted prompt that helped": any(f.strategy == "prompt_adjustment" and f.helped for f in fixes),
            "a difference between the prompts": self._prompts is not None and len(self._prompts.difference()) > 0,
            "records of every object": bool(self.records) and all(self.records.values()),
        }
        return [name for name, happened in shown.items() if not happened]

    async def run(self, shown: Watched) -> None:
        """Start the API and the server, have the driver made and healed, read everything, stop both."""
        from mcp import Client

        from ..app import create_server
        from .api import serve_demo_api

        shown.doing("Starting the server.")
        if not self._quiet:
            stdout().print(Text(INTRODUCTION, style="dim"), soft_wrap=True)
        async with serve_demo_api() as api:
            settings = self._settings(api)
            log_to_stderr(settings)
            engines = _ScriptedEngines()
            async with Client(create_server(settings, engine_factory=engines.open)) as opened:
                client = DemoClient(opened)
                self.result = await self._healed(client, engines, api, shown)
                self.records = await client.read_everything(self.result, shown)
            self._prices = engines.prices
            self.requests = len(api.requests)

    def told(self) -> dict[str, Any]:
        """What happened, as JSON."""
        prompts = self._prompts
        return {
            "ok": self.ok,
            "simulated": "the model's answers and the prices; all else is real",
            "missing": self.missing(),
            "result": self.result.model_dump(mode="json") if self.result else None,
            "records": {name: len(records) for name, records in self.records.items()},
            "requests": self.requests,
            "events": [event.model_dump(mode="json", exclude={"session_id"}) for event in self._events],
            "prompts": {**prompts.model_dump(), "difference": prompts.difference()} if prompts else None,
        }

    def print(self, seconds: float) -> None:
        """What is different in the second prompt, and a summary; or what went wrong."""
        if self._prompts is not None:
            _print_difference(self._prompts)
        if self.result is not None and self.result.success:
            self._print_summary(self.result, seconds)
        elif self.result is not None:
            print_result(stderr(), self.result)
        if missing := self.missing():
            stderr().print(f"Not shown: {', '.join(missing)}.", style="bold red", soft_wrap=True)

    def _settings(self, api: "DemoApi") -> Settings:
        """A home that holds only the demo's key, and nothing that is set for other sessions: it is the same everywhere."""
        from driversmith.engine.network.addresses import typed_pair
        from driversmith.engine.network.credentials_file import set_credential

        set_credential(self._home / "credentials.toml", api.url, "api_key", api.key)
        # model_construct, since the constructor would read the environment
        return Settings.model_construct(home=self._home, allow_local=frozenset({typed_pair(api.url)}))

    async def _healed(
        self, client: DemoClient, engines: "_ScriptedEngines", api: "DemoApi", shown: Watched
    ) -> SupervisedResult:
        begun = await client.call(
            "generate_driver_supervised",
            {
                "api_name": API_NAME,
                "api_url": api.url,
                "output_dir": str(self._folder),
                "engine": "model",
                "max_retries": MAX_RETRIES,
                "wait_seconds": 0,
            },
        )
        session_id = str(begun["session_id"])
        engine = engines.opened()
        story = Story(engine.journal)
        console = stdout()

        async def tell(event: SessionEvent) -> None:
            self._events.append(event)
            if not self._quiet and (line := await story.line(event)) is not None:
                console.print(line, soft_wrap=True)
                shown.heard(event.message)

        await engine.wait(session_id, seconds=None, on_event=tell)
        self._prompts = await prompts_of_client(engine.journal, self._events)
        return SupervisedResult.model_validate(await client.call("get_session", {"session_id": session_id}))

    def _print_summary(self, result: SupervisedResult, seconds: float) -> None:
        total = sum(map(len, self.records.values()))
        usage, found = result.model_usage, result.verification
        kinds = Counter(event.kind for event in self._events)
        lines = {
            "driver": str(result.output_path),
            **{f"by {who}": ", ".join(paths) for who, paths in _written(result).items()},
            "verified": f"{found.level}; contract {found.passed} passed, {found.failed} failed; "
            f"isolation {found.held_by}",
            "attempts": f"{result.supervisor_attempts}; contract runs {result.iterations}; "
            f"diagnoses {result.diagnostics_run}; rejected answers {kinds['file.rejected']}; "
            f"waits {kinds['model.waiting']}",
            "model": f"{usage.calls} requests, {usage.input_tokens + usage.cached_tokens} tokens read, "
            f"{usage.output_tokens} written (estimated by length)",
            "cost": self._cost(usage.cost_usd),
            "time": f"{seconds:.1f} s, {self.requests} requests to the demo API",
        }
        console = stdout()
        title = f"{result.driver_name}: {total} records of {len(self.records)} objects read over MCP"
        console.print(Text(title, style="bold green" if self.ok else "bold yellow"))
        for name, text in lines.items():
            console.print(Text(f"  {f'{name}:':<12} {text}"), soft_wrap=True)

    def _cost(self, dollars: float | None) -> str:
        if dollars is None or self._prices is None:
            return "nothing; the price of the model is not known"
        return f"nothing; simulated ${dollars:.4f}, by the prices of {self._prices.date} and without a cache"


class _ScriptedEngines:
    """Opens the engine for the in-memory server, with the play in place of a model."""

    def __init__(self) -> None:
        self._engine: Engine | None = None
        self.prices: PriceTable | None = None

    @asynccontextmanager
    async def open(self, settings: Settings) -> "AsyncGenerator[Engine]":
        """An `EngineFactory` of the server."""
        from driversmith.engine.composition import open_engine
        from driversmith.engine.llm.patience import Backoff
        from driversmith.engine.llm.prices import load_prices
        from driversmith.engine.llm.scripted import ScriptedModel

        from .script import HealingPlay

        self.prices = load_prices()
        model = ScriptedModel(HealingPlay(), prices=self.prices, models=settings.models)
        async with open_engine(settings, model=model, backoff=Backoff(first_seconds=LONGEST_FIRST_WAIT)) as engine:
            self._engine = engine
            yield engine

    def opened(self) -> "Engine":
        """The engine.

        Raises:
            DriversmithError: it was not opened.
        """
        if self._engine is None:
            raise DriversmithError("The engine of the demo could not be opened.")
        return self._engine


def _written(result: SupervisedResult) -> dict[str, list[str]]:
    """Author -> paths; of the templates' many files only how many."""
    paths: dict[str, list[str]] = {}
    for file in result.files:
        paths.setdefault(file.author, []).append(file.path)
    if templates := paths.pop("template", None):
        paths["templates"] = [f"{len(templates)} files"]
    return paths


def _print_difference(prompts: PromptPair) -> None:
    console = stdout()
    console.print()
    console.print(Text(f"What attempt 2 was asked otherwise for {prompts.path} (from the journal)", style="bold"))
    styles = {"+": "green", "-": "red", "@": "cyan"}
    for line in prompts.difference():
        console.print(Text(line, style=styles.get(line[:1], "dim")), soft_wrap=True)
    console.print()
