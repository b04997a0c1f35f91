"""What became of sessions, and the sums over a cell."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from .apis import APIS
from .asking import Spent


@dataclass
class Outcome:
    """One session of one arm."""

    session: int
    api: str
    kind: str = ""
    """Kind of the fault in its first answers; '' where they were right."""
    claimed: bool = False
    """Whether the arm says that there is a working driver."""
    untrue: str = ""
    """What the driver does not read of its API, where one was handed over."""
    is_told: bool = False
    """Whether an object is said to be left out, or not to be read from the API itself."""
    first_try: bool = False
    """Whether it was there with the first answers."""
    guarded: bool = False
    """Whether it was there by the end of the first attempt."""
    attempts: int = 1
    diagnoses: int = 0
    author: str = ""
    """Who wrote the client that was handed over."""
    internal: bool = False
    """Whether a fault of the product itself ended the session or one of its attempts."""
    wall: float = 0.0
    """Seconds from beginning to end."""
    spent: Spent = field(default_factory=Spent)

    @property
    def has_wrong_fact(self) -> bool:
        """Whether the description of its API is wrong in one."""
        return APIS[self.api].fact is not None

    @property
    def works(self) -> bool:
        """Success: claimed, and true."""
        return self.claimed and not self.untrue

    @property
    def is_false(self) -> bool:
        """Claimed, not true, and nothing is said of that."""
        return self.claimed and bool(self.untrue) and not self.is_told

    def as_data(self) -> dict[str, Any]:
        """Everything, as JSON has it."""
        data = asdict(self)
        del data["spent"]["spans"]
        return {**data, "works": self.works, "has_wrong_fact": self.has_wrong_fact, "chain": round(self.spent.chain, 3)}


@dataclass(frozen=True)
class Cell:
    """All sessions of one arm at one first-try probability."""

    arm: str
    first_try: float
    outcomes: Sequence[Outcome]
    cache_read: float = 0.0
    """Share of the input that could have been read from the cache and was."""

    def share(self, *marks: bool) -> float:
        """The share of sessions with a mark."""
        return sum(marks) / max(1, len(self.outcomes))

    def row(self) -> dict[str, float | str]:
        """The figures of the table, shares as 0 to 1, money in dollars over all sessions."""
        found = self.outcomes
        ratios = [o.wall / chain for o in found if (chain := o.spent.chain)]
        return {
            "arm": self.arm,
            "first_try_set": self.first_try,
            "sessions": len(found),
            "first_try": self.share(*(o.first_try and o.works for o in found)),
            "after_guards": self.share(*(o.guarded and o.works for o in found)),
            "success": self.share(*(o.works for o in found)),
            "success_in_logic": _share_of([o for o in found if o.kind == "logic"]),
            "success_by_right_facts": _share_of([o for o in found if not o.has_wrong_fact]),
            "success_by_wrong_facts": _share_of([o for o in found if o.has_wrong_fact]),
            "told": self.share(*(o.claimed and not o.works and not o.is_false for o in found)),
            "false": self.share(*(o.is_false for o in found)),
            "attempts": statistics.fmean(o.attempts for o in found) if found else 0.0,
            "diagnoses": statistics.fmean(o.diagnoses for o in found) if found else 0.0,
            "requests": statistics.fmean(o.spent.requests for o in found) if found else 0.0,
            "tokens": statistics.fmean(o.spent.tokens for o in found) if found else 0.0,
            "dollars": sum(o.spent.dollars for o in found),
            "saved": sum(o.spent.saved for o in found),
            "cache_read": self.cache_read,
            "wall_over_chain": statistics.median(ratios) if ratios else 0.0,
            "by_templates": self.share(*(o.claimed and o.author == "template" for o in found)),
            "internal": self.share(*(o.internal for o in found)),
        }


def _share_of(outcomes: Sequence[Outcome]) -> float:
    return sum(o.works for o in outcomes) / len(outcomes) if outcomes else 0.0
