"""What was described and what was observed, where they differ."""

from collections.abc import Sequence

from pydantic import JsonValue

from ..models.facts import Contradiction, Correction
from ..models.profile import ApiProfile
from .catalogue import RefusedError, current


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
