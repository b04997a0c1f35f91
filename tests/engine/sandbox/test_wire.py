"""Values between the parent and the child."""

import dataclasses
import datetime
import decimal
import enum
import json
import math
import uuid
from typing import Any

import pytest
from driversmith.engine.sandbox.wire import TooLargeError, decode, encode, readable


class Colour(enum.Enum):
    RED = "red"


@dataclasses.dataclass
class Point:
    x: int
    y: list[int]


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        1,
        1.5,
        "é",
        b"\x00",
        [1, [2]],
        {"a": {"b": [b"x"]}},
        {1: "one"},
        {"__bytes__": 1},
        {"__map__": []},
        math.inf,
    ],
)
def test_what_goes_out_comes_in(value: Any):
    assert decode(json.loads(json.dumps(encode(value)))) == value


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        (Point(1, [2]), {"x": 1, "y": [2]}),
        (Colour.RED, "red"),
        ((1, 2), [1, 2]),
        (datetime.date(2026, 1, 2), "2026-01-02"),
        (decimal.Decimal("1.10"), "1.10"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (math.nan, {"__float__": "nan"}),
        (1 << 10_000, {"__repr__": "<a very large int>"}),
        (Point, {"__repr__": f"<class '{__name__}.Point'>"}),
    ],
)
def test_rich_values_become_plain_ones(value: Any, sent: Any):
    assert encode(value) == sent


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ([{"a": math.nan, "b": -math.inf}], [{"a": "nan", "b": "-inf"}]),
        ({"a": 1 << 10_000}, {"a": "<a very large int>"}),
        ({"a": b"x"}, {"a": "eA=="}),
        ({1: [math.inf]}, {"1": ["inf"]}),
        ({"__repr__": 1}, {"__repr__": 1}),
    ],
)
def test_a_person_reads_no_tags(value: Any, shown: Any):
    assert readable(encode(value)) == shown


def test_an_object_whose_repr_fails_still_has_a_text():
    class Evil:
        def __repr__(self) -> str:
            raise RuntimeError

    assert encode([Evil()]) == [{"__repr__": "<Evil>"}]


def test_the_same_value_twice_is_not_a_cycle():
    shared = [1]
    assert encode([shared, shared]) == [[1], [1]]


def test_too_many_parts_are_refused():
    with pytest.raises(TooLargeError):
        encode([[]] * 20, max_nodes=10)
