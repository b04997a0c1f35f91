"""The command line of the bench."""

import argparse
import json
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import anyio
from rich.console import Console
from rich.table import Table

from .api import Api
from .apis import APIS
from .measuring import Arm, Outcome, measured
from .peers import NAMES, Peers


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Are APIs read truly whose descriptions are wrong?")
    parser.add_argument("--live", choices=("auto", "true"), default="true")
    parser.add_argument("--who", choices=("template", "knowing", "hallucinating", "misled"), default="template")
    parser.add_argument("--no-diagnosis", action="store_true", help="no rule proposes corrections")
    parser.add_argument("--facts-only", action="store_true", help="the model corrects facts; the templates write")
    parser.add_argument("--seed", default="1", help="decides what is made up")
    parser.add_argument("--peers", metavar="PYTHON", help="a Python that has openapi-python-client and dlt")
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    apis = [api for api in APIS if not given.only or api.name in given.only]
    arm = Arm(
        who=given.who, live=given.live, rules=not given.no_diagnosis, seed=given.seed, writes=not given.facts_only
    )
    outcomes = anyio.run(run, apis, arm, given.peers)
    if given.json:
        print(json.dumps([vars(o) for o in outcomes], indent=2))
        return
    _print(outcomes, arm)


async def run(apis: list[Api], arm: Arm, peers: str | None) -> list[Outcome]:
    """One API after the other; what is under way stands on standard error."""
    outcomes: list[Outcome] = []
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        others = stack.enter_context(Peers(peers, Path(folder) / "peers")) if peers else None
        for api in apis:
            began = time.monotonic()
            outcomes.append(await measured(api, arm, Path(folder) / api.name))
            if others:
                outcomes[-1].peers = await others.read(api)
            o = outcomes[-1]
            how = "truly" if o.truly else "NO, and live" if o.is_false else "no"
            kept = f", wrong kept: {' '.join(o.wrong_kept)}" if o.wrong_kept else ""
            took = f"{time.monotonic() - began:.0f} s"
            print(f"{o.name}: {how}, {took}{kept}", file=sys.stderr, flush=True)
    return outcomes


def _print(outcomes: list[Outcome], arm: Arm) -> None:
    rules = "" if arm.rules else ", no diagnosis"
    table = Table(title=f"{len(outcomes)} APIs, live={arm.live}, {arm.who}{rules}")
    peers = [name for name in NAMES if any(name in o.peers for o in outcomes)]
    for column in ("API", "verified", "read truly", "told", "GETs", "corrected", *peers):
        table.add_column(column)
    for o in outcomes:
        truly = "yes" if o.truly else "NO, and live" if o.is_false else "no"
        told = "yes" if o.told else ""
        by_peers = [{True: "yes", False: "no", None: ""}[o.peers.get(name)] for name in peers]
        table.add_row(o.name, o.level, truly, told, str(o.requests), ", ".join(o.corrected), *by_peers)
    Console(width=150).print(table)
    for line in summary(outcomes, arm):
        print(line)


def summary(outcomes: list[Outcome], arm: Arm) -> list[str]:
    """The ratios of an arm, one sentence a line."""
    of = len(outcomes)
    truly, told = sum(o.truly for o in outcomes), sum(o.told and not o.truly for o in outcomes)
    lines = [
        f"read truly {truly}/{of} ({truly / of:.1%}), else told {told}, neither {of - truly - told},"
        f" live but wrong {sum(o.is_false for o in outcomes)}, GETs at most {max(o.requests for o in outcomes)}"
    ]
    if arm.who != "template":
        lines.append(
            f"corrections given {sum(o.given for o in outcomes)}, of these wrong {sum(o.wrong for o in outcomes)};"
            f" wrong ones kept {sum(len(o.wrong_kept) for o in outcomes)},"
            f" right ones lost {sum(len(o.right_lost) for o in outcomes)}"
        )
    for name in NAMES:
        read = [o.peers[name] for o in outcomes if name in o.peers]
        if read:
            lines.append(f"{name}: read truly {sum(read)}/{len(read)} ({sum(read) / len(read):.1%})")
    return lines
