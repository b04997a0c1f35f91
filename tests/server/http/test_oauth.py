"""Access tokens of an authorization server: only its own, only for this server, only while they are valid."""

import json
import time
from pathlib import Path
from typing import Any

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from driversmith.engine.errors import InvalidArgumentError
from driversmith.engine.models.principal import LOCAL
from driversmith.engine.settings import Settings
from driversmith.server.http.oauth import ResourceServer
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

ISSUER, RESOURCE = "https://issuer.example", "https://drivers.example/mcp"
KEY, FOREIGN = rsa.generate_private_key(65537, 2048), rsa.generate_private_key(65537, 2048)
CURVE = ec.generate_private_key(ec.SECP256R1())


def _published() -> list[dict[str, Any]]:
    keys = [("rsa", RSAAlgorithm.to_jwk(KEY.public_key())), ("ec", ECAlgorithm.to_jwk(CURVE.public_key()))]
    secret = {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA", "kid": "oct", "alg": "HS256"}
    return [*({**json.loads(key), "kid": kid, "use": "sig"} for kid, key in keys), secret, {"kty": "odd"}]


class Issuer:
    """The authorization server, which counts how often its keys are read."""

    def __init__(self, *, named: str = ISSUER, status: int = 200) -> None:
        self.named = named
        self.status = status
        self.asked: list[str] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request.url.path)
        if request.url.path == "/keys":
            return httpx2.Response(self.status, json={"keys": _published()})
        if request.url.path == "/.well-known/openid-configuration":
            return httpx2.Response(200, json={"issuer": self.named, "jwks_uri": f"{ISSUER}/keys"})
        return httpx2.Response(404)


def _server(tmp_path: Path, issuer: Issuer | None = None, **more: Any) -> ResourceServer:
    settings = Settings(home=tmp_path, oauth_issuer=ISSUER, oauth_resource=RESOURCE, **more)
    return ResourceServer(settings, transport=httpx2.MockTransport(issuer or Issuer()))


def _token(key: Any = KEY, algorithm: str = "RS256", kid: str | None = "rsa", **claims: Any) -> str:
    known = {"iss": ISSUER, "aud": RESOURCE, "sub": "alice", "exp": int(time.time()) + 60, "scope": "drivers read"}
    given = {name: value for name, value in {**known, **claims}.items() if value is not None}
    return jwt.encode(given, key, algorithm=algorithm, headers={"kid": kid} if kid else None)


async def test_a_token_of_the_issuer_for_this_server_tells_whose_it_is(tmp_path: Path) -> None:
    verifier = _server(tmp_path).verifier
    alice = await verifier.verify_token(_token())
    by_curve = await verifier.verify_token(_token(CURVE, "ES256", "ec"))
    bob = await verifier.verify_token(_token(sub="bob"))
    machine = await verifier.verify_token(_token(sub=None, client_id="alice"))
    assert alice and by_curve and bob and machine
    assert alice.principal == by_curve.principal and alice.scopes == ["drivers", "read"]
    assert len({alice.principal, bob.principal, machine.principal, LOCAL}) == 4
    assert alice.token == "" and alice.resource == RESOURCE


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "a.b.c",
        _token(FOREIGN),
        _token(iss="https://other.example"),
        _token(aud="https://other.example/mcp"),
        _token(aud=None),
        _token(exp=int(time.time()) - 3600),
        _token(exp=None),
        _token(nbf=int(time.time()) + 3600),
        _token(sub=None),
        _token(sub=""),
        _token(kid="unknown"),
        _token(kid=None),
        _token("", "none"),
        _token("secret-secret-secret-secret-secret", "HS256", "oct"),
        _token(CURVE, "ES256", "rsa"),
    ],
)
async def test_any_other_token_is_nobodys(tmp_path: Path, token: str) -> None:
    assert await _server(tmp_path).verifier.verify_token(token) is None


async def test_keys_are_read_once_and_not_again_for_each_made_up_key(tmp_path: Path) -> None:
    issuer = Issuer()
    verifier = _server(tmp_path, issuer).verifier
    for kid in ("rsa", "rsa", "a", "b", "c"):
        await verifier.verify_token(_token(kid=kid))
    assert issuer.asked.count("/keys") == 1


async def test_metadata_of_another_issuer_and_keys_that_cannot_be_read_let_nobody_in(tmp_path: Path) -> None:
    for issuer in (Issuer(named="https://other.example"), Issuer(status=500)):
        assert await _server(tmp_path, issuer).verifier.verify_token(_token()) is None


async def test_clients_find_the_authorization_server_without_a_token(tmp_path: Path) -> None:
    server = _server(tmp_path, oauth_scopes=("drivers",))
    (path,) = server.public_paths
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(server.metadata), base_url="http://x") as client:
        told = (await client.get(path)).json()
    assert path == "/.well-known/oauth-protected-resource/mcp"
    assert told["resource"] == RESOURCE and told["scopes_supported"] == ["drivers"]
    assert told["authorization_servers"] == [ISSUER]


@pytest.mark.parametrize(
    "changes",
    [
        {"oauth_resource": None},
        {"oauth_issuer": "http://issuer.example"},
        {"oauth_issuer": "https://user:password@issuer.example"},
        {"oauth_resource": "drivers.example"},
        {"oauth_jwks_url": "ftp://issuer.example/keys"},
    ],
)
def test_urls_that_others_could_answer_are_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    known = {"home": tmp_path, "oauth_issuer": ISSUER, "oauth_resource": RESOURCE}
    with pytest.raises(InvalidArgumentError, match="DRIVERSMITH_OAUTH"):
        ResourceServer(Settings(**{**known, **changes}))
