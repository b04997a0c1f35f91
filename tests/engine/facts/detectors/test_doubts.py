"""What remains when no correction helped: records that were left behind, and the fact that a person could supply."""

from typing import Any

import pytest
from driversmith.engine.facts.answer import Answer
from driversmith.engine.facts.detectors.case import Case, Given
from driversmith.engine.facts.detectors.doubts import doubt, question, unfinished

from ...testing.harbour import harbour_profile
from .test_registry import ROWS, case


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"data": ROWS, "nextToken": "abc"}, "nextToken leads to another page"),
        ({"data": ROWS, "links": {"next": "/ships?after=20"}}, "links.next leads"),
        ({"data": ROWS, "has_more": True}, "has_more says that more follows"),
        ({"data": ROWS, "total": 60, "limit": 20}, "total tells of more records"),
    ],
)
def test_an_only_page_that_tells_of_more_is_in_doubt(body: Any, told: str):
    text = doubt(case(body))
    assert told in text
    assert "/objects/ships/pagination" in text
    assert "abc" not in text


@pytest.mark.parametrize(
    "body",
    [
        {"data": ROWS},
        {"data": ROWS, "total": 20, "limit": 20},
        {"data": ROWS[:3], "total": 350},  # of an invoice
        {"data": ROWS, "next_cursor": "abc", "has_more": False},
        {"data": ROWS, "next": None, "next_billing_date": "2026-12-01"},
        {"data": [{"next": "/ships/2", "has_more": True}]},
    ],
)
def test_what_is_whole_is_in_no_doubt(body: Any):
    assert doubt(case(body)) == ""


def asked(status: int, body: Any = None, given: Given | None = None, **headers: str) -> str:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return question(Case(harbour_profile(), "ships", (Answer("/ships", status, names, body),), "refused", given))


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (400, {"region": ["This field is required."]}, "/operations/list_ships/parameters/query/region"),
        (400, {"error": "Missing header X-Region"}, "/headers/X-Region"),
        (404, None, "/base_path or /operations/list_ships/path"),
        (401, None, "/auth/key"),
        (200, {"stuff": 1}, "/objects/ships/records"),
        (200, {"error": "quota exceeded"}, "with an error, status 200"),
    ],
)
def test_the_fact_to_supply_is_told(status: int, body: Any, told: str):
    assert told in asked(status, body)


def test_without_a_credential_one_is_asked_for():
    assert "driversmith credentials set" in asked(401, given=Given())
    assert "Digest" in asked(401, www_authenticate='Digest realm="x"', given=Given())


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_fault_of_the_moment_asks_for_nothing(status: int):
    assert asked(status) == ""


def test_one_object_with_none_of_the_fields_is_no_list():
    told = doubt(case({"meta": {"hint": "x"}}, path=()))
    assert "One object came where a list of records is described" in told and "/objects/ships/records" in told


def test_a_whole_page_beside_a_position_that_nobody_explains_is_no_whole_list():
    told = unfinished(case({"data": ROWS}, parameters=("after",)))
    assert "'after'" in told and "/objects/ships/pagination" in told
    assert unfinished(case({"data": ROWS})) == ""
    assert unfinished(case({"data": ROWS[:7]}, parameters=("after",))) == ""
