"""Reality corrects the facts: what answers suggest is tried through a driver built from it, and kept only where that reads
more, or reads at all."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from ..facts.catalogue import RefusedError, apply, current
from ..facts.detectors.case import Case
from ..facts.detectors.registry import proposals
from ..models.facts import Contradiction, Correction
from ..models.profile import ApiProfile
from .live_reads import Reading

MOST_ROUNDS = 4
"""Corrections of one object that build on each other."""

ReadAgain = Callable[[ApiProfile, str], Awaitable[Reading | None]]
"""Reads an object through a driver built from a profile; None: the API may not be asked any more."""


@dataclass(frozen=True)
class Corrected:
    """What became of the facts, and how the objects are read by them."""

    profile: ApiProfile
    readings: tuple[Reading, ...]
    corrections: tuple[Correction, ...] = ()
    """Those that a read confirmed, in order."""
    contradictions: tuple[Contradiction, ...] = ()
    tried: int = 0
    """How many were tried."""


async def corrected(profile: ApiProfile, readings: Sequence[Reading], read_again: ReadAgain) -> Corrected:
    """The facts as the API shows them, from how objects were read by `profile`. A correction that helps no read is taken back."""
    now, kept, tried = profile, list[Correction](), 0
    afterwards: list[Reading] = []
    for first in readings:
        reading, name = first, first.live.object_name
        if _asked_otherwise(now) != _asked_otherwise(profile):  # what holds for all objects was corrected meanwhile
            reading = await read_again(now, name) or first
        for _ in range(MOST_ROUNDS):
            found = None
            for correction in _proposed(now, reading):
                try:
                    candidate = apply(now, correction, known_by="observed")
                except RefusedError:
                    continue
                again = await read_again(candidate, name)
                if again is None:
                    break
                tried += 1
                if is_better(again, reading):
                    found = candidate, again, correction
                    break
            if found is None:
                break
            now, reading, correction = found
            kept.append(correction)
        afterwards.append(reading)
    told = {c.fact: c for c in kept}
    contradictions = tuple(
        Contradiction(fact=fact, described=current(profile, fact), observed=current(now, fact), because=c.because)
        for fact, c in told.items()
    )
    return Corrected(now, tuple(afterwards), tuple(kept), contradictions, tried)


def _asked_otherwise(profile: ApiProfile) -> tuple[object, ...]:
    return profile.base_url, profile.auth


def is_better(new: Reading, old: Reading) -> bool:
    """Whether a read confirms a correction: records are read that were not, none is lost, and it does not go in a circle."""
    if not new.live.ok or not new.live.count or new.raised:
        return False
    if not old.live.ok or not old.live.count:
        return True
    if old.raised:
        return new.live.count >= old.live.count
    first = old.pages[:1]
    if first and first[0] in new.pages[1:]:
        return True  # what was taken for the first page is a later one
    return new.live.count > old.live.count and first == new.pages[:1]


def _proposed(profile: ApiProfile, reading: Reading) -> list[Correction]:
    described = profile.objects[reading.live.object_name]
    if "read" not in described.operations:
        return []
    error = reading.live.error or (reading.raised.message if reading.raised else "")
    return proposals(Case(profile, described.name, reading.answers, error))
