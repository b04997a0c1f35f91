"""Pages as the mock serves them."""

import json
from typing import Any

import pytest
from driversmith.engine.models.profile import Evidence, ObjectProfile, PaginationProfile
from driversmith.engine.network.loopback import Request
from driversmith.engine.testing.mock.pages import PageRules, collection_answer

RECORDS = [{"id": f"r{n}"} for n in range(5)]


def page(paging: dict[str, Any], query: str, **rules: Any) -> Any:
    """The body of a page, or the status of a refusal."""
    pets = ObjectProfile(
        name="pets",
        operations={"read": "list_pets"},
        record_path=("data",),
        pagination=PaginationProfile.model_validate(paging),
        evidence=Evidence(pointer="#"),
    )
    answer = collection_answer(pets, RECORDS, Request("GET", f"/pets?{query}", (), b"", 0.0, 1), PageRules(**rules))
    return json.loads(answer.body) if answer.status == 200 else answer.status


CURSOR = {"style": "cursor", "position_parameter": "token", "next_path": ("next",)}
AFTER = {"style": "cursor", "position_parameter": "after", "next_path": ("data", "id")}


@pytest.mark.parametrize("paging", [CURSOR, AFTER])
def test_a_token_of_the_caller_leads_to_the_first_page_and_any_other_nowhere(paging: dict[str, Any]) -> None:
    name = paging["position_parameter"]
    first = page(paging, f"{name}=whatever", given=frozenset({name}))
    assert first["data"] == RECORDS[:3]
    following = first["next"] if paging is CURSOR else "r2"
    assert page(paging, f"{name}={following.replace('+', '%2B')}", given=frozenset({name}))["data"] == RECORDS[3:]
    assert page(paging, f"{name}=whatever") == 400
    assert page(paging, "")["data"] == RECORDS[:3]


def test_what_paging_requires_must_be_in_every_request() -> None:
    paging = {"style": "page", "position_parameter": "page", "size_parameter": "size", "first": 1}
    required = frozenset({"page", "size"})
    assert page(paging, "page=2&size=2", required=required)["data"] == RECORDS[2:4]
    assert page(paging, "page=1", required=required) == 400
    assert page(paging, "size=2", required=required) == 400


@pytest.mark.parametrize(("style", "path"), [("cursor", ("next",)), ("next_url", ("next",)), ("link_header", ())])
def test_a_required_number_must_be_that_of_the_first_page(style: str, path: tuple[str, ...]) -> None:
    paging = {"style": style, "position_parameter": "page", "next_path": path, "first": 1, "first_required": True}
    required = frozenset({"page"})
    assert page(paging, "page=1", required=required)["data"] == RECORDS[:3]
    assert page(paging, "", required=required) == 400
    later = page(paging, "page=2", required=required)
    assert later == 400 or later["data"] == RECORDS[3:]
