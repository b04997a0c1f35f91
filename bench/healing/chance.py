"""What a session's model does by chance: planned by the seed, so that every arm meets the same model."""

import random
from dataclasses import dataclass, field

import anyio

from .faults import Written
from .library import Judged, Library
from .odds import Odds


@dataclass
class Fault:
    """A fault that stands in a file of an attempt, and how often it was to be mended."""

    judged: Judged
    rounds: int = 0


@dataclass
class Course:
    """One session as the model lives through it."""

    number: int
    api: str
    planned: dict[int, Judged | None] = field(default_factory=dict[int, Judged | None])
    """Attempt -> what is wrong with its first answers; None: nothing."""
    standing: dict[tuple[int, str], Fault] = field(default_factory=dict[tuple[int, str], Fault])
    """(attempt, path) -> the fault that its file has now."""
    sent: dict[str, int] = field(default_factory=dict[str, int])
    """What is asked -> how often it was sent."""
    answered: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    """What is asked -> text and stop reason: a request that is sent again is no further round."""
    turn: anyio.Lock = field(default_factory=anyio.Lock)

    def failed_with(self, attempt: int) -> Judged | None:
        """What was wrong at the end of an attempt, or from its beginning."""
        left = [fault.judged for (number, _), fault in self.standing.items() if number == attempt]
        return left[0] if left else self.planned.get(attempt)


class Chance:
    """The dice of one cell."""

    def __init__(self, *, seed: str, first_try: float, odds: Odds) -> None:
        self._seed = seed
        self._first_try = first_try
        self.odds = odds

    def dice(self, *about: object) -> random.Random:
        """Chance that depends on what it is about and on the seed, on nothing else."""
        return random.Random(":".join(map(str, (self._seed, *about))))  # noqa: S311 - chance, no secret

    async def first_answers(self, course: Course, attempt: int, library: Library, adjustment: str) -> Judged | None:
        """What is wrong with the first answers of an attempt; `adjustment` is what its prompt says besides."""
        if attempt not in course.planned:
            before = next((course.failed_with(n) for n in range(attempt - 1, 0, -1) if n in course.planned), None)
            course.planned[attempt] = await self._planned(course, attempt, library, before, adjustment)
        return course.planned[attempt]

    async def _planned(
        self, course: Course, attempt: int, library: Library, before: Judged | None, adjustment: str
    ) -> Judged | None:
        dice = self.dice("first", course.number, attempt)
        right, again, avoided = dice.random() < self._first_try, dice.random(), dice.random()
        named = before is not None and is_precise(before, adjustment, self.odds)
        if before is not None and again < self.odds.same_again:
            return (
                None if named and avoided < self.odds.kinds[before.written.kind].repaired(1, described=True) else before
            )
        if right:
            return None
        for _ in range(20):
            kind = dice.choices(list(self.odds.kinds), [k.share for k in self.odds.kinds.values()])[0]
            if drawn := await library.draw(kind, dice):
                return drawn
        return None

    async def repaired(
        self, course: Course, attempt: int, fault: Fault, library: Library, request: str, *, described: bool
    ) -> Written | None:
        """The answer to a request to mend a fault, whose volatile text is `request`; None where it is right now."""
        fault.rounds += 1
        kind = self.odds.kinds[fault.judged.written.kind]
        dice = self.dice("repair", course.number, attempt, fault.judged.written.path, fault.rounds)
        odds = kind.repaired(fault.rounds, described=described)
        if not is_precise(fault.judged, request, self.odds):
            odds *= self.odds.vague
        if dice.random() < odds:
            return None
        if dice.random() >= self.odds.repeated:
            path = fault.judged.written.path
            other = await library.draw(fault.judged.written.kind, dice, path=path)
            fault.judged = other or fault.judged
        return fault.judged.written


def is_precise(judged: Judged, request: str, odds: Odds) -> bool:
    """Whether a request says what is wrong, in the words of whoever found it."""
    if any(sign in request for sign in (*judged.signs, *odds.tested)):
        return True
    return any(words in request for words in odds.kinds[judged.written.kind].said)
