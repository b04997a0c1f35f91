"""`types.py` of a driver: the names of objects, and a TypedDict for the records of each."""

import re
from collections.abc import Callable, Iterable, Mapping

from pydantic import JsonValue

from ..contract.naming import is_usable_identifier
from ..models.profile import ApiProfile, FieldProfile
from .source import LINE, Construct, Raw, assignment, import_names, literal, prose, shorten, width, wrapped

MAX_OBJECTS = 60
MAX_FIELDS = 1500
MAX_NESTED = 120
"""Fields of nested objects that get types of their own, in all records together: the others are `dict[str, Any]`."""
MAX_VALUES = 40
"""Values of an enum that are told as a Literal."""
DESCRIPTION, DESCRIPTIONS, SHORTEST, SHORTEST_CUT = 100, 1000, 12, 40
"""Characters of one field's description in the driver, of all together, and below which none, or none cut, is of use.

profile.json has all of it.
"""
_NAMES = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_WRAPPERS = ("Annotated", "Literal", "NotRequired", "Required", "TypedDict")
_TAKEN = {*_WRAPPERS, "Any", "DriverCapabilities", "Name", "NewType", "NoneType", "None", "ObjectName", "Record"}
_INLINE = 32
"""Columns of a Literal that needs no name."""


def is_typed(profile: ApiProfile) -> bool:
    """Whether TypedDicts say all that `get_fields` tells: not where they would be too many to be of use."""
    fields = [f for o in profile.objects.values() for f in o.fields.values()]
    if len(profile.objects) > MAX_OBJECTS or len(fields) > MAX_FIELDS:
        return False
    return not any(f.type == "null" and f.nullable for f in fields)


def has_nullable(profile: ApiProfile) -> bool:
    """Whether any TypedDict has a field that may be null, or is nothing else."""
    return any(f.nullable or f.type == "null" for o in profile.objects.values() for f in o.fields.values())


def says_nothing(fields: Mapping[str, FieldProfile]) -> bool:
    """Whether a description says of no field that it is required: then types take all of them as there."""
    return not any(f.required for f in fields.values())


def record_classes(profile: ApiProfile) -> dict[str, str]:
    """Object -> name of the TypedDict of its records; objects whose fields are unknown have none."""
    if not is_typed(profile):
        return {}
    names: dict[str, str] = {}
    for name in [name for name, o in profile.objects.items() if o.fields]:
        names[name] = free_name(f"{stem(name)}Record", {*names.values(), *_TAKEN})
    return names


def stem(name: str) -> str:
    """A name of the API as the beginning of the name of a class."""
    words = [w for w in re.split(r"[^A-Za-z0-9]+", name) if w]
    found = "".join(w[0].upper() + w[1:] for w in words)[:60]
    return found if found and not found[0].isdigit() else f"Object{found}"


def free_name(wanted: str, taken: Iterable[str]) -> str:
    """The name, with a number where it is taken; `...Record` keeps its end."""
    head, end = (wanted[:-6], "Record") if wanted.endswith("Record") else (wanted, "")
    used = set(taken)
    number = 1
    while (candidate := f"{head}{number if number > 1 else ''}{end}") in used:
        number += 1
    return candidate


