"""Two profiles of one API compared, the one of the driver and the one of today: blind to values and to prose."""

from collections.abc import Collection, Iterator, Mapping
from typing import cast
from urllib.parse import urljoin

from ..facts.catalogue import RefusedError, apply, current, segments
from ..facts.structure import is_value_key
from ..models.drift import Change, ChangeKind, Impact
from ..models.facts import Correction
from ..models.profile import ApiProfile, AuthScheme, FieldProfile, ObjectProfile, OperationProfile, PaginationProfile
from ..research.omission import without_operations
from .operations import operation_changes, spelled_type

_PAGING = tuple(
    name
    for name in PaginationProfile.model_fields
    if name not in {"evidence", "default_size", "max_size", "first_required", "short_page_ends"}
)
_RECORDS = tuple(
    name
    for name in ObjectProfile.model_fields
    if name
    not in {
        "name",
        "description",
        "operations",
        "identifier",
        "fields",
        "pagination",
        "filters",
        "evidence",
        "records_evidence",
    }
)
"""All that says where records stand: a fact that is new in the profile is compared without a word here."""


def compare(driver: ApiProfile, now: ApiProfile) -> list[Change]:
    """What changed from the driver's profile to today's, the worst first.

    What the driver left out (not selected, not proven) is no addition, and a fact that the API once corrected is compared with
    nothing: the description said otherwise before, too.
    """
    now = _as_the_driver_has_it(driver, now)
    found = [
        *_moved(driver, now),
        *_auth(driver, now),
        *_headers(driver, now),
        *_operations(driver, now, _partners(driver, now)),
        *_objects(driver, now),
    ]
    order: tuple[Impact, ...] = ("breaking", "harmless", "told")
    return sorted(dict.fromkeys(found), key=lambda change: order.index(change.impact))


def uncompared(driver: ApiProfile) -> list[str]:
    """The facts of a driver that the API corrected, which no description can confirm."""
    return sorted(fact for fact, evidence in driver.facts_evidence.items() if evidence.kind == "observed")


def _as_the_driver_has_it(driver: ApiProfile, now: ApiProfile) -> ApiProfile:
    """Today's profile with the corrections of the driver's, and without what the driver left out."""
    left_out = {s.operation for s in driver.skipped if s.reason in ("not_selected", "not_proven")}
    selected = driver.not_listed > 0 or any(s.reason == "not_selected" for s in driver.skipped)
    partners = set(_partners(driver, now).values())
    gone = {
        name: ""
        for name, operation in now.operations.items()
        if name not in driver.operations and name not in partners and (selected or operation.signature in left_out)
    }
    now = without_operations(now, gone) if gone else now
    for fact in uncompared(driver):
        if fact in now.facts_evidence:  # observed again
            continue
        try:
            if segments(fact)[-1:] == ["fields"]:
                now = _with_fields(driver, now, segments(fact)[1])
            else:
                kept = Correction(fact=fact, value=current(driver, fact), because="observed")
                now = apply(now, kept, known_by="observed")
        except (RefusedError, LookupError):  # what it is about is gone, and that is told
            continue
    return now


def _with_fields(driver: ApiProfile, now: ApiProfile, name: str) -> ApiProfile:
    """Fields that records showed keep the types that they showed, and those that nobody described stay."""
    old, new = driver.objects[name], now.objects[name]
    fields = {
        key: new.fields[key].model_copy(update={"type": field.type, "nullable": field.nullable, "enum": field.enum})
        if key in new.fields
        else field
        for key, field in old.fields.items()
        if key in new.fields or not field.required
    }
    return now.model_copy(
        update={"objects": {**now.objects, name: new.model_copy(update={"fields": {**new.fields, **fields}})}}
    )


def _change(kind: ChangeKind, impact: Impact, subject: str, message: str) -> Change:
    return Change(kind=kind, impact=impact, subject=subject, message=message)


def _moved(driver: ApiProfile, now: ApiProfile) -> list[Change]:
    """Whether the description names other servers, and no longer the driver's. Which of several is meant is the caller's choice,
    so that base URLs are not compared."""
    before, after = _servers(driver), _servers(now)
    base = driver.base_url.rstrip("/")
    if base not in before or base in after or not after:
        return []
    return [_change("base_url_moved", "breaking", "", f"The API is no longer at {base}, but at {' or '.join(after)}.")]


