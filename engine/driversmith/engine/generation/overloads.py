"""`_overloads.py` of a driver: what type checkers see of its methods, object by object. Nothing imports it at run time."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from textwrap import indent
from typing import Any, NamedTuple

from ..contract.naming import DriverNames, is_usable_identifier
from ..contract.surface import TWIN_PREFIX
from ..models.profile import ApiProfile, FieldProfile, ObjectProfile, OperationProfile, ParameterProfile, Verb
from .parameters import arguments
from .record_types import TypeWriter, is_typed, record_classes, stem, written_records
from .source import import_names, literal

MAX_OBJECTS = 500
"""Objects that are told one by one; of more, checkers know the names alone."""
MAX_FIELDS = 20_000
_LIMIT, _BATCH, _KEY = "limit: int | None = None", "batch_size: int = 100", "record_id: str | int"
_REST = "**params: Any"
_NAME, _ANY_NAME = "object_name: Name", "object_name: ObjectName | Name"
_WRITING: dict[Verb, tuple[str, ...]] = {"create": (), "update": (_KEY,)}
"""Verbs that send data, and what they take before that."""
_SHORT = 44
"""Columns of keyword arguments that are told in each overload: more have a TypedDict."""
_TYPES = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "object": "dict[str, Any]"}
_FORMATS = {"date": "str | date", "date-time": "str | date", "uuid": "str | UUID", "binary": "Any"}
"""What goes on the wire as text, and is known to Python as something else."""
_TAKEN = {"AsyncIterator", "Iterator", "Sequence", "UUID", "TypeVar", "OperationName", "NameOrText", "Names"}
_IMPORTED = {
    "Sequence": r"\bSequence\[",
    "NotRequired": r"\bNotRequired\[",
    "Required": r"\bRequired\[",
    "Unpack": r"\bUnpack\[",
    "TypedDict": r"\bTypedDict\b",
    "overload": "@overload",
    "date": r"\| date\b",
    "UUID": r"\| UUID\b",
}
"""What is imported where something uses it."""
_QUOTED = re.compile(r"""^\#.*$ | "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' """, re.VERBOSE | re.MULTILINE)
"""Comments and texts, in which such words mean nothing."""

Kinds = dict[str, tuple[str, bool]]
"""Argument -> its type, and whether it is demanded."""


class Call(NamedTuple):
    """What an overload takes beside the name, and the type of a record that it gives."""

    takes: tuple[str, ...]
    gives: str


@dataclass(frozen=True)
class Method:
    """A method with an overload for objects that are called alike; the last one takes a name that only the run tells."""

    name: str
    calls: dict[Call, list[str]]
    last: Call
    first: str = _NAME
    """What the last one takes first."""
    is_stream: bool = False

    def source(self, returns: str, *, is_async: bool) -> Iterator[str]:
        """The lines of the method; `returns` has `{}` where the type of a record goes."""
        head = f"{'async ' if is_async and not self.is_stream else ''}def {self.name}(self, "
        told = [(f"object_name: Literal[{', '.join(map(literal, names))}]", call) for call, names in self.calls.items()]
        for first, call in [*told, (self.first, self.last)]:
            if told:
                yield "@overload"
            yield f"{head}{', '.join([first, *call.takes])}) -> {returns.format(call.gives)}: ..."


def overload_values(profile: ApiProfile, names: DriverNames) -> dict[str, Any]:
    """Values for the template of `_overloads.py`."""
    found = _Overloads(profile, names)
    operations = f"OperationName = Literal[{', '.join(map(literal, profile.operations))}]"
    definitions = _spaced([operations, *found.definitions, *found.variables])
    methods, coroutines = ("\n".join(_methods(found.methods, is_async=way)) for way in (False, True))
    text = _QUOTED.sub("", f"{definitions}\n{methods}")
    used = {name for name, pattern in _IMPORTED.items() if re.search(pattern, text)}
    described = found.described & set(re.findall(r"\w+", text))
    iterators = {"AsyncIterator", "Iterator", *({"Sequence"} & used)}
    extensions = {"TypeVar", *({"TypedDict", "Unpack"} & used)}
    return {
        "checked_typing": import_names(
            "typing", {"TYPE_CHECKING", "Any", "Literal", *({"NotRequired", "Required", "overload"} & used)}
        ),
        "checked_iterators": import_names("collections.abc", iterators, indent=4),
        "checked_extensions": import_names("typing_extensions", extensions, indent=4),
        "checked_types": import_names(".types", {"Name", "ObjectName", "Record", *described}, indent=4),
        "checked_with": {"date", "UUID"} & used,
        "checked_definitions": indent(definitions, " " * 4),
        "checked_methods": indent(methods, " " * 8),
        "checked_coroutines": indent(coroutines, " " * 8),
    }


