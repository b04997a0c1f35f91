"""Access tokens about which the authorization server is asked."""

import base64
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx2
import pytest
from driversmith.engine.models.principal import Principal
from driversmith.engine.settings import Settings
from driversmith.server.http.oauth import ResourceServer

ISSUER, RESOURCE = "https://issuer.example", "https://drivers.example/mcp"
ALICES: dict[str, Any] = {"active": True, "sub": "alice", "aud": RESOURCE, "iss": ISSUER, "scope": "drivers read"}


class Issuer:
    """Says the same of every token."""

    def __init__(self, said: object, status: int = 200) -> None:
        self.said = said
        self.status = status
        self.asked: list[httpx2.Request] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        return httpx2.Response(self.status, json=self.said)


def _server(folder: Path, issuer: Issuer) -> ResourceServer:
    settings = Settings(
        home=folder,
        oauth_issuer=ISSUER,
        oauth_resource=RESOURCE,
        oauth_introspection_url=f"{ISSUER}/introspect",
        oauth_client_id="driversmith",
        oauth_client_secret="secret",
    )
    return ResourceServer(settings, transport=httpx2.MockTransport(issuer))


async def test_an_active_token_for_this_server_tells_whose_it_is_and_is_asked_about_once(tmp_path: Path) -> None:
    issuer = Issuer({**ALICES, "exp": int(time.time()) + 60})
    verifier = _server(tmp_path, issuer).verifier
    for _ in range(2):
        found = await verifier.verify_token("opaque")
        assert found and found.principal == Principal.of_oauth(ISSUER, subject="alice", client_id="")
        assert found.scopes == ["drivers", "read"] and found.token == ""
    (asked,) = issuer.asked
    assert parse_qs(asked.content.decode())["token"] == ["opaque"]
    assert asked.headers["authorization"] == f"Basic {base64.b64encode(b'driversmith:secret').decode()}"
    assert "secret" not in repr(verifier) and "opaque" not in repr(verifier)


@pytest.mark.parametrize(
    "said",
    [
        {"active": False},
        {**ALICES, "active": "true"},
        {**ALICES, "aud": "https://other.example/mcp"},
        {**ALICES, "aud": None},
        {**ALICES, "iss": "https://other.example"},
        {**ALICES, "exp": 1},
        {**ALICES, "exp": "soon"},
        {**ALICES, "sub": None},
        [],
    ],
)
async def test_any_other_token_is_nobodys(tmp_path: Path, said: object) -> None:
    assert await _server(tmp_path, Issuer(said)).verifier.verify_token("opaque") is None


async def test_where_nobody_can_be_asked_nobody_is_let_in(tmp_path: Path) -> None:
    issuer = Issuer(ALICES, status=500)
    verifier = _server(tmp_path, issuer).verifier
    assert await verifier.verify_token("opaque") is None
    issuer.status = 200
    assert await verifier.verify_token("opaque")
    issuer.said = {**ALICES, "aud": [f"{RESOURCE}/", "https://other.example"]}
    assert await verifier.verify_token("another")
