"""Who comes in, and as whom."""

from pathlib import Path
from typing import Any

import httpx2
import pytest
from driversmith.engine.errors import InvalidArgumentError
from driversmith.engine.models.principal import LOCAL, Principal
from driversmith.engine.settings import Settings
from driversmith.server.http.access import Access, open_access
from driversmith.server.http.tokens import PrincipalToken
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from .test_oauth import ISSUER, RESOURCE, Issuer, _token
from .test_oauth import _server as resource_server

TOKEN = "the-token-of-alice-0001"
NAMED: dict[str, Any] = {"http_tokens": f"alice={TOKEN}"}
OAUTH: dict[str, Any] = {"oauth_issuer": ISSUER, "oauth_resource": RESOURCE, "oauth_scopes": ("drivers",)}


async def _whoami(scope: Scope, receive: Receive, send: Send) -> None:
    """An app that says who asks."""
    token: PrincipalToken = scope["user"].access_token
    await PlainTextResponse(token.principal.name)(scope, receive, send)


async def _answer(access: Access, token: str | None, path: str = "/mcp") -> httpx2.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(access.guard(_whoami)), base_url="http://x") as client:
        return await client.get(path, headers=headers)


async def test_on_loopback_the_token_that_was_made_is_the_local_users(tmp_path: Path) -> None:
    access = open_access(Settings(home=tmp_path), loopback=True)
    assert access.own_token and access.secrets == (access.own_token,) and access.own_token not in repr(access)
    assert (await _answer(access, access.own_token)).text == LOCAL.name
    assert (await _answer(access, None)).status_code == 401


async def test_without_one_everybody_is_the_local_user(tmp_path: Path) -> None:
    access = open_access(Settings(home=tmp_path), loopback=True, no_token=True)
    assert (await _answer(access, None)).text == LOCAL.name
    assert access.own_token is None and not (tmp_path / "http-token").exists()


async def test_where_tokens_have_names_there_is_no_other_one(tmp_path: Path) -> None:
    for loopback in (True, False):
        access = open_access(Settings(home=tmp_path, **NAMED), loopback=loopback)
        assert access.own_token is None and not (tmp_path / "http-token").exists()
        assert (await _answer(access, TOKEN)).text == "token:alice"
        assert (await _answer(access, f"{TOKEN}x")).status_code == 401


@pytest.mark.parametrize(
    ("settings", "asked"),
    [
        ({}, {"loopback": False}),
        ({}, {"loopback": False, "no_token": True}),
        (NAMED, {"loopback": True, "no_token": True}),
        (OAUTH, {"loopback": True, "no_token": True}),
        ({**OAUTH, "oauth_resource": None}, {"loopback": True}),
    ],
)
def test_nobody_is_let_in_by_mistake(tmp_path: Path, settings: dict[str, Any], asked: dict[str, bool]) -> None:
    with pytest.raises(InvalidArgumentError):
        open_access(Settings(home=tmp_path, **settings), **asked)


async def test_an_authorization_servers_token_needs_the_scopes_and_clients_learn_where_to_get_one(
    tmp_path: Path,
) -> None:
    oauth = resource_server(tmp_path, Issuer(), oauth_scopes=("drivers",))
    access = Access(oauth.verifier, oauth=oauth)
    alice = Principal.of_oauth(ISSUER, subject="alice", client_id="")
    assert (await _answer(access, _token())).text == alice.name
    assert (await _answer(access, _token(scope="read"))).status_code == 403
    refused = await _answer(access, None)
    assert refused.status_code == 401
    metadata = "/.well-known/oauth-protected-resource/mcp"
    assert f'resource_metadata="https://drivers.example{metadata}"' in refused.headers["www-authenticate"]
    assert (await _answer(access, None, metadata)).json()["resource"] == RESOURCE
    assert (await _answer(access, None, f"{metadata}/x")).status_code == 401


async def test_named_tokens_may_stand_beside_an_authorization_server(tmp_path: Path) -> None:
    access = open_access(Settings(home=tmp_path, **{**NAMED, **OAUTH, "oauth_scopes": ()}), loopback=False)
    assert (await _answer(access, TOKEN)).text == "token:alice"
    assert (await _answer(access, "x")).status_code == 401
