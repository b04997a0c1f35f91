"""`driversmith doctor --self-check`: what the conformance suites find on this machine, as findings of doctor."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from driversmith.engine.errors import DriversmithError
from driversmith.engine.settings import Settings
from rich.text import Text

from ..terminal.progress import Watched
from .check import Check

if TYPE_CHECKING:
    from driversmith.engine.self_check import CheckOutcome

_REPORT = "If they fail again, report them with what `driversmith doctor --self-check --json` prints."
_ADVICE = {
    "journal": "Keep DRIVERSMITH_HOME on a disk of this machine that is not full, no network share and no synchronised"
    f" folder, and run it again. {_REPORT}",
    "sandbox": "Make no drivers here until they pass: what a driver does may not be held back. Look whether security"
    f" software, or a container's limits, keep child processes from starting or ending; run it again. {_REPORT}",
}


async def self_check(settings: Settings, shown: Watched) -> "tuple[list[Check], list[CheckOutcome]]":
    """A finding for each suite, and what became of each of its checks."""
    from driversmith.engine.composition import self_check

    async def progressed(share: float, suite: str) -> None:
        await shown(share, 1.0, "")
        shown.doing(f"Trying what is promised of the {suite}.")

    try:
        outcomes = await self_check(settings, progress=progressed)
    except DriversmithError as error:
        return [Check(name="self-check", ok=False, found=error.message, advice=error.next_action)], []
    suites = list(dict.fromkeys(outcome.suite for outcome in outcomes))
    return [_finding(suite, [o for o in outcomes if o.suite == suite]) for suite in suites], outcomes


def _finding(suite: str, outcomes: "Sequence[CheckOutcome]") -> Check:
    counted = {what: sum(outcome.outcome == what for outcome in outcomes) for what in ("passed", "failed", "skipped")}
    seconds = sum(outcome.seconds for outcome in outcomes)
    told = ", ".join(f"{count} {what}" for what, count in counted.items() if count)
    ok = not counted["failed"]
    found = f"{len(outcomes)} checks, {told}, in {seconds:.1f} s"
    return Check(name=f"{suite} self-check", ok=ok, found=found, advice="" if ok else _ADVICE[suite])


def lines_of(outcomes: "Sequence[CheckOutcome]") -> list[Text]:
    """A line for each check that failed or was skipped; many that failed alike, or were skipped alike, are one."""
    lines: list[Text] = []
    told = {(o.suite, o.outcome, o.said) for o in outcomes if o.outcome != "passed"}
    for suite, outcome, said in sorted(told):
        names = [_words(o.name) for o in outcomes if (o.suite, o.outcome, o.said) == (suite, outcome, said)]
        named = names[0] if len(names) == 1 else f"{names[0]}, and {len(names) - 1} more"
        lines.append(Text.assemble(_MARKS[outcome], f"  {suite}: {named}: {said}"))
    return lines


_MARKS = {"failed": ("      not kept", "bold red"), "skipped": ("      skipped ", "yellow")}


def _words(name: str) -> str:
    return name.replace("_", " ")
