"""Fields of records, and of the objects in them: within bounds, however a description is made."""

from collections.abc import Callable
from typing import Any

import pytest
from driversmith.engine.models.profile import ApiProfile, FieldProfile
from driversmith.engine.research.documents.notes import Notes
from driversmith.engine.research.documents.references import Document
from driversmith.engine.research.openapi.fields import MOST_NESTED, fields_of_record
from driversmith.engine.research.openapi.schemas import Schemas

Read = Callable[..., dict[str, FieldProfile]]


@pytest.fixture
def read(describe: Any) -> Read:
    def read(properties: dict[str, Any], **components: Any) -> dict[str, FieldProfile]:
        schemas = Schemas(Document(describe({"components": {"schemas": components}}), Notes()))
        return fields_of_record(schemas.read({"type": "object", "properties": properties}), schemas)

    return read


def things(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def test_objects_and_objects_in_lists_have_theirs(read: Read) -> None:
    owner = {**things(name={"type": "string"}, home=things(street=things(name={}))), "required": ["name"]}
    found = read({"owner": owner, "owners": {"type": "array", "items": owner}, "names": {"type": "array", "items": {}}})
    assert found["owner"].fields["name"] == FieldProfile(type="string", required=True)
    assert list(found["owner"].fields["home"].fields) == ["street"]
    assert found["owner"].fields["home"].fields["street"].fields == {}
    assert found["owners"].fields == found["owner"].fields
    assert found["names"].fields == {}


def test_a_circle_ends(read: Read) -> None:
    found = read({"pet": {"$ref": "#/components/schemas/Pet"}}, Pet=things(mother={"$ref": "#/components/schemas/Pet"}))
    assert list(found["pet"].fields["mother"].fields) == ["mother"]
    assert found["pet"].fields["mother"].fields["mother"].fields == {}


def test_they_are_bounded_and_the_upper_ones_come_first(read: Read) -> None:
    wide = things(**{f"field_{n}": things(deep={}) for n in range(30)})
    found = read({f"part_{n}": wide for n in range(9)})
    assert [len(field.fields) for field in found.values()] == [30, 30, 30, *[0] * 6]
    below = [inner for field in found.values() for inner in field.fields.values() if inner.fields]
    assert len(below) == MOST_NESTED - 90


def test_profiles_of_earlier_versions_are_read_and_keep_their_digest() -> None:
    text = """{"api_name": "Shop", "base_url": "https://shop.test", "source": {"location": "a.json", "format": "OpenAPI 3.0.0",
    "sha256": "0", "size": 1}, "objects": {"pets": {"name": "pets", "operations": {}, "evidence": {"pointer": "#"},
    "fields": {"id": {"type": "object"}}}}}"""
    profile = ApiProfile.model_validate_json(text)
    assert profile.digest() == "sha256:98eebcb0415d9d1c208f1887c7e5c9907b19dda58fe03d7a7a82650aaaa939a6"
    assert "record_description" not in profile.to_json()
