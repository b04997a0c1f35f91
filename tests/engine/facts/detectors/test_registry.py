"""What answers show of the facts: proposals only, each tried live before it counts."""

import json
from typing import Any

import pytest
from driversmith.engine.facts.answer import Answer, answer_of
from driversmith.engine.facts.catalogue import apply
from driversmith.engine.facts.detectors.case import Case
from driversmith.engine.facts.detectors.registry import proposals
from driversmith.engine.models.profile import (
    ApiProfile,
    DescriptionSource,
    Evidence,
    ObjectProfile,
    OperationProfile,
    PaginationProfile,
    ParameterProfile,
)

HERE = Evidence(pointer="#")
ROWS = [{"id": n, "name": f"ship {n}"} for n in range(20)]
ONE_PAGE = PaginationProfile()
PAGES = PaginationProfile(style="page", position_parameter="page", first=1)


def case(
    body: Any,
    *,
    path: tuple[str, ...] = ("data",),
    shape: str = "list",
    paging: PaginationProfile = ONE_PAGE,
    parameters: tuple[str, ...] = (),
    headers: dict[str, str] | None = None,
    error: str = "",
    target: str = "/ships",
    fields: tuple[str, ...] = ("id", "name"),
) -> Case:
    operation = OperationProfile(
        name="list_ships",
        method="GET",
        path="/ships",
        parameters=tuple(ParameterProfile(name=n, argument=n, location="query") for n in parameters),
        evidence=HERE,
    )
    ships = ObjectProfile.model_validate(
        {
            "name": "ships",
            "operations": {"read": "list_ships"},
            "record_path": path,
            "shape": shape,
            "pagination": paging,
            "fields": {name: {"type": "integer" if name == "id" else "string"} for name in fields},
            "evidence": HERE,
        }
    )
    profile = ApiProfile(
        api_name="Ships",
        base_url="https://ships.example",
        source=DescriptionSource(location="x", format="OpenAPI 3.1.0", sha256="0", size=1),
        objects={"ships": ships},
        operations={"list_ships": operation},
    )
    return Case(profile, "ships", (answer_of(target, 200, headers or {}, json.dumps(body).encode()),), error)


def places(*arguments: Any, **values: Any) -> list[tuple[Any, Any]]:
    found = [c.value for c in proposals(case(*arguments, **values)) if c.fact == "/objects/ships/records"]
    return [(value["record_path"], value["shape"]) for value in found if isinstance(value, dict)]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"results": ROWS, "count": 20}, (["results"], "list")),
        ({"response": {"ships": ROWS}}, (["response", "ships"], "list")),
        (ROWS, ([], "list")),
        ({str(row["id"]): {"name": row["name"]} for row in ROWS}, ([], "map")),
        ({"ships": {str(row["id"]): {"name": row["name"]} for row in ROWS}}, (["ships"], "map")),
        ({"errors": [], "items": ROWS}, (["items"], "list")),
        ({"included": [{"type": "port"}], "hits": ROWS[:2]}, (["hits"], "list")),
        ({"id": 1, "name": "Ada"}, ([], "record")),
        (
            {"lat": 1.5, "hourly": {"time": ["a", "b"], "rain": [1, None]}, "units": {"rain": "mm"}},
            (["hourly"], "columns"),
        ),
        ({"s": "ok", "t": [1, 2], "close": [0.1, 0.2]}, ([], "columns")),
        (
            {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": None}]},
            (["features"], "features"),
        ),
    ],
)
def test_records_are_found_where_they_are(body: Any, place: tuple[Any, Any]):
    assert places(body)[0] == place


@pytest.mark.parametrize(
    "body",
    [
        {"time": [1, 2], "rain": [1]},
        {"type": "FeatureCollection"},
        {"error": "no such thing"},
        {"rows": [[1], [2]]},
        {"status": "ok"},
        "text",
        7,
        None,
        {},
    ],
)
def test_nothing_is_proposed_where_no_records_are(body: Any):
    assert places(body) == []


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"repositories": ["a", "b"]}, (["repositories"], "list")),
        ({"ids": [7, 8], "tags": ["x"], "empty": []}, (["ids"], "list")),
        ({"tags": ["x"], "ships": ["a"]}, (["ships"], "list")),
    ],
)
def test_a_list_of_plain_values_is_one_of_records_where_no_fields_are_described(body: Any, place: tuple[Any, Any]):
    assert places(body, fields=())[0] == place


@pytest.mark.parametrize(
    "body",
    [
        {"errors": ["no such thing"]},
        {"links": ["/a", "/b"], "tags": ["a"]},
        {"names": ["a"], "owners": ["b"]},
        {"mixed": ["a", 1, None]},
        {"id": 1, "tags": ["a", "b"]},
    ],
)
def test_other_lists_of_plain_values_are_none(body: Any):
    assert places(body, fields=()) == []


def test_plain_values_stand_behind_records_and_behind_what_has_fields():
    assert places({"repositories": ["a"], "hits": ROWS}, fields=()) == [(["hits"], "list")]
    assert places({"repositories": ["a"]}) == []
    assert places({"items": ["a"]}) == [(["items"], "list")]


@pytest.mark.parametrize(
    ("columns", "keys"), [(["id", "name"], ["columns"]), ([{"name": "id"}, {"name": "name"}], ["fields"])]
)
def test_columns_and_rows_are_records_too(columns: list[Any], keys: list[str]):
    table = {keys[0]: columns, "rows": [[1, "a"], [2, "b"]]}
    for body, above in ((table, []), ({"result": table}, ["result"])):
        (found,) = proposals(case(body))
        assert found.value == {"record_path": [*above, "rows"], "shape": "table", "columns_path": [*above, *keys]}


