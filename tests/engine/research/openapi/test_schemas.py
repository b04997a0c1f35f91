"""Schemas as flat facts."""

from collections.abc import Callable
from typing import Any

import pytest
from driversmith.engine.research.documents.notes import Notes
from driversmith.engine.research.documents.references import Document
from driversmith.engine.research.openapi.schemas import Schema, Schemas

Read = Callable[..., Schema]


@pytest.fixture
def read(describe: Any) -> Read:
    def read(schema: object, **components: object) -> Schema:
        return Schemas(Document(describe({"components": {"schemas": components}}), Notes())).read(schema)

    return read


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


@pytest.mark.parametrize(
    ("schema", "kind", "nullable"),
    [
        ({"type": "integer"}, "integer", False),
        ({"type": "string", "nullable": True}, "string", True),
        ({"type": ["string", "null"]}, "string", True),
        ({"type": ["integer", "number"]}, "number", False),
        ({"type": ["string", "array"]}, "any", False),
        ({"type": "null"}, "null", False),
        ({"type": "Long"}, "integer", False),
        ({"type": "file"}, "string", False),
        ({"type": "nonsense"}, "any", False),
        ({"properties": {}}, "object", False),
        ({"additionalProperties": {"type": "string"}}, "object", False),
        ({"items": {}}, "array", False),
        ({"enum": ["a", None]}, "string", True),
        ({"const": 5}, "integer", False),
        ({"oneOf": [{"type": "string"}, {"type": "null"}]}, "string", True),
        ({"anyOf": [{"type": "string"}, {"type": "integer"}]}, "any", False),
        ({"anyOf": [{"type": "integer"}, {"type": "number"}]}, "number", False),
        ({"allOf": [{"type": "number"}, {"type": "integer"}]}, "integer", False),
        ({"allOf": [{"$ref": "#/components/schemas/Nowhere"}]}, "any", False),
        (True, "any", False),
        (False, "any", False),
        ([], "any", False),
        ("string", "any", False),
        ({"type": {"a": 1}, "enum": {"b": 2}, "required": "c", "properties": [1], "allOf": "d"}, "any", False),
    ],
)
def test_a_type_is_read(read: Read, schema: object, kind: str, nullable: bool) -> None:
    found = read(schema)
    assert (found.type, found.nullable) == (kind, nullable)


def test_all_of_adds_up(read: Read) -> None:
    schema = read(
        {"allOf": [ref("Base"), {"required": ["b"], "properties": {"b": {"type": "string"}}}], "description": "both"},
        Base={"type": "object", "required": ["a"], "properties": {"a": {}}, "description": "base"},
    )
    assert list(schema.properties) == ["a", "b"]
    assert schema.required == {"a", "b"}
    assert schema.description == "both"


def test_of_alternatives_only_what_all_require_is_required(read: Read) -> None:
    schema = read(
        {
            "oneOf": [
                {"type": "object", "required": ["id", "bark"], "properties": {"id": {}, "bark": {}}},
                {"type": "object", "required": ["id"], "properties": {"id": {}, "meow": {}}},
            ]
        }
    )
    assert schema.type == "object"
    assert list(schema.properties) == ["id", "bark", "meow"]
    assert schema.required == {"id"}


def test_siblings_of_a_reference_are_heard(read: Read) -> None:
    schema = read(
        {**ref("Name"), "description": "mine", "type": ["string", "null"]}, Name={"type": "string", "format": "x"}
    )
    assert (schema.description, schema.nullable, schema.format) == ("mine", True, "x")


def test_a_discriminator_brings_the_properties_of_its_types(read: Read) -> None:
    components = {
        "Pet": {
            "type": "object",
            "required": ["kind"],
            "properties": {"kind": {}},
            "discriminator": {"propertyName": "kind", "mapping": {"cat": "#/components/schemas/Cat", "dog": "Dog"}},
        },
        "Cat": {"allOf": [ref("Pet"), {"required": ["lives"], "properties": {"lives": {}}}]},
        "Dog": {"allOf": [ref("Pet"), {"properties": {"tricks": {}}}]},
    }
    pet = read(ref("Pet"), **components)
    assert list(pet.properties) == ["kind", "lives", "tricks"]
    assert pet.required == {"kind"}


def test_a_type_of_a_discriminator_keeps_its_base_whatever_is_read_first(describe: Any) -> None:
    components = {
        "Pet": {"properties": {"id": {}}, "discriminator": {"mapping": {"cat": "#/components/schemas/Cat"}}},
        "Cat": {"allOf": [ref("Pet"), {"properties": {"lives": {}}}]},
    }
    schemas = Schemas(Document(describe({"components": {"schemas": components}}), Notes()))
    assert set(schemas.read(ref("Pet")).properties) == {"id", "lives"}
    assert set(schemas.read(ref("Cat")).properties) == {"id", "lives"}


def test_schemas_in_a_circle_are_read(read: Read) -> None:
    tree = {"Tree": {"type": "object", "properties": {"children": {"type": "array", "items": ref("Tree")}}}}
    assert list(read(ref("Tree"), **tree).properties) == ["children"]
    knot = {
        "A": {"allOf": [ref("B"), {"properties": {"a": {}}}]},
        "B": {"allOf": [ref("A"), {"properties": {"b": {}}}]},
    }
    assert set(read(ref("A"), **knot).properties) == {"a", "b"}
    assert read(ref("Self"), Self=ref("Self")).type == "any"


def test_many_schemas_that_name_each_other_are_read_in_time(read: Read) -> None:
    names = [f"S{n}" for n in range(25)]
    components = {n: {"anyOf": [*map(ref, names), {"type": "object", "properties": {n: {}}}]} for n in names}
    assert "S0" in read(ref("S0"), **components).properties


def test_a_boolean_or_schema_of_additional_properties_is_told_apart(read: Read) -> None:
    assert read({"type": "object", "additionalProperties": {"type": "string"}}).values == {"type": "string"}
    assert read({"type": "object", "additionalProperties": True}).values is True
    assert read({"type": "object", "additionalProperties": False}).values is None
