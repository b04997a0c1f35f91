"""Reality corrects the facts: what answers suggest is tried through a driver built from it, and kept only where that reads
more, or reads at all."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from ..facts.answer import Answer
from ..facts.catalogue import RefusedError, address, apply
from ..facts.detectors.case import Case, Given
from ..facts.detectors.credentials import told_by_refusal
from ..facts.detectors.doubts import doubt, question, unfinished
from ..facts.detectors.registry import proposals
from ..models.facts import Correction
from ..models.profile import ApiProfile
from .confirm import is_another_page, is_confirmed, probe
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

    async def peek_bare(self, profile: ApiProfile, name: str, answer: Answer) -> Answer | None:
        """What the API answers to the same request without any credential; None as above."""
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
    given: Given | None = None,
    proven: str | None = None,
) -> Corrected:
    """The facts as the API shows them, from how objects were read by `profile`. A correction that helps no read is taken back.
    So is one that all requests rest on, and by which an object is no longer read that was: `proven` is one.

    `from_one` gathers the parameters that count pages from 1, so that none is asked about twice; what is `remembered` is tried
    before what the answers suggest; `given` names the credentials that the user gave."""
    now, kept, tried = profile, list[Correction](), 0
    afterwards: list[Reading] = []
    from_one, seen_to = set[str]() if from_one is None else from_one, set[str]()
    for first in readings:
        reading, name = first, first.live.object_name
        if _asked_otherwise(now) != _asked_otherwise(profile):  # what holds for all objects was corrected meanwhile
            reading = await api.read(now, name) or first
        for _ in range(MOST_ROUNDS):
            found = None
            for correction in (
                *_recalled(now, reading, remembered),
                *_proposed(now, reading, given, proven is not None),
            ):
                if (key := f"{name} {correction.fact} {json.dumps(correction.value)}") in seen_to:
                    continue
                seen_to.add(key)
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
                if not is_confirmed(correction, again, reading, now.objects[name].fields):
                    continue
                if not _is_of_all(correction) or proven is None or await _still_read(api, candidate, proven):
                    found = candidate, again, correction
                    break
            if found is None:
                break
            now, reading, correction = found
            kept.append(correction)
        afterwards.append(_with_doubt(now, reading, given))
    return Corrected(now, tuple(afterwards), tuple(kept), tried)


def is_suspect(
    profile: ApiProfile, reading: Reading, from_one: Collection[str] = (), given: Given | None = None
) -> bool:
    """Whether an object was not read, or its answers suggest other facts: what holds for it may hold for the others."""
    position = profile.objects[reading.live.object_name].pagination.position_parameter
    proposed = [c for c in _proposed(profile, reading, given) if c.value != {"first": 0} or position not in from_one]
    return not _with_doubt(profile, reading, given).live.ok or bool(proposed)


async def _is_refuted(
    profile: ApiProfile, reading: Reading, correction: Correction, api: Api, from_one: set[str]
) -> bool:
    """Whether one request shows that a correction is wrong, so that no driver has to be written to try it: pages that would
    begin at 0 are proposed for every API that counts them from 1.

    `from_one` gathers parameters that were seen to: an API counts its pages in one way."""
    name = reading.live.object_name
    first = next((answer for answer in reading.answers if answer.is_good), None)
    if first is None:
        return False
    if correction.fact.startswith("/auth/"):  # a credential of the user's that a good answer was asked with
        bare = await api.peek_bare(profile, name, first)
        return bare is None or bare.status not in (401, 403)
    query = probe(profile, name, correction, first)
    if query is None:
        return False
    counted = profile.objects[name].pagination.position_parameter if correction.value == {"first": 0} else None
    if counted in from_one:
        return True
    seen = await api.peek(profile, name, first, query)
    if seen is not None and is_another_page(profile, name, seen, first):
        return False
    if seen is not None and counted:
        from_one.add(counted)
    return True


def _is_of_all(correction: Correction) -> bool:
    """Whether requests for all objects rest on it."""
    return correction.fact.startswith(("/base_path", "/auth/", "/headers/", "/trailing_slash", "/error_path"))


async def _still_read(api: Api, candidate: ApiProfile, name: str) -> bool:
    again = await api.read(candidate, name)
    return again is not None and again.live.ok and again.live.count > 0


def _asked_otherwise(profile: ApiProfile) -> tuple[object, ...]:
    """What holds for every request and every answer: facts of the whole that were corrected with one object. Slashes change
    the paths of all operations."""
    signs = profile.rate_limit_signs
    return profile.base_url, profile.auth, profile.headers, profile.trailing_slash, profile.error_path, signs


def _recalled(profile: ApiProfile, reading: Reading, remembered: Sequence[Correction]) -> list[Correction]:
    """What helped this API before, of this object, or of all of it where the object is not read."""
    mine = address("objects", reading.live.object_name)
    operation = profile.objects[reading.live.object_name].operations.get("read", "")
    places = [f"{mine}/", f"{address('operations', operation)}/"]
    if not reading.live.ok:
        places += ["/base_path", "/auth/", "/headers/", "/trailing_slash", "/error_path", "/rate_limit"]
    return [c for c in remembered if c.fact.startswith(tuple(places))]


def _proposed(
    profile: ApiProfile, reading: Reading, given: Given | None, others_are_read: bool = False
) -> list[Correction]:
    case = _case(profile, reading, given)
    return proposals(replace(case, others_are_read=others_are_read)) if case else []


def _with_doubt(profile: ApiProfile, reading: Reading, given: Given | None) -> Reading:
    """The reading, which is a wrong one where the answer says that there is more, and with the fact that is missing."""
    case = _case(profile, reading, given)
    if case is None:
        return reading
    live = reading.live
    reads_on = live.complete is None and case.described.pagination.style != "none"
    if live.ok and (why := doubt(case, ended=not reads_on)):
        changes: dict[str, Any] = {"ok": False, "wrong": True, "records": (), "count": 0, "error": why}
    elif live.ok and (why := unfinished(case)):
        changes = {"complete": False, "error": why}
    elif not live.ok and (why := question(case)):
        changes = {"error": f"{live.error} {why}".strip()}
    else:
        return reading
    return replace(reading, live=live.model_copy(update=changes))


def told_credential(profile: ApiProfile, reading: Reading, given: Given | None) -> Correction | None:
    """The credential that the API asks for where it refused to be read without one; None where it names none."""
    case = None if reading.live.ok else _case(profile, reading, given)
    return told_by_refusal(case) if case else None


def _case(profile: ApiProfile, reading: Reading, given: Given | None) -> Case | None:
    described = profile.objects[reading.live.object_name]
    if "read" not in described.operations:
        return None
    error = reading.live.error or (reading.raised.message if reading.raised else "")
    return Case(profile, described.name, reading.answers, error, given)
