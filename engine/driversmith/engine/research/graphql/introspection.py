"""Schemas out of what a server answers to an introspection query."""

from collections.abc import Iterator
from typing import Any

from ..documents.nodes import Node, flag, is_object, mapping, one_line, sequence, text
from .schema import BUILT_IN, KINDS, MOST_FIELDS, MOST_TYPES, Field, Input, Kind, Ref, Schema, Type, is_name

_DEEPEST = 9
"""Wrappers around a named type that are asked for."""
_TYPE = "kind name" + " ofType { kind name" * _DEEPEST + " }" * _DEEPEST
_INPUT = "name description defaultValue type { ...T }"
QUERY = (
    "query IntrospectionQuery { __schema { queryType { name } mutationType { name } types { kind name description"
    f" fields(includeDeprecated: false) {{ name description args {{ {_INPUT} }} type {{ ...T }} }}"
    f" inputFields {{ {_INPUT} }} enumValues(includeDeprecated: false) {{ name }} possibleTypes {{ name }} }} }} }}"
    f" fragment T on __Type {{ {_TYPE} }}"
)
"""Asks for what `schema_of` reads, in the words of every version of the specification since 2015."""


def schema_node(document: Node) -> Node | None:
    """The `__schema` of a document: the whole answer, or what stands in its `data`; None where there is none."""
    for holder in (document, mapping(document.get("data"))):
        if is_object(holder.get("__schema")):
            return mapping(holder["__schema"])
    return None


def schema_of(node: Node) -> Schema:
    """The schema that a `__schema` tells; what makes no sense in it is left out, and counted in the notes."""
    reader = _Reader()
    types: dict[str, Type] = {}
    told = [found for found in sequence(node.get("types"))[:MOST_TYPES] if is_object(found)]
    for found in told:
        name, kind = found.get("name"), found.get("kind")
        if not is_name(name) or kind not in KINDS or name in types:
            reader.faults += 1
        elif not str(name).startswith("__"):
            types[str(name)] = reader.type(str(name), kind, found)
    query, mutation = (text(mapping(node.get(f"{root}Type")).get("name")) for root in ("query", "mutation"))
    unknown = sum(
        found.type.name not in types and found.type.name not in BUILT_IN
        for owner in types.values()
        for found in (*owner.fields.values(), *owner.inputs)
    )
    notes: list[str] = []
    if reader.faults or unknown:
        notes.append(
            f"The schema contradicts itself: {reader.faults + unknown} types or fields name what is not there, or are told"
            " twice or without a type; they are left out."
        )
    if len(sequence(node.get("types"))) > MOST_TYPES:
        notes.append(f"Of {len(sequence(node.get('types'))):,} types the first {MOST_TYPES:,} are read.")
    return Schema(types, query, mutation, tuple(notes))


class _Reader:
    def __init__(self) -> None:
        self.faults = 0

    def type(self, name: str, kind: Kind, node: Node) -> Type:
        is_output = kind in ("OBJECT", "INTERFACE")
        fields = {found.name: found for found in self._fields(node)} if is_output else {}
        return Type(
            name,
            kind,
            one_line(node.get("description"), 1000),
            fields,
            tuple(self._inputs(node.get("inputFields"))) if kind == "INPUT_OBJECT" else (),
            self._names(node.get("enumValues")) if kind == "ENUM" else (),
            self._names(node.get("possibleTypes")) if kind in ("INTERFACE", "UNION") else (),
        )

    def _fields(self, node: Node) -> Iterator[Field]:
        for found in sequence(node.get("fields"))[:MOST_FIELDS]:
            told = mapping(found)
            ref = _ref(told.get("type"))
            if ref is None or not is_name(told.get("name")):
                self.faults += 1
                continue
            yield Field(
                str(told["name"]),
                ref,
                tuple(self._inputs(told.get("args"))),
                one_line(told.get("description"), 1000),
                flag(told.get("isDeprecated")),
            )

    def _inputs(self, node: object) -> Iterator[Input]:
        for found in sequence(node)[:MOST_FIELDS]:
            told = mapping(found)
            ref = _ref(told.get("type"))
            if ref is None or not is_name(told.get("name")):
                self.faults += 1
                continue
            default: Any = told.get("defaultValue")
            yield Input(
                str(told["name"]),
                ref,
                default if isinstance(default, str) else None,
                one_line(told.get("description"), 1000),
            )

    def _names(self, node: object) -> tuple[str, ...]:
        names = (mapping(found).get("name") for found in sequence(node)[:MOST_FIELDS])
        return tuple(dict.fromkeys(str(name) for name in names if is_name(name)))


def _ref(node: object) -> Ref | None:
    """A type reference as GraphQL spells it; None where it makes no sense, or nests deeper than is asked for."""
    before = after = ""
    for _ in range(2 * _DEEPEST):
        told = mapping(node)
        kind, inner = told.get("kind"), told.get("ofType")
        if kind == "NON_NULL" and after[:1] != "!":
            after = "!" + after
        elif kind == "LIST":
            before, after = before + "[", "]" + after
        else:
            name = told.get("name")
            return Ref(f"{before}{name}{after}") if is_name(name) and kind in KINDS else None
        node = inner
    return None
