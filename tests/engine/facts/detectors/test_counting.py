"""How pages are counted: what answers show of their first number, their size, and whether a short one is the last."""

from typing import Any

from driversmith.engine.facts.answer import Answer
from driversmith.engine.facts.detectors.case import Case
from driversmith.engine.facts.detectors.registry import proposals
from driversmith.engine.models.profile import PaginationProfile

from .test_registry import ROWS, case, onward

FROM_ZERO = PaginationProfile(style="page", position_parameter="page", first=0)
SIZED = PaginationProfile(
    style="page", position_parameter="page", size_parameter="per_page", first=1, default_size=20, max_size=20
)


def values(
    *bodies: Any, paging: PaginationProfile, parameters: tuple[str, ...] = ("page",), error: str = ""
) -> list[Any]:
    seen = case(bodies[0], paging=paging, parameters=parameters, error=error)
    answers = tuple(Answer(f"/ships?page={n}", 200, {}, body) for n, body in enumerate(bodies))
    return [c.value for c in proposals(Case(seen.profile, "ships", answers, error))]


def test_pages_0_and_1_that_are_the_same_begin_at_1():
    first = {"data": ROWS}
    assert values(first, first, paging=FROM_ZERO, error="leads in a circle")[0] == {"first": 1}


def test_no_page_0_means_that_pages_begin_at_1():
    seen = case({"data": []}, paging=FROM_ZERO, parameters=("page",))
    answers = (Answer("/ships?page=0", 400, {}, {"error": "page must be at least 1"}),)
    assert [c.value for c in proposals(Case(seen.profile, "ships", answers, "refused"))] == [{"first": 1}]


def test_another_parameter_may_lead_on_where_one_changes_nothing():
    paging = PaginationProfile(style="offset", position_parameter="offset")
    same = {"data": ROWS}
    found = values(same, same, paging=paging, parameters=("offset", "page"), error="leads in a circle")
    assert found == [{"style": "page", "position_parameter": "page", "first": 1}, {"style": "none"}]


def test_a_short_page_may_have_others_behind_it():
    found = onward(
        {"data": ROWS[:19]}, paging=SIZED, parameters=("page", "per_page"), target="/ships?page=1&per_page=20"
    )
    assert {"short_page_ends": False} in found


def test_a_short_page_of_which_more_are_told_leads_to_the_total():
    body = {"data": ROWS[:19], "meta": {"total": 58}}
    found = onward(body, paging=SIZED, parameters=("page", "per_page"), target="/ships?page=1&per_page=20")
    assert found[0] == {"total_path": ["meta", "total"]}
    found = onward(
        {"data": ROWS[:19]},
        paging=SIZED,
        parameters=("page", "per_page"),
        target="/ships?page=1&per_page=20",
        headers={"x-total-count": "58"},
    )
    assert found[0] == {"total_header": "x-total-count"}


def test_a_few_records_are_the_end():
    found = onward(
        {"data": ROWS[:4]}, paging=SIZED, parameters=("page", "per_page"), target="/ships?page=1&per_page=20"
    )
    assert {"short_page_ends": False} not in found


def test_a_list_that_tells_a_greater_total_is_one_page_of_more():
    found = onward({"data": ROWS[:7], "total": 60}, parameters=("page",))
    assert found == [{"style": "page", "position_parameter": "page", "first": 1, "total_path": ["total"]}]


def test_headers_lead_on():
    assert onward(ROWS, path=(), headers={"x-next-page": "https://ships.example/ships?page=2"})[0] == {
        "style": "next_url",
        "next_header": "x-next-page",
    }
    assert onward(ROWS, path=(), headers={"x-next-cursor": "abc"}, parameters=("cursor",))[0] == {
        "style": "cursor",
        "next_header": "x-next-cursor",
        "position_parameter": "cursor",
    }


def test_a_next_page_that_is_refused_with_other_parameters_may_want_its_cursor_alone():
    paging = PaginationProfile(
        style="cursor", position_parameter="cursor", size_parameter="limit", next_path=("next",), max_size=50
    )
    seen = case({"data": ROWS, "next": "abc"}, paging=paging, parameters=("cursor", "limit"))
    first = Answer("/ships?limit=50", 200, {}, {"data": ROWS, "next": "abc"})
    refused = Answer("/ships?limit=50&cursor=abc", 400, {}, {"error": "cursor cannot be combined"})
    found = proposals(Case(seen.profile, "ships", (first, refused), "InvalidRequestError"))
    assert found[0].value == {"alone": True}
    bare = Answer("/ships?cursor=abc", 400, {}, {"error": "bad"})
    found = proposals(Case(seen.profile, "ships", (first, bare), "InvalidRequestError"))
    assert {"alone": True} not in [c.value for c in found]