def _spaced(definitions: list[str]) -> str:
    """Definitions below each other, with an empty line around a class."""
    lines: list[str] = []
    for definition in definitions:
        if definition.startswith("class ") or (lines and lines[-1].startswith("class ")):
            lines.append("")
        lines.append(definition)
    return "\n".join(lines)


def _methods(methods: Iterable[Method], *, is_async: bool) -> Iterator[str]:
    stream = "AsyncIterator" if is_async else "Iterator"
    returns = {"read": "list[{}]", "read_batched": f"{stream}[list[{{}}]]", "iterate": f"{stream}[{{}}]"}
    for method in methods:
        yield "\n".join(method.source(returns.get(method.name, "{}"), is_async=is_async))


class _Overloads:
    """The methods of a profile's driver."""

    def __init__(self, profile: ApiProfile, names: DriverNames) -> None:
        self._profile = profile
        self._told = arguments(profile)
        self._records = record_classes(profile)
        aliases = {key: name for key, name in written_records(profile).known.items() if key.startswith("Literal[")}
        self.described = {*self._records.values(), *aliases.values()}
        """What `types.py` defines."""
        taken = {names.class_name, f"{TWIN_PREFIX}{names.class_name}"}
        self._types = TypeWriter([*self.described, *taken, *_TAKEN], known=aliases)
        self._known: dict[str, str] = {}
        self._variables: dict[str, str] = {}
        """TypedDict -> the variable that stands for it, or for a plain dict where that is expected."""
        if self._is_large_but_known():
            self._write_records()
        self.methods = list(self._all())
        self.definitions = self._types.definitions
        self.variables = [_variable(name, cls) for cls, name in self._variables.items()]

    def _is_large_but_known(self) -> bool:
        objects = self._profile.objects.values()
        known = len(objects) <= MAX_OBJECTS and sum(len(o.fields) for o in objects) <= MAX_FIELDS
        return known and not is_typed(self._profile)

    def _write_records(self) -> None:
        known = self._known
        for name, found in self._profile.objects.items():
            if not found.fields:
                continue
            key = repr([(n, f.type, f.items, f.nullable, f.required, f.enum) for n, f in found.fields.items()])
            if key not in known:
                known[key] = self._types.name(f"{stem(name)}Record")
                self._types.record(known[key], found.fields, found.record_description or found.description)
            self._records[name] = known[key]

    def _all(self) -> Iterator[Method]:
        objects = list(self._profile.objects.values())
        objects = objects if len(objects) <= MAX_OBJECTS else []
        name = _NAME if objects else _ANY_NAME
        readable = [o for o in objects if {"read", "read_one"} & o.operations.keys()]
        ways = [(o, self._keywords(o, kinds)) for o in readable for kinds in self._ways_to_read(o)]
        for method, own in (("read", _LIMIT), ("read_batched", _BATCH), ("iterate", _BATCH)):
            calls = _grouped((o.name, Call(("*", own, *keywords), self._gives(o))) for o, keywords in ways)
            yield Method(method, calls, Call(("*", own, _REST), "Record"), name, is_stream=method != "read")
        data = {o.name: f"data: {self._data(o)}" for o in objects}
        for verb, fixed in _WRITING.items():
            calls = _grouped(
                (o.name, Call((*fixed, data[o.name], *_starred(self._keywords(o, kinds))), self._gives(o)))
                for o in objects
                if (kinds := self._beside(o, verb)) is not None
            )
            yield Method(verb, calls, Call((*fixed, "data: Record", _REST), "Record"), name)
        yield Method("delete", {}, Call((_KEY, _REST), "None"), _ANY_NAME)
        yield Method("call_operation", {}, Call((_REST,), "Any"), "operation: OperationName | Name")

    def _keywords(self, found: ObjectProfile, kinds: Kinds) -> list[str]:
        """Keyword arguments. What Python cannot spell as one comes by `**{...}`, and with it anything does."""
        told = [
            (n, f"{n}: {kind}" if required else f"{n}: {_optional(kind)} = None")
            for n, (kind, required) in kinds.items()
        ]
        if any(not is_usable_identifier(n) for n in kinds):
            return [*(text for n, text in told if kinds[n][1] and is_usable_identifier(n)), _REST]
        if len(", ".join(text for _, text in told)) <= _SHORT:
            return [text for _, text in sorted(told, key=lambda pair: not kinds[pair[0]][1])]
        return [f"**params: Unpack[{self._parameters(found, kinds)}]"]

    def _parameters(self, found: ObjectProfile, kinds: Kinds) -> str:
        """The TypedDict of keyword arguments: closed, or ty would let every other one pass."""
        key = repr(sorted(kinds.items()))
        if key not in self._known:
            self._known[key] = self._types.name(f"{stem(found.name)}Params")
            total = all(required for _, required in kinds.values())
            told = {
                name: _optional(kind) if not required else kind if total else f"Required[{kind}]"
                for name, (kind, required) in kinds.items()
            }
            self._types.typed_dict(self._known[key], told, total=total, closed=True)
        return self._known[key]

    def _ways_to_read(self, found: ObjectProfile) -> Iterator[Kinds]:
        """What `read` takes: where one record has a way of its own, and does without what a list demands, that is a second."""
        told = self._told[found.name]
        many, one = (self._profile.operation(found.name, verb) for verb in ("read", "read_one"))
        kinds: Kinds = {}
        for operation in filter(None, (many, one)):
            for p in operation.parameters:
                if _is_worth_telling(p):
                    kinds.setdefault(p.argument, (self._kind(p, found), told[p.argument].required))
            if (body := operation.body) and body.argument is not None:
                kinds.setdefault(body.argument, (_TYPES.get(body.type, "Any"), told[body.argument].required))
        yield kinds
        if many is not None and one is not None:
            mine = {p.argument: p.must_be_given for p in one.parameters}
            if any(a.required and name not in mine for name, a in told.items()):
                yield {name: (kinds[name][0], required) for name, required in mine.items() if name in kinds}

    def _beside(self, found: ObjectProfile, verb: Verb) -> Kinds | None:
        """What a verb that writes takes beside the data and the key of the record; None where the object has it not."""
        operation = self._profile.operation(found.name, verb)
        if operation is None:
            return None
        key = _key_argument(found, operation) if verb != "create" else None
        return {
            p.argument: (self._kind(p, found), p.must_be_given)
            for p in operation.parameters
            if p.argument != key and p.location != "body" and _is_worth_telling(p)
        }

    def _kind(self, parameter: ParameterProfile, found: ObjectProfile) -> str:
        kind = parameter.type
        name = f"{stem(found.name)}{stem(parameter.argument)}"
        if kind in ("string", "integer") and (told := self._types.values(parameter.enum, name)):
            return told
        text = _TYPES.get(kind, "Any")
        if kind == "string":
            text = _FORMATS.get(parameter.format or "", text)
        elif kind == "array":
            text = f"Sequence[{_TYPES.get(parameter.items or 'any', 'Any')}]"
        return text

    def _data(self, found: ObjectProfile) -> str:
        """The type of what is sent: none of its members is demanded, since descriptions demand what servers fill in, too."""
        bodies = [
            o.body for verb in ("create", "update") if (o := self._profile.operation(found.name, verb)) and o.body
        ]
        told: dict[str, FieldProfile] = {}
        for body in bodies:
            if body.argument is None or not body.fields:
                return "Any" if body.type == "array" else "Record"
            told = {**body.fields, **told}
        if not told:
            return "Record"
        sent = {name: _sent(field) for name, field in told.items()}
        key = repr([(name, f.type, f.items, f.nullable, f.enum) for name, f in sent.items()])
        if key not in self._known:
            self._known[key] = self._types.name(f"{stem(found.name)}Data")
            self._types.sent(self._known[key], sent)
        return self._known[key]

    def _gives(self, found: ObjectProfile) -> str:
        cls = self._records.get(found.name)
        if cls is None:
            return "Record"
        if cls not in self._variables:
            self._variables[cls] = self._types.name(f"{cls.removesuffix('Record')}OrDict")
        return self._variables[cls]


