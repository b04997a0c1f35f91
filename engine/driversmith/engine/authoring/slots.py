"""SimplifySlots: what a model may say where it does not write files, and the profile with these slots filled."""

import re
from collections.abc import Iterator
from typing import Any, Literal

from ..generation.sample import reading
from ..models.base import Value
from ..models.findings import Finding
from ..models.profile import (
    ApiProfile,
    ObjectProfile,
    OperationProfile,
    PaginationProfile,
    PaginationStyle,
)

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
_MAX_NOTES = 12
_READ_BY = "read by a model out of the description's text"


class PagingSlots(Value):
    """How all pages of a collection are read, where that differs from the facts."""

    style: PaginationStyle | None = None
    position_parameter: str | None = None
    """Wire name of the query parameter that says where to go on."""
    size_parameter: str | None = None
    """Wire name of the query parameter for the number of records a page."""
    first: int | None = None
    """The number of the first page, or of its first record."""
    next_path: tuple[str, ...] | None = None
    """Keys into the body where the next cursor or URL stands."""
    more_path: tuple[str, ...] | None = None
    """Keys into the body of a boolean that says whether more follows."""
    total_path: tuple[str, ...] | None = None
    """Keys into the body of the number of all records."""


class ExampleParameter(Value):
    """A value for an argument of an object's read."""

    argument: str
    value: str | int | float | bool


class ObjectSlots(Value):
    """What is to be said of one object; what is left out stays as it is."""

    object: str
    """Its name in the facts."""
    name: str | None = None
    """A better name."""
    summary: str | None = None
    """What one record is, in a sentence."""
    record_path: tuple[str, ...] | None = None
    """Keys into the body of read where the records stand; [] for the body itself."""
    shape: Literal["list", "record", "map"] | None = None
    """What stands there: a list of records, one record, or a map of identifier to record."""
    pagination: PagingSlots | None = None
    example_parameters: tuple[ExampleParameter, ...] = ()
    """Arguments that make an example of read give records."""


class SimplifySlots(Value):
    """The slots of the templates; every one may be left out."""

    objects: tuple[ObjectSlots, ...] = ()
    readme_intro: str | None = None
    """One sentence: what the API is for and what the driver gives."""
    readme_notes: tuple[str, ...] = ()
    """What a user should know, one sentence each: limits, quirks, where to get a key."""


def slot_findings(slots: SimplifySlots, profile: ApiProfile) -> list[Finding]:
    """What in the slots the API does not know: it is told to the model, and nothing of these slots is applied."""
    words = frozenset(re.findall(r"\w+", profile.model_dump_json(exclude_defaults=True)))
    found = [finding for slot in slots.objects for finding in _object_findings(slot, profile, words)]
    names = [slot.name or slot.object for slot in slots.objects]
    names += [name for name in profile.objects if name not in {slot.object for slot in slots.objects}]
    twice = sorted({name for name in names if names.count(name) > 1})
    return found + [_finding(f"Two objects would be called {name!r}.") for name in twice]


def filled(profile: ApiProfile, slots: SimplifySlots) -> ApiProfile:
    """The profile with the slots filled; they must have no findings."""
    by_name = {slot.object: slot for slot in slots.objects}
    objects: dict[str, ObjectProfile] = {}
    operations = dict(profile.operations)
    for name, found in profile.objects.items():
        slot = by_name.get(name)
        changed = _object(found, slot) if slot else found
        objects[changed.name] = changed
        if slot and slot.example_parameters and (reader := reading(profile, found)):
            operations[reader.name] = _with_examples(operations[reader.name], slot)
    return profile.model_copy(update={"objects": objects, "operations": operations})


def with_readme_words(profile: ApiProfile, slots: SimplifySlots) -> ApiProfile:
    """The profile as README is to tell of it; in profile.json the API's own words stay."""
    warnings = (*profile.warnings, *slots.readme_notes[:_MAX_NOTES])
    return profile.model_copy(update={"description": slots.readme_intro or profile.description, "warnings": warnings})


def _object_findings(slot: ObjectSlots, profile: ApiProfile, words: frozenset[str]) -> Iterator[Finding]:
    found = profile.objects.get(slot.object)
    if found is None:
        known = ", ".join(list(profile.objects)[:40])
        yield _finding(f"There is no object {slot.object!r}, only {known}.")
        return
    if slot.name is not None and not _NAME.fullmatch(slot.name):
        yield _finding(f"{slot.name!r} is no name for the object {slot.object!r}: letters, digits, _ and - only.")
    paging = slot.pagination or PagingSlots()
    for label, path in (
        ("record_path", slot.record_path),
        ("next_path", paging.next_path),
        ("more_path", paging.more_path),
        ("total_path", paging.total_path),
    ):
        for key in path or ():
            if not key or not set(re.findall(r"\w+", key)) <= words:
                yield _finding(f"{label} of {slot.object!r} names the key {key!r}, of which the facts say nothing.")
    reader = reading(profile, found)
    parameters = reader.parameters if reader else ()
    in_query = [p.name for p in parameters if p.location == "query"]
    for label, name in (
        ("position_parameter", paging.position_parameter),
        ("size_parameter", paging.size_parameter),
    ):
        if name and name not in in_query:
            yield _finding(
                f"{label} of {slot.object!r} is {name!r}, but read takes only {', '.join(in_query) or 'none'}."
            )
    yield from _paging_findings(slot, _paging(found.pagination, paging))
    arguments = [p.argument for p in parameters]
    for example in slot.example_parameters:
        if example.argument not in arguments:
            yield _finding(
                f"{example.argument!r} is no argument of read of {slot.object!r}: {', '.join(arguments) or 'it has none'}."
            )


def _paging_findings(slot: ObjectSlots, paging: PaginationProfile) -> Iterator[Finding]:
    """What a style of paging cannot do without."""
    if paging.style in ("page", "offset", "cursor") and not paging.position_parameter:
        yield _finding(f"Paging of {slot.object!r} by {paging.style} needs a position_parameter.")
    if paging.style in ("cursor", "next_url") and not (paging.next_path or paging.next_header):
        yield _finding(f"Paging of {slot.object!r} by {paging.style} needs a next_path.")


def _object(found: ObjectProfile, slot: ObjectSlots) -> ObjectProfile:
    values: dict[str, Any] = {
        "name": slot.name,
        "description": slot.summary,
        "record_path": slot.record_path,
        "shape": slot.shape,
        "pagination": _paging(found.pagination, slot.pagination) if slot.pagination else None,
    }
    changed = {k: v for k, v in values.items() if v is not None and v != getattr(found, k)}
    if changed:
        changed["evidence"] = found.evidence.model_copy(update={"rule": _READ_BY})
    return found.model_copy(update=changed)


def _paging(found: PaginationProfile, slots: PagingSlots) -> PaginationProfile:
    changed = {name: value for name, value in slots if value is not None and value != getattr(found, name)}
    return found.model_copy(update=changed)


def _with_examples(operation: OperationProfile, slot: ObjectSlots) -> OperationProfile:
    examples = {example.argument: example.value for example in slot.example_parameters}
    parameters = tuple(
        p.model_copy(update={"example": examples[p.argument]}) if p.argument in examples else p
        for p in operation.parameters
    )
    return operation.model_copy(update={"parameters": parameters})


def _finding(message: str) -> Finding:
    hint = "Use what the facts name, or leave it out."
    return Finding(code="slot-unknown", severity="P1", file="", message=message, hint=hint)
