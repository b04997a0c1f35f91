"""Pages whose records are all equal: readings, where the answer says that there are more, and else the same page again."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from driversmith.engine.models.profile import ApiProfile

from .conftest import Rig
from .test_records_template import PAGED, RECORDS, page, with_paging

Make = Callable[[ApiProfile], Rig]
READINGS = [{"value": 0}] * 8
TOTAL = {**PAGED, "total_path": ("meta", "total")}
CURSOR = {"style": "cursor", "position_parameter": "cursor", "next_path": ("next",)}


def by_page(request: httpx2.Request) -> httpx2.Response:
    start = (int(request.url.params["page"]) - 1) * 3
    return page(*READINGS[start : start + 3], meta={"total": len(READINGS)})


def test_equal_readings_are_all_read_where_a_total_tells_of_more(rig: Make) -> None:
    assert rig(with_paging(**TOTAL)).open(by_page).read("pets") == READINGS


def test_equal_readings_are_all_read_where_a_cursor_leads_on(rig: Make) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        start = int(request.url.params.get("cursor", 0))
        return page(*READINGS[start : start + 3], next=start + 3 if start + 3 < len(READINGS) else None)

    assert rig(with_paging(**CURSOR)).open(answer).read("pets") == READINGS


@pytest.mark.parametrize("paging", [PAGED, TOTAL, CURSOR], ids=["no total", "a total", "a cursor"])
def test_a_page_of_different_records_that_comes_again_is_an_error(rig: Make, paging: dict[str, Any]) -> None:
    def same(request: httpx2.Request) -> httpx2.Response:
        following = int(request.url.params.get("cursor", 0)) + 1
        return page({"id": 1}, {"id": 2}, {"id": 3}, meta={"total": 60}, next=following)

    found = rig(with_paging(**paging))
    with pytest.raises(found.UnexpectedResponseError) as caught:
        found.open(same).read("pets")
    assert caught.value.details["records_read"] == 3


def test_equal_readings_are_no_way_on_where_nothing_tells_of_more(rig: Make) -> None:
    found = rig(with_paging(**PAGED))
    with pytest.raises(found.UnexpectedResponseError):
        found.open(lambda _: page(*READINGS[:3])).read("pets")


def test_a_cursor_that_stands_for_all_parameters_is_sent_alone(rig: Make) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        query = dict(request.url.params)
        if "cursor" in query and len(query) > 1:
            return httpx2.Response(400, json={"error": "cursor cannot be combined"})
        start = int(query.get("cursor", 0))
        return page(*RECORDS[start : start + 3], next=start + 3 if start + 3 < len(RECORDS) else None)

    found = rig(with_paging(**CURSOR, size_parameter="per_page", max_size=3, alone=True))
    assert found.open(answer).read("pets", status="sold") == RECORDS
    assert found.paths == ["/v1/pets?status=sold&per_page=3", "/v1/pets?cursor=3", "/v1/pets?cursor=6"]
