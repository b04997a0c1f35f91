"""OAuth2 access tokens by client credentials, fetched here so that the client secret stays here."""

import base64
import json
import time
from typing import Any, cast
from urllib.parse import urlencode

import anyio
import httpx2

from ..errors import FetchError
from ..models.profile import AuthScheme
from .addresses import AddressPolicy, origin_of
from .credentials import OriginCredentials
from .fetch import USER_AGENT
from .injection import Injector, new_placeholder
from .loopback import Request, Response

_EARLY_SECONDS = 30.0
_MAX_BYTES = 1 << 20


class StandInTokens:
    """Gives a child placeholder tokens at a token URL of ours, and has the real one at hand for the API."""

    def __init__(self, source: "TokenSource", injector: Injector) -> None:
        self._source = source
        self._injector = injector
        self._placeholder = new_placeholder("access-token")

    @classmethod
    def where_known(
        cls,
        auth: tuple[AuthScheme, ...],
        injector: Injector,
        *,
        base_url: str,
        policy: AddressPolicy,
        transport: httpx2.AsyncBaseTransport,
    ) -> "StandInTokens | None":
        """For the first OAuth2 scheme whose credentials the injector knows; None where there is none."""
        known = {secret.argument: secret.value for secret in injector.secrets}
        for scheme in auth:
            names = [credential.argument for credential in scheme.credentials]
            if scheme.kind == "oauth2_client_credentials" and len(names) == 2 and set(names) <= set(known):
                source = TokenSource(
                    scheme,
                    base_url=base_url,
                    credentials=injector.credentials,
                    client=(known[names[0]], known[names[1]]),
                    policy=policy,
                    transport=transport,
                )
                return cls(source, injector)
        return None

    def answer(self) -> Response:
        """What the child's token request gets."""
        body = f'{{"access_token": "{self._placeholder}", "token_type": "Bearer", "expires_in": 3600}}'
        return Response(200, body.encode(), (("Content-Type", "application/json"),))

    async def prepare(self, request: Request) -> None:
        """Have a real token at hand where the request carries the placeholder.

        Raises:
            FetchError: as `TokenSource.token`.
        """
        if self._placeholder in (request.header("authorization") or ""):
            self._injector.substitute(self._placeholder, await self._source.token())

    def forget(self) -> None:
        """The API refused the token: fetch a new one next time."""
        self._source.forget()


class TokenSource:
    """Access tokens of one scheme, kept until 30 seconds before they expire."""

    def __init__(
        self,
        scheme: AuthScheme,
        *,
        base_url: str,
        credentials: OriginCredentials,
        client: tuple[str, str],
        policy: AddressPolicy,
        transport: httpx2.AsyncBaseTransport,
    ) -> None:
        self._scheme = scheme
        self._base_url = base_url
        self._credentials = credentials
        self._client = client
        self._policy = policy
        self._transport = transport
        self._lock = anyio.Lock()
        self._token = ""
        self._expires = 0.0

    async def token(self) -> str:
        """A valid access token.

        Raises:
            FetchError: the token URL is not allowed, cannot be reached, or gives no token.
        """
        if given := self._credentials.arguments.get("token"):
            return given
        async with self._lock:
            if time.monotonic() >= self._expires:
                self._token, seconds = await self._fetch()
                self._expires = time.monotonic() + max(0.0, seconds - _EARLY_SECONDS)
            return self._token

    def forget(self) -> None:
        """Fetch a new token next time: the API refused this one."""
        self._expires = 0.0

    async def _fetch(self) -> tuple[str, float]:
        url = self._policy.check_url(self._token_url())
        form = {"grant_type": "client_credentials"}
        if self._scheme.scopes:
            form["scope"] = " ".join(self._scheme.scopes)
        basic = base64.b64encode(":".join(self._client).encode()).decode()
        request = httpx2.Request(
            "POST",
            url,
            headers={
                "Authorization": f"Basic {basic}",
                "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "application/json",
                "User-Agent": USER_AGENT,
            },
            content=urlencode(form),
        )
        response = await self._transport.handle_async_request(request)
        try:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > _MAX_BYTES:
                    raise FetchError(f"The token URL of {url.host} answers with more than 1 MiB.")
        finally:
            await response.aclose()
        return _token_in(bytes(body), response.status_code, str(url.host))

    def _token_url(self) -> str:
        """The URL that the person gave, or the description's where it is of the API's own origin.

        Another origin out of a description is not trusted with the client secret.
        """
        if typed := self._credentials.arguments.get("token_url"):
            return typed
        described = str(httpx2.URL(f"{self._base_url.rstrip('/')}/").join(self._scheme.token_url or ""))
        if origin_of(described) != origin_of(self._base_url):
            raise FetchError(
                f"The description's token URL is on another host, {origin_of(described)}; "
                "the client secret is not sent there unasked.",
                code="authentication_required",
                next_action=f'If that is right, add token_url = "{described}" to the table of '
                f"{self._credentials.origin} in credentials.toml.",
            )
        return described


def _token_in(body: bytes, status: int, host: str) -> tuple[str, float]:
    try:
        answer: Any = json.loads(body)
    except ValueError:
        answer = None
    if status == 200 and isinstance(answer, dict):
        fields = cast(dict[str, Any], answer)
        token, seconds = fields.get("access_token"), fields.get("expires_in", 3600)
        if isinstance(token, str) and token and token.isprintable():
            return token, float(seconds) if isinstance(seconds, int | float) else 3600.0
    raise FetchError(
        f"The token URL on {host} gave no access token (HTTP {status}).",
        code="authentication_required",
        next_action="Check client_id and client_secret in credentials.toml.",
    )
