"""Random values by type, format and enum."""

import datetime
import uuid
from typing import Any

import pytest
from driversmith.engine.models.profile import FieldProfile, ParameterProfile
from driversmith.engine.testing.mock.records import NONCE_FIELD, RecordMaker, ValueKind, kind_of

FIELDS = {
    "id": FieldProfile(type="integer", nullable=True),
    "status": FieldProfile(type="string", enum=("a", "b", None)),
    "when": FieldProfile(type="string", format="date-time"),
    "day": FieldProfile(type="string", format="date"),
    "key": FieldProfile(type="string", format="uuid"),
    "ok": FieldProfile(type="boolean"),
    "share": FieldProfile(type="number"),
    "tags": FieldProfile(type="array", items="integer"),
    "more": FieldProfile(type="object"),
}


def test_records_fit_their_fields_and_are_all_different():
    records = RecordMaker().records(50, FIELDS, "id")
    assert len({record["id"] for record in records}) == 50
    assert len({record[NONCE_FIELD] for record in records}) == 50
    for record in records:
        assert set(record) == {*FIELDS, NONCE_FIELD}
        assert record["status"] in {"a", "b"}
        assert datetime.datetime.fromisoformat(record["when"])
        assert datetime.date.fromisoformat(record["day"])
        assert uuid.UUID(record["key"])
        assert isinstance(record["ok"], bool)
        assert isinstance(record["share"], float)
        assert all(isinstance(tag, int) for tag in record["tags"])
        assert isinstance(record["more"], dict)


def test_a_seed_gives_the_same_records_and_none_gives_others():
    one, same, other = RecordMaker(7), RecordMaker(7), RecordMaker()
    assert one.record(FIELDS) == same.record(FIELDS) != other.record(FIELDS)


def test_without_fields_there_is_still_a_record():
    assert set(RecordMaker().record({})) == {"id", "name", NONCE_FIELD}


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [
        (ValueKind("integer", minimum=5, maximum=6), 5, 6),
        (ValueKind("integer", maximum=0), 0, 0),
        (ValueKind("integer", minimum=10**12), 10**12, 10**12),
        (ValueKind("number", minimum=-2, maximum=-1), -2, -1),
    ],
)
def test_numbers_stay_within_their_bounds(kind: ValueKind, low: float, high: float):
    maker = RecordMaker()
    assert all(low <= maker.value(kind) <= high for _ in range(50))


def test_the_bounds_of_parameters_count():
    parameter: Any = ParameterProfile(name="n", argument="n", location="query", type="integer", minimum=3, maximum=3)
    assert RecordMaker().value(kind_of(parameter)) == 3
