"""Where in a response the records stand."""

from typing import Any

import pytest

ITEM = {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}}
ITEMS = {"type": "array", "items": ITEM}
TEXT = {"type": "string"}


def envelope(**properties: Any) -> Any:
    return {"type": "object", "properties": properties}


def json_of(schema: Any) -> Any:
    return {"responses": {"200": {"content": {"application/json": {"schema": schema}}}}}


@pytest.mark.parametrize(
    ("schema", "path", "shape"),
    [
        (ITEMS, (), "list"),
        ({"type": "array", "items": TEXT}, (), "list"),
        (envelope(data=ITEMS), ("data",), "list"),
        (envelope(pets=ITEMS, count={"type": "integer"}), ("pets",), "list"),
        (envelope(things=ITEMS, page={"type": "integer"}, total_pages={"type": "integer"}), ("things",), "list"),
        (envelope(errors=ITEMS, items=ITEMS), ("items",), "list"),
        (envelope(included=ITEMS, data=ITEMS, links=envelope(next=TEXT)), ("data",), "list"),
        (envelope(names={"type": "array", "items": TEXT}), ("names",), "list"),
        (envelope(response=envelope(results=ITEMS)), ("response", "results"), "list"),
        (
            envelope(_embedded=envelope(pets=ITEMS), page=envelope(size={"type": "integer"})),
            ("_embedded", "pets"),
            "list",
        ),
        (envelope(data=envelope(items=ITEMS, total={"type": "integer"})), ("data", "items"), "list"),
        (
            envelope(response=envelope(data=envelope(pets=ITEMS, season={"type": "integer"}), status=TEXT)),
            ("response", "data", "pets"),
            "list",
        ),
        (envelope(data=envelope(id=TEXT, result=envelope(items=ITEMS))), ("data",), "record"),
        (
            envelope(
                content=ITEMS,
                pageable=envelope(pageNumber={"type": "integer"}),
                totalElements={"type": "integer"},
                last={"type": "boolean"},
                sort=envelope(sorted={"type": "boolean"}),
                empty={"type": "boolean"},
            ),
            ("content",),
            "list",
        ),
        (
            envelope(cache_ts={"type": "integer"}, members=ITEMS, response_metadata=envelope(next_cursor=TEXT)),
            ("members",),
            "list",
        ),
        (envelope(id=TEXT, podcasts=ITEMS, has_next={"type": "boolean"}), ("podcasts",), "list"),
        ({"type": "object", "additionalProperties": ITEM}, (), "map"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, (), "map"),
        (envelope(latitude={"type": "number"}, hourly=envelope(time={"type": "array"})), (), "record"),
        (envelope(id=TEXT, name=TEXT, emails=ITEMS), (), "record"),
        (envelope(id=TEXT, items=ITEMS), (), "record"),
        (envelope(city=TEXT, days=ITEMS), (), "record"),
        (envelope(data=ITEM), ("data",), "record"),
        (envelope(status=TEXT, pet=ITEM), ("pet",), "record"),
        ({}, (), "list"),
        ({"type": "object"}, (), "record"),
        ({"allOf": [envelope(data=ITEMS), envelope(meta={"type": "object"})]}, ("data",), "list"),
    ],
)
def test_records_are_found(study: Any, schema: Any, path: tuple[str, ...], shape: str) -> None:
    pets = study({"paths": {"/pets": {"get": json_of(schema)}}}).objects["pets"]
    assert (pets.record_path, pets.shape) == (path, shape)
    assert pets.evidence.rule


def test_fields_are_those_of_a_record(study: Any) -> None:
    pets = study({"paths": {"/pets": {"get": json_of(envelope(data=ITEMS, total={"type": "integer"}))}}}).objects[
        "pets"
    ]
    assert {name: field.type for name, field in pets.fields.items()} == {"id": "integer", "name": "string"}


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        (ITEM, ()),
        (envelope(data=ITEM), ("data",)),
        (envelope(pet=ITEM, meta={"type": "object"}), ("pet",)),
        (envelope(Pets=ITEMS), ("Pets",)),
        (envelope(id=TEXT, data=ITEM), ()),
        (envelope(owner=ITEM, kind=TEXT), ()),
    ],
)
def test_a_single_record_is_found_in_its_envelope(study: Any, schema: Any, path: tuple[str, ...]) -> None:
    pets = study({"paths": {"/pets": {"get": json_of(ITEMS)}, "/pets/{id}": {"get": json_of(schema)}}}).objects["pets"]
    assert pets.item_path == path


def test_a_collection_described_as_one_of_its_records_is_a_list(study: Any) -> None:
    reference = {"$ref": "#/components/schemas/Pet"}
    document = {
        "components": {"schemas": {"Pet": ITEM}},
        "paths": {"/pets": {"get": json_of(reference)}, "/pets/{id}": {"get": json_of(reference)}},
    }
    assert study(document).objects["pets"].shape == "list"


@pytest.mark.parametrize(
    ("path", "fields", "identifier"),
    [
        ("/pets/{petId}", ["name", "id"], "id"),
        ("/pets/{petId}", ["id", "pet_id"], "pet_id"),
        ("/pets/{pet_id}", ["uuid", "name"], "uuid"),
        ("/users/{username}", ["id", "username"], "username"),
        ("/calls/{Sid}.json", ["account_sid", "sid"], "sid"),
        ("/keys/{x}", ["slug", "name"], "slug"),
        ("/pets/{x}", ["colour"], None),
    ],
)
def test_the_identifier_follows_the_path_parameter(
    study: Any, path: str, fields: list[str], identifier: str | None
) -> None:
    schema = envelope(**dict.fromkeys(fields, TEXT))
    (entry,) = study({"paths": {path: {"get": json_of(schema)}}}).objects.values()
    assert entry.identifier == identifier


def test_what_was_asked_for_may_stand_beside_the_records(study: Any) -> None:
    body = envelope(place=envelope(lat={"type": "number"}, lon={"type": "number"}), city=TEXT, days=ITEMS)
    asked = [{"name": name, "in": "query"} for name in ("city", "lat", "lon")]
    pets = study({"paths": {"/pets": {"get": {**json_of(body), "parameters": asked}}}}).objects["pets"]
    assert (pets.record_path, pets.shape) == (("days",), "list")
