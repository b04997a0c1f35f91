"""An OAuth resource server: access tokens of one authorization server, made for this server (JWT, or introspected)."""

import logging
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx2
import jwt
from driversmith.engine.errors import InvalidArgumentError
from driversmith.engine.settings import Settings
from mcp.server.auth.routes import build_resource_metadata_url, create_protected_resource_routes
from pydantic import AnyHttpUrl, ConfigDict, TypeAdapter, ValidationError
from starlette.applications import Starlette

from .authorization_server import FETCH_SECONDS, bounded_json, principal_token
from .introspection import IntrospectingVerifier
from .tokens import PrincipalToken

logger = logging.getLogger(__name__)

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Of signatures that only the issuer can make: `none`, and those with a shared secret, are not among them."""
LEEWAY_SECONDS = 30
KEYS_LAST_SECONDS = 600.0
KEYS_REST_SECONDS = 30.0
"""From one reading of the keys to the next, however many tokens name a key that is not there."""
_URL: TypeAdapter[AnyHttpUrl] = TypeAdapter(AnyHttpUrl, config=ConfigDict(url_preserve_empty_path=True))


class ResourceServer:
    """What the settings say of the authorization server, and where clients read it (RFC 9728)."""

    def __init__(self, settings: Settings, *, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        """`transport` stands in for the way to the authorization server.

        Raises:
            InvalidArgumentError: a URL is missing or cannot be used.
        """
        issuer, resource = settings.oauth_issuer or "", settings.oauth_resource or ""
        _check("DRIVERSMITH_OAUTH_ISSUER", issuer)
        resource_url = _check("DRIVERSMITH_OAUTH_RESOURCE", resource)
        for name in ("oauth_jwks_url", "oauth_introspection_url"):
            if url := getattr(settings, name):
                _check(f"DRIVERSMITH_{name.upper()}", url)
        self.scopes = settings.oauth_scopes
        self.host = urlsplit(resource).netloc
        """By which clients reach the server."""
        self.metadata_url = build_resource_metadata_url(resource_url)
        routes = create_protected_resource_routes(
            resource_url, [_URL.validate_python(issuer)], list(self.scopes) or None, resource_name="driversmith"
        )
        self.metadata = Starlette(routes=routes)
        self.public_paths = frozenset(route.path for route in routes)
        self.verifier = _verifier(settings, issuer, resource, transport)


def _verifier(
    settings: Settings, issuer: str, resource: str, transport: httpx2.AsyncBaseTransport | None
) -> "JwtVerifier | IntrospectingVerifier":
    if settings.oauth_introspection_url is None:
        keys = _Keys(issuer, settings.oauth_jwks_url, transport)
        return JwtVerifier(issuer=issuer, resource=resource, keys=keys)
    secret = settings.oauth_client_secret
    return IntrospectingVerifier(
        issuer,
        resource,
        settings.oauth_introspection_url,
        client_id=settings.oauth_client_id,
        client_secret=secret.get_secret_value() if secret else "",
        transport=transport,
    )


class JwtVerifier:
    """Verifies tokens by the issuer's keys; those that it could not verify count as nobody's."""

    def __init__(self, *, issuer: str, resource: str, keys: "_Keys") -> None:
        self._issuer = issuer
        self._resource = resource
        self._keys = keys

    async def verify_token(self, token: str) -> PrincipalToken | None:
        """Whose token it is: signed by the issuer, for this server, still valid, and of a subject or a client."""
        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") not in ALGORITHMS:
                return None
            key = await self._keys.key(header.get("kid"))
            if key is None:
                return None
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[header["alg"]],
                audience=[self._resource.rstrip("/"), f"{self._resource.rstrip('/')}/"],
                issuer=self._issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iss", "aud"]},
            )
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            logger.info("an access token was refused (%s)", type(error).__name__)
            return None
        return principal_token(self._issuer, self._resource, claims)


@dataclass
class _Keys:
    """The issuer's keys, read when they are first needed, and again when they are old or a token names another one."""

    issuer: str
    url: str | None
    transport: httpx2.AsyncBaseTransport | None = None
    _keys: dict[str | None, jwt.PyJWK] = field(default_factory=dict[str | None, jwt.PyJWK])
    _read_at: float = -KEYS_LAST_SECONDS
    _lock: anyio.Lock = field(default_factory=anyio.Lock)

    async def key(self, kid: str | None) -> jwt.PyJWK | None:
        """The key of this id; the only one, where a token names none."""
        async with self._lock:
            age = time.monotonic() - self._read_at
            if age >= KEYS_LAST_SECONDS or (age >= KEYS_REST_SECONDS and self._found(kid) is None):
                self._read_at = time.monotonic()
                await self._read()
            return self._found(kid)

    def _found(self, kid: str | None) -> jwt.PyJWK | None:
        if kid is None:
            return next(iter(self._keys.values())) if len(self._keys) == 1 else None
        return self._keys.get(kid)

    async def _read(self) -> None:
        try:
            with anyio.fail_after(FETCH_SECONDS):
                async with httpx2.AsyncClient(transport=self.transport, trust_env=False) as client:
                    url = self.url or await self._discovered(client)
                    listed = (await bounded_json(client, "GET", url)).get("keys", [])
        except (httpx2.HTTPError, TimeoutError, ValueError, AttributeError) as error:
            logger.warning("the keys of %s could not be read (%s): %s", self.issuer, type(error).__name__, error)
            return
        self._keys = {}
        for entry in listed:
            try:
                key = jwt.PyJWK(entry)
            except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
                continue  # of a kind that we do not know
            if entry.get("kty") != "oct" and entry.get("use", "sig") == "sig":
                self._keys[key.key_id] = key

    async def _discovered(self, client: httpx2.AsyncClient) -> str:
        parts = urlsplit(self.issuer)
        origin, path = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
        for url in (
            f"{origin}/.well-known/oauth-authorization-server{path}",
            f"{origin}{path}/.well-known/openid-configuration",
        ):
            try:
                metadata = await bounded_json(client, "GET", url)
            except (httpx2.HTTPStatusError, ValueError):
                continue
            if metadata.get("issuer") == self.issuer and isinstance(metadata.get("jwks_uri"), str):
                _check("jwks_uri", metadata["jwks_uri"])
                return metadata["jwks_uri"]
        raise ValueError("no metadata of this issuer names its keys")


def _check(name: str, url: str) -> AnyHttpUrl:
    """A URL that nobody on the way can change: https, or http on this machine."""
    try:
        parsed = _URL.validate_python(url)
    except ValidationError:
        raise _no_url(name, url) from None
    local = parsed.host in ("localhost", "127.0.0.1", "[::1]")
    if (
        (parsed.scheme != "https" and not local)
        or parsed.username
        or parsed.password
        or parsed.fragment
        or parsed.query
    ):
        raise _no_url(name, url)
    return parsed


def _no_url(name: str, url: str) -> InvalidArgumentError:
    told = f"is {url[:200]!r}" if url else "is not set"
    return InvalidArgumentError(f"{name} {told}.", next_action="Give an https URL without user, query and fragment.")
