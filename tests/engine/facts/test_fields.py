"""Fields follow what every record shows, and nothing less."""

from typing import Any

import pytest
from driversmith.engine.facts.fields import field_contradictions, observed_fields, with_observed_fields
from driversmith.engine.facts.structure import field_kinds
from driversmith.engine.models.profile import FieldProfile, ObjectProfile

from ..testing.harbour import harbour_profile

SHIPS = harbour_profile().objects["ships"]


def observed(*records: Any, described: ObjectProfile = SHIPS) -> dict[str, str]:
    found = observed_fields(described, field_kinds(records))
    return {name: field.type + "?" * field.nullable for name, field in found.items()}


def a_ship(**changes: Any) -> dict[str, Any]:
    return {"id": 7, "name": "Argo", "length": 2.5, "built": "2020-01-01", "tags": ["old"], **changes}


def test_records_as_they_are_described_change_nothing():
    assert observed(a_ship(), a_ship(length=3), a_ship(length=None), {"id": 8, "name": "Gorm"}) == {}


@pytest.mark.parametrize(
    ("first", "second", "seen"),
    [
        ({"id": "7"}, {"id": "8"}, {"id": "string"}),
        ({"id": 7}, {"id": 7.5}, {"id": "number"}),
        ({"id": "a"}, {"id": [1]}, {"id": "any"}),
        ({"name": None}, {"name": "Argo"}, {"name": "string?"}),
        ({"name": None}, {"name": None}, {"name": "string?"}),
        ({"tags": {"a": 1}}, {"tags": []}, {"tags": "object"}),
        ({"flag": True}, {"flag": None}, {"flag": "boolean?"}),
    ],
)
def test_what_every_record_shows_otherwise_is_followed(first: Any, second: Any, seen: dict[str, str]):
    assert observed(a_ship(**first), a_ship(**second)) == seen


def test_what_was_described_of_an_object_goes_where_it_is_none():
    inner = {"street": FieldProfile(type="string")}
    described = SHIPS.model_copy(update={"fields": {"home": FieldProfile(type="object", fields=inner)}})
    assert observed_fields(described, field_kinds([{"home": "Piraeus"}]))["home"].fields == {}
    assert observed_fields(described, field_kinds([{"home": {}}, {"home": None}]))["home"].fields == inner


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"id": "7"}, {"id": 7}),
        ({"tags": []}, {"tags": {}}),
        ({"flag": None}, {"flag": None}),
        ({"4711-ab": 1}, {"4711-ab": 1}),
        ({"owner@harbour.example": 1}, {"owner@harbour.example": 1}),
    ],
)
def test_what_proves_nothing_is_left_as_it_is(first: Any, second: Any):
    assert observed(a_ship(**first), a_ship(**second)) == {}


def test_a_field_of_few_records_is_not_added_and_the_key_of_a_map_is_none():
    assert observed(a_ship(flag="NO"), a_ship(), a_ship()) == {}
    berths = SHIPS.model_copy(update={"shape": "map", "key_field": "code"})
    assert observed(a_ship(code="a"), described=berths) == {}


def test_the_profile_says_by_what_the_fields_are_known_and_no_value():
    described = harbour_profile()
    fields = {"ships": observed_fields(SHIPS, field_kinds([a_ship(id="X-7", flag="NO")]))}
    now = with_observed_fields(described, fields)
    assert now.objects["ships"].fields["id"] == SHIPS.fields["id"].model_copy(update={"type": "string"})
    assert now.objects["ships"].fields["flag"] == FieldProfile(type="string", read_only=True)
    assert now.facts_evidence["/objects/ships/fields"].kind == "observed"
    (contradiction,) = field_contradictions(described, fields)
    assert (contradiction.described, contradiction.observed) == ({"id": "integer"}, {"id": "string"})
    assert contradiction.because == "Records of ships have other fields: id is string, not integer."
    assert now.facts_evidence["/objects/ships/fields"].rule == (
        "Records of ships have other fields: id is string, not integer; flag is string, not described."
    )
    assert "X-7" not in now.to_json()