def _variable(name: str, cls: str) -> str:
    """A record as it is described, or a plain dict where that is what a caller's own annotation wants."""
    return f"{name} = TypeVar({literal(name)}, {cls}, Record, default={cls})"


def _grouped(calls: Iterable[tuple[str, Call]]) -> dict[Call, list[str]]:
    """The names of objects by how they are called."""
    groups: dict[Call, list[str]] = {}
    for name, call in calls:
        groups.setdefault(call, []).append(name)
    return groups


def _starred(keywords: list[str]) -> list[str]:
    return ["*", *keywords] if keywords and not keywords[0].startswith("*") else keywords


def _optional(kind: str) -> str:
    return kind if kind == "Any" else f"{kind} | None"


def _key_argument(found: ObjectProfile, operation: OperationProfile) -> str | None:
    """The argument that `record_id` fills."""
    in_path = re.findall(r"{([^{}]*)}", operation.bare_path)
    by_name = {p.name: p.argument for p in operation.parameters if p.location == "path"}
    if in_path:
        return by_name.get(in_path[-1], in_path[-1])
    return found.identifier


def _is_worth_telling(parameter: ParameterProfile) -> bool:
    """Not a header that Python cannot spell, and nobody has to give: it would let every misspelt keyword pass."""
    can_be_spelled = is_usable_identifier(parameter.argument)
    return can_be_spelled or parameter.must_be_given or parameter.location not in ("header", "cookie")


def _sent(field: FieldProfile) -> FieldProfile:
    """A field as it may be sent: a file in every form."""
    is_file = field.format in ("binary", "date", "date-time", "uuid")
    return field.model_copy(update={"type": "any", "enum": ()}) if is_file else field
