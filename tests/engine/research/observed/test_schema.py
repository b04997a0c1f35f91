"""The schema of samples."""

from driversmith.engine.research.observed.schema import schema_of


def test_types_of_all_records_are_told_and_what_some_lack_is_not_required() -> None:
    schema = schema_of(
        [{"id": 1, "weight": 1, "name": "a"}, {"id": 2, "weight": 1.5, "name": None, "port": {"code": "x"}}]
    )
    assert schema["required"] == ["id", "weight", "name"]
    assert schema["properties"] == {
        "id": {"type": "integer"},
        "weight": {"type": "number"},
        "name": {"type": ["string", "null"]},
        "port": {"type": "object", "properties": {"code": {"type": "string"}}, "required": ["code"]},
    }


def test_no_value_is_told_not_even_as_a_key() -> None:
    schema = schema_of([{"2024-01-01": {"rate": 1.0}, "2024-01-02": {"rate": 2.0}, "secret@mail.test": {"rate": 3.0}}])
    assert "2024" not in str(schema)
    assert "secret" not in str(schema)
    assert schema["additionalProperties"]["properties"] == {"rate": {"type": "number"}}


def test_what_is_of_several_kinds_or_was_never_seen_may_be_anything() -> None:
    assert schema_of([{"a": 1, "b": None}, {"a": "x", "b": None}])["properties"] == {"a": {}, "b": {}}


def test_dates_and_urls_are_told_by_their_form() -> None:
    seen = {"at": "2026-11-29T05:00:00Z", "on": "2026-11-29", "next": "https://api.test/x"}
    formats = {key: schema.get("format") for key, schema in schema_of([seen])["properties"].items()}
    assert formats == {"at": "date-time", "on": "date", "next": "uri"}


def test_endless_nesting_ends() -> None:
    value: object = 1
    for _ in range(500):
        value = {"a": value}
    assert schema_of([value])["type"] == "object"
