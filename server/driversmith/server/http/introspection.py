"""Access tokens that only the authorization server can read: it is asked what each one says (RFC 7662)."""

import logging
import time
from dataclasses import dataclass, field
from typing import Any

import anyio
import httpx2

from .authorization_server import FETCH_SECONDS, audience_of, bounded_json, principal_token
from .tokens import PrincipalToken, digest_of

logger = logging.getLogger(__name__)

KNOWN_SECONDS = 30.0
"""How long an answer counts: a token that is revoked is of use for as long."""
MOST_KNOWN = 1000
AT_ONCE = 8
"""Questions under way, however many made-up tokens come."""


@dataclass
class IntrospectingVerifier:
    """Asks the authorization server; a token of which it cannot be asked counts as nobody's."""

    issuer: str
    resource: str
    url: str
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    transport: httpx2.AsyncBaseTransport | None = None
    _known: dict[str, tuple[float, PrincipalToken]] = field(
        default_factory=dict[str, tuple[float, PrincipalToken]], repr=False
    )
    """Until when, and what, by digests of tokens."""
    _turns: anyio.Semaphore = field(default_factory=lambda: anyio.Semaphore(AT_ONCE), repr=False)

    async def verify_token(self, token: str) -> PrincipalToken | None:
        """Whose token it is: active, of the issuer, for this server, and of a subject or a client."""
        digest, now = digest_of(token), time.time()
        until, found = self._known.get(digest, (0.0, None))
        if found is not None and now < until:
            return found
        self._known.pop(digest, None)
        try:
            async with self._turns:
                said = await self._asked(token)
        except (httpx2.HTTPError, TimeoutError, ValueError) as error:
            logger.warning("%s could not be asked about a token (%s)", self.url, type(error).__name__)
            return None
        expires = said.get("exp")
        if said.get("active") is not True or said.get("iss", self.issuer) != self.issuer:
            return None
        if self.resource.rstrip("/") not in audience_of(said):
            return None
        if expires is not None and not (isinstance(expires, int | float) and expires > now):
            return None
        found = principal_token(self.issuer, self.resource, said)
        if found is not None:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[digest] = (min(now + KNOWN_SECONDS, expires or float("inf")), found)
        return found

    async def _asked(self, token: str) -> dict[str, Any]:
        asked: dict[str, Any] = {"data": {"token": token, "token_type_hint": "access_token"}}
        if self.client_id:
            asked["auth"] = httpx2.BasicAuth(self.client_id, self.client_secret)
        with anyio.fail_after(FETCH_SECONDS):
            async with httpx2.AsyncClient(transport=self.transport, trust_env=False) as client:
                return await bounded_json(client, "POST", self.url, **asked)
