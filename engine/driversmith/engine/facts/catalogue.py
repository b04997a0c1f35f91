"""The facts that can be corrected (DESIGN section 5): where each stands in the profile, and what it may be.

A fact is addressed by name, names escaped as in RFC 6901, and is one unit: the members that a correction gives are merged
over the current ones and checked together. Nothing else can be corrected: no address leads to the origin, to credentials,
to evidence or to fields. `units/` has a file for each family; to add a fact: a member in `models/profile.py`, a unit there.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from ..models.facts import Correction, KnownBy
from ..models.profile import ApiProfile, Evidence
from .new_scheme import with_scheme
from .refused import RefusedError, shown
from .units import auth, operations, pagination, records, whole
from .units.unit import FOLLOWS, Names, Unit

__all__ = [
    "UNITS",
    "Fact",
    "RefusedError",
    "address",
    "apply",
    "apply_all",
    "check",
    "compact",
    "current",
    "facts",
    "known_by",
    "segments",
]

UNITS: tuple[Unit, ...] = (*whole.UNITS, *auth.UNITS, *records.UNITS, *pagination.UNITS, *operations.UNITS)
"""The closed list."""


@dataclass(frozen=True)
class Fact:
    """A fact as it stands."""

    fact: str
    """Its address."""
    value: JsonValue
    known_by: KnownBy
    unit: str
    """`/objects/<object>/records`: under which the catalogue says what may be given."""


def apply(profile: ApiProfile, correction: Correction, *, known_by: KnownBy) -> ApiProfile:
    """The profile with one fact corrected, and its evidence.

    Raises:
        RefusedError: the address leads nowhere, or the value cannot be one.
    """
    unit, names = _unit(correction.fact)
    fact = address(*segments(correction.fact))
    if known_by == "observed" and unit.pattern[0] == "auth":  # only the API itself can show one that nobody described
        profile = with_scheme(profile, names[0], correction.value)
    changed = unit.put(profile, names, correction.value)
    evidence = Evidence(pointer=fact, rule=correction.because, known_by=known_by)
    return changed.model_copy(update={"facts_evidence": {**profile.facts_evidence, fact: evidence}})


def apply_all(profile: ApiProfile, corrections: Iterable[Correction], *, known_by: KnownBy) -> ApiProfile:
    """The profile with these facts corrected, one after the other.

    Raises:
        RefusedError: as `apply` does.
    """
    for correction in corrections:
        profile = apply(profile, correction, known_by=known_by)
    return profile


def check(fact: str) -> None:
    """Whether an address is one of the catalogue's, whatever the profile.

    Raises:
        RefusedError: it is not.
    """
    _unit(fact)


def current(profile: ApiProfile, fact: str) -> JsonValue:
    """The value of a fact as it stands; None also for one that could be there, and is not.

    Raises:
        RefusedError: the address leads nowhere.
    """
    unit, names = _unit(fact)
    return unit.get(profile, names)


def known_by(profile: ApiProfile, fact: str) -> KnownBy:
    """By what a fact is known: as its correction says, else as research found it; a rule's default is `guessed`.

    Raises:
        RefusedError: the address leads nowhere.
    """
    unit, names = _unit(fact)
    corrected = profile.facts_evidence.get(address(*segments(fact)))
    evidence = corrected or unit.evidence(profile, names)
    return evidence.kind if evidence else "guessed"


def facts(profile: ApiProfile) -> Iterator[Fact]:
    """Every fact that a profile has, in the order of the catalogue."""
    for unit in UNITS:
        for names in unit.names(profile):
            filling = iter(names)
            fact = address(*(next(filling) if part[0] == "<" else part for part in unit.pattern))
            yield Fact(fact, unit.get(profile, names), known_by(profile, fact), unit.spelled)


def compact(value: JsonValue) -> JsonValue:
    """A value as it is told to a model: without members that say nothing, which are null, false, [], "" and query."""
    if not isinstance(value, dict):
        return value
    nothing: tuple[Any, ...] = (None, "", [], "query")
    return {name: member for name, member in value.items() if member not in nothing and member is not False}


def address(*names: str) -> str:
    """The address of a fact: `address("objects", "a/b", "records")` is `/objects/a~1b/records`."""
    return "".join("/" + name.replace("~", "~0").replace("/", "~1") for name in names)


def segments(fact: str) -> list[str]:
    """The parts of an address, names as they are; none of what is no address."""
    return [s.replace("~1", "/").replace("~0", "~") for s in fact.split("/")[1:]] if fact[:1] == "/" else []


def _unit(fact: str) -> tuple[Unit, Names]:
    parts = segments(fact)
    for unit in UNITS:
        if (names := unit.names_in(parts)) is not None:
            return unit, names
    known = ", ".join(unit.spelled for unit in UNITS)
    why = next((f": {FOLLOWS[part]}" for part in reversed(parts) if part in FOLLOWS), "")
    raise RefusedError(f"There is no fact {shown(fact)}{why}. Facts are: {known}.")
