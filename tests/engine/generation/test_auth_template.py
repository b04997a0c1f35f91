"""Credentials go where the API wants them, to nobody else, and into no message."""

import base64
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import httpx2
import pytest
from driversmith.engine.models.profile import ApiProfile

from . import profiles
from .conftest import Rig

Make = Callable[[ApiProfile], Rig]
KEY = "s3cr3t/+&é"
PAGE = httpx2.Response(200, json={"data": []})


def test_a_key_goes_into_its_header(rig: Make) -> None:
    found = rig(profiles.petstore(profiles.api_key("header", "X-API-Key", "Key ")))
    found.open(lambda _: PAGE, api_key="k").read("pets")
    assert found.requests[0].headers["X-API-Key"] == "Key k"


def test_a_key_goes_into_the_query(rig: Make) -> None:
    found = rig(profiles.petstore(profiles.api_key("query", "api key")))
    found.open(lambda _: PAGE, api_key=KEY).read("pets")
    assert found.requests[0].url.params["api key"] == KEY
    assert "X-API-Key" not in found.requests[0].headers


def test_a_key_goes_into_a_cookie(rig: Make) -> None:
    found = rig(profiles.petstore(profiles.api_key("cookie", "session")))
    found.open(lambda _: PAGE, api_key="k;x").read("pets")
    assert found.requests[0].headers["Cookie"] == "session=k%3Bx"


def test_a_token_is_borne(rig: Make) -> None:
    found = rig(profiles.messages())
    body = {"result": {"items": []}}
    found.open(lambda _: httpx2.Response(200, json=body), token="t").read("messages")
    assert found.requests[0].headers["Authorization"] == "Bearer t"


def test_basic_needs_both_halves(rig: Make) -> None:
    found = rig(profiles.repositories())
    empty = httpx2.Response(200, json=[])
    found.open(lambda _: empty, username="me", password="").read("repos", user="u")
    found.open(lambda _: empty, username="me").read("repos", user="u")
    expected = "Basic " + base64.b64encode(b"me:").decode()
    assert [r.headers.get("Authorization") for r in found.requests] == [expected, None]


def test_an_operation_without_security_gets_no_key(rig: Make) -> None:
    found = rig(profiles.petstore())
    found.open(api_key="k").read("settings")
    assert "X-API-Key" not in found.requests[0].headers


def test_the_first_alternative_that_can_be_satisfied_is_sent(rig: Make) -> None:
    profile = profiles.petstore()
    other = profiles.messages().auth[0]
    operations = {
        **profile.operations,
        "get_settings": profile.operations["get_settings"].model_copy(
            update={"security": (("key", "bearerAuth"), ("unknown",), ("bearerAuth",), ())}
        ),
    }
    found = rig(profile.model_copy(update={"auth": (*profile.auth, other), "operations": operations}))
    sent: list[tuple[str | None, str | None]] = []
    for arguments in ({"api_key": "k", "token": "t"}, {"token": "t"}, {"api_key": "k"}):
        found.open(lambda _: httpx2.Response(200, json={}), **arguments).read("settings")
        headers = found.requests[-1].headers
        sent.append((headers.get("X-API-Key"), headers.get("Authorization")))
    assert sent == [("k", "Bearer t"), (None, "Bearer t"), (None, None)]


def test_a_refusal_without_credentials_says_what_to_give(rig: Make) -> None:
    found = rig(profiles.repositories())
    with pytest.raises(found.AuthenticationError) as caught:
        found.open(lambda _: httpx2.Response(401)).read("repos", user="u")
    for word in ("username", "REPOSITORIES_USERNAME", "password", "REPOSITORIES_PASSWORD"):
        assert word in str(caught.value)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_of_credentials_is_an_authentication_error(rig: Make, status: int) -> None:
    found = rig(profiles.petstore())
    with pytest.raises(found.AuthenticationError) as caught:
        found.open(lambda _: httpx2.Response(status), api_key="k").read("pets")
    assert "Give" not in str(caught.value)


@pytest.mark.parametrize("location", ["header", "query", "cookie"])
def test_no_message_holds_a_key(rig: Make, location: str) -> None:
    found = rig(profiles.petstore(profiles.api_key(location, "key")))

    def echo(request: httpx2.Request) -> httpx2.Response:
        body = {"error": f"bad key {KEY}", "url": str(request.url), "headers": dict(request.headers)}
        return httpx2.Response(400, json=body)

    with pytest.raises(found.InvalidRequestError) as caught:
        found.open(echo, api_key=KEY).call_operation("get_pet", petId=KEY)
    shown = f"{caught.value} {caught.value.details} {caught.value.__cause__} {found.driver!r}"
    for shape in (KEY, "s3cr3t", "s3cr3t%2F%2B%26%C3%A9", "\\u00e9"):
        assert shape not in shown


def test_the_log_of_httpx2_holds_no_key(rig: Make, caplog: pytest.LogCaptureFixture) -> None:
    found = rig(profiles.petstore(profiles.api_key("query", "key")))
    with caplog.at_level(logging.INFO, "httpx2"):
        found.open(lambda _: PAGE, api_key="s3cr3t").read("pets")
    assert "api.test" in caplog.text
    assert "s3cr3t" not in caplog.text
    filters = len(logging.getLogger("httpx2").filters)
    found.driver.close()
    assert len(logging.getLogger("httpx2").filters) == filters - 1


