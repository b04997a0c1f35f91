"""Of an answer its structure is told, and no value."""

import json

import pytest
from driversmith.engine.facts.structure import structure_hash, structure_of

SHIP = {"id": 7, "name": "Argo", "weight": 2.5, "docked": True, "tags": ["old"], "flag": None}


def test_keys_and_types_are_told_and_no_value_of_a_record():
    told = structure_of({"data": [SHIP, {**SHIP, "id": 8}], "owner": "Jason of Iolcos"})
    assert told == {
        "data": [
            2,
            {
                "id": "integer",
                "name": "string",
                "weight": "number",
                "docked": "boolean",
                "tags": ["string"],
                "flag": "null",
            },
        ],
        "owner": "string",
    }
    assert "Argo" not in json.dumps(told) and "Jason" not in json.dumps(told)


def test_what_stands_around_the_records_says_whether_there_is_more():
    told = structure_of(
        {"rows": [{"id": 1}] * 20, "count": 20, "total": 60, "more": True, "next": "https://x.test/2?c=9"}
    )
    assert told == {
        "rows": [20, {"id": "integer"}],
        "count": "integer, the number of records: 20",
        "total": "integer",
        "more": "true",
        "next": "string, a URL",
    }


@pytest.mark.parametrize(
    "key", ["4711", "2026-11-29", "jason@argo.test", "https://argo.test/1", "9f8e7d6c5b4a", "a" * 60]
)
def test_keys_that_are_values_are_folded(key: str):
    assert structure_of({key: {"id": 1}}) == {"*": {"id": "integer"}}


def test_a_map_of_records_is_folded_where_most_of_its_keys_are_values():
    assert structure_of({"11": {"id": 1}, "12": {"id": 2}, "other": {"id": 3}}) == {"*": {"id": "integer"}}


def test_records_of_one_structure_have_one_hash_however_many_they_are():
    one = structure_hash([SHIP])
    assert one == structure_hash([SHIP, {**SHIP, "name": "Pequod", "tags": []}, {**SHIP, "flag": None}])
    assert one.startswith("sha256:")
    assert one != structure_hash([{**SHIP, "name": 1}])
    assert one != structure_hash([{**SHIP, "length": 3}])


def test_depth_and_width_have_bounds():
    deep: object = 1
    for _ in range(2_000):
        deep = {"a": deep}
    assert len(json.dumps(structure_of(deep))) < 200
    assert len(json.dumps(structure_of({f"k{n}": n for n in range(10_000)}))) < 2_000
