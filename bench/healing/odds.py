"""The chances of the simulated model, from `odds.toml`."""

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

_FILE = Path(__file__).with_name("odds.toml")


@dataclass(frozen=True)
class Kind:
    """A kind of fault."""

    share: float
    odds: tuple[float, ...]
    described: tuple[float, ...] = ()
    said: tuple[str, ...] = ()

    def repaired(self, round_: int, *, described: bool) -> float:
        """The odds of repair in a round (1, 2, ...), given a precise finding."""
        odds = self.described if described and self.described else self.odds
        return odds[min(round_, len(odds)) - 1]


@dataclass(frozen=True)
class Odds:
    """All chances."""

    kinds: dict[str, Kind]
    vague: float
    tested: tuple[str, ...]
    repeated: float
    same_again: float
    transport: float
    longest_burst: int
    transport_kinds: tuple[str, ...]
    diagnosis_right: float
    diagnosis_wrong: float
    facts_right: float
    facts_wrong: float
    simplify_right: float
    simplify_wrong: float

    @classmethod
    def shipped(cls) -> Self:
        """Those of the file."""
        data: dict[str, Any] = tomllib.loads(_FILE.read_text("utf-8"))
        kinds = {
            name: Kind(row["share"], tuple(row["odds"]), tuple(row.get("described", ())), tuple(row.get("said", ())))
            for name, row in data["kinds"].items()
        }
        return cls(
            kinds=kinds,
            vague=data["repair"]["vague"],
            tested=tuple(data["repair"]["tested"]),
            repeated=data["repair"]["repeated"],
            same_again=data["again"]["same"],
            transport=data["transport"]["share"],
            longest_burst=data["transport"]["longest"],
            transport_kinds=tuple(data["transport"]["kinds"]),
            diagnosis_right=data["diagnosis"]["right"],
            diagnosis_wrong=data["diagnosis"]["wrong"],
            facts_right=data["facts"]["right"],
            facts_wrong=data["facts"]["wrong"],
            simplify_right=data["simplify"]["right"],
            simplify_wrong=data["simplify"]["wrong"],
        )

    def scaled(self, factor: float) -> "Odds":
        """The same model, better or worse at repairs by a factor."""
        kinds = {
            name: replace(
                kind,
                odds=tuple(min(1.0, odd * factor) for odd in kind.odds),
                described=tuple(min(1.0, odd * factor) for odd in kind.described),
            )
            for name, kind in self.kinds.items()
        }
        return replace(self, kinds=kinds)

    def independent(self) -> "Odds":
        """The same model, but a new attempt knows nothing of the one before: the best case of blind resampling."""
        return replace(self, same_again=0.0)

    def silent(self) -> "Odds":
        """The same model, but it never says anything of facts."""
        return replace(self, facts_right=0.0, facts_wrong=0.0)

    @property
    def burst_starts(self) -> float:
        """The chance that a burst begins with a request, so that `transport` of all requests that are sent fail."""
        mean = (1 + self.longest_burst) / 2
        return self.transport / (mean * (1 - self.transport))
