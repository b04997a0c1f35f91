"""What facts say that descriptions seldom do, in the driver: each against answers that are out to break it."""

import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from driversmith.engine.errors import GenerationError
from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.models.profile import ApiProfile

from . import profiles
from .conftest import Rig

Make = Callable[[ApiProfile], Rig]


def answers(*bodies: Any, **headers: str) -> list[httpx2.Response | Exception]:
    return [httpx2.Response(200, json=body, headers=headers) for body in bodies]


def test_rows_and_columns_become_records_asked_for_page_by_page_in_the_body(rig: Make) -> None:
    found = rig(profiles.corrected())
    pages = [
        {"columns": ["id", "name"], "rows": [[1, "a"], [2, "b"]], "next": "t/2"},
        {"columns": ["id", "name"], "rows": [], "next": None},
    ]
    assert found.open(answers(*pages)).read("rows", body={"q": 1}) == [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}]
    assert [json.loads(r.content) for r in found.requests] == [
        {"q": 1, "count": 100},
        {"q": 1, "count": 100, "after": "t/2"},
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"columns": ["id"], "rows": [[1, 2]]},
        {"columns": ["id", "id"], "rows": [[1, 2]]},
        {"columns": [{"title": "id"}], "rows": [[1]]},
        {"columns": [["id"]], "rows": [[1]]},
        {"columns": None, "rows": [[1]]},
        {"columns": "i", "rows": [[1]]},
        {"columns": ["id"], "rows": [{"id": 1}]},
        {"rows": [[1]]},
    ],
)
def test_rows_without_columns_that_fit_are_an_error_and_no_lost_values(rig: Make, body: Any) -> None:
    found = rig(profiles.corrected())
    with pytest.raises(found.UnexpectedResponseError, match="do not go together"):
        found.open(answers(body)).read("rows")


def test_a_map_gives_the_key_under_its_name_unless_the_record_has_it(rig: Make) -> None:
    found = rig(profiles.corrected())
    body = {"a": {"x": 1}, "b": {"code": "own"}, "c": 7}
    assert found.open(answers(body)).read("codes") == [
        {"code": "a", "x": 1},
        {"code": "own"},
        {"code": "c", "value": 7},
    ]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("no luck", "UnexpectedResponseError"),
        ({"code": 401}, "AuthenticationError"),
        ({"status": "404", "message": "x"}, "ObjectNotFoundError"),
        ({"code": 429}, "RateLimitError"),
        ({"code": 503}, "ServerError"),
        ({"code": 418}, "InvalidRequestError"),
        ({"code": 7}, "UnexpectedResponseError"),
        ({"code": [401], "more": {"code": 401}}, "UnexpectedResponseError"),
        (403, "RateLimitError"),
        (True, "UnexpectedResponseError"),
        (["a", "b"], "UnexpectedResponseError"),
    ],
)
def test_an_error_inside_a_good_answer_is_raised(rig: Make, error: Any, kind: str) -> None:
    found = rig(profiles.corrected())
    with pytest.raises(getattr(found, kind)) as raised:
        found.open(answers({"error": error, "notes": [{"id": 1}]})).read("notes")
    assert raised.value.details["status"] == 200


@pytest.mark.parametrize("error", [None, False, 0, "", [], {}])
def test_what_says_that_there_is_no_error_is_none(rig: Make, error: Any) -> None:
    found = rig(profiles.corrected())
    assert found.open(answers({"error": error, "notes": [{"id": 1}]})).read("notes") == [{"id": 1}]


def test_an_error_that_echoes_a_key_is_told_without_it(rig: Make) -> None:
    found = rig(profiles.petstore(error_path=("error",)))
    driver = found.open(
        answers({"error": "x" * 180 + " bad key sk-secret-value-1234567890"}), api_key="sk-secret-value-1234567890"
    )
    with pytest.raises(found.UnexpectedResponseError) as raised:
        driver.read("pets")
    assert "sk-se" not in str(raised.value)


