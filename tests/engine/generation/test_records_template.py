"""How a driver reads: all pages, in order, none twice, none too early."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from driversmith.engine.facts.links import link_targets
from driversmith.engine.models.profile import ApiProfile, PaginationProfile

from . import profiles
from .conftest import Rig

Make = Callable[[ApiProfile], Rig]
RECORDS = [{"id": n} for n in range(7)]


def page(*records: Any, **more: Any) -> httpx2.Response:
    return httpx2.Response(200, json={"data": list(records), **more})


def petstore_pages(size: int | None = None) -> Callable[[httpx2.Request], httpx2.Response]:
    def answer(request: httpx2.Request) -> httpx2.Response:
        query = request.url.params
        count = size or int(query["per_page"])
        start = (int(query["page"]) - 1) * count
        return page(*RECORDS[start : start + count])

    return answer


def with_paging(**paging: Any) -> ApiProfile:
    profile = profiles.petstore()
    pets = profile.objects["pets"].model_copy(update={"pagination": PaginationProfile(**paging)})
    return profile.model_copy(update={"objects": {**profile.objects, "pets": pets}})


def test_pages_are_counted_up_to_an_empty_one(rig: Make) -> None:
    found = rig(profiles.petstore())
    assert found.open(petstore_pages()).read("pets", per_page=3) == RECORDS
    assert found.paths == [f"/v1/pets?per_page=3&page={n}" for n in (1, 2, 3, 4)]


def test_an_undocumented_size_is_read_until_an_empty_page(rig: Make) -> None:
    paging = {"style": "page", "position_parameter": "page", "size_parameter": "per_page", "first": 1}
    found = rig(with_paging(**paging))
    assert found.open(petstore_pages(3)).read("pets") == RECORDS
    assert len(found.paths) == 4


@pytest.mark.parametrize("flag", [True, False])
def test_the_last_record_leads_to_the_next_page(rig: Make, flag: bool) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        start = int(request.url.params.get("starting_after", -1)) + 1
        more = {"has_more": start + 3 < len(RECORDS)} if flag else {}
        return page(*RECORDS[start : start + 3], **more)

    found = rig(profiles.charges())
    assert found.open(answer).read("charges") == RECORDS
    assert found.paths[:3] == ["/v1/charges?size=100", *(f"/v1/charges?size=100&starting_after={n}" for n in (2, 5))]
    assert len(found.paths) == (3 if flag else 4)


def test_the_same_last_record_again_is_a_circle(rig: Make) -> None:
    found = rig(profiles.charges())
    with pytest.raises(found.UnexpectedResponseError):
        found.open(lambda _: page(*RECORDS)).read("charges")


def test_what_has_no_second_page_is_read_whole_in_batches(rig: Make) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        return page(*RECORDS[: int(request.url.params["per_page"])])

    driver = rig(with_paging(size_parameter="per_page", max_size=50)).open(answer)
    batches = list(driver.read_batched("pets", batch_size=3))
    assert [len(batch) for batch in batches] == [3, 3, 1]
    assert driver.read("pets", limit=2) == RECORDS[:2]


def test_no_page_after_the_last_one_is_the_end(rig: Make) -> None:
    paging = {"style": "page", "position_parameter": "page", "size_parameter": "per_page", "first": 1}
    found = rig(with_paging(**paging))
    pages = petstore_pages(3)
    gone = httpx2.Response(404, json={"detail": "Invalid page."})
    driver = found.open(lambda request: gone if request.url.params["page"] == "4" else pages(request))
    assert driver.read("pets") == RECORDS
    with pytest.raises(found.ObjectNotFoundError):
        driver.read("pets", page=4)


def test_a_lone_record_where_a_list_is_guessed_has_no_pages(rig: Make) -> None:
    paging = {"style": "page", "position_parameter": "page", "size_parameter": "per_page", "first": 1}
    profile = with_paging(**paging)
    pets = profile.objects["pets"].model_copy(update={"record_path": ()})
    found = rig(profile.model_copy(update={"objects": {"pets": pets}}))
    driver = found.open(lambda request: httpx2.Response(200, json={"page": request.url.params["page"]}))
    assert driver.read("pets") == [{"page": "1"}]


def test_pages_that_come_only_when_asked_for_are_asked_for_before_their_links_are_followed(rig: Make) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        number, size = int(request.url.params.get("page", 0)), int(request.url.params["per_page"])
        links = {"Link": f'</v1/pets?page={number + 1}&per_page={size}>; rel="next"'} if 0 < number < 3 else {}
        start = max(0, number - 1) * size
        return httpx2.Response(200, json={"data": RECORDS[start : start + size]}, headers=links)

    paging = {"style": "link_header", "position_parameter": "page", "size_parameter": "per_page", "first": 1}
    assert rig(with_paging(**paging)).open(answer).read("pets", per_page=3) == RECORDS


@pytest.mark.parametrize("told", [True, False])
def test_a_page_that_the_server_cut_short_is_not_the_last_one_and_a_total_saves_a_request(
    rig: Make, told: bool
) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        start = (int(request.url.params["page"]) - 1) * 3
        return page(*RECORDS[start : start + 3], **({"meta": {"total": len(RECORDS)}} if told else {}))

    paging = {"style": "page", "position_parameter": "page", "size_parameter": "per_page", "first": 1}
    found = rig(with_paging(**paging, max_size=50, total_path=("meta", "total")))
    assert found.open(answer).read("pets") == RECORDS
    assert len(found.paths) == (3 if told else 4)


PAGED = {"style": "page", "position_parameter": "page", "size_parameter": "per_page", "first": 1, "max_size": 3}


def test_a_page_that_comes_short_in_the_middle_loses_no_record(rig: Make) -> None:
    pages = [page(*RECORDS[:3]), page(*RECORDS[3:5]), page(*RECORDS[5:]), page()]
    assert rig(with_paging(**PAGED)).open([*pages]).read("pets") == RECORDS


@pytest.mark.parametrize("past", [httpx2.Response(400), httpx2.Response(404), httpx2.Response(422), "the same again"])
def test_what_answers_after_a_short_page_as_if_nothing_were_there_ends_the_reading(rig: Make, past: Any) -> None:
    pages = [page(*RECORDS[:3]), page(*RECORDS[3:5])]
    found = rig(with_paging(**PAGED))
    found.open([*pages, pages[-1] if past == "the same again" else past])
    assert found.driver.read("pets") == RECORDS[:5]


def test_a_refusal_after_a_full_page_is_an_error_since_records_may_follow(rig: Make) -> None:
    found = rig(with_paging(**PAGED))
    with pytest.raises(found.InvalidRequestError):
        found.open([page(*RECORDS[:3]), httpx2.Response(400)]).read("pets")


def test_the_last_full_page_is_not_asked_for_again_where_the_answer_counts_its_pages(rig: Make) -> None:
    found = rig(with_paging(**PAGED, pages_path=("meta", "pages")))
    found.open([page(*RECORDS[n : n + 3], meta={"pages": 2}) for n in (0, 3)])
    assert found.driver.read("pets") == RECORDS[:6]
    assert len(found.paths) == 2


@pytest.mark.parametrize("pages", [0, 1, None, "2", True])
def test_a_number_of_pages_that_cannot_be_right_loses_no_record(rig: Make, pages: object) -> None:
    short = [page(*RECORDS[n : n + 2], meta={"pages": pages}) for n in range(0, 7, 2)]
    assert rig(with_paging(**PAGED, pages_path=("meta", "pages"))).open([*short]).read("pets") == RECORDS


@pytest.mark.parametrize("is_last", [True, False, None])
def test_a_flag_says_which_page_is_the_last(rig: Make, is_last: bool | None) -> None:
    found = rig(with_paging(**PAGED, last_path=("last",)))
    found.open([page(*RECORDS[:3], last=False), page(*RECORDS[3:6], last=is_last), page(*RECORDS[6:], last=True)])
    assert found.driver.read("pets") == (RECORDS[:6] if is_last else RECORDS)


def test_the_largest_page_is_asked_for_and_no_more_than_the_limit(rig: Make) -> None:
    found = rig(profiles.petstore())
    driver = found.open(petstore_pages())
    assert driver.read("pets") == RECORDS
    assert driver.read("pets", limit=2) == RECORDS[:2]
    assert found.paths == [f"/v1/pets?per_page={size}&page={n}" for size, n in ((50, 1), (50, 2), (2, 1))]


def test_a_limit_within_a_later_page_repeats_nothing(rig: Make) -> None:
    found = rig(profiles.petstore())
    assert found.open(petstore_pages()).read("pets", limit=5, per_page=3) == RECORDS[:5]


def test_no_records_are_asked_for_with_limit_zero(rig: Make) -> None:
    found = rig(profiles.petstore())
    assert found.open().read("pets", limit=0) == []
    assert found.paths == []


@pytest.mark.parametrize("limit", [-1, 1.5, "3", True])
def test_a_limit_that_is_no_count_is_refused(rig: Make, limit: Any) -> None:
    found = rig(profiles.petstore())
    with pytest.raises(found.InvalidRequestError):
        found.open().read("pets", limit=limit)


def test_the_callers_page_and_size_count(rig: Make) -> None:
    found = rig(profiles.petstore())
    assert found.open(petstore_pages()).read("pets", page=2, per_page=3) == RECORDS[3:]
    assert found.paths[0] == "/v1/pets?page=2&per_page=3"


def test_a_page_that_comes_again_stops_with_an_error(rig: Make) -> None:
    found = rig(profiles.petstore())
    driver = found.open(lambda _: page({"id": 1}, {"id": 2}))
    with pytest.raises(found.UnexpectedResponseError) as caught:
        driver.read("pets", per_page=2)
    assert caught.value.details["records_read"] == 2
    assert len(found.paths) == 2


def test_batches_stream_and_fetch_no_page_before_it_is_needed(rig: Make) -> None:
    found = rig(profiles.petstore())
    batches = found.open(petstore_pages()).read_batched("pets", batch_size=3)
    assert found.paths == []
    assert next(batches) == RECORDS[:3]
    assert len(found.paths) == 1
    assert next(batches) == RECORDS[3:6]
    assert list(batches) == [RECORDS[6:]]


def test_batches_are_cut_from_larger_pages(rig: Make) -> None:
    found = rig(profiles.petstore())
    batches = found.open(petstore_pages(5)).read_batched("pets", batch_size=3)
    assert [len(batch) for batch in batches] == [3, 2, 2]


def test_batches_refuse_wrong_arguments_at_once(rig: Make) -> None:
    found = rig(profiles.petstore())
    driver = found.open()
    with pytest.raises(found.ObjectNotFoundError):
        driver.read_batched("pots")
    with pytest.raises(found.InvalidRequestError):
        driver.read_batched("pets", batch_size=0)


def test_offsets_advance_by_what_came(rig: Make) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        start = int(request.url.params["offset"])
        return httpx2.Response(200, json=RECORDS[start : start + 2])

    found = rig(profiles.stations())
    assert found.open(answer).read("trips") == RECORDS  # two records in place of the documented ten each
    found.requests.clear()
    assert found.driver.read("trips", count=2) == RECORDS
    assert [r.url.params["offset"] for r in found.requests] == ["0", "2", "4", "6", "7"]


def messages(*pages: tuple[list[int], Any, Any]) -> list[httpx2.Response]:
    return [
        httpx2.Response(200, json={"result": {"items": [{"id": n} for n in ids], "next": following, "more": more}})
        for ids, following, more in pages
    ]


@pytest.mark.parametrize("end", [None, "", False])
def test_cursors_lead_to_the_end(rig: Make, end: Any) -> None:
    found = rig(profiles.messages())
    answers = messages(([0, 1], "a+/=", True), ([], "b", True), ([2], end, True))
    assert found.open(answers).read("messages") == RECORDS[:3]
    assert [r.url.params.get("cursor") for r in found.requests] == [None, "a+/=", "b"]


def test_a_flag_says_that_no_more_follows(rig: Make) -> None:
    found = rig(profiles.messages())
    assert found.open(messages(([0], "a", False))).read("messages") == RECORDS[:1]


def test_a_cursor_that_comes_again_stops_with_an_error(rig: Make) -> None:
    found = rig(profiles.messages())
    with pytest.raises(found.UnexpectedResponseError) as caught:
        found.open(messages(([0], "a", True), ([1], "b", True), ([2], "a", True))).read("messages")
    assert caught.value.details["records_read"] == 3
    assert len(found.paths) == 3


def test_an_argument_called_limit_takes_an_underscore(rig: Make) -> None:
    found = rig(profiles.messages())
    found.open(messages(([0], None, False))).read("messages", limit=5, limit_=3)
    assert found.paths == ["/v1/messages?limit=3"]


def test_links_are_followed_at_the_origin_of_the_base_url(rig: Make) -> None:
    answers = [
        httpx2.Response(
            200, json=RECORDS[:2], headers={"Link": '<http://evil.test/v1/more?after=2&x=%2F>; rel="next"'}
        ),
        httpx2.Response(200, json=RECORDS[2:4], headers={"Link": '<?after=4>; rel="next", </v1>; rel="first"'}),
        httpx2.Response(200, json=RECORDS[4:]),
    ]
    found = rig(profiles.repositories())
    driver = found.open(answers, username="me", password="secret")
    assert driver.read("repos", user="octo") == RECORDS
    assert {r.url.host for r in found.requests} == {"api.test"}
    assert found.paths[1:] == ["/v1/more?after=2&x=%2F", "/v1/more?after=4"]
    assert all("Authorization" in r.headers for r in found.requests)


@pytest.mark.parametrize(
    ("link", "goes_on"),
    [
        ("<{}>; rel=next", True),
        ("<{}>;REL = 'next'", True),
        ('<{}>; rel="prev Next"; title="a, <b>; c"', True),
        ('<x>; title="rel=next; a, b", <{}>; rel="next"', True),
        ('<x>; rel="first", <{}>; title="say \\"rel=next\\""; rel="next"', True),
        ('<{}>; rel="prev"; rel="next"', False),
        ('<{}>; rel="next"; anchor="#foo"', False),
        ('<{}>; title="rel=next"', False),
        ('<{}>; rel="nextpage"', False),
        ('<{}>; rev="next"', False),
    ],
)
def test_link_headers_are_read_to_the_letter(rig: Make, link: str, goes_on: bool) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        if "second" in request.url.params:
            return httpx2.Response(200, json={"data": RECORDS[3:]})
        return httpx2.Response(
            200, json={"data": RECORDS[:3]}, headers={"Link": link.format("/v1/pets?a=1,2&second=1")}
        )

    assert rig(with_paging(style="link_header")).open(answer).read("pets") == (RECORDS if goes_on else RECORDS[:3])
    assert list(link_targets(link.format("/p"), "next")) == (["/p"] if goes_on else [])


def test_a_link_that_leads_back_stops_with_an_error(rig: Make) -> None:
    answers = [
        httpx2.Response(200, json=[{"id": n}], headers={"Link": f'</v1/page{n % 2}>; rel="next"'}) for n in range(9)
    ]
    found = rig(profiles.repositories())
    with pytest.raises(found.UnexpectedResponseError):
        found.open(answers).read("repos", user="octo")
    assert len(found.paths) == 3


@pytest.mark.parametrize("following", ["http://[broken", 7, {"href": "/x"}])
def test_a_next_page_that_is_no_url_is_an_error(rig: Make, following: Any) -> None:
    found = rig(profiles.stations())
    answer = httpx2.Response(200, json={"data": [{"id": 1}], "links": {"next": following}})
    with pytest.raises(found.UnexpectedResponseError):
        found.open(lambda _: answer).read("stations")


def test_the_url_in_the_body_is_followed(rig: Make) -> None:
    answers = [
        httpx2.Response(200, json={"data": RECORDS[:3], "links": {"next": "stations?page=2"}}),
        httpx2.Response(200, json={"data": RECORDS[3:], "links": {"next": None}}),
    ]
    found = rig(profiles.stations())
    assert found.open(answers).read("stations") == RECORDS
    assert found.paths == ["/v1/stations", "/v1/stations?page=2"]


@pytest.mark.parametrize(
    ("body", "records"),
    [
        ({"data": [{"id": 1}, 2, "x"]}, [{"id": 1}, {"value": 2}, {"value": "x"}]),
        ({"data": {"id": 1}}, [{"id": 1}]),
        ({"data": None}, []),
        ({"data": []}, []),
        (None, []),
    ],
)
def test_a_list_tolerates_what_apis_do(rig: Make, body: Any, records: list[Any]) -> None:
    assert rig(profiles.petstore()).open(lambda _: httpx2.Response(200, json=body)).read("pets") == records


def test_an_empty_body_is_no_record(rig: Make) -> None:
    assert rig(profiles.petstore()).open(lambda _: httpx2.Response(204)).read("pets") == []


@pytest.mark.parametrize("body", [{"items": [], "total": 3}, [1], {"data": 7}])
def test_records_that_are_not_there_are_missed(rig: Make, body: Any) -> None:
    found = rig(profiles.petstore())
    with pytest.raises(found.UnexpectedResponseError) as caught:
        found.open(lambda _: httpx2.Response(200, json=body)).read("pets")
    if "items" in body:
        assert "items" in str(caught.value)
        assert "total" in str(caught.value)


def test_a_map_becomes_records_with_their_key(rig: Make) -> None:
    body = {"sold": {"n": 1}, "pending": 2}
    records = rig(profiles.petstore()).open(lambda _: httpx2.Response(200, json=body)).read("inventory")
    assert records == [{"key": "sold", "n": 1}, {"key": "pending", "value": 2}]


def test_a_single_record_is_a_list_of_one(rig: Make) -> None:
    driver = rig(profiles.petstore()).open([httpx2.Response(200, json={"a": 1}), httpx2.Response(200, json=[{"b": 2}])])
    assert driver.read("settings") == [{"a": 1}]
    assert driver.read("settings") == [{"b": 2}]


def test_the_key_of_a_record_reads_that_record(rig: Make) -> None:
    found = rig(profiles.petstore())
    driver = found.open(lambda _: httpx2.Response(200, json={"pet": {"id": 7}}))
    assert driver.read("pets", petId=7) == [{"id": 7}]
    assert found.paths == ["/v1/pets/7"]


def test_an_object_that_has_only_records_by_key_is_read_by_key(rig: Make) -> None:
    found = rig(profiles.repositories())
    assert found.open(lambda _: httpx2.Response(200, json={"id": 1})).read("users", user="octo") == [{"id": 1}]
    with pytest.raises(found.InvalidRequestError) as caught:
        found.driver.read("users")
    assert caught.value.details["missing"] == ["user"]


@pytest.mark.parametrize("style", ["page", "offset", "cursor", "next_url", "link_header"])
@pytest.mark.parametrize("told", ["whole", "forgetful"])
def test_every_page_keeps_what_is_in_every_call(rig: Make, style: str, told: str) -> None:
    """Also where the server's own way to the next page forgets it."""
    fixed = "method=pets.list&flag"

    def answer(request: httpx2.Request) -> httpx2.Response:
        query = request.url.params
        start = int(query.get("at", 0)) * (2 if style == "page" else 1)
        following = str(start + 2) if start + 2 < len(RECORDS) else None
        url = following and (f"{request.url.path}?{fixed}&at={following}" if told == "whole" else f"?at={following}")
        link = {"Link": f'<{url}>; rel="next"'} if url and style == "link_header" else {}
        body = {"data": RECORDS[start : start + 2], "next": url if style == "next_url" else following}
        return httpx2.Response(200, json=body, headers=link)

    paging = PaginationProfile.model_validate(
        {
            "style": style,
            "position_parameter": "at",
            "next_path": ("next",) if style in ("cursor", "next_url") else (),
        }
    )
    listing = profiles.operation("list_pets", f"GET /rest?{fixed}", profiles.parameter("at"))
    pets = profiles.thing("pets", {"read": "list_pets"}, record_path=("data",), pagination=paging)
    found = rig(profiles.profile("Rest", [listing], [pets]))
    assert found.open(answer).read("pets") == RECORDS
    assert len(found.paths) in (4, 5)
    assert all(path.startswith(f"/v1/rest?{fixed}") for path in found.paths)


