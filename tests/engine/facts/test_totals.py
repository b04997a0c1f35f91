"""How many records there are, as an answer tells it."""

from typing import Any

import pytest
from driversmith.engine.facts.answer import Answer
from driversmith.engine.facts.totals import told_total
from driversmith.engine.models.profile import ApiProfile

from ..testing.harbour import harbour_profile

ROWS = [{"id": n, "count": 99} for n in range(20)]


def told(body: Any, headers: dict[str, str] | None = None, profile: ApiProfile | None = None) -> int | None:
    found = told_total(Answer("/ships", 200, headers or {}, body), (profile or harbour_profile()).objects["ships"])
    return found.number if found else None


@pytest.mark.parametrize(
    "body",
    [
        {"data": ROWS, "total": 60},
        {"data": ROWS, "total": "60"},
        {"data": ROWS, "total": {"value": 60, "relation": "eq"}},
        {"data": ROWS, "meta": {"total_count": 60}},
        {"data": ROWS, "meta": {"pagination": {"total": 60}}},
        {"data": ROWS, "numFound": 60},
        {"data": ROWS, "count": 20, "total": 60},
    ],
)
def test_it_stands_around_the_records_or_beside_them(body: Any):
    assert told(body) == 60


@pytest.mark.parametrize(
    "body",
    [
        {"data": ROWS},
        {"data": ROWS, "total": "sixty"},
        {"data": ROWS, "stats": {"visits": {"total": 60}}},
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


def test_its_place_is_a_member_of_the_facts_of_paging():
    ships = harbour_profile().objects["ships"]
    told_by = (Answer("/ships", 200, {"x-total": "60"}, None), Answer("/ships", 200, {}, {"data": ROWS, "total": 60}))
    totals = [told_total(answer, ships) for answer in told_by]
    assert [total.place for total in totals if total] == [{"total_header": "x-total"}, {"total_path": ["total"]}]


def test_where_the_facts_say_that_it_stands_no_other_place_is_looked_at():
    ships = harbour_profile().objects["ships"]
    paging = ships.pagination.model_copy(update={"total_path": (), "total_header": "X-Whole"})
    described = ships.model_copy(update={"pagination": paging})
    answer = Answer("/ships", 200, {"x-whole": "60"}, {"data": ROWS, "total": 900})
    total = told_total(answer, described)
    assert total and (total.number, total.place) == (60, {"total_header": "X-Whole"})
