"""Schemas as flat facts: references, allOf, oneOf, anyOf and discriminators merged to one level of properties."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from ...models.profile import JsonType
from ..documents.nodes import Node, flag, is_list, is_object, mapping, sequence
from ..documents.references import Document

_DEEPEST: Final = 40
"""How many schemas may be merged into each other."""
_MOST_VARIANTS: Final = 60
_PATIENCE: Final = 4
"""How often a schema that is part of a circle is read anew, because what lies further round was still unknown."""

_TYPES: dict[str, tuple[JsonType, str | None]] = {
    "string": ("string", None),
    "integer": ("integer", None),
    "number": ("number", None),
    "boolean": ("boolean", None),
    "object": ("object", None),
    "array": ("array", None),
    "null": ("null", None),
    "any": ("any", None),
    # What careless writers say instead.
    "file": ("string", "binary"),
    "binary": ("string", "binary"),
    "str": ("string", None),
    "text": ("string", None),
    "char": ("string", None),
    "date": ("string", "date"),
    "date-time": ("string", "date-time"),
    "datetime": ("string", "date-time"),
    "timestamp": ("string", None),
    "uuid": ("string", "uuid"),
    "uri": ("string", "uri"),
    "url": ("string", "uri"),
    "email": ("string", "email"),
    "int": ("integer", None),
    "int32": ("integer", "int32"),
    "int64": ("integer", "int64"),
    "long": ("integer", "int64"),
    "float": ("number", "float"),
    "double": ("number", "double"),
    "decimal": ("number", None),
    "bool": ("boolean", None),
    "list": ("array", None),
    "dict": ("object", None),
    "map": ("object", None),
    "hash": ("object", None),
}
_STRING_FORMATS = frozenset({"date", "date-time", "uuid", "uri", "email", "binary", "byte", "password", "hostname"})


@dataclass(frozen=True, slots=True)
class Schema:
    """What a schema says about a value, on its top level. Properties and items are left as they stand."""

    type: JsonType = "any"
    nullable: bool = False
    format: str | None = None
    title: str = ""
    description: str = ""
    enum: tuple[Any, ...] = ()
    properties: dict[str, Any] = field(default_factory=dict[str, Any])
    required: frozenset[str] = frozenset()
    items: Any = None
    """The schema of an array's items; None where nothing is said."""
    values: Any = None
    """The schema of a map's values (`additionalProperties`); None where nothing is said."""
    read_only: bool = False
    write_only: bool = False
    keywords: Node = field(default_factory=dict[str, Any])
    """The schema object itself, for default, example, minimum and maximum."""


ANY: Final = Schema()


class Schemas:
    """Reads schemas of one document; what was read once is remembered."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._known: dict[int, tuple[object, Schema]] = {}
        self._reading: set[int] = set()
        self._cut: set[int] = set()
        """Schemas that were met again while they were being read."""
        self._provisional: Counter[int] = Counter()

    def read(self, node: object) -> Schema:
        """The facts of a schema; a boolean, something that is no schema, and a dead reference read as `any`."""
        if not is_object(node):
            return ANY
        key = id(node)
        if (known := self._known.get(key)) is not None:
            return known[1]
        if key in self._reading or len(self._reading) >= _DEEPEST:
            self._cut.add(key)
            return ANY
        outer, self._cut = self._cut, set[int]()
        self._reading.add(key)
        try:
            schema = self._merge(node)
        finally:
            self._reading.discard(key)
            self._cut.discard(key)
        if not self._cut or self._provisional[key] >= _PATIENCE:
            self._known[key] = (node, schema)
        self._provisional[key] += 1
        self._cut |= outer
        return schema

    def _merge(self, node: Node) -> Schema:
        schema = _own(node)
        reference = node.get("$ref")
        if isinstance(reference, str):
            target = self.read(self._document.find(reference))
            schema = target if len(node) == 1 else _both(target, schema)
        whole = ANY
        for part in sequence(node.get("allOf"))[:_MOST_VARIANTS]:
            whole = _both(whole, self.read(part))
        schema = _both(whole, schema)
        for keyword in ("oneOf", "anyOf"):
            if variants := sequence(node.get(keyword)):
                schema = _both(schema, _either([self.read(variant) for variant in variants[:_MOST_VARIANTS]]))
        if not node.get("oneOf") and not node.get("anyOf"):
            schema = self._with_subtypes(schema, node)
        return schema

    def _with_subtypes(self, schema: Schema, node: Node) -> Schema:
        """The properties that a discriminator's other types add, none of them required."""
        subtypes = mapping(mapping(node.get("discriminator")).get("mapping"))
        properties = dict(schema.properties)
        for reference in list(subtypes.values())[:_MOST_VARIANTS]:
            if isinstance(reference, str):
                for name, value in self.read(self._document.find(reference)).properties.items():
                    properties.setdefault(name, value)
        return (
            replace(schema, type="object", properties=properties)
            if len(properties) > len(schema.properties)
            else schema
        )


