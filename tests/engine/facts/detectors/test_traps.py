"""Answers that have misled others: what only sounds like records, paging or an error, and shapes that are easily missed."""

from typing import Any

import pytest
from driversmith.engine.facts.detectors.registry import proposals

from .test_registry import ROWS, case, onward, places

FEW = ROWS[:3]


@pytest.mark.parametrize(
    "body",
    [
        {"data": FEW, "next_billing_date": "2026-12-01"},
        {"data": FEW, "next_billing_date": "/2026/12/01"},
        {"data": FEW, "book": {"pages": 200}},
        {"data": FEW, "pages": 1},
        {"data": FEW, "next": None, "count": 3},
        {"data": FEW, "next": ""},
        {"data": [{**row, "next": "/ships/2", "cursor": "abc"} for row in FEW]},
        {"data": FEW, "has_more": False},
        {"data": FEW, "links": {"next": None, "self": "/ships"}},
        {"data": FEW, "error": None, "errors": [], "success": True},
        {"data": FEW, "status": "ok", "message": "3 ships"},
        {"data": FEW, "link": [{"relation": "self", "url": "https://ships.example/ships"}]},
        {"data": FEW, "pageInfo": {"hasNextPage": False, "endCursor": None}},
    ],
)
def test_nothing_is_proposed_where_all_is_right(body: Any):
    assert proposals(case(body)) == []


def test_an_empty_list_of_errors_is_not_preferred_to_the_records():
    assert places({"errors": [], "warnings": [], "entries": ROWS}) == [(["entries"], "list")]
    assert places({"errors": [], "entries": ROWS}, path=("errors",))[0] == (["entries"], "list")


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"@odata.context": "x", "@odata.count": 20, "value": ROWS}, ["value"]),
        ({"took": 3, "hits": {"total": {"value": 20}, "hits": ROWS}}, ["hits", "hits"]),
        ({"type": "FeatureCollection", "features": ROWS}, ["features"]),
        ({"_embedded": {"ships": ROWS}, "_links": {"self": {"href": "/ships"}}}, ["_embedded", "ships"]),
        ({"jsonapi": {"version": "1.0"}, "included": [{"id": 9}], "resources": ROWS}, ["resources"]),
        ({"resourceType": "Bundle", "link": [{"relation": "self", "url": "/x"}], "entry": ROWS}, ["entry"]),
    ],
)
def test_records_of_well_known_formats_are_found(body: Any, place: list[str]):
    assert places(body)[0] == (place, "list")


@pytest.mark.parametrize(
    ("body", "keys"),
    [
        (
            {"data": ROWS, "@odata.nextLink": "https://ships.example/ships?$skip=20", "@odata.count": 60},
            ["@odata.nextLink"],
        ),
        ({"data": ROWS, "_links": {"next": {"href": "/ships?page=2"}}}, ["_links", "next", "href"]),
        ({"data": ROWS, "links": {"next": "/ships?page=2", "last": "/ships?page=3"}}, ["links", "next"]),
        ({"data": ROWS, "next": "https://ships.example/ships?page=2", "count": 60, "previous": None}, ["next"]),
        (
            {
                "data": ROWS,
                "link": [{"relation": "self", "url": "/ships"}, {"relation": "next", "url": "/ships?page=2"}],
            },
            ["link", "next", "url"],
        ),
    ],
)
def test_the_next_page_of_well_known_formats_is_found(body: Any, keys: list[str]):
    assert onward(body)[0] == {"style": "next_url", "next_path": keys}


def test_relay_goes_on_by_its_cursor_and_says_whether_there_is_more():
    body = {"data": ROWS, "pageInfo": {"hasNextPage": True, "endCursor": "abc"}}
    assert onward(body, parameters=("after",))[0] == {
        "style": "cursor",
        "next_path": ["pageInfo", "endCursor"],
        "position_parameter": "after",
        "more_path": ["pageInfo", "hasNextPage"],
    }


def test_stripe_goes_on_after_the_last_record():
    body = {"object": "list", "data": ROWS, "has_more": True}
    assert onward(body, parameters=("starting_after", "ending_before"))[0] == {
        "style": "cursor",
        "next_path": ["data", "id"],
        "position_parameter": "starting_after",
        "more_path": ["has_more"],
    }


def test_offset_and_total_are_paging_that_nobody_described():
    body = {"data": ROWS, "total": 60, "offset": 0, "limit": 20}
    assert {
        "style": "offset",
        "position_parameter": "offset",
        "first": 0,
        "total_path": ["total"],
        "default_size": 20,
    } in (onward(body))


@pytest.mark.parametrize("key", ["4711", "ada@example.org", "9f8e7d6c5b4a3210", "2026-12-01"])
def test_the_key_of_a_map_with_one_entry_gets_into_no_fact(key: str):
    row = {"id": 1, "name": "Ada"}
    for body in (
        {key: row},
        {"data": {key: row}},
        {"ships": {key: row}},
        {"data": {key: ROWS}},
        {key: {"next": "/x?page=2"}},
    ):
        assert key not in "".join(c.model_dump_json() for c in proposals(case(body, path=("items",))))
    assert places({"ships": {key: row}}, path=("items",))[0] == (["ships"], "map")


def test_values_of_answers_get_into_no_correction():
    secret = "s3cr3t-cursor"
    body = {"data": ROWS, "next_cursor": secret, "next": f"https://ships.example/?c={secret}", "error": None}
    found = proposals(case(body, headers={"x-next-cursor": secret, "link": f'<https://x/?{secret}>; rel="next"'}))
    assert found
    assert secret not in "".join(correction.model_dump_json() for correction in found)