class TypeWriter:
    """Writes TypedDicts, and what they are made of: nested ones and Literals, each once, before it is used.

    Args:
        taken: names that mean something else already.
        described: characters of a field's description; 0: none is told.
        nested: how many fields of nested objects get types.
        known: what has a name elsewhere.
    """

    def __init__(
        self,
        taken: Iterable[str],
        *,
        described: int = 0,
        nested: int = 0,
        known: Mapping[str, str] | None = None,
    ) -> None:
        self.definitions: list[str] = []
        self._taken = {*_TAKEN, *taken}
        self._known = dict(known or {})
        self._described = described
        self._nested = nested

    def record(self, cls: str, fields: Mapping[str, FieldProfile], about: str = "") -> None:
        """The TypedDict of the fields of a record, called `cls`."""
        silent = says_nothing(fields)
        total = silent or sum(f.required for f in fields.values()) > len(fields) // 2
        kinds = {n: self._annotation(cls, n, f, required=silent or f.required, total=total) for n, f in fields.items()}
        told = {n: self._with_description(n, kinds[n], f.description) for n, f in fields.items()}
        self.typed_dict(cls, kinds, told, about, total=total)

    def sent(self, cls: str, fields: Mapping[str, FieldProfile]) -> None:
        """The TypedDict of what is sent, called `cls`; none of it is demanded."""
        kinds = {n: self._annotation(cls, n, f, required=False, total=False) for n, f in fields.items()}
        self.typed_dict(cls, kinds, total=False)

    def typed_dict(
        self,
        cls: str,
        kinds: Mapping[str, str],
        told: Mapping[str, str] | None = None,
        about: str = "",
        *,
        total: bool,
        closed: bool = False,
    ) -> None:
        """The TypedDict of keys and types; `told` are the types with what is said of them."""
        about = prose(shorten(about, 120))
        told = told or kinds
        options = {} if total else {"total": False}
        options |= {"closed": True} if closed else {}
        words = set(re.findall(r"[A-Za-z_]\w*", " ".join([*kinds.values(), *_WRAPPERS])))
        if any(not is_usable_identifier(n) or n in words for n in kinds):
            # pyright refuses Required within Annotated here, though not in a class
            shape = {n: Raw(kinds[n] if "Required[" in kinds[n] else text) for n, text in told.items()}
            self.definitions.append(assignment(cls, Construct("TypedDict", (cls, shape), options)))
            return
        more = "".join(f", {name}={value}" for name, value in options.items())
        lines = [f"class {cls}(TypedDict{more}):"]
        if about:
            lines += [f'    """{wrapped(about, 4)}"""', ""]
        lines += [f"    {n}: {text}" for n, text in told.items()]
        self.definitions.append("\n".join(lines))

    @property
    def known(self) -> dict[str, str]:
        """What has a name, by what it means."""
        return dict(self._known)

    def name(self, wanted: str) -> str:
        """A name of its own."""
        found = free_name(wanted, self._taken)
        self._taken.add(found)
        return found

    def kind(self, field: FieldProfile, name: str) -> str:
        """The type of a value; `name` is that of what holds it, with its own."""
        text = _NAMES.get(field.type, "Any")
        if field.enum and field.type in ("string", "integer"):
            text = self.values(field.enum, name) or text
        elif field.type == "object":
            text = self._inner(field, name)
        elif field.type == "array":
            item = self._inner(field, name) if field.items == "object" else _NAMES.get(field.items or "any", "Any")
            text = f"list[{'list[Any]' if field.items == 'array' else item}]"
        return text

    def values(self, enum: tuple[JsonValue, ...], name: str) -> str:
        """The Literal of some values, or its name; empty where there can be none."""
        kinds = {type(value) for value in enum}
        if kinds not in ({str}, {int}) or len(enum) > MAX_VALUES or any(len(f"{value}") > 50 for value in enum):
            return ""
        unique = tuple(dict.fromkeys(enum))
        text = f"Literal[{', '.join(map(literal, unique))}]"
        if width(text) <= _INLINE:
            return text
        return self._defined(text, name, lambda alias: literal_type(alias, unique))

    def _inner(self, field: FieldProfile, name: str) -> str:
        key = repr(field.fields)
        if key in self._known:
            return self._known[key]
        if not field.fields or len(field.fields) > self._nested:
            return "dict[str, Any]"
        self._nested -= len(field.fields)
        cls = self.name(name)
        self.record(cls, field.fields)
        self._known[key] = cls
        return cls

    def _annotation(self, cls: str, name: str, field: FieldProfile, *, required: bool, total: bool) -> str:
        """The type of a field; a plainer one, where its name takes too much of the line."""
        owner = cls.removesuffix("Record")
        text = ""
        for kind in (self.kind(field, f"{owner}{stem(name)}"), _plain(field)):
            text = f"{kind} | None" if field.nullable and kind != "None" else kind
            if required != total:
                text = f"Required[{text}]" if required else f"NotRequired[{text}]"
            if self._fits(name, text):
                break
        return text

    def _with_description(self, name: str, kind: str, description: str) -> str:
        """The annotation of a field, with as much of its description as fits the line."""
        free = LINE - width(f'        {literal(name)}: Annotated[{kind}, ""],')
        most = min(self._described, free)
        text = shorten(description, most) if most >= SHORTEST else ""
        annotated = f"Annotated[{kind}, {literal(text)}]"
        is_whole = bool(text) and (len(text) >= SHORTEST_CUT or not text.endswith(" ..."))
        return annotated if is_whole and self._fits(name, annotated) else kind

    def _fits(self, name: str, kind: str) -> bool:
        return width(f"        {literal(name)}: {kind},") <= LINE

    def _defined(self, key: str, name: str, source: Callable[[str], str]) -> str:
        if key not in self._known:
            alias = self._known[key] = self.name(name)
            self.definitions.append(source(alias))
        return self._known[key]


