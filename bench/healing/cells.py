"""One cell of the table: an arm, a first-try probability, so many sessions."""

import random
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from driversmith.engine.llm.anthropic.endpoint import Endpoint
from driversmith.engine.llm.anthropic.model import AnthropicModel
from driversmith.engine.llm.gate import Gate
from driversmith.engine.llm.patience import Backoff, PatientModel
from driversmith.engine.llm.port import LanguageModel
from driversmith.engine.llm.prices import load_prices
from driversmith.engine.settings import Settings
from pydantic import SecretStr

from .baselines import Bench, classic_loop, one_shot, resampling
from .chance import Chance
from .driversmiths import (
    COMPLETE,
    GUARDS_ONLY,
    NO_DETECTORS,
    NO_DIAGNOSIS,
    NO_FALLBACK,
    NOT_LIVE,
    driversmith,
)
from .judging import Judge
from .library import Library
from .odds import Odds
from .outcomes import Cell, Outcome
from .simulator import Simulator
from .subjects import Subject

Arm = Literal[
    "one shot", "resampling", "classic", "guards", "no diagnosis", "no fallback", "not live", "no detectors", "silent",
    "neither", "complete",
]  # fmt: skip
ARMS: tuple[Arm, ...] = get_args(Arm)
LAYERS = {
    "guards": GUARDS_ONLY,
    "no diagnosis": NO_DIAGNOSIS,
    "no fallback": NO_FALLBACK,
    "not live": NOT_LIVE,
    "no detectors": NO_DETECTORS,
    "silent": COMPLETE,
    "neither": NO_DETECTORS,
    "complete": COMPLETE,
}
"""`silent` and `neither` are of a model that says nothing of facts."""
BACKOFF = Backoff(first_seconds=0.01, longest_seconds=0.1, longest_retry_after=0.05)
"""A hundredth of the product's own: waiting proves nothing here and takes time."""
_STALL_SECONDS = 600.0
"""A simulated model that has yet to judge a fault takes its time."""


@dataclass(frozen=True)
class Shop:
    """What all cells of a run share."""

    subjects: dict[str, Subject]
    libraries: dict[str, Library]
    judge: Judge
    seed: str
    at_once: int
    answer_seconds: float = 0.0


async def run_cells(
    shop: Shop, arms: Sequence[Arm], *, first_try: float, sessions: int, odds: Odds
) -> AsyncGenerator[Cell]:
    """The arms at one first-try probability, all with the same sessions, as they are done; `complete` goes first where
    resampling needs to know what it took."""
    numbers = range(1, sessions + 1)
    tokens = 0
    needed: list[Arm] = ["complete", *arms] if "resampling" in arms else list(arms)
    for arm in dict.fromkeys(needed):
        about_facts = odds.silent() if arm in ("silent", "neither") else odds
        async with _opened(shop, first_try, about_facts) as (bench, model, simulator):
            outcomes = await run_arm(arm, bench, numbers, model, tokens=tokens, backoff=BACKOFF)
            for outcome in outcomes:
                planned = simulator.course(outcome.session).planned.get(1)
                outcome.kind = planned.written.kind if planned else ""
        if arm == "complete":
            tokens = sum(outcome.spent.tokens for outcome in outcomes)
        yield Cell(arm, first_try, outcomes, simulator.cache.share)


async def run_arm(
    arm: Arm, bench: Bench, sessions: Sequence[int], model: LanguageModel, *, tokens: int, backoff: Backoff
) -> list[Outcome]:
    """What came of these sessions; `tokens` is what resampling may spend."""
    if arm == "one shot":
        return await one_shot(bench, sessions)
    if arm == "resampling":
        return await resampling(bench, sessions, tokens=tokens)
    if arm == "classic":
        return await classic_loop(bench, sessions)
    with tempfile.TemporaryDirectory(prefix="driversmith-bench-") as folder:
        return await driversmith(bench, sessions, LAYERS[arm], folder=Path(folder), model=model, backoff=backoff)


@asynccontextmanager
async def _opened(shop: Shop, first_try: float, odds: Odds) -> AsyncGenerator[tuple[Bench, AnthropicModel, Simulator]]:
    """A simulator of its own for each cell, and the product's adapter that asks it."""
    chance = Chance(seed=shop.seed, first_try=first_try, odds=odds)
    simulator = Simulator(
        {slug: (shop.subjects[slug], shop.libraries[slug]) for slug in shop.subjects},
        chance,
        seconds=shop.answer_seconds,
    )
    async with simulator.api as api:
        endpoint = Endpoint(api_key=SecretStr(api.key), base_url=api.url)
        async with AnthropicModel(
            endpoint, models=Settings().models, prices=load_prices(), stall_seconds=_STALL_SECONDS
        ) as model:
            gate = Gate(limit=2 * shop.at_once)
            patient = PatientModel(model, gate=gate, backoff=BACKOFF, jitter=random.Random(shop.seed).random)  # noqa: S311
            yield Bench(shop.subjects, shop.judge, patient, shop.at_once), model, simulator