@pytest.mark.parametrize("body", [{"data": ROWS}, {"data": []}, {"data": ROWS, "errors": []}])
def test_nothing_is_proposed_where_records_stand_as_described(body: Any):
    assert places(body) == []


def onward(body: Any, **values: Any) -> list[dict[str, Any]]:
    found = [c.value for c in proposals(case(body, **values)) if c.fact == "/objects/ships/pagination"]
    return [value for value in found if isinstance(value, dict)]


def test_a_link_header_leads_on():
    link = '<https://ships.example/ships?page=1>; rel="first", <https://ships.example/ships?page=3>; rel=next'
    assert onward(ROWS, path=(), headers={"link": link})[0] == {"style": "link_header"}


@pytest.mark.parametrize(
    ("body", "keys"),
    [
        ({"data": ROWS, "next": "https://ships.example/ships?page=2"}, ["next"]),
        ({"data": ROWS, "links": {"self": "/ships", "next": "/ships?page=2"}}, ["links", "next"]),
        ({"data": ROWS, "_links": {"next": {"href": "/ships?page=2"}}}, ["_links", "next", "href"]),
        ({"data": ROWS, "@odata.nextLink": "https://ships.example/ships?$skip=20"}, ["@odata.nextLink"]),
        ({"data": ROWS, "next_page_url": "https://ships.example/ships?page=2"}, ["next_page_url"]),
    ],
)
def test_a_url_to_the_next_page_leads_on(body: Any, keys: list[str]):
    assert {"style": "next_url", "next_path": keys} in onward(body)


@pytest.mark.parametrize(
    ("body", "parameters", "value"),
    [
        ({"data": ROWS, "next_cursor": "abc"}, ("cursor",), (["next_cursor"], "cursor")),
        ({"data": ROWS, "meta": {"nextPageToken": "abc"}}, ("pageToken",), (["meta", "nextPageToken"], "pageToken")),
        ({"data": ROWS, "meta": {"next_cursor": "40"}}, (), (["meta", "next_cursor"], "cursor")),
        ({"data": ROWS, "paging": {"cursors": {"after": "x1"}}}, ("after",), (["paging", "cursors", "after"], "after")),
    ],
)
def test_a_cursor_leads_on_by_the_parameter_that_could_take_it(body: Any, parameters: Any, value: Any):
    keys, parameter = value
    assert {"style": "cursor", "next_path": keys, "position_parameter": parameter} in onward(
        body, parameters=parameters
    )


@pytest.mark.parametrize(
    "body",
    [
        {"data": ROWS[:3], "next_billing_date": "2026-12-01"},
        {"data": ROWS[:3], "next": None},
        {"data": ROWS[:3], "book": {"pages": 200}},
        {"data": [{"id": 1, "next": "/ships/2"}]},
        {"data": ROWS[:3], "has_more": False},
    ],
)
def test_what_only_sounds_like_a_next_page_is_left_alone(body: Any):
    assert onward(body) == []


def test_pages_may_be_counted_from_zero():
    assert {"first": 0} in onward({"data": ROWS}, paging=PAGES, parameters=("page",))


def test_a_page_below_the_documented_size_is_a_cap():
    paging = PaginationProfile(style="offset", position_parameter="offset", size_parameter="limit", max_size=100)
    found = onward({"data": ROWS}, paging=paging, parameters=("offset", "limit"), target="/ships?limit=100&offset=0")
    assert found[0]["max_size"] == 20


def test_a_parameter_that_changes_nothing_is_no_paging():
    found = onward({"data": ROWS}, paging=PAGES, parameters=("page",), error="leads in a circle")
    assert {"style": "none"} in found


def test_a_round_number_of_records_may_be_one_page_of_more():
    assert {"style": "page", "position_parameter": "page", "first": 1} in onward({"data": ROWS}, parameters=("page",))
    assert onward({"data": ROWS[:7]}, parameters=("page",)) == []


def test_an_answer_that_is_no_json_shows_nothing():
    assert Answer("/x", 200).next_link == ""
    assert answer_of("/x", 200, {}, b"<html>").body is None


def test_a_table_is_told_by_the_type_of_the_answer():
    one = case({})
    answer = answer_of("/ships", 200, {"content-type": "text/csv; charset=latin-1"}, b"id,name\n1,J\xf6rg\n")
    assert answer.body == [{"id": "1", "name": "J\xf6rg"}]
    (found,) = proposals(Case(one.profile, "ships", (answer,)))
    assert (found.fact, found.value) == ("/operations/list_ships/media_type", "text/csv")
    profile = apply(one.profile, found, known_by="observed")
    assert profile.objects["ships"].record_path == ()
    assert profile.operations["list_ships"].response.form == "csv"


def test_a_token_in_a_header_is_tried_in_the_header_of_its_name():
    one = case({"data": ROWS}, headers={"x-ms-continuation": "bmV4dA=="})
    found = [c.value for c in proposals(one) if c.fact == "/objects/ships/pagination"]
    assert found[0] == {
        "style": "cursor",
        "next_header": "x-ms-continuation",
        "position_parameter": "x-ms-continuation",
        "position_in": "header",
    }
    assert apply(one.profile, next(c for c in proposals(one)), known_by="observed")
