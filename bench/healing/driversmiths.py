"""The arms that are driversmith: the real engine, with layers taken away."""

import json
import time
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import anyio
import anyio.to_thread
from driversmith.engine.api import Engine
from driversmith.engine.composition import open_engine
from driversmith.engine.llm.patience import Backoff
from driversmith.engine.llm.port import LanguageModel, ModelAnswer, Record, RequestRecord
from driversmith.engine.llm.request import ModelRequest
from driversmith.engine.models.session import SupervisedResult
from driversmith.engine.sandbox.process import ProcessSandbox
from driversmith.engine.sessions.request import resolve_request
from driversmith.engine.settings import Settings
from driversmith.engine.supervision.healing.decision import HealingPolicy

from .asking import Spent
from .baselines import Bench
from .outcomes import Outcome
from .rooms import BenchActivities
from .subjects import Subject, api_name, marked, session_in


@dataclass(frozen=True)
class Layers:
    """Which layers an arm has."""

    attempts: int = 3
    diagnosis: bool = True
    fallback: bool = True
    live: Literal["true", "false"] = "true"
    """Whether the API is asked anything."""
    detects: bool = True
    """Whether what it answers corrects facts."""


GUARDS_ONLY = Layers(attempts=1, diagnosis=False, fallback=False)
NO_DIAGNOSIS = Layers(diagnosis=False, fallback=False)
NO_FALLBACK = Layers(fallback=False)
NOT_LIVE = Layers(live="false")
NO_DETECTORS = Layers(detects=False)
COMPLETE = Layers()


async def driversmith(
    bench: Bench, sessions: Sequence[int], layers: Layers, *, folder: Path, model: LanguageModel, backoff: Backoff
) -> list[Outcome]:
    """Sessions of the real engine; `folder` takes its state and its drivers."""
    counting = _Counting(model)
    settings = Settings(
        home=folder / "home",
        output_dir=folder / "drivers",
        concurrent_sessions=bench.at_once,
        model_concurrency=2 * bench.at_once,
        log_level="ERROR",
        allow_local=frozenset(bench.judge.server.origin(slug) for slug in bench.subjects),
    )
    _give_keys(settings.credentials_file, bench)
    rooms = BenchActivities(
        bench.subjects, bench.judge, detects=layers.detects, settings=settings, sandbox=ProcessSandbox, learn=_forget
    )
    healing = HealingPolicy(diagnosis=layers.diagnosis, fallback=layers.fallback)
    found: list[Outcome] = []
    async with AsyncExitStack() as stack:
        stack.enter_context(rooms.remembering())
        engine = await stack.enter_async_context(
            open_engine(settings, activities=rooms, model=counting, backoff=backoff, healing=healing)
        )
        places = anyio.Semaphore(bench.at_once)

        async def run(session: int) -> None:
            async with places:
                began = time.monotonic()
                outcome = await _session(engine, bench, session, layers)
                outcome.wall = time.monotonic() - began
            outcome.spent = counting.spent.get(session, Spent())
            found.append(await _judged(bench, outcome, folder / "drivers"))

        async with anyio.create_task_group() as tasks:
            for session in sessions:
                tasks.start_soon(run, session)
    return sorted(found, key=lambda outcome: outcome.session)


def _give_keys(file: Path, bench: Bench) -> None:
    """The credentials of all APIs, as their user gives them."""
    lines: list[str] = []
    for slug, subject in bench.subjects.items():
        lines += [f'["http://{bench.judge.server.origin(slug)}"]']
        lines += [f"{name} = {json.dumps(value)}" for name, value in subject.api.arguments.items()]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join([*lines, ""]), encoding="utf-8")
    file.chmod(0o600)


def _is_live(result: SupervisedResult, subject: Subject) -> bool:
    """Whether it says that all objects are there and were read from the API."""
    said = result.verification.objects
    return all(name in said and said[name].level == "live" for name in subject.api.collections)


def _forget(_: Iterable[str]) -> None:
    """There are no secrets here."""


async def _session(engine: Engine, bench: Bench, session: int, layers: Layers) -> Outcome:
    subject = bench.subject(session)
    request = resolve_request(
        api_name=api_name(subject.api, session),
        api_url=f"https://{subject.api.host}",
        engine="model",
        live=layers.live,
        fresh=True,
        max_supervisor_attempts=layers.attempts,
        settings=engine.settings,
        default_output_dir=engine.settings.default_output_dir,
    )
    record = await engine.start(request)
    result = await engine.wait(record.session_id, seconds=None)
    attempts = await engine.journal.attempts(record.session_id)
    tries: dict[str, int] = attempts[0]["data"].get("tries") or {} if attempts else {}
    outcome = Outcome(session, subject.api.slug)
    outcome.claimed = result.success
    outcome.attempts, outcome.diagnoses = result.supervisor_attempts, result.diagnostics_run
    errors: list[dict[str, str]] = [attempt["data"].get("error") or {} for attempt in attempts]
    ended = result.error is not None and result.error.code == "internal"
    outcome.internal = ended or any(error.get("code") == "internal" for error in errors)
    outcome.author = _author(result)
    outcome.is_told = not _is_live(result, subject)
    outcome.guarded = result.supervisor_attempts == 1 and outcome.author == "model"
    outcome.first_try = outcome.guarded and max(tries.values(), default=0) == 1
    return outcome


async def _judged(bench: Bench, outcome: Outcome, drivers: Path) -> Outcome:
    """Held against the truth, where there is a driver."""
    if outcome.claimed:
        subject = bench.subject(outcome.session)
        project = drivers / marked(subject.names.package, outcome.session)
        files = await anyio.to_thread.run_sync(_read, project)
        outcome.untrue = await bench.judge.untrue(subject, files)
    return outcome


def _read(project: Path) -> dict[str, str]:
    paths = [path for path in project.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return {path.relative_to(project).as_posix(): path.read_text("utf-8") for path in paths}


def _author(result: SupervisedResult) -> str:
    """Of the client, but `simplified` where a model filled slots of anything at all."""
    authors = {file.path.rpartition("/")[2]: file.author for file in result.files}
    return "simplified" if "simplified" in authors.values() else authors.get("client.py", "")


class _Counting:
    """A LanguageModel that adds up what each session takes."""

    def __init__(self, model: LanguageModel) -> None:
        self.spent: dict[int, Spent] = {}
        self._model = model

    async def ask(self, request: ModelRequest, *, record: Record) -> ModelAnswer:
        """Asks the model."""
        texts = (block.text for block in request.prefix)
        session = session_in(" ".join((*texts, request.last_text())))

        async def counted(done: RequestRecord) -> None:
            if session is not None:
                await self.spent.setdefault(session, Spent()).record(done)
            await record(done)

        return await self._model.ask(request, record=counted)
