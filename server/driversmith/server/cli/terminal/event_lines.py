"""Events of a session in a word and a sentence, for a person who watches."""

from typing import NamedTuple

from driversmith.engine.models.session import SessionEvent
from driversmith.engine.models.visible import visible
from rich.text import Text

LONGEST = 230
"""Characters of a sentence; the journal has them all."""
LASTING = frozenset(
    {
        "attempt.failed",
        "model.waiting",
        "file.rejected",
        "repair.started",
        "diagnosis.made",
        "fact.corrected",
        "plan.made",
        "driver.kept",
        "exception.caught",
    }
)
"""Kinds of events that tell of healing: worth staying in sight where all others pass by in one live line."""
WORDS = {
    "attempt.started": ("attempt", "bold"),
    "attempt.failed": ("failed", "red"),
    "attempt.succeeded": ("done", "bold green"),
    "model.asked": ("asked", ""),
    "model.answered": ("answered", ""),
    "model.waiting": ("waiting", "yellow"),
    "file.rejected": ("found", "yellow"),
    "file.accepted": ("accepted", "green"),
    "repair.started": ("found", "yellow"),
    "diagnosis.made": ("diagnosed", "magenta"),
    "plan.made": ("adjusted", "cyan"),
    "driver.kept": ("kept", "yellow"),
    "fact.corrected": ("corrected", "cyan"),
    "exception.caught": ("broken", "bold red"),
    "session.failed": ("failed", "bold red"),
}
"""Kind of event -> the word for it, and the style of that word."""


class EventLine(NamedTuple):
    """One thing that happened."""

    word: str
    style: str
    text: str

    def styled(self) -> Text:
        """The line as it stands on a terminal."""
        return Text.assemble((f"{self.word:<10}", self.style), self.text)


def event_line(event: SessionEvent) -> EventLine | None:
    """The line for an event of models, files, attempts and diagnoses; None for any other."""
    if event.kind not in WORDS:
        return None
    return EventLine(*WORDS[event.kind], one_line(_text(event)))


def one_line(text: str) -> str:
    """Without control characters, and cut where it is too long."""
    line = " ".join(printable(text).split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 3]}..."


def printable(text: str) -> str:
    """On one line, and `visible`: messages quote what others wrote."""
    return visible(text.replace("\r\n", " ").replace("\n", " ").replace("\t", " "))


def _text(event: SessionEvent) -> str:
    """The event's sentence, with what its data add, and without what the word in front of it says."""
    data = event.data
    match event.kind:
        case "plan.made":
            return f"{event.message} {_modifications(data.get('adjustments', {}))}"
        case "diagnosis.made":
            said = event.message.removeprefix("Diagnosis: ")
            return f"{data.get('fault_kind', 'unknown')}, by {data.get('source', 'rules')}: {said}"
        case "file.rejected" if data.get("outcome") == "stuck":
            return f"{event.message}: the same file came again, that had failed before"
        case _:
            return event.message.removeprefix("Asking the model: ").removeprefix("The model answered: ")


def _modifications(adjustments: dict[str, list[str]]) -> str:
    return " ".join(f"Into the request for {path}: {' '.join(words)}" for path, words in adjustments.items())