def _own(node: Node) -> Schema:
    """What a schema object says itself, without what it refers to."""
    types, format_, nullable = _types(node)
    properties = node.get("properties")
    items = node.get("items")
    if items is None:
        items = next(iter(sequence(node.get("prefixItems"))), None)
    elif is_list(items):  # a tuple, as older drafts have it
        items = next(iter(items), None)
    values = node.get("additionalProperties")
    if not isinstance(values, (dict, bool)):
        values = next(iter(mapping(node.get("patternProperties")).values()), None)
    enum = sequence(node.get("enum")) or ([node["const"]] if "const" in node else [])
    nullable = nullable or flag(node.get("nullable")) or flag(node.get("x-nullable")) or None in enum
    enum = [value for value in enum if value is not None]
    return Schema(
        type=_one_type(types) or _implied_type(node, enum, items, format_),
        nullable=nullable,
        format=format_,
        title=title if isinstance(title := node.get("title"), str) else "",
        description=words if isinstance(words := node.get("description"), str) else "",
        enum=tuple(enum),
        properties=mapping(properties),
        required=frozenset(name for name in sequence(node.get("required")) if isinstance(name, str)),
        items=items,
        values=None if values is False else values,
        read_only=flag(node.get("readOnly")),
        write_only=flag(node.get("writeOnly")),
        keywords=node,
    )


def _types(node: Node) -> tuple[list[JsonType], str | None, bool]:
    declared = node.get("type")
    said = node.get("format")
    format_ = said[:40] if isinstance(said, str) and said else None
    types: list[JsonType] = []
    for name in [declared] if isinstance(declared, str) else sequence(declared):
        if isinstance(name, str) and (meaning := _TYPES.get(name.lower())):
            types.append(meaning[0])
            format_ = format_ or meaning[1]
    nullable = "null" in types and len(types) > 1
    return [name for name in types if name != "null" or len(types) == 1], format_, nullable


def _one_type(types: Iterable[JsonType]) -> JsonType | None:
    distinct = list(dict.fromkeys(types))
    if not distinct:
        return None
    if set(distinct) == {"integer", "number"}:
        return "number"
    return distinct[0] if len(distinct) == 1 else "any"


def _implied_type(node: Node, enum: list[Any], items: object, format_: str | None) -> JsonType:
    """The type of a schema that does not say it, by the keywords that it has."""
    if isinstance(node.get("properties"), dict) or isinstance(node.get("additionalProperties"), dict):
        return "object"
    if items is not None:
        return "array"
    if enum:
        return _one_type(_type_of(value) for value in enum) or "any"
    return "string" if format_ in _STRING_FORMATS or "pattern" in node or "minLength" in node else "any"


def _type_of(value: object) -> JsonType:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object" if isinstance(value, dict) else "any"


def _both(first: Schema, second: Schema) -> Schema:
    """A value for which both hold; where they disagree, the more telling one is believed."""
    if second is ANY:
        return first
    if first is ANY:
        return second
    kind = first.type if second.type == "any" else second.type if first.type == "any" else _narrower(first, second)
    return Schema(
        type=kind,
        nullable=first.nullable or second.nullable,
        format=second.format or first.format,
        title=first.title or second.title,
        description=second.description or first.description,
        enum=second.enum or first.enum,
        properties={**first.properties, **second.properties} if second.properties else first.properties,
        required=first.required | second.required,
        items=first.items if second.items is None else second.items,
        values=first.values if second.values is None else second.values,
        read_only=first.read_only or second.read_only,
        write_only=first.write_only or second.write_only,
        keywords={**first.keywords, **second.keywords},
    )


def _narrower(first: Schema, second: Schema) -> JsonType:
    if first.type == "number" and second.type == "integer":
        return "integer"
    return first.type if first.type == second.type or first.type != "null" else second.type


def _either(variants: list[Schema]) -> Schema:
    """A value for which one of several holds: of objects every property that one has, required only where all require it."""
    telling = [variant for variant in variants if variant.type != "null"]
    nullable = len(telling) < len(variants) or any(variant.nullable for variant in telling)
    if not telling:
        return Schema(type="null") if variants else ANY
    if len(telling) == 1:
        return replace(telling[0], nullable=nullable)
    properties: dict[str, Any] = {}
    for variant in telling:
        for name, value in variant.properties.items():
            properties.setdefault(name, value)
    kind = _one_type(variant.type for variant in telling) or "any"
    formats = {variant.format for variant in telling}
    every_enum = all(variant.enum for variant in telling)
    return Schema(
        type=kind,
        nullable=nullable,
        format=next(iter(formats)) if len(formats) == 1 else None,
        enum=tuple(value for variant in telling for value in variant.enum) if every_enum else (),
        properties=properties,
        required=frozenset[str].intersection(*(variant.required for variant in telling)),
        items=next((variant.items for variant in telling if variant.items is not None), None),
        values=next((variant.values for variant in telling if variant.values is not None), None),
    )
