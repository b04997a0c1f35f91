"""The healing ladder (DESIGN section 5): what is done after what was tried."""

from collections.abc import Iterable, Sequence

from ..models.diagnosis import FaultKind, FixStrategy
from ..models.session import DiagnosisRecord

RUNGS: tuple[FixStrategy, ...] = ("prompt_adjustment", "simplify", "fallback")


def next_strategy(wanted: FixStrategy, in_vain: Iterable[FixStrategy]) -> FixStrategy:
    """The strategy for a fault: the one wanted, or the rung above the highest that was tried in vain.

    `abort` is for what a person must mend, and stays; where even the templates failed, nothing is left but it.
    """
    if wanted == "abort":
        return "abort"
    tried = [RUNGS.index(strategy) for strategy in in_vain if strategy in RUNGS]
    rung = max(RUNGS.index(wanted), max(tried, default=-1) + 1)
    return RUNGS[rung] if rung < len(RUNGS) else "abort"


def tried_in_vain(earlier: Sequence[DiagnosisRecord], *, fingerprint: str, kind: FaultKind) -> tuple[FixStrategy, ...]:
    """What this session tried against the same fault, oldest first.

    An adjustment counts for its own fault only (by fingerprint or kind), unless it helped. `simplify` and `fallback`
    change who writes the whole driver: a failure after them is one of theirs, and the ladder is not climbed down again.
    """
    found: list[FixStrategy] = []
    for record in sorted(earlier, key=lambda r: (r.attempt, r.id)):
        strategy: FixStrategy = record.diagnosis["fix_strategy"]
        same = record.fingerprint == fingerprint or record.diagnosis["fault_kind"] == kind
        if strategy != "prompt_adjustment" or (same and not record.helped):
            found.append(strategy)
    return tuple(found)