def _servers(profile: ApiProfile) -> list[str]:
    return [urljoin(profile.source.location, server.url).rstrip("/") for server in profile.servers]


def _auth(driver: ApiProfile, now: ApiProfile) -> Iterator[Change]:
    before, after = ({scheme.name: scheme for scheme in profile.auth} for profile in (driver, now))
    used = {name for o in driver.operations.values() for way in o.security for name in way}
    for name, scheme in before.items():
        if name not in after:
            if name in used and after:
                yield _change("auth_changed", "breaking", name, f"{name} is no way to authenticate any more.")
            elif name in used:
                yield _change("auth_changed", "harmless", name, "The description asks for no credentials any more.")
        elif wire(scheme) != wire(after[name]):
            told = f"{name} is sent as {wire(after[name])}, and was as {wire(scheme)}."
            yield _change("auth_changed", "breaking", name, told)
    for name, scheme in after.items():
        if name not in before:
            yield _change("auth_changed", "told", name, f"One may authenticate by {name}, {wire(scheme)}.")


def wire(scheme: AuthScheme) -> str:
    """How a scheme goes on the wire, in words."""
    told = f"{scheme.kind} in {scheme.location} {scheme.parameter}"
    return f"{told}, {scheme.sent_prefix.strip()}" if scheme.sent_prefix.strip() else told


def _headers(driver: ApiProfile, now: ApiProfile) -> Iterator[Change]:
    for name in sorted(driver.headers.keys() | now.headers.keys()):
        if driver.headers.get(name) != now.headers.get(name):
            impact: Impact = "breaking" if name in now.headers else "harmless"
            yield _change("headers_changed", impact, "", f"The header {name} that goes with every request is another.")
    if driver.trailing_slash != now.trailing_slash:
        yield _change("headers_changed", "breaking", "", "Paths end otherwise: with or without a slash.")


def _partners(driver: ApiProfile, now: ApiProfile) -> dict[str, str]:
    """Operation of the driver -> the same one today: of that name, else of that method and path, else behind the same verb of the
    same object."""
    found = {name: name for name in driver.operations if name in now.operations}
    free = {name: operation for name, operation in now.operations.items() if name not in found}
    by_signature = {operation.signature: name for name, operation in free.items()}
    for name, operation in driver.operations.items():
        if name not in found and (other := by_signature.pop(operation.signature, None)):
            found[name] = other
    taken = set(found.values())
    for name, described in driver.objects.items():
        after = now.objects[name].operations if name in now.objects else {}
        for verb, operation in described.operations.items():
            other = after.get(verb)
            if operation in driver.operations and operation not in found and other and other not in taken:
                found[operation] = other
                taken.add(other)
    return found


def _operations(driver: ApiProfile, now: ApiProfile, partners: Mapping[str, str]) -> Iterator[Change]:
    for name, operation in driver.operations.items():
        if name not in partners:
            yield _change("operation_removed", "breaking", operation.signature, f"{operation.signature} is gone.")
            continue
        after = now.operations[partners[name]]
        if partners[name] != name:
            told = f"{operation.signature} is named {partners[name]} now, and was {name}."
            yield _change("operation_renamed", "harmless", operation.signature, told)
        yield from _security(operation, after)
        yield from operation_changes(operation, after, filled=_filled(driver, name))
    known = set(partners.values())
    for name, operation in now.operations.items():
        if name not in known:
            yield _change("operation_added", "told", operation.signature, f"{operation.signature} is new.")


def _filled(driver: ApiProfile, operation: str) -> Collection[str]:
    """Parameters that the driver fills in itself to read all pages: their change is one of the paging."""
    return {
        name
        for described in driver.objects.values()
        if described.operations.get("read") == operation
        for name in (described.pagination.position_parameter, described.pagination.size_parameter)
        if name
    }


