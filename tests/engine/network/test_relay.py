"""The relay between a driver in a child and a real API, tried against an upstream of our own."""

import base64
import gzip
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import fields
from typing import Any

import anyio
import httpx2
import pytest
from driversmith.engine.errors import AddressRefusedError
from driversmith.engine.models.profile import AuthScheme, Credential, Evidence
from driversmith.engine.network.addresses import AddressPolicy
from driversmith.engine.network.credentials import OriginCredentials
from driversmith.engine.network.injection import Injector
from driversmith.engine.network.loopback import LoopbackServer, Request, Response
from driversmith.engine.network.relay import MARKER, Relay, RelayLimits, open_relay

from ...stand_ins.doors import client_of

SEEN = Evidence(pointer="#")
LOCAL = AddressPolicy(allow_local=True)


class Upstream:
    """A real API: answers by path, remembers what it saw."""

    def __init__(self) -> None:
        self.url = ""
        self.seen: list[Request] = []
        self.routes: dict[str, Callable[[Request], Response]] = {}

    def handle(self, request: Request) -> Response:
        self.seen.append(request)
        path = request.path
        if path in self.routes:
            return self.routes[path](request)
        return Response(200, b'{"ok": true}', (("Content-Type", "application/json"),))

    def header(self, name: str) -> str | None:
        return self.seen[-1].header(name)


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    upstream = Upstream()
    async with LoopbackServer(upstream.handle) as server:
        upstream.url = server.url
        yield upstream


def relay_to(upstream: Upstream, path: str = "/v1", **options: Any) -> AbstractAsyncContextManager[Relay]:
    known = {field.name for field in fields(RelayLimits)}
    limits = RelayLimits(**{"max_requests": 10, **{name: value for name, value in options.items() if name in known}})
    others = {name: value for name, value in options.items() if name not in known}
    arguments: dict[str, Any] = {"policy": LOCAL, "credentials": None, "auth": (), "limits": limits, **others}
    return open_relay(base_url=upstream.url + path, **arguments)


def scheme(name: str, kind: Any, *arguments: str, **options: Any) -> AuthScheme:
    credentials = tuple(Credential(argument=a, env=a.upper(), scheme=name) for a in arguments)
    return AuthScheme(name=name, kind=kind, credentials=credentials, evidence=SEEN, **options)


def given(upstream: Upstream, **arguments: str) -> OriginCredentials:
    return OriginCredentials(origin=upstream.url, arguments=arguments)


async def test_a_request_reaches_the_api_byte_for_byte_and_its_answer_comes_back(upstream: Upstream) -> None:
    async with relay_to(upstream) as relay, client_of(relay.door) as child:
        assert relay.base_url == f"{upstream.url}/v1"
        answer = await child.send(
            httpx2.Request("GET", relay.base_url, extensions={"target": b"/v1/a%2Fb/%7Ec?x=%20[1]&x=2;3&y"})
        )
    assert answer.json() == {"ok": True}
    assert upstream.seen[0].target == "/v1/a%2Fb/%7Ec?x=%20[1]&x=2;3&y"
    assert upstream.header("host") == upstream.url.removeprefix("http://")
    (logged,) = relay.log
    assert (logged.method, logged.status, logged.body) == ("GET", 200, b'{"ok": true}')
    assert logged.path == "/v1/a%2Fb/%7Ec?x=%20[1]&x=2;3&y"
    assert relay.requests == 1


