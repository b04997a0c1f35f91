"""What is selected of a type: text for a query, and the JSON schema of what then comes back.

By rule: scalars and enums first, then objects in objects to a depth, and lists of objects with their plain fields alone; no
circle, no field that needs an argument or that pages, nothing deprecated, and never more than a bound in all.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..documents.nodes import Node
from .schema import Field, Ref, Schema

MOST_FIELDS = 120
"""Of one query: servers count what a query costs."""
DEEPEST = 2
"""Objects in a record, and objects in those."""
MOST_MEMBERS = 12
"""Objects of a union or interface whose own fields are selected."""
MOST_VALUES = 100
_SCALARS: dict[str, Node] = {
    "Int": {"type": "integer"},
    "Float": {"type": "number"},
    "String": {"type": "string"},
    "Boolean": {"type": "boolean"},
    "DateTime": {"type": "string", "format": "date-time"},
    "Date": {"type": "string", "format": "date"},
    "UUID": {"type": "string", "format": "uuid"},
}
"""Scalars whose JSON is known; a server's own are anything, and so is an ID, which may be a number."""
_PAGES = frozenset(
    {"first", "last", "after", "before", "limit", "offset", "skip", "take", "page", "paging", "pagination"}
)
_AROUND = frozenset({"edges", "nodes", "pageInfo", "page_info", "pageinfo"})


@dataclass(frozen=True)
class Selected:
    """What is selected of one type."""

    text: str
    """`{ id name home { id name } }`."""
    schema: Node
    """Of the object that comes back."""


@dataclass
class _Chosen:
    """Fields that were selected of one object."""

    parts: list[str] = field(default_factory=list[str])
    properties: dict[str, Node] = field(default_factory=dict[str, Node])
    required: list[str] = field(default_factory=list[str])

    def add(self, found: Field, text: str, value: Node) -> None:
        self.parts.append(f"{found.name} {text}".rstrip())
        self.properties[found.name] = typed(found.type, value, found.description)
        if found.type.is_required:
            self.required.append(found.name)

    @property
    def schema(self) -> Node:
        return {"type": "object", "properties": self.properties, "required": self.required}


class Selector:
    """Selects for one query of a schema."""

    def __init__(self, schema: Schema, most: int = MOST_FIELDS) -> None:
        self._schema = schema
        self._left = most

    def of(self, ref: Ref, *, depth: int = DEEPEST, above: tuple[str, ...] = ()) -> Selected | None:
        """What is selected of the object, interface or union in a type; None where nothing of it can be."""
        found = self._schema.types.get(ref.name)
        if found is None or not self._schema.is_composite(ref) or ref.name in above:
            return None
        chosen, above = _Chosen(), (*above, ref.name)
        fields = self._schema.fields_of(ref)
        self._take(chosen, fields.values(), depth, above)
        if found.kind == "OBJECT":
            return Selected(f"{{ {' '.join(chosen.parts)} }}", chosen.schema) if chosen.parts else None
        types = {name: told.type.text for name, told in fields.items()}
        for member in found.members[:MOST_MEMBERS]:
            if member not in above:
                own = self._of_member(Ref(member), types, fields.keys(), min(depth, 1), above)
                chosen.properties |= {**own.properties, **chosen.properties}
                chosen.parts += [f"... on {member} {{ {' '.join(own.parts)} }}"] if own.parts else []
        chosen.properties.setdefault("__typename", {"type": "string"})
        return Selected(f"{{ {' '.join(['__typename', *chosen.parts])} }}", chosen.schema)

    def _of_member(
        self, ref: Ref, types: dict[str, str], common: Iterable[str], depth: int, above: tuple[str, ...]
    ) -> _Chosen:
        """Fields of one object among several: of one name, those of all members must have one type."""
        own = _Chosen()
        fields = [
            told
            for name, told in self._schema.fields_of(ref).items()
            if name not in common and types.setdefault(name, told.type.text) == told.type.text
        ]
        self._take(own, fields, depth, (*above, ref.name))
        return own

    def _take(self, chosen: _Chosen, fields: Iterable[Field], depth: int, above: tuple[str, ...]) -> None:
        plain = [told for told in fields if not told.needs_arguments and not pages(told)]
        for told in plain:
            if self._left > 0 and self._schema.is_leaf(told.type):
                self._left -= 1
                chosen.add(told, "", leaf(self._schema, told.type))
        for told in plain if depth > 0 else ():
            if self._left < 1:
                return
            if not self._schema.is_composite(told.type) or self._is_connection(told):
                continue
            inner = self.of(told.type, depth=0 if told.type.is_list else depth - 1, above=above)
            if inner is not None and self._left >= 0:
                chosen.add(told, inner.text, inner.schema)

    def _is_connection(self, told: Field) -> bool:
        return bool(_AROUND & self._schema.fields_of(told.type).keys())


def pages(found: Field) -> bool:
    """Whether a field takes arguments that say which records are wanted: unbounded, it would be all of them."""
    return any(argument.name in _PAGES for argument in found.arguments)


def leaf(schema: Schema, ref: Ref) -> Node:
    """The JSON schema of a scalar or enum."""
    found = schema.types.get(ref.name)
    if found is not None and found.kind == "ENUM":
        node: Node = {"type": "string"}
        return {**node, "enum": list(found.values)} if 0 < len(found.values) <= MOST_VALUES else node
    return dict(_SCALARS.get(ref.name, {}))


def typed(ref: Ref, value: Node, description: str = "") -> Node:
    """The JSON schema of a field or argument, where `value` is that of its named type."""
    node: Node = dict(value)
    for _ in range(ref.text.count("[")):
        inner, node = node, Node(type="array")
        node["items"] = inner
    if not ref.is_required and isinstance(node.get("type"), str):
        node["type"] = [node["type"], "null"]
    return {**node, "description": description} if description else node