def test_constant_headers_go_to_the_origin_and_nowhere_else(rig: Make) -> None:
    found = rig(profiles.corrected())

    def respond(request: httpx2.Request) -> httpx2.Response:
        if request.url.host == "api.test":
            return httpx2.Response(302, headers={"Location": "https://other.test/notes"})
        return httpx2.Response(200, json={"notes": []})

    found.open(respond).read("notes")
    assert [request.headers.get("x-version") for request in found.requests] == ["2024-01", None]


def test_an_argument_outdoes_the_constant_header_of_its_name(rig: Make) -> None:
    versioned = profiles.corrected().model_copy(update={"headers": {"x-page": "9", "X-Version": "1"}})
    found = rig(versioned)
    found.open(answers([{"id": 1}], [])).read("logs", x_page=4)
    assert [request.headers.get_list("x-page") for request in found.requests] == [["4"], ["5"]]


@pytest.mark.parametrize(("wait", "nap"), [("3", 3.0), ("0.5", 0.5), ("900", 60)])
def test_the_header_of_the_api_says_how_long_to_wait(rig: Make, wait: str, nap: float) -> None:
    found = rig(profiles.corrected())
    limited = httpx2.Response(403, headers={"X-Wait": wait, "Retry-After": "7"})
    assert found.open([limited, httpx2.Response(200, json={"notes": []})]).read("notes") == []
    assert found.naps == [nap]


@pytest.mark.parametrize("wait", ["nan", "inf", "-3", "1.2.3", "soon", "²"])
def test_nonsense_in_that_header_is_no_time_to_wait(rig: Make, wait: str) -> None:
    found = rig(profiles.corrected())
    limited = httpx2.Response(403, headers=[(b"X-Wait", wait.encode("latin-1"))])
    assert found.open([limited, httpx2.Response(200, json={"notes": []})]).read("notes") == []
    assert found.naps[0] <= 0.25


def test_a_total_in_a_header_reads_on_after_a_short_page(rig: Make) -> None:
    found = rig(profiles.corrected())
    pages = [{"notes": [{"id": n} for n in range(m, m + 2)]} for m in (0, 2)]
    assert len(found.open(answers(*pages, **{"X-Total": "4"})).read("notes", size=3)) == 4
    assert len(found.requests) == 2


@pytest.mark.parametrize("total", ["", "many", "-1", "²"])
def test_a_total_that_is_no_number_ends_nothing_and_breaks_nothing(rig: Make, total: str) -> None:
    found = rig(profiles.corrected())
    answer = httpx2.Response(200, json={"notes": [{"id": 1}]}, headers=[(b"X-Total", total.encode("latin-1"))])
    assert found.open([answer]).read("notes") == [{"id": 1}]


def test_the_url_of_the_next_page_in_a_header_is_followed_at_our_origin(rig: Make) -> None:
    found = rig(profiles.corrected())
    first = httpx2.Response(200, json=[{"id": 1}], headers={"X-Next": "https://evil.test/v1/events/?page=2"})
    assert found.open([first, httpx2.Response(200, json=[{"id": 2}])]).read("events") == [{"id": 1}, {"id": 2}]
    assert [str(request.url) for request in found.requests][1] == "http://api.test/v1/events/?page=2"


@pytest.mark.parametrize("path", ["@evil.example/x", ".evil.example/x", "evil", ":80/x", "\\evil"])
def test_no_driver_is_written_with_a_path_that_would_lead_to_another_host(path: str) -> None:
    pets = profiles.profile("Pets", [profiles.operation("list_pets", f"GET {path}")], [])
    with pytest.raises(GenerationError, match="would lead to another host"):
        write_driver(pets)


def test_a_path_that_begins_with_two_slashes_stays_at_the_host(rig: Make) -> None:
    found = rig(profiles.profile("Pets", [profiles.operation("list_pets", "GET //evil.example/x")], []))
    found.open(answers({}), base_url="http://api.test").call_operation("list_pets")
    assert [request.url.netloc for request in found.requests] == [b"api.test"]
