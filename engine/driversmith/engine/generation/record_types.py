"""`types.py` of a driver: the names of objects, and a TypedDict for the records of each."""

import re

from ..contract.naming import is_usable_identifier
from ..models.profile import ApiProfile, FieldProfile, ObjectProfile
from .source import LINE, Construct, Raw, assignment, import_names, literal, prose, shorten, width, wrapped

MAX_OBJECTS = 60
MAX_FIELDS = 1500
DESCRIPTION, DESCRIPTIONS, SHORTEST, SHORTEST_CUT = 100, 1000, 12, 40
"""Characters of one field's description in the driver, of all together, and below which none, or none cut, is of use.

profile.json has all of it.
"""
_NAMES = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_USED = {"str", "int", "float", "bool", "dict", "list", "Any", "Annotated", "NotRequired", "Required", "None"}


def is_typed(profile: ApiProfile) -> bool:
    """Whether TypedDicts say all that `get_fields` tells: not where they would be too many to be of use."""
    fields = [f for o in profile.objects.values() for f in o.fields.values()]
    if len(profile.objects) > MAX_OBJECTS or len(fields) > MAX_FIELDS:
        return False
    return not any(f.type == "null" and f.nullable for f in fields)


def has_nullable(profile: ApiProfile) -> bool:
    """Whether any TypedDict has a field that may be null, or is nothing else."""
    return any(f.nullable or f.type == "null" for o in profile.objects.values() for f in o.fields.values())


def record_classes(profile: ApiProfile) -> dict[str, str]:
    """Object -> name of the TypedDict of its records; objects whose fields are unknown have none."""
    if not is_typed(profile):
        return {}
    names: dict[str, str] = {}
    for name in [name for name, o in profile.objects.items() if o.fields]:
        words = [w for w in re.split(r"[^A-Za-z0-9]+", name) if w]
        stem = "".join(w[0].upper() + w[1:] for w in words)[:60]
        stem = stem if stem and not stem[0].isdigit() else f"Object{stem}"
        taken = set(names.values())
        number = 1
        while (candidate := f"{stem}{number if number > 1 else ''}Record") in taken:
            number += 1
        names[name] = candidate
    return names


def record_types(profile: ApiProfile) -> list[str]:
    """The source of each TypedDict; descriptions in it are the shorter the more there are."""
    classes = record_classes(profile)
    count = sum(bool(f.description) for o in profile.objects.values() for f in o.fields.values())
    length = min(DESCRIPTION, DESCRIPTIONS // (count or 1))
    return [_typed_dict(cls, profile.objects[name], length) for name, cls in classes.items()]


def record_table(profile: ApiProfile) -> str:
    """The assignment of each object's TypedDict."""
    return assignment("RECORD_TYPES", {name: Raw(cls) for name, cls in record_classes(profile).items()})


def json_types(profile: ApiProfile) -> str:
    """The assignment of the JSON name of each Python type that the TypedDicts use."""
    used = {f.type for o in profile.objects.values() for f in o.fields.values()}
    names = _NAMES | {"object": "dict", "array": "list", "null": "NoneType", "any": "Any"}
    table = [(Raw(text), name) for name, text in names.items() if name in used]
    return assignment("JSON_TYPES", dict(table))


def typing_names(profile: ApiProfile, records: list[str]) -> str:
    """What `types.py` imports from typing."""
    text = "\n".join(records)
    wanted = {"Any", "Literal"} if profile.objects else {"Any"}
    if records:
        wanted |= {"TypedDict", "get_origin", "get_type_hints"}
        wanted |= {"get_args"} if has_nullable(profile) else set()
    wanted |= {name for name in ("Annotated", "NotRequired", "Required") if re.search(rf"[ \[]{name}\[", text)}
    return import_names("typing", wanted)


def object_names(profile: ApiProfile) -> str:
    """The Literal of all object names; empty where there are none."""
    if not profile.objects:
        return ""
    names = tuple(profile.objects)
    flat = assignment("ObjectName", names).removeprefix("ObjectName = ")
    if "\n" in flat or len("ObjectName = Literal") + len(flat) > 88:
        lines = [f"    {literal(n, indent=4, column=4)}," for n in names]
        return "\n".join(["Literal[", *lines, "]"])
    return f"Literal[{flat[1:-1].removesuffix(',')}]"


def _typed_dict(cls: str, profile_object: ObjectProfile, length: int) -> str:
    fields = profile_object.fields
    required = sum(f.required for f in fields.values())
    total = required > len(fields) // 2
    types = {name: _described(name, f, length, total=total) for name, f in fields.items()}
    about = prose(shorten(profile_object.description, 120))
    if any(not is_usable_identifier(n) or n in _USED or n.startswith("__") for n in fields):
        # pyright refuses Required within Annotated here, though not in a class
        plain = {name: _annotation(f, total=total) for name, f in fields.items() if f.required != total}
        shape = {name: Raw(text) for name, text in (types | plain).items()}
        return assignment(cls, Construct("TypedDict", (cls, shape), {} if total else {"total": False}))
    lines = [f"class {cls}(TypedDict{'' if total else ', total=False'}):"]
    if about:
        lines += [f'    """{wrapped(about, 4)}"""', ""]
    lines += [f"    {name}: {text}" for name, text in types.items()]
    return "\n".join(lines)


def _described(name: str, field: FieldProfile, length: int, *, total: bool) -> str:
    """The annotation of a field, with as much of its description as fits the line."""
    kind = _annotation(field, total=total)
    free = LINE - width(f'        {literal(name)}: Annotated[{kind}, ""],')
    text = shorten(field.description, min(length, free)) if min(length, free) >= SHORTEST else ""
    annotated = f"Annotated[{kind}, {literal(text)}]"
    is_whole = bool(text) and (len(text) >= SHORTEST_CUT or not text.endswith(" ..."))
    return annotated if is_whole and width(f"        {literal(name)}: {annotated},") <= LINE else kind


def _annotation(field: FieldProfile, *, total: bool) -> str:
    text = _NAMES.get(field.type, "Any")
    if field.type == "object":
        text = "dict[str, Any]"
    elif field.type == "array":
        text = f"list[{_item(field)}]"
    if field.nullable:
        text += " | None"
    if field.required == total:
        return text
    return f"Required[{text}]" if field.required else f"NotRequired[{text}]"


def _item(field: FieldProfile) -> str:
    if field.items == "object":
        return "dict[str, Any]"
    return "list[Any]" if field.items == "array" else _NAMES.get(field.items or "any", "Any")