@pytest.mark.parametrize("key", ["a\r\nX-Evil: 1", "a\x00", "\ud800"])
def test_a_key_cannot_break_a_request_apart(rig: Make, key: str) -> None:
    found = rig(profiles.petstore())
    with pytest.raises(found.InvalidRequestError) as caught:
        found.open(api_key=key).read("pets")
    assert key not in str(caught.value)
    assert found.requests == []


class TokenServer:
    """Gives tokens t1, t2, ... and takes only the last one."""

    def __init__(self, **answer: Any) -> None:
        self.forms: list[dict[str, list[str]]] = []
        self.answer = answer
        self.revoked = False

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/oauth/token":
            assert request.headers["Authorization"] == "Basic " + base64.b64encode(b"id:secret").decode()
            self.forms.append(parse_qs(request.content.decode()))
            self.revoked = False
            return httpx2.Response(200, json={"access_token": f"t{len(self.forms)}", **self.answer})
        good = not self.revoked and request.headers["Authorization"] == f"Bearer t{len(self.forms)}"
        return httpx2.Response(200 if good else 401, json={"data": [], "links": {}})


def test_a_client_token_is_asked_for_once_and_renewed_when_refused(rig: Make) -> None:
    found, server = rig(profiles.stations()), TokenServer(expires_in=3600)
    driver = found.open(server, client_id="id", client_secret="secret")
    driver.read("stations")
    driver.read("stations")
    assert server.forms == [{"grant_type": ["client_credentials"], "scope": ["read write"]}]
    server.revoked = True
    driver.call_operation("book", body={})
    assert len(server.forms) == 2


def test_a_token_is_renewed_half_a_minute_early(rig: Make) -> None:
    found, server = rig(profiles.stations()), TokenServer(expires_in="29")
    driver = found.open(server, client_id="id", client_secret="secret")
    driver.read("stations")
    driver.read("stations")
    assert len(server.forms) == 2


def test_a_refused_scope_is_left_out(rig: Make) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path != "/oauth/token":
            return httpx2.Response(200, json={"data": []})
        if b"scope" in request.content:
            return httpx2.Response(400, json={"error": "invalid_scope"})
        return httpx2.Response(200, json={"access_token": "t"})

    found = rig(profiles.stations())
    assert found.open(answer, client_id="id", client_secret="secret").read("stations") == []


def test_the_token_url_may_be_anywhere(rig: Make) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        token = httpx2.Response(200, json={"access_token": "t"})
        return token if request.method == "POST" else httpx2.Response(200, json={"data": []})

    found = rig(profiles.stations())
    for given, url in (
        ("https://login.test/t", "https://login.test/t"),
        ("t", "http://api.test/v1/t"),
        ("/t", "http://api.test/t"),
    ):
        found.requests.clear()
        found.open(answer, client_id="id", client_secret="secret", token_url=given).read("stations")
        assert [str(r.url) for r in found.requests] == [url, "http://api.test/v1/stations"]
        assert "Authorization" in found.requests[1].headers


def test_a_token_url_that_is_given_holds_for_every_scheme(rig: Make) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        token = httpx2.Response(200, json={"access_token": "t"})
        return token if request.method == "POST" else httpx2.Response(200, json={"data": []})

    profile = profiles.stations("https://one.test/token")
    second = profile.auth[0].model_copy(update={"name": "second", "token_url": "https://two.test/token"})
    trips = profile.operations["list_trips"].model_copy(update={"security": (("second",),)})
    found = rig(
        profile.model_copy(
            update={"auth": (*profile.auth, second), "operations": {**profile.operations, "list_trips": trips}}
        )
    )
    for given, url in ({}, "https://two.test/token"), ({"token_url": "https://mine.test/t"}, "https://mine.test/t"):
        found.requests.clear()
        found.open(answer, client_id="id", client_secret="secret", **given).read("trips")
        assert str(found.requests[0].url) == url


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx2.Response(401, json={"error": "invalid_client", "hint": "secret"}), "AuthenticationError"),
        (httpx2.Response(400), "AuthenticationError"),
        (httpx2.Response(503), "ServerError"),
        (httpx2.Response(302, headers={"Location": "https://evil.test/"}), "UnexpectedResponseError"),
        (httpx2.Response(200, json={}), "UnexpectedResponseError"),
        (httpx2.Response(200, json=[]), "UnexpectedResponseError"),
        (httpx2.Response(200, text="<html>"), "UnexpectedResponseError"),
        (httpx2.ConnectError("refused"), "DriverConnectionError"),
    ],
)
def test_a_token_url_that_fails_is_reported(rig: Make, answer: Any, error: str) -> None:
    found = rig(profiles.stations())
    driver = found.open(lambda _: answer, client_id="id", client_secret="secret", max_retries=0)
    with pytest.raises(getattr(found, error)) as caught:
        driver.read("stations")
    assert "secret" not in str(caught.value).replace("client_secret", "")
    assert len(found.requests) == 1
