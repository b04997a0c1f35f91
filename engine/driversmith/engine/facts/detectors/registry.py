"""All detectors, in the order in which they are asked: what says nothing while an earlier one has something to say comes later."""

from ...models.facts import Correction
from .case import Case, Detector
from .counting import counted_otherwise
from .credentials import otherwise_authenticated
from .onward import way_on
from .places import elsewhere
from .records import records_elsewhere

FIRST: tuple[Detector, ...] = (elsewhere, otherwise_authenticated, records_elsewhere)
"""Where the operation is, how it is asked, where its records stand: each hides all that follows."""
THEN: tuple[Detector, ...] = (way_on, counted_otherwise)
"""How its pages are read."""


def proposals(case: Case) -> list[Correction]:
    """Corrections to be tried, the likeliest first."""
    for detector in FIRST:
        if found := detector(case):
            return found
    return [correction for detector in THEN for correction in detector(case)]