def record_types(profile: ApiProfile) -> list[str]:
    """The source of each TypedDict, and of what it is made of."""
    return written_records(profile).definitions


def written_records(profile: ApiProfile) -> TypeWriter:
    """What writes them; descriptions are the shorter the more there are."""
    classes = record_classes(profile)
    count = sum(bool(f.description) for o in profile.objects.values() for f in o.fields.values())
    length = min(DESCRIPTION, DESCRIPTIONS // (count or 1))
    writer = TypeWriter(classes.values(), described=length, nested=MAX_NESTED)
    for name, cls in classes.items():
        found = profile.objects[name]
        writer.record(cls, found.fields, found.record_description or found.description)
    return writer


def record_table(profile: ApiProfile) -> str:
    """The assignment of each object's TypedDict."""
    return assignment("RECORD_TYPES", {name: Raw(cls) for name, cls in record_classes(profile).items()})


def silent_table(profile: ApiProfile) -> str:
    """The assignment of the TypedDicts of which nothing says what is required; empty where there are none, or no others."""
    classes = record_classes(profile)
    silent = [Raw(cls) for name, cls in classes.items() if says_nothing(profile.objects[name].fields)]
    return assignment("SILENT", silent) if 0 < len(silent) < len(classes) else ""


def json_types(profile: ApiProfile) -> str:
    """The assignment of the JSON name of each Python type that the TypedDicts use."""
    used = {f.type for o in profile.objects.values() for f in o.fields.values()}
    names = _NAMES | {"object": "dict", "array": "list", "null": "NoneType", "any": "Any"}
    table = [(Raw(text), name) for name, text in names.items() if name in used]
    return assignment("JSON_TYPES", dict(table))


def typing_names(profile: ApiProfile, records: list[str]) -> str:
    """What `types.py` imports from typing."""
    text = "\n".join(records)
    wanted = {"Any", "Literal", "NewType"} if profile.objects else {"Any", "NewType"}
    if records:
        wanted |= {"TypedDict", "get_origin", "get_type_hints"}
        wanted |= {"get_args"} if has_nullable(profile) or has_literals(records) else set()
    wanted |= {name for name in ("Annotated", "NotRequired", "Required") if re.search(rf"[ \[]{name}\[", text)}
    return import_names("typing", wanted)


def has_literals(records: list[str]) -> bool:
    """Whether a field of a record may hold some values only."""
    return any(re.search(r"[ \[]Literal\[", record) for record in records)


def object_names(profile: ApiProfile) -> str:
    """The assignment of the Literal of all object names; any text where there are none."""
    return literal_type("ObjectName", tuple(profile.objects)) if profile.objects else "ObjectName = str"


def literal_type(target: str, values: tuple[JsonValue, ...]) -> str:
    """`target = Literal[...]`, on one line or on a line for each value."""
    flat = f"{target} = Literal[{', '.join(map(literal, values))}]"
    if width(flat) <= LINE:
        return flat
    return "\n".join([f"{target} = Literal[", *(f"    {literal(v, indent=4, column=4)}," for v in values), "]"])


def _plain(field: FieldProfile) -> str:
    return {"object": "dict[str, Any]", "array": "list[Any]"}.get(field.type, _NAMES.get(field.type, "Any"))
