"""How many records there are, as an answer tells it."""

from typing import Any

import pytest
from driversmith.engine.facts.answer import Answer
from driversmith.engine.facts.totals import told_total
from driversmith.engine.models.profile import ApiProfile

from ..testing.harbour import harbour_profile

ROWS = [{"id": n, "count": 99} for n in range(20)]


def told(body: Any, headers: dict[str, str] | None = None, profile: ApiProfile | None = None) -> int | None:
    return told_total(Answer("/ships", 200, headers or {}, body), (profile or harbour_profile()).objects["ships"])


@pytest.mark.parametrize(
    "body", [{"data": ROWS, "total": 60}, {"data": ROWS, "meta": {"total_count": 60}}, {"data": ROWS, "numFound": 60}]
)
def test_it_stands_around_the_records_or_beside_them(body: Any):
    assert told(body) == 60


@pytest.mark.parametrize(
    "body",
    [
        {"data": ROWS},
        {"data": ROWS, "total": "60"},
        {"data": ROWS, "total": True},
        {"data": ROWS, "total": 3},
        {"data": ROWS, "book": {"pages": 300}},
        {"data": ROWS, "total_pages": 300},
    ],
)
def test_what_only_looks_like_it_is_none(body: Any):
    assert told(body) is None


def test_a_header_may_tell_it():
    assert told({"data": ROWS}, {"x-total-count": "60"}) == 60
    assert told({"data": ROWS}, {"x-total-count": "many"}) is None
