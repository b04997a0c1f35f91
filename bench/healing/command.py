"""The command line of bench/healing."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import anyio
from driversmith.engine.llm.anthropic.endpoint import endpoint_from
from platformdirs import user_cache_path
from rich.console import Console

from .apis import APIS
from .cells import ARMS, Arm, Shop, run_cells
from .faults import Written
from .judging import Judge
from .library import Library
from .odds import Odds
from .outcomes import Cell
from .real_model import run_real_model
from .subjects import Subject
from .tables import faults_table, result_table
from .truth_server import TruthServer

_MEMORY = user_cache_path("driversmith", appauthor=False) / "bench-healing"
_SWEEP = (0.5, 1.0, 1.5)


def main(arguments: Sequence[str] | None = None) -> None:
    """Parse, run and print."""
    options = argparse.ArgumentParser(description="What do driversmith's layers heal, and at what price?")
    options.add_argument("--sessions", type=int, default=24, help="sessions of each arm at each probability")
    options.add_argument("--seed", default="1")
    options.add_argument(
        "--first-try", default="30,45,60", help="per cent of sessions whose first answers are all right"
    )
    options.add_argument("--arms", default=",".join(ARMS), help=f"some of: {', '.join(ARMS)}")
    options.add_argument(
        "--sweep", action="store_true", help="also with the odds of repair halved and half as good again"
    )
    options.add_argument("--independent", action="store_true", help="attempts that have nothing to do with each other")
    options.add_argument("--at-once", type=int, default=16, help="sessions under way at once")
    options.add_argument("--answer-seconds", type=float, default=0.0, help="how long the simulated model takes")
    options.add_argument("--memory", type=Path, default=_MEMORY, help="folder of judgements that may be used again")
    options.add_argument("--json", type=Path, help="write every cell, and every session, there, as they are done")
    options.add_argument("--check-faults", action="store_true", help="judge every fault and print what finds them")
    options.add_argument("--real-model", action="store_true", help="ask Claude with your own key; costs money")
    options.add_argument("--budget", type=float, help="most dollars that --real-model may spend")
    chosen = options.parse_args(arguments)
    _check(options, chosen)
    anyio.run(_measure, chosen)


def _check(options: argparse.ArgumentParser, chosen: argparse.Namespace) -> None:
    """Refuse what cannot be run."""
    chosen.arms = [arm.strip() for arm in chosen.arms.split(",") if arm.strip()]
    if unknown := sorted(set(chosen.arms) - set(ARMS)):
        options.error(f"no arm is called {unknown[0]!r}; there are: {', '.join(ARMS)}")
    if chosen.real_model and not (chosen.budget and chosen.budget > 0):
        options.error("--real-model spends money: say how much it may be with --budget USD")
    chosen.endpoint = endpoint_from() if chosen.real_model else None
    if chosen.real_model and chosen.endpoint is None:
        options.error("--real-model asks Claude with your own key: set ANTHROPIC_API_KEY")


async def _measure(chosen: argparse.Namespace) -> None:
    with TruthServer() as server:
        judge = Judge(server, memory=chosen.memory)
        subjects = {slug: Subject.of(api) for slug, api in APIS.items()}
        libraries = {slug: Library(subject, judge) for slug, subject in subjects.items()}
        shop = Shop(subjects, libraries, judge, chosen.seed, chosen.at_once, chosen.answer_seconds)
        await _check_truth(shop)
        if chosen.check_faults:
            Console(width=120).print(faults_table(await _all_faults(shop)))
        elif chosen.real_model:
            await run_real_model(
                shop, chosen.endpoint, sessions=chosen.sessions, budget=chosen.budget, arms=chosen.arms
            )
        else:
            await _simulate(shop, chosen)


async def _check_truth(shop: Shop) -> None:
    """The right files must be right, and what the templates read is said, before anything is measured."""
    for slug, subject in shop.subjects.items():
        files = subject.corrected.files(subject.right)
        report = await shop.judge.validate(subject, files, profile=subject.corrected.profile)
        contract = await shop.judge.run_contract(subject, files, profile=subject.corrected.profile)
        untrue = await shop.judge.untrue(subject, files)
        if not report.ok or not contract.ok or untrue:
            said = [f.message for f in report.findings] or [b.name for b in contract.broken]
            raise SystemExit(f"The right files for {slug} are not right: {[*said, untrue][0]}")
        lost = await shop.judge.untrue(subject, subject.template_files)
        if bool(lost) is not bool(subject.api.fact):
            raise SystemExit(f"What is said of the templates at {slug} is not so: {lost or 'they read it'}")


async def _simulate(shop: Shop, chosen: argparse.Namespace) -> None:
    shipped = Odds.shipped().independent() if chosen.independent else Odds.shipped()
    cells: list[tuple[str, Cell]] = []
    for factor in _SWEEP if chosen.sweep else (1.0,):
        for per_cent in chosen.first_try.split(","):
            label = f"odds x {factor:g}" if chosen.sweep else ""
            done = _progress(shop, chosen, float(per_cent) / 100, shipped.scaled(factor))
            found: dict[str, Cell] = {}
            async for cell in done:
                found[cell.arm] = cell
                _keep(chosen.json, [*cells, *((label, one) for one in found.values())])
            cells += [(label, found[arm]) for arm in chosen.arms]
    console = Console(width=190)
    console.print(result_table(cells, sessions=chosen.sessions, seed=chosen.seed, paced=chosen.answer_seconds > 0))
    _keep(chosen.json, cells)


def _keep(file: Path | None, cells: Sequence[tuple[str, Cell]]) -> None:
    """Write what is done so far, so that a run that is ended early was not for nothing."""
    if file:
        rows = [
            {"odds": label, **cell.row(), "outcomes": [o.as_data() for o in cell.outcomes]} for label, cell in cells
        ]
        file.write_text(json.dumps(rows, indent=1), encoding="utf-8")


async def _progress(shop: Shop, chosen: argparse.Namespace, first_try: float, odds: Odds) -> AsyncGenerator[Cell]:
    arms: list[Arm] = chosen.arms
    async for cell in run_cells(shop, arms, first_try=first_try, sessions=chosen.sessions, odds=odds):
        print(f"{cell.arm} at {first_try:.0%}: {cell.row()['success']:.1%}", file=sys.stderr)
        yield cell


async def _all_faults(shop: Shop) -> dict[str, Counter[str]]:
    """Kind -> how many of its faults are found by what."""
    found: dict[str, Counter[str]] = {}

    async def judge(library: Library, written: Written) -> None:
        judged = await library.judged(written)
        found.setdefault(written.kind, Counter())[judged.found_by] += 1

    async with anyio.create_task_group() as tasks:
        for slug, library in shop.libraries.items():
            for written in shop.subjects[slug].faults:
                tasks.start_soon(judge, library, written)
    return found
