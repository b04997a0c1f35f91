"""Fields of records and bodies, from schemas."""

from pydantic import JsonValue

from ...models.profile import FieldProfile, JsonType
from ..documents.nodes import json_value, one_line
from .schemas import Schema, Schemas

MOST_FIELDS = 200
MOST_NESTED, DEEPEST = 100, 2
"""Fields of a record's nested objects, all together, and the depth of those below it."""
_MOST_VALUES = 50


def fields_of(schema: Schema, schemas: Schemas) -> dict[str, FieldProfile]:
    """The top-level fields of an object, at most 200, in the order of the description."""
    return {
        name: field_of(schemas.read(node), required=name in schema.required, schemas=schemas)
        for name, node in list(schema.properties.items())[:MOST_FIELDS]
        if name and len(name) <= 200
    }


def fields_of_record(schema: Schema, schemas: Schemas) -> dict[str, FieldProfile]:
    """The fields of an object, with those of the objects in it: the upper ones first, of each all or none."""
    found = fields_of(schema, schemas)
    level, room = [(found, schema)], MOST_NESTED
    for _ in range(DEEPEST):
        below: list[tuple[dict[str, FieldProfile], Schema]] = []
        for fields, owner in level:
            for name, field in fields.items():
                inner = schemas.read(owner.properties[name])
                inner = schemas.read(inner.items) if field.type == "array" else inner
                if inner.type != "object" or not 0 < len(inner.properties) <= room:
                    continue
                nested = fields_of(inner, schemas)
                room -= len(nested)
                fields[name] = field.model_copy(update={"fields": nested})
                below.append((nested, inner))
        level = below
    return found


def field_of(schema: Schema, *, required: bool, schemas: Schemas) -> FieldProfile:
    """One field."""
    return FieldProfile(
        type=schema.type,
        items=item_type(schema, schemas),
        format=schema.format,
        required=required,
        nullable=schema.nullable,
        read_only=schema.read_only,
        enum=enum_of(schema),
        description=one_line(schema.description or schema.title, 200),
    )


def item_type(schema: Schema, schemas: Schemas) -> JsonType | None:
    """The type of an array's items; None for anything else."""
    return schemas.read(schema.items).type if schema.type == "array" else None


def enum_of(schema: Schema) -> tuple[JsonValue, ...]:
    """The first values of an enum."""
    values = (json_value(value) for value in schema.enum[:_MOST_VALUES])
    return tuple(value for value in values if value is not None)
