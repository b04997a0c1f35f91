"""The first requests of two attempts for the client, as the journal has them, and what is different in the second."""

import difflib
from collections.abc import Iterable

from driversmith.engine.journal.port import StepResults
from driversmith.engine.llm.request import Task, task_line
from driversmith.engine.models.base import Value
from driversmith.engine.models.session import SessionEvent


class PromptPair(Value):
    """What was asked for one file in an attempt, and in the one after it."""

    path: str
    before: str
    after: str

    def difference(self) -> list[str]:
        """A unified diff, line by line."""
        names = (f"attempt 1: {self.path}", f"attempt 2: {self.path}")
        return list(difflib.unified_diff(self.before.splitlines(), self.after.splitlines(), *names, n=2, lineterm=""))


async def prompts_of_client(journal: StepResults, events: Iterable[SessionEvent]) -> PromptPair | None:
    """The journalled instructions of attempts 1 and 2; None where one of them never asked for the client."""
    found: dict[int, tuple[str, str]] = {}
    for event in events:
        data = event.data
        if event.kind != "model.asked" or data["try_number"] != 1 or not str(data["path"]).endswith("/client.py"):
            continue
        stored = await journal.step_result(event.session_id, data["step"])
        if isinstance(stored, dict) and isinstance(request := stored.get("request"), dict):
            line = task_line(Task.model_validate(request["task"]))
            found.setdefault(data["attempt"], (data["path"], f"{line}\n{request['instruction']}"))
    if 1 not in found or 2 not in found:
        return None
    return PromptPair(path=found[1][0], before=found[1][1], after=found[2][1])
