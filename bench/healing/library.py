"""The faults of an API with what finds them: each is judged before it is used, so that none is a fault in name only."""

import random
from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

from .classic import classic_errors, unfenced
from .faults import Written
from .judging import Judge
from .subjects import Subject

FoundBy = Literal["validation", "contract", "truth", "nothing"]
MOST_SIGNS = 40


@dataclass(frozen=True)
class Judged:
    """A fault as it is seen."""

    written: Written
    found_by: FoundBy
    """The first that sees it: what only the truth sees ends as a false success."""
    signs: tuple[str, ...] = ()
    """What is said of it, under the name of no session: a request with one of these holds the precise finding."""


class Library:
    """The faults of one API; judged when they are first drawn."""

    def __init__(self, subject: Subject, judge: Judge) -> None:
        self._subject = subject.corrected
        self._judge = judge
        self._known: dict[tuple[str, str], Judged] = {}
        self._by_kind: defaultdict[str, list[Written]] = defaultdict(list)
        for written in subject.faults:
            self._by_kind[written.kind].append(written)

    @property
    def kinds(self) -> list[str]:
        """Kinds of which the API has a fault."""
        return list(self._by_kind)

    async def draw(self, kind: str, chance: random.Random, *, path: str | None = None) -> Judged | None:
        """A fault of a kind (and file) that really is one, by chance; None where there is none."""
        candidates = [w for w in self._by_kind[kind] if path is None or w.path == path]
        chance.shuffle(candidates)
        for written in candidates:
            judged = await self.judged(written)
            if judged.found_by != "nothing":
                return judged
        return None

    async def judged(self, written: Written) -> Judged:
        """What finds a fault, and what is said of it then."""
        key = (written.path, written.fault)
        if key not in self._known:
            self._known[key] = await self._judged(written)
        return self._known[key]

    async def _judged(self, written: Written) -> Judged:
        client = self._subject.paths[0]
        seen = self._subject.files({client: self._subject.right[client], written.path: written.text})
        report = await self._judge.validate_parts(self._subject, seen)
        bad = [f for f in report.findings if f.severity != "P3"]
        if bad:
            said = [part for finding in bad for part in (finding.message, f"[{finding.code}]")]
            return Judged(written, "validation", _signs([*said, *_classic(written)]))
        files = self._subject.files({**self._subject.right, written.path: written.text})
        contract = await self._judge.run_contract(self._subject, files)
        failed = contract.broken
        if failed:
            return Judged(written, "contract", _signs([part for b in failed for part in (b.name, b.received)]))
        if await self._judge.untrue(self._subject, files):
            return Judged(written, "truth")
        return Judged(written, "nothing")


def _signs(said: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in said if len(text) > 3))[:MOST_SIGNS]


def _classic(written: Written) -> list[str]:
    """What the classic validator says, which is all that a classic loop has."""
    return classic_errors(written.path, unfenced(written.text))
