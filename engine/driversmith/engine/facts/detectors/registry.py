"""All detectors, in the order in which they are asked: where records stand comes before how they are paged."""

from ...models.facts import Correction
from .case import Case, Detector
from .counting import counted_otherwise
from .onward import way_on
from .records import records_elsewhere

DETECTORS: tuple[Detector, ...] = (records_elsewhere, way_on, counted_otherwise)


def proposals(case: Case) -> list[Correction]:
    """Corrections to be tried, the likeliest first, none twice. While records stand elsewhere, nothing else can be told."""
    for detector in DETECTORS[:1]:
        if found := detector(case):
            return found
    return [correction for detector in DETECTORS[1:] for correction in detector(case)]