async def test_a_key_replaces_its_placeholder_in_header_query_and_cookie(upstream: Upstream) -> None:
    auth = (
        scheme("h", "api_key", "header_key", parameter="X-Key", prefix="Token "),
        scheme("q", "api_key", "query_key", location="query", parameter="api key"),
        scheme("c", "api_key", "cookie_key", location="cookie", parameter="sid"),
    )
    credentials = given(upstream, h="real/h", query_key="real&q", c="real-c")
    async with relay_to(upstream, credentials=credentials, auth=auth) as relay, client_of(relay.door) as child:
        held = relay.driver_arguments
        assert set(held) == {"header_key", "query_key", "cookie_key"}
        assert not any("real" in value for value in held.values())
        await child.get(
            f"{relay.base_url}/x",
            params={"a": "1", "api key": held["query_key"]},
            headers={"X-Key": f"Token {held['header_key']}", "Cookie": f"lang=en; sid={held['cookie_key']}"},
        )
        assert relay.secrets() == {"real/h", "real&q", "real-c"}
    assert upstream.header("x-key") == "Token real/h"
    assert upstream.seen[0].target == "/v1/x?a=1&api+key=real%26q"
    assert upstream.header("cookie") == "lang=en; sid=real-c"
    assert "real" not in repr(relay.log)


async def test_basic_and_bearer_placeholders_are_replaced_inside_the_authorization_header(upstream: Upstream) -> None:
    auth = (scheme("b", "basic", "username", "password"), scheme("t", "bearer", "token"))
    credentials = given(upstream, username="me", password="hunter2", token="real-token")
    async with relay_to(upstream, credentials=credentials, auth=auth) as relay, client_of(relay.door) as child:
        held = relay.driver_arguments
        await child.get(relay.base_url, auth=(held["username"], held["password"]))
        assert base64.b64decode((upstream.header("authorization") or "").removeprefix("Basic ")) == b"me:hunter2"
        await child.get(relay.base_url, headers={"Authorization": f"Bearer {held['token']}"})
        assert upstream.header("authorization") == "Bearer real-token"


async def test_a_user_name_alone_goes_with_an_empty_password(upstream: Upstream) -> None:
    credentials = given(upstream, username="sk_key")
    auth = (scheme("b", "basic", "username", "password"),)
    async with relay_to(upstream, credentials=credentials, auth=auth) as relay, client_of(relay.door) as child:
        held = relay.driver_arguments
        await child.get(relay.base_url, auth=(held["username"], held["password"]))
    assert base64.b64decode((upstream.header("authorization") or "").removeprefix("Basic ")) == b"sk_key:"


async def test_what_the_child_sends_as_credentials_itself_is_dropped(upstream: Upstream) -> None:
    auth = (
        scheme("h", "api_key", "api_key", parameter="X-Key"),
        scheme("q", "api_key", "query_key", location="query", parameter="key"),
    )
    async with relay_to(upstream, auth=auth) as relay, client_of(relay.door) as child:
        assert relay.driver_arguments == {}
        headers = {"X-Key": "stolen", "Authorization": "Bearer stolen", "Cookie": "a=b", "X-Forwarded-For": "1.2.3.4"}
        await child.get(f"{relay.base_url}?key=stolen&z=1", headers=headers)
    assert upstream.header("x-key") is None
    assert upstream.header("authorization") is None
    assert upstream.header("cookie") == "a=b"
    assert upstream.seen[0].target == "/v1?z=1"


async def test_a_key_goes_only_where_the_driver_sent_its_placeholder(upstream: Upstream) -> None:
    auth = (scheme("h", "api_key", "api_key", parameter="X-Key"),)
    credentials = given(upstream, api_key="real")
    async with relay_to(upstream, credentials=credentials, auth=auth) as relay, client_of(relay.door) as child:
        await child.get(relay.base_url)
        assert upstream.header("x-key") is None
        held = relay.driver_arguments["api_key"]
        await child.get(f"{relay.base_url}/{held}", headers={"X-Other": held})
        assert held in upstream.seen[-1].target
        assert upstream.header("x-other") == held


async def test_headers_and_query_of_the_file_go_on_every_request(upstream: Upstream) -> None:
    credentials = OriginCredentials(origin=upstream.url, headers={"Authorization": "Custom real"}, query={"k": "r&s"})
    async with relay_to(upstream, credentials=credentials) as relay, client_of(relay.door) as child:
        await child.get(f"{relay.base_url}?a=1&k=mine", headers={"Authorization": "Bearer mine"})
    assert upstream.header("authorization") == "Custom real"
    assert upstream.seen[0].target == "/v1?a=1&k=r%26s"


