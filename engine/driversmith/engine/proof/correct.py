"""Reality corrects the facts: what answers suggest is tried through a driver built from it, and kept only where that reads
more, or reads at all."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pydantic import JsonValue

from ..facts.answer import Answer
from ..facts.catalogue import RefusedError, address, apply, current
from ..facts.detectors.case import Case
from ..facts.detectors.registry import proposals
from ..models.facts import Contradiction, Correction
from ..models.profile import ApiProfile
from .live_reads import Reading

MOST_ROUNDS = 4
"""Corrections of one object that build on each other."""


class Api(Protocol):
    """The real API, as far as it may be asked."""

    async def read(self, profile: ApiProfile, name: str) -> Reading | None:
        """An object, read through a driver built from these facts; None: no more requests may be made."""
        ...

    async def peek(self, profile: ApiProfile, name: str, answer: Answer, query: Mapping[str, str]) -> Answer | None:
        """What the API answers to the same request with these query parameters, without a driver; None as above."""
        ...


@dataclass(frozen=True)
class Corrected:
    """What became of the facts, and how the objects are read by them."""

    profile: ApiProfile
    readings: tuple[Reading, ...]
    corrections: tuple[Correction, ...] = ()
    """Those that a read confirmed, in order."""
    tried: int = 0
    """How many were tried."""


async def corrected(
    profile: ApiProfile,
    readings: Sequence[Reading],
    api: Api,
    *,
    from_one: set[str] | None = None,
    remembered: Sequence[Correction] = (),
) -> Corrected:
    """The facts as the API shows them, from how objects were read by `profile`. A correction that helps no read is taken back.

    `from_one` gathers the parameters that count pages from 1, so that none is asked about twice; what is `remembered` is tried
    before what the answers suggest."""
    now, kept, tried = profile, list[Correction](), 0
    afterwards: list[Reading] = []
    from_one = set() if from_one is None else from_one
    for first in readings:
        reading, name = first, first.live.object_name
        if _asked_otherwise(now) != _asked_otherwise(profile):  # what holds for all objects was corrected meanwhile
            reading = await api.read(now, name) or first
        for _ in range(MOST_ROUNDS):
            found = None
            for correction in (*_recalled(now, reading, remembered), *_proposed(now, reading)):
                try:
                    candidate = apply(now, correction, known_by="observed")
                except RefusedError:
                    continue
                if await _is_refuted(now, reading, correction, api, from_one):
                    continue
                again = await api.read(candidate, name)
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
    return Corrected(now, tuple(afterwards), tuple(kept), tried)


def contradictions(
    described: ApiProfile, now: ApiProfile, corrections: Sequence[Correction]
) -> tuple[Contradiction, ...]:
    """What was described and what was observed, for each corrected fact."""
    told = {c.fact: c for c in corrections}
    return tuple(
        Contradiction(fact=fact, described=_told(described, fact), observed=_told(now, fact), because=c.because)
        for fact, c in told.items()
    )


def _told(profile: ApiProfile, fact: str) -> JsonValue:
    """A fact as it stands; None where the facts know of no such thing, as of a parameter that nobody described."""
    try:
        return current(profile, fact)
    except RefusedError:
        return None


def is_suspect(profile: ApiProfile, reading: Reading, from_one: Collection[str] = ()) -> bool:
    """Whether an object was not read, or its answers suggest other facts: what holds for it may hold for the others."""
    position = profile.objects[reading.live.object_name].pagination.position_parameter
    proposed = [c for c in _proposed(profile, reading) if c.value != {"first": 0} or position not in from_one]
    return not reading.live.ok or bool(proposed)


async def _is_refuted(
    profile: ApiProfile, reading: Reading, correction: Correction, api: Api, from_one: set[str]
) -> bool:
    """Whether one request shows that a correction is wrong, so that no driver has to be written to try it: pages that would
    begin at 0 are proposed for every API that counts them from 1.

    `from_one` gathers parameters that were seen to: an API counts its pages in one way."""
    first = next((answer for answer in reading.answers if answer.is_good), None)
    paging = profile.objects[reading.live.object_name].pagination
    if correction.value != {"first": 0} or first is None or not paging.position_parameter:
        return False
    if paging.position_parameter in from_one:
        return True
    zero = await api.peek(profile, reading.live.object_name, first, {paging.position_parameter: "0"})
    if zero is None:
        return True
    if zero.status in (401, 403) or (zero.is_good and zero.body and zero.body != first.body):
        return False
    from_one.add(paging.position_parameter)
    return True


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


def _recalled(profile: ApiProfile, reading: Reading, remembered: Sequence[Correction]) -> list[Correction]:
    """What helped this API before, of this object, or of all of it where the object is not read."""
    mine = address("objects", reading.live.object_name)
    operation = profile.objects[reading.live.object_name].operations.get("read", "")
    places = [f"{mine}/", f"{address('operations', operation)}/"]
    if not reading.live.ok:
        places += ["/base_path", "/auth/", "/headers/", "/trailing_slash", "/error_path", "/rate_limit"]
    return [c for c in remembered if c.fact.startswith(tuple(places))]


def _proposed(profile: ApiProfile, reading: Reading) -> list[Correction]:
    described = profile.objects[reading.live.object_name]
    if "read" not in described.operations:
        return []
    error = reading.live.error or (reading.raised.message if reading.raised else "")
    return proposals(Case(profile, described.name, reading.answers, error))
