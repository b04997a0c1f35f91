"""A GraphQL schema as plain data: what introspection and SDL both say.

Facts from the specification of GraphQL (October 2021 and September 2025), sections 3 and 4. Nothing is validated beyond what
a query needs: a fault in one type costs that type, and names that are none never get into a query.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["SCALAR", "OBJECT", "INTERFACE", "UNION", "ENUM", "INPUT_OBJECT"]
KINDS: tuple[Kind, ...] = ("SCALAR", "OBJECT", "INTERFACE", "UNION", "ENUM", "INPUT_OBJECT")
BUILT_IN = ("Int", "Float", "String", "Boolean", "ID")
MOST_TYPES = 20_000
MOST_FIELDS = 5_000
"""Of one type."""
_NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]{0,199}")


def is_name(text: object) -> bool:
    """Whether a text is a name of GraphQL, and can stand in a query as it is."""
    return isinstance(text, str) and _NAME.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Ref:
    """A type as a field or an argument has it."""

    text: str
    """As GraphQL spells it: `[Ship!]!`."""

    @property
    def name(self) -> str:
        """Of the named type in it."""
        return self.text.strip("[]!")

    @property
    def is_list(self) -> bool:
        return self.text.startswith("[")

    @property
    def is_nested_list(self) -> bool:
        return self.text.startswith("[[")

    @property
    def is_required(self) -> bool:
        return self.text.endswith("!")


@dataclass(frozen=True, slots=True)
class Input:
    """An argument, or a field of an input object."""

    name: str
    type: Ref
    default: str | None = None
    """As GraphQL spells it."""
    description: str = ""

    @property
    def is_required(self) -> bool:
        """Whether a query cannot leave it out."""
        return self.type.is_required and self.default is None


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an object or interface."""

    name: str
    type: Ref
    arguments: tuple[Input, ...] = ()
    description: str = ""
    is_deprecated: bool = False

    @property
    def needs_arguments(self) -> bool:
        return any(argument.is_required for argument in self.arguments)


@dataclass(frozen=True, slots=True)
class Type:
    """A named type."""

    name: str
    kind: Kind
    description: str = ""
    fields: Mapping[str, Field] = field(default_factory=dict[str, Field])
    """Of an object or interface."""
    inputs: tuple[Input, ...] = ()
    """Of an input object."""
    values: tuple[str, ...] = ()
    """Of an enum."""
    members: tuple[str, ...] = ()
    """Objects that a union or an interface may be."""


@dataclass(frozen=True)
class Schema:
    """A whole schema."""

    types: Mapping[str, Type]
    query: str
    """Name of the type whose fields are read; "" where there is none."""
    mutation: str = ""
    notes: tuple[str, ...] = ()
    """What was odd about it, one sentence each."""

    def kind(self, ref: Ref) -> Kind | None:
        """Of the named type in it; None where there is no such type."""
        found = self.types.get(ref.name)
        return found.kind if found else "SCALAR" if ref.name in BUILT_IN else None

    def is_leaf(self, ref: Ref) -> bool:
        """Whether a value has no fields of its own."""
        return self.kind(ref) in ("SCALAR", "ENUM")

    def is_composite(self, ref: Ref) -> bool:
        """Whether fields of it have to be selected."""
        return self.kind(ref) in ("OBJECT", "INTERFACE", "UNION")

    def fields_of(self, ref: Ref) -> Mapping[str, Field]:
        """Those of an object or interface, without deprecated ones and such as have a type that is not there."""
        found = self.types.get(ref.name)
        if found is None or found.kind not in ("OBJECT", "INTERFACE"):
            return {}
        return {name: f for name, f in found.fields.items() if not f.is_deprecated and self.kind(f.type) is not None}
