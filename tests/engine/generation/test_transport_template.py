"""Retries, redirects, and the exceptions that answers become."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx2
import pytest
from driversmith.engine.models.profile import ApiProfile

from . import profiles
from .conftest import Rig

Make = Callable[[ApiProfile], Rig]
OK = httpx2.Response(200, json={"data": [{"id": 1}]})


def moved(status: int, location: str) -> httpx2.Response:
    return httpx2.Response(status, headers={"Location": location})


@pytest.mark.parametrize("answer", [429, 500, 502, 503, 504, httpx2.ConnectError("x"), httpx2.ReadTimeout("x")])
def test_reading_is_tried_again(rig: Make, answer: Any) -> None:
    found = rig(profiles.petstore())
    failure = httpx2.Response(answer) if isinstance(answer, int) else answer
    assert found.open([failure, failure, failure, OK]).read("pets") == [{"id": 1}]
    assert len(found.naps) == 3
    assert all(0 <= nap <= longest for nap, longest in zip(found.naps, (0.25, 0.5, 1.0), strict=True))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (429, "RateLimitError"),
        (503, "ServerError"),
        (httpx2.ConnectError("x"), "DriverConnectionError"),
        (httpx2.RemoteProtocolError("x"), "DriverConnectionError"),
        (httpx2.ReadTimeout("x"), "DriverTimeoutError"),
    ],
)
def test_retries_end(rig: Make, answer: Any, error: str) -> None:
    found = rig(profiles.petstore())
    failure = httpx2.Response(answer) if isinstance(answer, int) else answer
    with pytest.raises(getattr(found, error)) as caught:
        found.open(lambda _: failure, max_retries=2).read("pets")
    assert len(found.requests) == 3
    assert caught.value.details["method"] == "GET"
    assert caught.value.details["path"] == "/pets"
    assert caught.value.details.get("status") == (answer if isinstance(answer, int) else None)


@pytest.mark.parametrize("answer", [httpx2.Response(429), httpx2.Response(503), httpx2.ConnectError("x")])
def test_writing_is_never_tried_again(rig: Make, answer: Any) -> None:
    found = rig(profiles.petstore())
    with pytest.raises(found.DriverError):
        found.open(lambda _: answer).create("pets", {})
    assert len(found.requests) == 1
    assert found.naps == []


@pytest.mark.parametrize("status", [400, 401, 404, 409, 501])
def test_what_will_not_change_is_not_tried_again(rig: Make, status: int) -> None:
    found = rig(profiles.petstore())
    with pytest.raises(found.DriverError):
        found.open(lambda _: httpx2.Response(status)).read("pets")
    assert len(found.requests) == 1


def test_the_server_says_how_long_to_wait(rig: Make) -> None:
    found = rig(profiles.petstore())
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    waits = [httpx2.Response(429, headers={"Retry-After": after}) for after in ("7", "3600", soon)]
    found.open([*waits, OK]).read("pets")
    assert found.naps[:2] == [7, 60]
    assert 15 < found.naps[2] <= 20


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Retry-After": "3000"},
        {"RateLimit-Reset": "3000.5"},
        {"X-RateLimit-Reset": f"{time.time() + 3000:.0f}"},
        {"X-Rate-Limit-Reset": f"{(time.time() + 3000) * 1000:.0f}"},
        {"RateLimit": '"default";r=0;t=3000'},
        {"RateLimit": "limit=100, remaining=0, reset=3000"},
    ],
)
def test_a_spent_limit_says_in_many_ways_when_it_is_reset(rig: Make, headers: dict[str, str]) -> None:
    found = rig(profiles.petstore())
    found.open([httpx2.Response(429, headers=headers), OK]).read("pets")
    assert found.naps == [60], "the longest that is waited"


def test_a_reset_says_nothing_of_an_error_of_the_server(rig: Make) -> None:
    found = rig(profiles.petstore())
    found.open([httpx2.Response(503, headers={"RateLimit-Reset": "50"}), OK]).read("pets")
    assert found.naps[0] <= 0.25


@pytest.mark.parametrize("name", ["X-RateLimit-Remaining", "RateLimit-Remaining", "X-Rate-Limit-Remaining"])
def test_a_403_of_a_spent_limit_is_waited_out(rig: Make, name: str) -> None:
    found = rig(profiles.petstore())
    assert found.open([httpx2.Response(403, headers={name: "0"}), OK]).read("pets") == [{"id": 1}]


@pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1252", "utf-16", "utf-8"])
def test_json_is_read_in_the_charset_that_is_declared(rig: Make, charset: str) -> None:
    body = json.dumps({"data": [{"name": "Zoë"}]}, ensure_ascii=False).encode(charset)
    answer = httpx2.Response(200, content=body, headers={"Content-Type": f"application/json; charset={charset}"})
    assert rig(profiles.petstore()).open([answer]).read("pets") == [{"name": "Zoë"}]


@pytest.mark.parametrize("after", ["soon", "-5", "", "1e400", "Mon, 99 Nov 9999999 00:00:00 GMT"])
def test_nonsense_about_waiting_is_ignored(rig: Make, after: str) -> None:
    found = rig(profiles.petstore())
    found.open([httpx2.Response(503, headers={"Retry-After": after}), OK]).read("pets")
    assert 0 <= found.naps[0] <= 0.25


def test_a_rate_limit_tells_when_to_come_back(rig: Make) -> None:
    found = rig(profiles.petstore())
    with pytest.raises(found.RateLimitError) as caught:
        found.open(lambda _: httpx2.Response(429, headers={"Retry-After": "90"}), max_retries=0).read("pets")
    assert caught.value.retry_after == 90


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (304, "UnexpectedResponseError"),
        (400, "InvalidRequestError"),
        (401, "AuthenticationError"),
        (403, "AuthenticationError"),
        (404, "ObjectNotFoundError"),
        (410, "ObjectNotFoundError"),
        (422, "InvalidRequestError"),
        (429, "RateLimitError"),
        (500, "ServerError"),
        (501, "ServerError"),
        (599, "ServerError"),
    ],
)
def test_every_status_has_its_exception(rig: Make, status: int, error: str) -> None:
    found = rig(profiles.petstore())
    answer = httpx2.Response(status, json={"message": "the pet is not well"})
    with pytest.raises(found.DriverError) as caught:
        found.open(lambda _: answer, max_retries=0).read("pets")
    assert type(caught.value).__name__ == error
    assert caught.value.details["status"] == status
    assert "the pet is not well" in caught.value.message


def test_a_page_of_html_is_not_quoted(rig: Make) -> None:
    found = rig(profiles.petstore())
    with pytest.raises(found.InvalidRequestError) as caught:
        found.open(lambda _: httpx2.Response(418, html="<h1>teapot</h1>")).read("pets")
    assert "teapot" not in str(caught.value)


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(200, content=b'{"data": [', headers={"Content-Type": "application/json"}),
        httpx2.Response(200, content=b"\xff\xfe{", headers={"Content-Type": "application/problem+json"}),
        httpx2.Response(200, content=b"[" * 200_000, headers={"Content-Type": "application/json"}),
        httpx2.Response(200, html="<html>"),
        httpx2.Response(200, text="hello"),
    ],
)
def test_what_is_no_json_is_no_answer(rig: Make, answer: httpx2.Response) -> None:
    found = rig(profiles.petstore())
    with pytest.raises(found.UnexpectedResponseError) as caught:
        found.open(lambda _: answer).read("pets")
    assert caught.value.details["status"] == 200


def test_broken_json_is_noticed_where_the_content_type_promises_it(rig: Make) -> None:
    found = rig(profiles.petstore())
    answer = httpx2.Response(200, content=b"{", headers={"Content-Type": "application/json; charset=utf-8"})
    with pytest.raises(found.UnexpectedResponseError):
        found.open(lambda _: answer).call_operation("get_logo")


def test_an_answer_that_cannot_be_decoded_is_unexpected(rig: Make) -> None:
    found = rig(profiles.petstore())
    with pytest.raises(found.UnexpectedResponseError):
        found.open(lambda _: httpx2.DecodingError("bad gzip")).read("pets")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_at_home_is_followed_with_credentials(rig: Make, status: int) -> None:
    found = rig(profiles.petstore())
    found.open([moved(status, "/v2/pets?moved=1"), OK], api_key="k").read("pets")
    assert found.paths[1] == "/v2/pets?moved=1"
    assert found.requests[1].headers["X-API-Key"] == "k"


@pytest.mark.parametrize(
    "location", ["http://other.test/x", "https://api.test/v1/x", "http://api.test:81/x", "//other.test/x"]
)
def test_a_redirect_elsewhere_is_followed_bare(rig: Make, location: str) -> None:
    answers = [moved(302, location), moved(302, "http://api.test/v1/back"), OK]
    found = rig(profiles.petstore(profiles.api_key("cookie", "key")))
    found.open(answers, api_key="s3cr3t").read("pets")
    for request in found.requests[1:3]:
        assert "s3cr3t" not in f"{request.url} {request.headers.raw}"
        assert "Cookie" not in request.headers


def test_a_key_in_the_query_does_not_go_elsewhere(rig: Make) -> None:
    found = rig(profiles.petstore(profiles.api_key("query", "key")))
    found.open([moved(302, "http://other.test/x"), OK], api_key="s3cr3t").read("pets")
    assert "s3cr3t" not in str(found.requests[1].url)


def test_cookies_of_a_session_do_not_go_elsewhere(rig: Make) -> None:
    answers = [
        httpx2.Response(200, json={"data": []}, headers={"Set-Cookie": "sid=s3cr3t; Domain=api.test; Path=/"}),
        moved(302, "http://api.test:81/x"),
        OK,
    ]
    found = rig(profiles.petstore())
    driver = found.open(answers)
    driver.read("pets")
    driver.read("pets")
    assert "Cookie" not in found.requests[2].headers


@pytest.mark.parametrize(("status", "method"), [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")])
def test_a_write_is_sent_again_only_where_the_status_says_so(rig: Make, status: int, method: str) -> None:
    found = rig(profiles.petstore())
    found.open([moved(status, "/v2"), httpx2.Response(200, json={})]).create("pets", {"a": 1})
    assert found.requests[1].method == method
    assert bool(found.requests[1].content) == (method == "POST")


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_write_does_not_follow_elsewhere(rig: Make, status: int) -> None:
    found = rig(profiles.petstore())
    with pytest.raises(found.UnexpectedResponseError):
        found.open(lambda _: moved(status, "http://other.test/")).create("pets", {})
    assert len(found.requests) == 1


def test_a_head_stays_a_head(rig: Make) -> None:
    found = rig(profiles.petstore())
    found.open([moved(302, "/x"), httpx2.Response(200)]).call_operation("ping")
    assert [r.method for r in found.requests] == ["HEAD", "HEAD"]


def test_redirects_end(rig: Make) -> None:
    found = rig(profiles.petstore())
    with pytest.raises(found.UnexpectedResponseError):
        found.open(lambda _: moved(302, "/again")).read("pets")
    assert len(found.requests) == 6


@pytest.mark.parametrize("location", ["http://x:port/", "ftp://x/y", "javascript:alert(1)"])
def test_a_redirect_to_nowhere_is_an_error(rig: Make, location: str) -> None:
    found = rig(profiles.petstore())
    with pytest.raises(found.DriverError):
        found.open([moved(302, location)], max_retries=0).read("pets")


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        ("http://api.test", "http://api.test/settings"),
        ("http://api.test/", "http://api.test/settings"),
        ("http://api.test/a/b/", "http://api.test/a/b/settings"),
        ("http://api.test/a?tenant=x%20y#top", "http://api.test/a/settings?tenant=x+y"),
        ("http://[::1]:8080/a", "http://[::1]:8080/a/settings"),
    ],
)
def test_any_base_url_is_a_place_to_start_from(rig: Make, base_url: str, url: str) -> None:
    found = rig(profiles.petstore())
    found.open(base_url=base_url).read("settings")
    assert str(found.requests[0].url) == url


def test_the_query_of_a_call_stands_beside_that_of_the_base_url_and_a_key(rig: Make) -> None:
    found = rig(profiles.petstore(profiles.api_key("query", "key")))
    driver = found.open([httpx2.Response(200, json={"data": []})], base_url="http://api.test/a?tenant=x", api_key="k")
    driver.read("pets", status="sold", limit=2)
    query = dict(found.requests[0].url.params.multi_items())
    assert query == {"tenant": "x", "key": "k", "status": "sold", "page": "1", "per_page": "2"}


@pytest.mark.parametrize(
    "base_url", ["", "api.test", "ftp://api.test", "http://", "http://u:p@api.test", "http://x:port", None, 7]
)
def test_what_is_no_base_url_is_refused(rig: Make, base_url: Any) -> None:
    found = rig(profiles.petstore())
    with pytest.raises(found.InvalidRequestError):
        found.open(base_url=base_url)


def test_a_closed_driver_says_so(rig: Make) -> None:
    found = rig(profiles.petstore())
    with found.open() as driver:
        pass
    with pytest.raises(found.DriverConnectionError, match="closed"):
        driver.read("pets")
