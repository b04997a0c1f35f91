"""Query parameters that an answer shows."""

from typing import Any

import pytest
from driversmith.engine.facts.answer import Answer
from driversmith.engine.research.observed.parameters import parameters_of


def names(body: Any, target: str = "/ships", path: tuple[str, ...] = ("items",), **headers: str) -> dict[str, Any]:
    found = parameters_of(Answer(target, 200, dict(headers), body), path)
    return {parameter["name"]: parameter["schema"].get("default") for parameter in found}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"page": 1, "per_page": 20, "items": []}, {"page": 1, "per_page": 20}),
        ({"skip": 0, "limit": 30, "total": 57, "items": []}, {"skip": 0, "limit": 30}),
        ({"meta": {"page": 1, "limit": 20}, "items": []}, {"page": 1, "limit": 20}),
        ({"number": 0, "size": 20, "items": []}, {"page": 0, "size": 20}),
        ({"meta": {"current_page": 1, "per_page": 15}, "items": []}, {"page": 1, "per_page": 15}),
        ({"page": 1, "items": []}, {}),
        ({"pages": 12, "size": 20, "items": []}, {}),
    ],
)
def test_what_an_answer_repeats_is_asked_for_by_that_name(body: Any, expected: dict[str, Any]) -> None:
    assert names(body) == expected


def test_links_to_other_pages_name_parameters() -> None:
    body = {"items": [{"next": "/x?secret=1"}], "links": {"next": "/ships?page%5Bnumber%5D=2&sort=name"}}
    assert names(body) == {"page[number]": None, "sort": None}
    assert names([], path=(), link='</ships?last=a&n=5>; rel="next"') == {"last": None, "n": None}


def test_what_every_request_has_is_no_parameter() -> None:
    assert names({"items": [], "next": "/q?query=up&page=2"}, target="/q?query=up") == {"page": None}
