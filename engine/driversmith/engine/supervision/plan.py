"""What an attempt does, and what the next one does otherwise (DESIGN section 5, the healing ladder)."""

from collections.abc import Mapping
from typing import Literal

from ..models.base import Value
from ..models.diagnosis import Diagnosis, FixStrategy

PlanMode = Literal["template", "full", "simplify"]
"""Who writes: templates alone; a model whole files; a model the slots of the templates."""

ALL_FILES = "*"


class Plan(Value):
    """One attempt, decided before it begins and journalled with the decision for it."""

    mode: PlanMode
    strategy: FixStrategy | None = None
    """None for a first attempt."""
    adjustments: dict[str, tuple[str, ...]] = {}
    """Path of a file, or `*` for all -> modifications of its prompt, oldest first."""
    accepted: dict[str, str] = {}
    """Files of the attempt before that passed (path -> text): they are not written again."""

    @property
    def files(self) -> tuple[str, ...]:
        """The files whose prompts are adjusted."""
        return tuple(path for path in self.adjustments if path != ALL_FILES)


def next_plan(
    before: Plan, diagnosis: Diagnosis, *, path: str | None, cured: bool, accepted: Mapping[str, str]
) -> Plan | None:
    """The plan after a failed attempt; None where no further attempt would be a different one.

    `path` is the file at fault; what was `accepted` beside it is not written again. `cured` says that the fault before
    this one is gone: adjustments that brought that about stay, those that did not help leave the prompts.
    """
    strategy = diagnosis.fix_strategy
    if strategy == "abort" or before.mode == "template":
        return None
    if strategy == "fallback":
        return Plan(mode="template", strategy="fallback")
    kept = before.adjustments if cured else {}
    modification = diagnosis.prompt_modification
    named = path or ALL_FILES
    if strategy == "prompt_adjustment" and modification and modification not in before.adjustments.get(named, ()):
        adjusted = {**kept, named: (*kept.get(named, ()), modification)}
        passed = {at: text for at, text in accepted.items() if not _is_at_fault(at, path)}
        return Plan(mode="full", strategy=strategy, adjustments=adjusted, accepted=passed)
    if before.mode != "simplify":
        return Plan(mode="simplify", strategy="simplify", adjustments=kept)
    return Plan(mode="template", strategy="fallback")


def _is_at_fault(path: str, named: str | None) -> bool:
    """Where no file is named, the driver is at fault as a whole: its client."""
    return path == named if named else path.endswith("/client.py")
