"""What a read shows of a correction, and what one request shows before a driver is written for it."""

import json
from typing import Any

import pytest
from driversmith.engine.facts.answer import Answer
from driversmith.engine.facts.catalogue import apply
from driversmith.engine.models.facts import Correction
from driversmith.engine.models.profile import PaginationProfile
from driversmith.engine.models.report import LiveRead
from driversmith.engine.proof.confirm import is_another_page, is_better, is_confirmed, probe
from driversmith.engine.proof.live_reads import Reading
from driversmith.engine.sandbox.port import Raised

from ..testing.harbour import harbour_profile

ROWS = [{"id": n} for n in range(20)]
PAGE = Answer("/ships?page=1", 200, {}, {"data": ROWS})


def correction(fact: str, **value: Any) -> Correction:
    return Correction(fact=fact, value=value, because="The answer shows it.")


def read(*answers: Answer, records: Any = (), raised: Raised | None = None) -> Reading:
    rows = json.loads(json.dumps(records))
    live = LiveRead(object_name="ships", ok=raised is None, records=tuple(rows), count=len(rows))
    return Reading(live, answers or (PAGE,), raised)


def failure(kind: str, message: str) -> Reading:
    return read(Answer("/ships", 200, {}, {"error": "no"}), raised=Raised(type=kind, message=message))


def test_an_error_that_is_told_as_one_confirms_where_it_stands():
    old = failure("UnexpectedResponseError", "No records: the answer has no 'data'.")
    assert is_confirmed(correction("/error_path"), failure("UnexpectedResponseError", "answered an error: no"), old)
    assert not is_confirmed(correction("/error_path"), old, old)


def test_a_refusal_that_is_a_rate_limit_now_confirms_its_status():
    limited, refused = failure("RateLimitError", "too many"), failure("AuthenticationError", "refused")
    assert is_confirmed(correction("/rate_limit"), limited, refused)
    assert not is_confirmed(correction("/rate_limit"), refused, refused)


def test_a_map_with_one_entry_is_confirmed_by_the_fields_that_its_record_has():
    as_list, as_map = read(records=[{"a-4711": {"name": "x"}}]), read(records=[{"key": "a-4711", "name": "x"}])
    fact = correction("/objects/ships/records")
    assert is_confirmed(fact, as_map, as_list, ["name", "weight"])
    assert not is_confirmed(fact, as_list, as_map, ["name", "weight"])


def test_a_path_is_confirmed_where_the_redirect_is_gone_and_all_is_read_as_before():
    moved = read(Answer("/ships", 301, {"location": "/fleet/ships"}), PAGE, records=ROWS)
    direct = read(PAGE, records=ROWS)
    fact = correction("/operations/list_ships/path")
    assert is_confirmed(fact, direct, moved)
    assert not is_confirmed(fact, direct, direct)
    assert not is_confirmed(fact, read(PAGE, records=ROWS[:3]), moved)


def test_a_parameter_is_confirmed_where_the_api_asks_for_the_next_one():
    first = read(Answer("/ships", 400, {}, {"unit": ["This field is required."]}), raised=Raised(type="x", message=""))
    then = read(Answer("/ships", 400, {}, {"sort": ["This field is required."]}), raised=Raised(type="x", message=""))
    fact = correction("/operations/list_ships/parameters/query/unit")
    assert is_confirmed(fact, then, first)
    assert not is_confirmed(fact, first, first)


@pytest.mark.parametrize(
    ("paging", "value", "query"),
    [
        (PaginationProfile(style="page", position_parameter="page", first=1), {"first": 0}, {"page": "0"}),
        (
            PaginationProfile(style="page", position_parameter="page", size_parameter="per_page", first=1),
            {"short_page_ends": False},
            {"page": "2"},
        ),
        (PaginationProfile(style="offset", position_parameter="o"), {"short_page_ends": False}, {"o": "20"}),
        (PaginationProfile(), {"style": "page", "position_parameter": "page", "first": 1}, {"page": "2"}),
        (PaginationProfile(), {"style": "offset", "position_parameter": "skip", "first": 0}, {"skip": "20"}),
        (PaginationProfile(), {"style": "link_header"}, None),
    ],
)
def test_one_request_asks_for_the_page_that_a_correction_promises(paging: PaginationProfile, value: Any, query: Any):
    profile = harbour_profile()
    ships = profile.objects["ships"].model_copy(update={"pagination": paging})
    profile = profile.model_copy(update={"objects": {**profile.objects, "ships": ships}})
    fact = correction("/objects/ships/pagination", **value)
    assert apply(profile, fact, known_by="observed") != profile
    assert probe(profile, "ships", fact, PAGE) == query


@pytest.mark.parametrize(
    ("answer", "is_one"),
    [
        (Answer("/ships?page=2", 200, {}, {"data": [{"id": 99}]}), True),
        (Answer("/ships?page=2", 200, {}, {"data": ROWS}), False),
        (Answer("/ships?page=2", 200, {}, {"data": []}), False),
        (Answer("/ships?page=2", 200, {}, {"error": "none"}), False),
        (Answer("/ships?page=2", 404), False),
        (Answer("/ships?page=2", 401), True),
    ],
)
def test_a_page_of_its_own_has_records_and_is_not_the_first_once_more(answer: Answer, is_one: bool):
    assert is_another_page(harbour_profile(), "ships", answer, PAGE) == is_one


def timed(rows: list[dict[str, int]], milliseconds: float, *later: list[dict[str, int]]) -> Reading:
    """A read of pages that tell beside the records how long it took to find them."""
    pages = [Answer("/ships", 200, {}, {"data": page, "took": milliseconds}) for page in (rows, *later)]
    count = sum(len(page) for page in (rows, *later))
    live = LiveRead(object_name="ships", ok=True, count=count)
    return Reading(live, tuple(pages), None, harbour_profile().objects["ships"])


def test_pages_are_the_same_whatever_stands_beside_their_records():
    first, second = ROWS[:10], ROWS[10:]
    assert is_better(timed(first, 1.5, second), timed(first, 2.5))
    assert not is_better(timed(second, 1.5, first[:3]), timed(second[:3], 2.5))
    assert is_better(timed(first, 1.5, second), timed(second, 2.5, [{"id": 99}]))
    one, other = (Answer("/ships", 200, {}, {"data": first, "took": took}) for took in (1.5, 2.5))
    assert not is_another_page(harbour_profile(), "ships", one, other)