async def test_only_reading_methods_pass(upstream: Upstream) -> None:
    async with relay_to(upstream) as relay, client_of(relay.door) as child:
        answer = await child.post(relay.base_url, json={})
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
        assert MARKER in answer.headers
        head = await child.head(relay.base_url)
        assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", "12")
    assert [r.method for r in upstream.seen] == ["HEAD"]
    assert relay.refused == ["Only GET, HEAD go to the real API, not POST."]


async def test_a_post_passes_where_it_is_known_to_read_only(upstream: Upstream) -> None:
    asks = relay_to(upstream, asks=lambda request: request.body == b'{"q": "ships"}')
    async with asks as relay, client_of(relay.door) as child:
        assert (await child.post(f"{relay.base_url}/search", content=b'{"q": "ships"}')).status_code == 200
        assert (await child.post(f"{relay.base_url}/search", content=b'{"q": "sink"}')).status_code == 405
    assert [seen.body for seen in upstream.seen] == [b'{"q": "ships"}']
    assert relay.requests == 1


async def test_the_request_limit_holds(upstream: Upstream) -> None:
    async with relay_to(upstream, max_requests=2) as relay, client_of(relay.door) as child:
        statuses = [(await child.get(relay.base_url)).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert len(upstream.seen) == relay.requests == 2


async def test_more_requests_can_be_allowed_later(upstream: Upstream) -> None:
    async with relay_to(upstream, max_requests=1) as relay, client_of(relay.door) as child:
        statuses = [(await child.get(relay.base_url)).status_code for _ in range(2)]
        relay.allow(2)
        statuses += [(await child.get(relay.base_url)).status_code for _ in range(3)]
    assert statuses == [200, 429, 200, 200, 429]


async def test_redirects_stay_with_the_relay_or_end_there(upstream: Upstream) -> None:
    def redirect(location: str) -> Callable[[Request], Response]:
        return lambda _: Response(302, headers=(("Location", location), ("Set-Cookie", "s=1")))

    upstream.routes["/v1/absolute"] = redirect(f"{upstream.url}/v2/pets?x=1")
    upstream.routes["/v1/relative"] = redirect("../v2/pets")
    upstream.routes["/v1/away"] = redirect("https://elsewhere.example/pets")
    upstream.routes["/v1/scheme"] = redirect("//elsewhere.example/pets")
    async with relay_to(upstream) as relay, client_of(relay.door) as child:
        origin = relay.base_url.removesuffix("/v1")
        for path, location in (("absolute", f"{origin}/v2/pets?x=1"), ("relative", f"{origin}/v2/pets")):
            answer = await child.get(f"{relay.base_url}/{path}")
            assert (answer.status_code, answer.headers["location"]) == (302, location)
            assert "set-cookie" not in answer.headers
        for path in ("away", "scheme"):
            answer = await child.get(f"{relay.base_url}/{path}")
            assert answer.status_code == 502
            assert "another origin" in answer.text


async def test_an_encoded_body_passes_unchanged_and_is_logged_decoded(upstream: Upstream) -> None:
    packed = gzip.compress(b'{"a": 1}')
    headers = (("Content-Encoding", "gzip"), ("Content-Type", "application/json"))
    upstream.routes["/v1/gzip"] = lambda _: Response(200, packed, headers)
    upstream.routes["/v1/broken"] = lambda _: Response(200, b"not gzip", headers)
    async with relay_to(upstream) as relay, client_of(relay.door) as child:
        assert (await child.get(f"{relay.base_url}/gzip")).json() == {"a": 1}
        with pytest.raises(httpx2.DecodingError):
            await child.get(f"{relay.base_url}/broken")
    assert [logged.body for logged in relay.log] == [b'{"a": 1}', b"not gzip"]


async def test_answers_that_are_too_large_and_logs_of_them_are_cut(upstream: Upstream) -> None:
    upstream.routes["/v1/big"] = lambda _: Response(200, b"x" * 3000)
    options = {"max_response_bytes": 4000, "log_bytes": 1000}
    async with relay_to(upstream, **options) as relay, client_of(relay.door) as child:
        assert len((await child.get(f"{relay.base_url}/big")).content) == 3000
        assert len(relay.log[0].body) == 3000
        relay.forget_bodies()
        assert len(relay.log[0].body) == 1000
    async with relay_to(upstream, max_response_bytes=2000) as relay, client_of(relay.door) as child:
        answer = await child.get(f"{relay.base_url}/big")
        assert (answer.status_code, relay.log[0].status) == (502, 0)
        assert "larger than 2000 bytes" in relay.log[0].fault


async def test_an_api_that_cannot_be_reached_shows_as_502_with_its_cause() -> None:
    async with (
        open_relay(
            base_url="http://127.0.0.1:9/", policy=LOCAL, credentials=None, auth=(), limits=RelayLimits(max_requests=5)
        ) as relay,
        client_of(relay.door) as child,
    ):
        answer = await child.get(relay.base_url)
    assert answer.status_code == 502
    assert "127.0.0.1:9 refused the connection" in answer.text
    assert relay.log[0].fault == relay.refused[0]


async def test_a_local_api_that_is_not_allowed_is_refused_at_once() -> None:
    with pytest.raises(AddressRefusedError):
        async with open_relay(
            base_url="http://localhost:9/",
            policy=AddressPolicy(),
            credentials=None,
            auth=(),
            limits=RelayLimits(max_requests=5),
        ):
            pass


async def test_a_slow_api_is_given_up_at_the_deadline() -> None:
    async def never(request: Request) -> Response:
        await anyio.sleep_forever()
        raise AssertionError

    async with LoopbackServer(never) as server:
        relay_context = open_relay(
            base_url=server.url,
            policy=LOCAL,
            credentials=None,
            auth=(),
            limits=RelayLimits(max_requests=5, seconds=0.1),
        )
        async with relay_context as relay, client_of(relay.door) as child:
            answer = await child.get(relay.base_url)
    assert answer.status_code == 504
    assert "within 0.1 seconds" in relay.log[0].fault


async def test_the_relay_is_no_proxy_and_answers_to_its_own_name_only(upstream: Upstream) -> None:
    async with relay_to(upstream) as relay, client_of(relay.door) as child:
        answer = await child.send(httpx2.Request("GET", relay.base_url, extensions={"target": b"http://evil.example/"}))
        assert answer.status_code == 400
        assert (await child.get(relay.base_url, headers={"Host": "evil.example"})).status_code == 403
    assert upstream.seen == []


async def test_oauth_tokens_are_fetched_here_and_the_child_sees_placeholders(upstream: Upstream) -> None:
    tokens = iter(["real-1", "real-2"])

    def token(request: Request) -> Response:
        answer = {"access_token": next(tokens), "expires_in": 3600}
        return Response(200, json.dumps(answer).encode(), (("Content-Type", "application/json"),))

    def refuse(request: Request) -> Response:
        return Response(401)

    upstream.routes["/token"] = token
    upstream.routes["/v1/refused"] = refuse
    kind = "oauth2_client_credentials"
    auth = (scheme("o", kind, "client_id", "client_secret", token_url="/token", scopes=("read", "list")),)
    credentials = given(upstream, client_id="me", client_secret="hunter2")
    async with relay_to(upstream, credentials=credentials, auth=auth) as relay, client_of(relay.door) as child:
        held = relay.driver_arguments
        assert "hunter2" not in held.values()
        own = await child.post(held["token_url"], data={"grant_type": "client_credentials"})
        placeholder = own.json()["access_token"]
        assert upstream.seen == []
        headers = {"Authorization": f"Bearer {placeholder}"}
        for path in ("a", "b", "refused", "c"):
            await child.get(f"{relay.base_url}/{path}", headers=headers)
    sent = [(r.target, r.header("authorization") or "") for r in upstream.seen]
    basic = "Basic " + base64.b64encode(b"me:hunter2").decode()
    assert sent == [
        ("/token", basic),
        ("/v1/a", "Bearer real-1"),
        ("/v1/b", "Bearer real-1"),
        ("/v1/refused", "Bearer real-1"),
        ("/token", basic),
        ("/v1/c", "Bearer real-2"),
    ]
    assert upstream.seen[0].body == b"grant_type=client_credentials&scope=read+list"
    assert relay.requests == 4
    assert {"real-2", "hunter2"} <= relay.secrets()


async def test_a_client_secret_does_not_go_to_a_token_url_on_another_host_unasked(upstream: Upstream) -> None:
    kind = "oauth2_client_credentials"
    auth = (scheme("o", kind, "client_id", "client_secret", token_url="https://harvest.example/token"),)
    credentials = given(upstream, client_id="me", client_secret="hunter2")
    async with relay_to(upstream, credentials=credentials, auth=auth) as relay, client_of(relay.door) as child:
        own = await child.post(relay.driver_arguments["token_url"])
        headers = {"Authorization": f"Bearer {own.json()['access_token']}"}
        answer = await child.get(relay.base_url, headers=headers)
    assert answer.status_code == 502
    assert 'token_url = "https://harvest.example/token"' in answer.text
    assert upstream.seen == []


async def test_nothing_but_the_origin_is_answered_for(upstream: Upstream) -> None:
    async with relay_to(upstream) as relay, client_of(relay.door) as child:
        with pytest.raises(httpx2.ConnectError):
            await child.get("http://evil.example/")


async def test_an_exception_in_the_block_comes_out_as_it_is(upstream: Upstream) -> None:
    with pytest.raises(KeyError):
        async with relay_to(upstream):
            raise KeyError("mine")


async def test_credentials_that_no_scheme_takes_are_named(upstream: Upstream) -> None:
    key = scheme("key", "api_key", "api_key", parameter="X-Key")
    login = scheme("login", "basic", "username", "password")
    alone = Injector((key, login), given(upstream, token="t", username="u"))
    assert alone.unused() == ("token",), "a user name alone is used"
    without_name = Injector((login,), given(upstream, password="p"))
    assert without_name.unused() == ("password",), "a password without its user name is not"
    assert Injector((key,), given(upstream, api_key="k")).unused() == ()


async def test_a_credential_as_it_goes_on_the_wire_is_a_schemes_own_where_one_takes_it(upstream: Upstream) -> None:
    as_given = OriginCredentials(origin=upstream.url, headers={"X-Ship-Pass": "Token s3cr3t"})
    auth = (scheme("pass", "api_key", "api_key", parameter="x-ship-pass", prefix="Token "),)
    async with relay_to(upstream, credentials=as_given, auth=auth) as relay, client_of(relay.door) as child:
        placeholder = relay.driver_arguments["api_key"]
        await child.get(f"{relay.base_url}/x", headers={"X-Ship-Pass": f"Token {placeholder}"})
    assert "s3cr3t" not in placeholder
    assert upstream.header("x-ship-pass") == "Token s3cr3t"


async def test_headers_of_an_answer_are_kept_to_be_looked_at_but_no_cookies(upstream: Upstream) -> None:
    told = (("X-Next-Cursor", "abc"), ("X-Total-Count", "60"), ("Set-Cookie", "session=1"), ("X-Long", "x" * 20_000))
    upstream.routes["/v1/x"] = lambda _: Response(200, b"[]", told)
    async with relay_to(upstream) as relay, client_of(relay.door) as child:
        await child.get(f"{relay.base_url}/x")
    headers = relay.log[0].headers
    assert (headers["x-next-cursor"], headers["x-total-count"]) == ("abc", "60")
    assert not {"set-cookie", "x-long"} & set(headers)
