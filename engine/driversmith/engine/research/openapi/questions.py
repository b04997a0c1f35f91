"""Operations that ask with a body: what a description says of them, and their bodies taken apart into parameters."""

from collections.abc import Iterator
from typing import cast

from pydantic import JsonValue

from ...models.profile import BodyProfile, ParameterProfile, member_name
from ..documents.nodes import Node, flag, is_object, json_value, number, one_line
from .bodies import Body
from .fields import enum_of, item_type
from .schemas import Schema, Schemas

MARK = "x-driversmith-read"
"""On an operation with POST: true says that it asks, and changes nothing. Sources write it; a description may."""
_IN_PAGES = ("x-ms-pageable", "x-speakeasy-pagination")
_DEEPEST = 4
_MOST = 200
_LONGEST = 20_000
"""Characters of a text that is in every call, such as a query."""


def is_question(method: str, operation: Node) -> bool:
    """Whether an operation with POST only reads, as its description says: a list in pages is one."""
    return method == "POST" and (flag(operation.get(MARK)) or any(is_object(operation.get(name)) for name in _IN_PAGES))


def taken_apart(body: Body, schemas: Schemas) -> tuple[BodyProfile, list[ParameterProfile]]:
    """The body of a question, which callers do not pass, and the parameters that it is made of.

    Members that can have one value only are in every call; of objects whose members are described, these are the parameters.
    A body that is no JSON object stays as it is.
    """
    profile = body.profile
    if profile.kind != "json" or not body.schema.properties:
        return profile, []
    parameters: list[ParameterProfile] = []
    fixed: dict[str, JsonValue] = {}
    for keys, required, schema in _members(body.schema, schemas, (), required=True):
        only = _only_value(schema)
        if required and only is not None:
            _put(fixed, keys, only)
        elif len(parameters) < _MOST:
            parameters.append(_parameter(keys, schema, schemas, required=required))
    return profile.model_copy(update={"argument": None, "fixed": fixed, "fields": {}}), parameters


def _put(body: dict[str, JsonValue], keys: tuple[str, ...], value: JsonValue) -> None:
    for key in keys[:-1]:
        body = cast("dict[str, JsonValue]", body.setdefault(key, {}))
    body[keys[-1]] = value


def _members(
    schema: Schema, schemas: Schemas, above: tuple[str, ...], *, required: bool
) -> Iterator[tuple[tuple[str, ...], bool, Schema]]:
    """Members that are not divided further: their keys, whether a body must have them, and what they hold."""
    for key, node in schema.properties.items():
        inner = schemas.read(node)
        keys, needed = (*above, key), required and key in schema.required
        if inner.properties and inner.type in ("object", "any") and len(keys) < _DEEPEST:
            yield from _members(inner, schemas, keys, required=needed)
        elif not inner.read_only:
            yield keys, needed, inner


def _only_value(schema: Schema) -> JsonValue:
    only = schema.enum[0] if len(schema.enum) == 1 else None
    return only if isinstance(only, str) and len(only) <= _LONGEST else json_value(only)


def _parameter(keys: tuple[str, ...], schema: Schema, schemas: Schemas, *, required: bool) -> ParameterProfile:
    return ParameterProfile(
        name=member_name(keys),
        argument=keys[-1],
        location="body",
        required=required,
        type=schema.type,
        items=item_type(schema, schemas),
        format=schema.format,
        enum=enum_of(schema),
        default=json_value(schema.keywords.get("default")),
        example=json_value(schema.keywords.get("example")),
        minimum=number(schema.keywords.get("minimum")),
        maximum=number(schema.keywords.get("maximum")),
        description=one_line(schema.description, 200),
    )
