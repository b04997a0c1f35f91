"""All detectors, in the order in which they are asked: what says nothing while an earlier one has something to say comes later."""

from ...models.facts import Correction
from .case import Case, Detector
from .counting import counted_otherwise
from .credentials import credential_of_user, otherwise_authenticated
from .demands import demanded
from .disguised import disguised_error
from .limits import limited_otherwise
from .media import other_media_type
from .onward import goes_alone, way_on
from .places import elsewhere, moved
from .records import records_elsewhere

FIRST: tuple[tuple[Detector, ...], ...] = (
    (elsewhere,),
    (limited_otherwise,),
    (otherwise_authenticated,),
    (demanded, other_media_type, disguised_error),
    (records_elsewhere,),
)
"""Where the operation is, how it is asked, where its records stand: each group hides all that follows."""
THEN: tuple[Detector, ...] = (credential_of_user, moved, goes_alone, way_on, counted_otherwise)
"""Whose credential it is, and how its pages are read."""


def proposals(case: Case) -> list[Correction]:
    """Corrections to be tried, the likeliest first."""
    for group in FIRST:
        if found := [correction for detector in group for correction in detector(case)]:
            return found
    return [correction for detector in THEN for correction in detector(case)]
