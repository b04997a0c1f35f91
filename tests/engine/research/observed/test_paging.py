"""Ways to a second page that one more GET can confirm."""

from typing import Any

from driversmith.engine.facts.answer import Answer
from driversmith.engine.research.observed.paging import asked_for, is_next, ways
from driversmith.engine.research.observed.shapes import Shape

RECORDS = [{"id": n} for n in range(20)]
ITEMS = Shape(("items",))


def found(body: Any, *known: str) -> list[str]:
    return [
        str(way.value["position_parameter"]) for way in ways(Answer("/ships", 200, body=body), ITEMS, "ships", known)
    ]


def test_a_cursor_goes_where_its_key_says_else_where_cursors_usually_go() -> None:
    assert found({"items": RECORDS, "next_cursor": "abc"})[:2] == ["cursor", "next_cursor"]
    assert found({"items": RECORDS, "page_info": {"end_cursor": "abc", "has_next_page": True}})[0] == "after"


def test_a_count_of_more_records_is_gone_after_by_names_that_the_answer_repeats_first() -> None:
    assert found({"items": RECORDS, "total": 57})[:2] == ["page", "offset"]
    assert found({"items": RECORDS, "numFound": 57, "start": 0})[0] == "start"
    assert found({"items": RECORDS, "total": 57}, "p")[0] == "p"


def test_nothing_is_tried_where_the_answer_leads_on_or_is_all() -> None:
    assert not found({"items": RECORDS, "next": "https://api.test/ships?page=2"})
    assert not found({"items": RECORDS, "total": 20})
    assert not found({"items": RECORDS})


def test_the_second_page_begins_with_a_record_that_the_first_has_not() -> None:
    first, way = (
        Answer("/", 200, body={"items": RECORDS[:2]}),
        ways(Answer("/s", 200, body={"items": RECORDS, "total": 57}), ITEMS, "s")[0],
    )
    assert is_next(first, Answer("/", 200, body={"items": RECORDS[2:4]}), ITEMS)
    assert not is_next(first, first, ITEMS)
    assert not is_next(first, Answer("/", 200, body={"items": []}), ITEMS)
    assert not is_next(first, Answer("/", 422, body={"items": RECORDS[2:]}), ITEMS)
    assert asked_for("https://api.test/s?q=1", way) == "https://api.test/s?q=1&page=2"