def _security(before: OperationProfile, after: OperationProfile) -> Iterator[Change]:
    old, new = ({frozenset(way) for way in o.security} for o in (before, after))
    if old == new:
        return
    free_before, free_after = (not ways or frozenset() in ways for ways in (old, new))
    works_on = free_after or (bool(old) and not free_before and old <= new)
    told = "no credentials" if free_after else " or ".join(sorted(" and ".join(sorted(way)) for way in new))
    message = f"{after.signature} asks for {told}, and did not before."
    yield _change("auth_changed", "harmless" if works_on else "breaking", before.signature, message)


def _objects(driver: ApiProfile, now: ApiProfile) -> Iterator[Change]:
    for name, before in driver.objects.items():
        after = now.objects.get(name)
        if after is None:
            yield _change("object_removed", "breaking", name, f"There are no {name} any more.")
            continue
        yield from _records(before, after)
        yield from _paging(before, after)
        yield from field_changes(name, before.fields, after.fields)
    for name in now.objects:
        if name not in driver.objects:
            yield _change("object_added", "told", name, f"There are {name} now.")


def _records(before: ObjectProfile, after: ObjectProfile) -> Iterator[Change]:
    differs = [name for name in _RECORDS if getattr(before, name) != getattr(after, name)]
    if differs:
        told = "; ".join(
            f"{name.replace('_', ' ')} {_spelled(getattr(after, name))}, was {_spelled(getattr(before, name))}"
            for name in differs
        )
        yield _change("records_moved", "breaking", before.name, f"Records of {before.name} stand elsewhere: {told}.")
    if before.identifier and before.identifier != after.identifier:
        told = f"{before.name} are identified by {after.identifier or 'nothing'}, and were by {before.identifier}."
        yield _change("identifier_changed", "breaking", before.name, told)


def _paging(before: ObjectProfile, after: ObjectProfile) -> Iterator[Change]:
    old, new = before.pagination, after.pagination
    differs = [name for name in _PAGING if getattr(old, name) != getattr(new, name)]
    works_on = old.style == new.style and all(
        not getattr(old, name) for name in differs
    )  # a sign of the end that the driver does without
    if differs:
        told = "; ".join(
            f"{name.replace('_', ' ')} {_spelled(getattr(new, name))}, was {_spelled(getattr(old, name))}"
            for name in differs
        )
        impact: Impact = "harmless" if works_on else "breaking"
        yield _change("pagination_changed", impact, before.name, f"Pages of {before.name} are read otherwise: {told}.")
    if old.max_size != new.max_size and new.max_size is not None:
        smaller = old.max_size is None or new.max_size < old.max_size
        told = f"A page of {before.name} may have {new.max_size} records at most, and had {old.max_size or 'no limit'}."
        yield _change("pagination_changed", "breaking" if smaller else "harmless", before.name, told)


def field_changes(name: str, before: Mapping[str, FieldProfile], after: Mapping[str, FieldProfile]) -> Iterator[Change]:
    """How the fields of an object changed; names that are data of a map say nothing."""
    for key, old in before.items():
        if is_value_key(key):
            continue
        new = after.get(key)
        if new is None:
            yield _change("field_removed", "breaking", name, f"{name} have no field {key} any more.")
        elif spelled_type(old) != spelled_type(new):
            loose = "any" in (old.type, new.type) or (old.type, new.type) == ("number", "integer")
            told = f"{key} of {name} is {spelled_type(new)}, and was {spelled_type(old)}."
            yield _change("field_changed", "harmless" if loose else "breaking", name, told)
        elif old.nullable != new.nullable:
            told = f"{key} of {name} may {'' if new.nullable else 'no longer '}be null."
            yield _change("field_changed", "harmless", name, told)
        elif set(map(str, old.enum)) != set(map(str, new.enum)):
            yield _change("enum_changed", "harmless", name, f"{key} of {name} has other values to choose from.")
    for key in after:
        if key not in before and not is_value_key(key):
            yield _change("field_added", "told", name, f"{name} have a field {key} now.")


def _spelled(value: object) -> str:
    if isinstance(value, tuple):
        return ".".join(map(str, cast("tuple[object, ...]", value))) or "the body itself"
    return "none" if value is None else str(value)
