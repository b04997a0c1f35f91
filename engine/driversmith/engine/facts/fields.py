"""Types of fields as records show them, where the description says otherwise."""

from collections.abc import Mapping

from ..models.facts import Contradiction
from ..models.profile import ApiProfile, Evidence, FieldProfile, JsonType, ObjectProfile
from .catalogue import address
from .keys import is_word
from .structure import FieldKinds

MOST_ADDED = 60
"""Fields of an object that are added."""
MOST_TOLD = 8
"""Fields of an object that a sentence names."""
Fields = Mapping[str, Mapping[str, FieldProfile]]
"""Object -> name -> field: those that are otherwise than described."""


def observed_fields(described: ObjectProfile, kinds: Mapping[str, FieldKinds]) -> dict[str, FieldProfile]:
    """The fields of an object that its records show to be otherwise: another type in every record, numbers where integers are
    described, null where it is not allowed, and fields that nobody described. Whether one is required is left as it is."""
    found = {
        name: changed
        for name, field in described.fields.items()
        if name in kinds and (changed := _changed(field, kinds[name])) != field
    }
    known = {*described.fields, *([described.key_field] if described.shape == "map" else [])}
    most = max((seen.records for seen in kinds.values()), default=0)
    added = [
        (name, FieldProfile(type=kind, nullable=seen.nulls > 0, read_only=True))
        for name, seen in kinds.items()
        if name not in known and is_word(name) and seen.records * 2 >= most and (kind := _type(seen)) != "any"
    ]
    return found | dict(added[:MOST_ADDED])


def with_observed_fields(profile: ApiProfile, observed: Fields) -> ApiProfile:
    """The profile with these fields in the place of those that it has, or beside them."""
    objects, evidence = dict(profile.objects), dict(profile.facts_evidence)
    for name, fields in observed.items():
        if name not in objects or not fields:
            continue
        described = objects[name]
        told = Evidence(pointer=_address(name), rule=_because(described, fields), known_by="observed")
        objects[name] = described.model_copy(update={"fields": {**described.fields, **fields}})
        evidence[_address(name)] = told
    return profile.model_copy(update={"objects": objects, "facts_evidence": evidence})


def field_contradictions(profile: ApiProfile, observed: Fields) -> tuple[Contradiction, ...]:
    """What was described and what was observed, one for each object; `profile` is as it was described. A field that nobody
    described contradicts nothing."""
    known = {name: profile.objects[name].fields for name in observed if name in profile.objects}
    otherwise = {name: {f: seen for f, seen in observed[name].items() if f in fields} for name, fields in known.items()}
    return tuple(
        Contradiction(
            fact=_address(name),
            described={field: _spelled(known[name][field]) for field in fields},
            observed={field: _spelled(seen) for field, seen in fields.items()},
            because=_because(profile.objects[name], fields),
        )
        for name, fields in otherwise.items()
        if fields
    )


def _changed(field: FieldProfile, seen: FieldKinds) -> FieldProfile:
    if field.type == "any":
        return field
    changes: dict[str, object] = {}
    kinds = set(seen.kinds)
    if field.type == "integer" and "number" in kinds and kinds <= {"integer", "number"}:
        changes = {"type": "number", "format": None, "enum": ()}
    elif kinds and field.type not in kinds and not (field.type == "number" and "integer" in kinds):
        changes = {"type": _type(seen), "items": None, "format": None, "enum": (), "fields": {}}
    if seen.nulls and not field.nullable and field.type != "null":
        changes["nullable"] = True
    return field.model_copy(update=changes)


def _type(seen: FieldKinds) -> JsonType:
    """The one type of all that was seen; any where there are several, or none."""
    kinds: list[JsonType] = [kind for kind in seen.kinds if kind != "integer" or "number" not in seen.kinds]
    return kinds[0] if len(kinds) == 1 else "any"


def _because(described: ObjectProfile, fields: Mapping[str, FieldProfile]) -> str:
    told = [_said(name, described.fields.get(name), seen) for name, seen in list(fields.items())[:MOST_TOLD]]
    more = f"; {len(fields) - len(told)} more" if len(fields) > len(told) else ""
    return f"Records of {described.name} have other fields: {'; '.join(told)}{more}."


def _said(name: str, described: FieldProfile | None, seen: FieldProfile) -> str:
    return f"{name} is {_spelled(seen)}, {f'not {_spelled(described)}' if described else 'not described'}"


def _spelled(field: FieldProfile | None) -> str | None:
    return (f"{field.type} or null" if field.nullable else field.type) if field else None


def _address(name: str) -> str:
    return address("objects", name, "fields")