def test_a_next_page_elsewhere_is_taken_as_it_is(rig: Make) -> None:
    answers = [page(RECORDS[0], next="/v1/more?token=t"), page(RECORDS[1])]
    paging = PaginationProfile(style="next_url", next_path=("next",))
    listing = profiles.operation("list_pets", "GET /rest?method=pets.list")
    pets = profiles.thing("pets", {"read": "list_pets"}, record_path=("data",), pagination=paging)
    found = rig(profiles.profile("Rest", [listing], [pets]))
    assert found.open(answers).read("pets") == RECORDS[:2]
    assert found.paths == ["/v1/rest?method=pets.list", "/v1/more?token=t"]


SIZED = {"position_parameter": "at", "size_parameter": "count", "first": 1, "max_size": 3}


@pytest.mark.parametrize(
    ("paging", "asked"),
    [
        ({"style": "page", **SIZED}, "count=3&at=1"),
        ({"style": "offset", **SIZED, "first": 0}, "count=3&at=0"),
        ({"style": "cursor", **SIZED, "next_path": ("next",), "first_required": True}, "count=3&at=1"),
        ({"style": "next_url", **SIZED, "first": 0, "next_path": ("next",), "first_required": True}, "count=3&at=0"),
        ({"style": "none", "size_parameter": "count", "max_size": 3}, "count=3"),
    ],
)
def test_what_paging_requires_is_filled_in_by_read_and_asked_of_everyone_else(
    rig: Make, paging: dict[str, Any], asked: str
) -> None:
    integer: dict[str, Any] = {"type": "integer", "required": True}
    names = [name for name in ("count", "at") if name in asked]
    listing = profiles.operation(
        "list_pets",
        "GET /pets",
        *(profiles.parameter(name, **integer) for name in names),
        profiles.parameter("zone", required=True, default="all"),
    )
    pets = profiles.thing("pets", {"read": "list_pets"}, pagination=PaginationProfile.model_validate(paging))
    found = rig(profiles.profile("Pets", [listing], [pets]))
    driver = found.open(lambda _: httpx2.Response(200, json=RECORDS[:1]))
    driver.check_connection()
    driver.read("pets", limit=1)
    assert driver.read("pets", count=2, limit=1) == RECORDS[:1]
    with pytest.raises(found.InvalidRequestError) as caught:
        driver.call_operation("list_pets")
    assert caught.value.details["missing"] == names
    with pytest.raises(found.InvalidRequestError):
        driver.call_operation("list_pets", **dict.fromkeys(names[1:], 1))
    driver.call_operation("list_pets", **dict.fromkeys(names, 7))
    assert set(found.requests[1].url.params.multi_items()) == {
        ("zone", "all"),
        *(tuple(pair.split("=")) for pair in asked.replace("count=3", "count=1").split("&")),
    }
    assert set(found.requests[-1].url.params.multi_items()) == {("zone", "all"), *((name, "7") for name in names)}
    assert len(found.requests) == 4


def test_a_required_token_is_the_callers_and_leads_on(rig: Make) -> None:
    paging = PaginationProfile(style="cursor", position_parameter="token", next_path=("next",))
    listing = profiles.operation("list_pets", "GET /pets", profiles.parameter("token", required=True))
    pets = profiles.thing("pets", {"read": "list_pets"}, record_path=("data",), pagination=paging)
    found = rig(profiles.profile("Pets", [listing], [pets]))
    driver = found.open([page(RECORDS[0], next="two"), page(RECORDS[1])])
    with pytest.raises(found.InvalidRequestError, match="token is missing"):
        driver.read("pets")
    assert driver.read("pets", token="one") == RECORDS[:2]
    assert found.paths == ["/v1/pets?token=one", "/v1/pets?token=two"]
