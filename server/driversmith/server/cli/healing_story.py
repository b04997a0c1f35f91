"""A session's events as lines for a person who watches it heal: when, what kind of thing, and what."""

from datetime import datetime
from typing import NamedTuple

from driversmith.engine.journal.port import Journal
from driversmith.engine.models.report import ContractReport
from driversmith.engine.models.session import SessionEvent

LONGEST = 230
"""Characters of a line; the journal has them all."""

_TOLD = {
    "attempt.started": ("attempt", "bold"),
    "attempt.failed": ("failed", "red"),
    "attempt.succeeded": ("healed", "bold green"),
    "model.asked": ("asked", ""),
    "model.answered": ("answered", ""),
    "model.waiting": ("waiting", "yellow"),
    "file.rejected": ("found", "yellow"),
    "file.accepted": ("accepted", "green"),
    "repair.started": ("found", "yellow"),
    "diagnosis.made": ("diagnosed", "magenta"),
    "plan.made": ("adjusted", "cyan"),
    "driver.kept": ("kept", "yellow"),
    "exception.caught": ("broken", "bold red"),
    "session.failed": ("failed", "bold red"),
}
_STEPS = {
    "contract": "run",
    "live": "run",
    "validate": "checked",
    "research": "read",
    "generate": "written",
    "publish": "written",
}


class Line(NamedTuple):
    """One thing that happened."""

    seconds: float
    """Since the session began."""
    word: str
    style: str
    text: str


class Story:
    """Tells events of one session, in their order; what a step came to is looked up in the journal."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._began: datetime | None = None

    async def line(self, event: SessionEvent) -> Line | None:
        """The line for an event; None where it says nothing new to a person."""
        at = datetime.fromisoformat(event.at)
        self._began = self._began or at
        word, style, text = await self._told(event)
        if not word:
            return None
        return Line((at - self._began).total_seconds(), word, style, _short(text))

    async def _told(self, event: SessionEvent) -> tuple[str, str, str]:
        if event.kind in _TOLD:
            return *_TOLD[event.kind], _text(event)
        if event.kind not in {"step.started", "step.finished"}:
            return "", "", ""
        step = str(event.data["step"])
        kind = next((part for part in step.split("/") if part in _STEPS), "")
        if event.kind == "step.started" and kind in {"contract", "live", "research"}:
            return _STEPS[kind], "blue", event.message
        if event.kind == "step.finished" and kind == "contract":
            return await self._ran(event.session_id, step)
        return "", "", ""

    async def _ran(self, session_id: str, step: str) -> tuple[str, str, str]:
        report = ContractReport.model_validate(await self._journal.step_result(session_id, step))
        style = "red" if report.failed else "green"
        return "run", style, f"The contract run: {report.passed} behaviours hold, {report.failed} are broken."


def _text(event: SessionEvent) -> str:
    """The event's sentence, with what its data add, and without what the word in front of it says."""
    match event.kind:
        case "plan.made":
            return f"{event.message} {_modifications(event)}"
        case "diagnosis.made":
            said = event.message.removeprefix("Diagnosis: ")
            return f"{event.data['fault_kind']}, by {event.data['source']}: {said}"
        case "file.rejected" if event.data["outcome"] == "stuck":
            return f"{event.message}: the same file came again, that had failed before"
        case _:
            return event.message.removeprefix("Asking the model: ").removeprefix("The model answered: ")


def _modifications(event: SessionEvent) -> str:
    adjustments: dict[str, list[str]] = event.data.get("adjustments", {})
    return " ".join(f"Into the request for {path}: {' '.join(words)}" for path, words in adjustments.items())


def _short(text: str) -> str:
    """One line without control characters, cut where it is too long: messages quote what others wrote."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 3]}..."
