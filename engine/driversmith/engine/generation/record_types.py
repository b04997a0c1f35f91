"""`types.py` of a driver: the names of objects, and a TypedDict for the records of each."""

import re

from ..contract.naming import is_usable_identifier
from ..models.profile import ApiProfile, FieldProfile, ObjectProfile
from .source import Construct, Raw, assignment, literal, prose, shorten, wrapped

MAX_OBJECTS = 60
MAX_FIELDS = 1500
_NAMES = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_USED = {"str", "int", "float", "bool", "dict", "list", "Any", "NotRequired", "Required", "None"}


def record_classes(profile: ApiProfile) -> dict[str, str]:
    """Object -> name of the TypedDict of its records; {} where there would be too many to be of use."""
    fields = sum(len(o.fields) for o in profile.objects.values())
    if len(profile.objects) > MAX_OBJECTS or fields > MAX_FIELDS:
        return {}
    names: dict[str, str] = {}
    for name in profile.objects:
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
    """The source of each TypedDict."""
    return [_typed_dict(cls, profile.objects[name]) for name, cls in record_classes(profile).items()]


def typing_names(profile: ApiProfile, records: list[str]) -> str:
    """What `types.py` imports from typing."""
    text = "\n".join(records)
    wanted = {"Any", "Literal"} if profile.objects else {"Any"}
    if records:
        wanted |= {"TypedDict"}
    wanted |= {name for name in ("NotRequired", "Required") if f": {name}[" in text}
    return ", ".join(sorted(wanted))


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


def _typed_dict(cls: str, profile_object: ObjectProfile) -> str:
    fields = profile_object.fields
    required = sum(f.required for f in fields.values())
    total = required > len(fields) // 2 or not fields
    types = {name: _annotation(f, total=total) for name, f in fields.items()}
    about = prose(shorten(profile_object.description, 120))
    if any(not is_usable_identifier(n) or n in _USED or n.startswith("__") for n in fields):
        shape = {name: Raw(text) for name, text in types.items()}
        return assignment(cls, Construct("TypedDict", (cls, shape), {} if total else {"total": False}))
    lines = [f"class {cls}(TypedDict{'' if total else ', total=False'}):"]
    if about:
        lines += [f'    """{wrapped(about, 4)}"""', ""]
    lines += [f"    {name}: {text}" for name, text in types.items()]
    if not about and not fields:
        lines.append("    pass")
    return "\n".join(lines).rstrip()


def _annotation(field: FieldProfile, *, total: bool) -> str:
    text = _NAMES.get(field.type, "Any")
    if field.type == "object":
        text = "dict[str, Any]"
    elif field.type == "array":
        text = f"list[{_item(field)}]"
    if field.nullable and text not in ("Any", "None"):
        text += " | None"
    if field.required == total:
        return text
    return f"Required[{text}]" if field.required else f"NotRequired[{text}]"


def _item(field: FieldProfile) -> str:
    if field.items == "object":
        return "dict[str, Any]"
    return "list[Any]" if field.items == "array" else _NAMES.get(field.items or "any", "Any")
