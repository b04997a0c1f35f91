"""One API measured: its driver is made, and everything is read through that."""

import contextlib
import re
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from driversmith.engine.api import Engine
from driversmith.engine.composition import open_engine
from driversmith.engine.errors import DriversmithError
from driversmith.engine.models.session import GenerateRequest, SupervisedResult
from driversmith.engine.proof import correct
from driversmith.engine.settings import Settings

from .api import KEY, Api
from .authors import Author, Who, answering
from .serving import DESCRIPTION, Served

FACT = re.compile(r"/(objects/ships|operations|auth|headers)/|/(base|error)_path|/rate_limit")
"""The addresses of the facts that are wrong or silent."""
LONGEST = 240.0
"""Seconds for one session."""


@dataclass(frozen=True)
class Arm:
    """How the driver of an API is made."""

    who: Who = "template"
    live: str = "true"
    rules: bool = True
    """Whether rules read the answers and propose corrections; without, an author alone does."""
    seed: str = "1"
    writes: bool = True
    """Whether the model writes files too, which takes three times as long."""


@dataclass
class Outcome:
    """What became of one API."""

    name: str
    level: str = "none"
    truly: bool = False
    told: bool = False
    """Whether the result names a fact that would have to be supplied."""
    is_false: bool = False
    """Whether an object is called live that is read otherwise than its server has it."""
    requests: int = 0
    corrected: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    given: int = 0
    """Corrections that the author gave."""
    wrong: int = 0
    """Of these, how many are wrong."""
    wrong_kept: list[str] = field(default_factory=list)
    """Wrong ones that were kept, each with what it is known by."""
    right_lost: list[str] = field(default_factory=list)
    """Right ones that were refused though the API is not read truly without."""
    refused: list[str] = field(default_factory=list)
    peers: dict[str, bool] = field(default_factory=dict)
    """Peer -> whether it read the ships truly; without those to which the API says nothing."""


async def measured(api: Api, arm: Arm, home: Path) -> Outcome:
    """Serve the API, make its driver, read everything through it."""
    author = Author.of(arm.who, api, seed=arm.seed, writes=arm.writes)
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(_rules(arm.rules))
        if arm.who != "template":
            stack.enter_context(answering(author))
        served = await stack.enter_async_context(Served(api))
        settings = Settings(home=home, allow_local=frozenset({served.url.removeprefix("http://")}))
        _give_credentials(settings.credentials_file, served.url, api)
        engine = await stack.enter_async_context(open_engine(settings))
        request = GenerateRequest.model_validate(
            {
                "api_name": api.name,
                "api_url": served.url,
                "spec": f"{served.url}{DESCRIPTION}",
                "output_dir": str(home / "out"),
                "engine": "template" if arm.who == "template" else "model",
                "live": arm.live,
                "max_supervisor_attempts": 3 if arm.writes else 1,
            }
        )
        session = await engine.start(request)
        result = await engine.wait(session.session_id, seconds=LONGEST)
        outcome = Outcome(api.name, requests=len(served.asked))
        await _read(outcome, api, engine, result)
        if arm.who != "template":
            await _take_judgements(outcome, author, engine, result)
    return outcome


async def _read(outcome: Outcome, api: Api, engine: Engine, result: SupervisedResult) -> None:
    """Hold every record of every object against the truth."""
    outcome.truly = result.output_path is not None
    for name, records in api.objects.items():
        try:
            read = await engine.read_driver(Path(result.output_path or ""), name, limit=1_000)
        except DriversmithError:
            read = []
        outcome.truly = outcome.truly and read == records
        verified = result.verification.objects.get(name)
        outcome.is_false |= verified is not None and verified.level == "live" and read != records
    outcome.level = result.verification.level
    outcome.told = bool(FACT.search(" ".join([*result.notes, result.error.next_action if result.error else ""])))
    outcome.corrected = [contradiction.fact for contradiction in result.contradictions]
    outcome.notes = [*result.notes, *([result.error.message] if result.error else [])]


async def _take_judgements(outcome: Outcome, author: Author, engine: Engine, result: SupervisedResult) -> None:
    """What became of the author's corrections, as the journal tells it."""
    events = await engine.journal.events(result.session_id, limit=2_000)
    kept: dict[str, str] = {}
    for event in events:
        if event.kind == "facts.judged":
            kept.update(event.data["kept"])
        if event.kind == "fact.refused":
            outcome.refused.append(event.message)
    outcome.given, outcome.wrong = len(author.told), len(author.wrong)
    false = {fact for fact, _ in author.wrong}
    outcome.wrong_kept = [f"{fact} ({known_by})" for fact, known_by in kept.items() if fact in false]
    if not outcome.truly:
        outcome.right_lost = [fact for fact, _ in author.told if fact not in false and fact not in kept]


@contextlib.contextmanager
def _rules(on: bool) -> Generator[None]:
    """Without rules no answer of the API suggests anything."""
    with contextlib.nullcontext() if on else mock.patch.object(correct, "proposals", return_value=[]):
        yield


def _give_credentials(file: Path, url: str, api: Api) -> None:
    lines = api.credentials
    if not lines and api.security:
        lines = (f'{"token" if api.security["type"] == "http" else "api_key"} = "{KEY}"',)
    if lines:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join([f'["{url}"]', *lines, ""]))
        file.chmod(0o600)
