"""A session's events as a story: when, what kind of thing, and what; contract runs with what came of them."""

from datetime import datetime

from driversmith.engine.journal.port import StepResults
from driversmith.engine.models.report import ContractReport
from driversmith.engine.models.session import SessionEvent
from rich.text import Text

from ..cli.terminal.event_lines import EventLine, event_line


class Story:
    """Tells events of one session, in their order; what a contract run came to is looked up in the journal."""

    def __init__(self, journal: StepResults) -> None:
        self._journal = journal
        self._began: datetime | None = None

    async def line(self, event: SessionEvent) -> Text | None:
        """The line for an event, with the seconds since the first; None where it says nothing new to a person."""
        at = datetime.fromisoformat(event.at)
        self._began = self._began or at
        told = event_line(event) or await self._step(event)
        if told is None:
            return None
        return Text.assemble((f"{(at - self._began).total_seconds():5.1f}  ", "dim"), told.styled())

    async def _step(self, event: SessionEvent) -> EventLine | None:
        parts = str(event.data.get("step", "")).split("/")
        if event.kind == "step.started" and parts[0] == "research":
            return EventLine("read", "blue", event.message)
        if event.kind == "step.started" and {"contract", "live"} & set(parts):
            return EventLine("run", "blue", event.message)
        if event.kind == "step.finished" and "contract" in parts:
            stored = await self._journal.step_result(event.session_id, event.data["step"])
            report = ContractReport.model_validate(stored)
            text = f"The contract run: {report.passed} behaviours hold, {report.failed} are broken."
            return EventLine("run", "red" if report.failed else "green", text)
        return None
