"""Headers that the caller gives, and the origin that they and credentials never leave."""

import importlib
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
KEY = {"X-Tenant": "blue-harbour", "Authorization": "Token secret-of-mine"}


def carried(request: httpx2.Request) -> dict[str, str | None]:
    return {name: request.headers.get(name) for name in KEY}


@pytest.mark.parametrize("kind", list(profiles.ALL))
def test_they_go_with_every_request(rig: Make, kind: str) -> None:
    found = rig(profiles.ALL[kind]())
    driver = found.open(headers=KEY)
    driver.call_endpoint("GET", "/one")
    driver.call_endpoint("POST", "/two", json={})
    assert [carried(request) for request in found.requests] == [KEY, KEY]


def test_they_go_before_what_the_driver_would_send(rig: Make) -> None:
    found = rig(profiles.petstore(profiles.api_key()))
    found.open(api_key="mine", headers={"x-api-key": "other", "accept": "text/csv"}).call_endpoint("GET", "/one")
    assert found.requests[0].headers.get_list("X-API-Key") == ["other"]
    assert found.requests[0].headers.get_list("Accept") == ["text/csv"]


def test_they_stay_at_home_when_a_redirect_leads_elsewhere(rig: Make) -> None:
    found = rig(profiles.petstore())
    elsewhere = httpx2.Response(302, headers={"Location": "http://elsewhere.test/pets"})
    records = httpx2.Response(200, json={"data": [{"id": 1}]})
    assert found.open([elsewhere, records], headers=KEY).read("pets", limit=1) == [{"id": 1}]
    assert [carried(request) for request in found.requests] == [KEY, dict.fromkeys(KEY)]


@pytest.mark.parametrize(("token_url", "given"), [("/token", True), ("http://login.test/token", False)])
def test_a_token_is_asked_for_with_them_on_the_same_origin_alone(rig: Make, token_url: str, given: bool) -> None:
    found = rig(profiles.stations())
    token = httpx2.Response(200, json={"access_token": "t"})
    driver = found.open([token, httpx2.Response(200, json={"data": []})], client_id="id", client_secret="secret",
                        token_url=token_url, headers={"X-Tenant": "blue-harbour"})  # fmt: skip
    driver.read("stations")
    asked, read = found.requests
    assert asked.headers.get("X-Tenant") == ("blue-harbour" if given else None)
    assert asked.headers["Authorization"].startswith("Basic "), "what asks for a token is the driver's own"
    assert read.headers["X-Tenant"] == "blue-harbour"


@pytest.mark.parametrize("kind", ["petstore", "calls_only"])
def test_no_message_tells_their_values(rig: Make, kind: str) -> None:
    found = rig(profiles.ALL[kind]())
    answer = httpx2.Response(400, json={"you": "sent Token secret-of-mine to blue-harbour"})
    with pytest.raises(found.InvalidRequestError) as caught:
        found.open(lambda _: answer, headers=KEY).call_endpoint("GET", "/one")
    assert "secret-of-mine" not in str(caught.value) and "blue-harbour" not in str(caught.value)


@pytest.mark.parametrize("headers", [{"X": "a\r\nY: b"}, {"a b": "c"}, {"X": 1}, {1: "x"}, ["X"], "X: y", 7])
def test_what_is_no_header_is_refused_at_once(rig: Make, headers: Any) -> None:
    found = rig(profiles.petstore())
    with pytest.raises(found.InvalidRequestError, match=r"^headers: "):
        found.open(headers=headers)


def test_headers_may_hold_what_is_not_ascii(rig: Make) -> None:
    found = rig(profiles.petstore())
    found.open(headers={"X-Name": "Zoë"}).call_endpoint("GET", "/one")
    assert (b"X-Name", "Zoë".encode()) in found.requests[0].headers.raw


@pytest.mark.parametrize("path", ["@evil.test/x", ".evil.test/x", ":secret@evil.test/x", "evil", "\\evil.test"])
def test_a_path_that_leads_to_another_host_makes_no_driver(path: str) -> None:
    profile = profiles.petstore()
    stray = profiles.operation("stray", f"GET {path}")
    with pytest.raises(GenerationError, match="stray"):
        write_driver(profile.model_copy(update={"operations": {**profile.operations, "stray": stray}}))


@pytest.mark.parametrize("path", ["@evil.test/x", ".evil.test/x", ":1@evil.test/x", "x@evil.test"])
@pytest.mark.parametrize("base_url", ["http://api.test", "http://api.test:8080"])
def test_the_driver_looks_at_the_origin_once_more_before_it_sends(
    rig: Make, base_url: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = rig(profiles.petstore())
    operations = importlib.import_module(f"{found.__name__}._api").OPERATIONS
    monkeypatch.setitem(operations, "stray", operations["list_pets"]._replace(path=path))
    with pytest.raises(found.InvalidRequestError, match=r"no slash|away from"):
        found.open(base_url=base_url, headers=KEY, api_key="mine").call_operation("stray")
    assert found.requests == []


@pytest.mark.parametrize("path", ["@evil.test/x", "//evil.test/x", "\\\\evil.test/x", "/@me", ".evil.test"])
def test_an_endpoint_of_the_callers_own_stays_on_the_origin(rig: Make, path: str) -> None:
    found = rig(profiles.petstore())
    found.open(base_url="http://api.test", headers=KEY).call_endpoint("GET", path)
    assert found.requests[0].url.host == "api.test"


def test_a_way_to_the_next_page_that_was_made_elsewhere_is_not_taken(rig: Make) -> None:
    found = rig(profiles.repositories())
    request = importlib.import_module(f"{found.__name__}._request")
    driver = found.open(headers=KEY)
    call = request.Call("GET", "/repositories", url=httpx2.URL("http://evil.test/repositories"))
    with pytest.raises(found.InvalidRequestError, match="away from"):
        driver._http.send(call)
    assert found.requests == []
