"""What both ways to read an access token share: asking the authorization server, and what its claims say."""

import json
from typing import Any

import httpx2
from driversmith.engine.models.principal import Principal

from .tokens import PrincipalToken

FETCH_SECONDS = 10.0
MOST_BYTES = 1 << 20


async def bounded_json(client: httpx2.AsyncClient, method: str, url: str, **asked: Any) -> dict[str, Any]:
    """The JSON object that a URL answers, of at most 1 MiB; redirects are not followed.

    Raises:
        ValueError: it answers something else.
        httpx2.HTTPError: it does not answer, or not with 200.
    """
    async with client.stream(method, url, headers={"Accept": "application/json"}, **asked) as answer:
        answer.raise_for_status()
        data = bytearray()
        async for chunk in answer.aiter_bytes():
            data += chunk
            if len(data) > MOST_BYTES:
                raise ValueError(f"{url} answers more than {MOST_BYTES} bytes")
    found = json.loads(data)
    if not isinstance(found, dict):
        raise ValueError(f"{url} answers no object")
    return found  # pyright: ignore[reportUnknownVariableType]  JSON


def principal_token(issuer: str, resource: str, claims: dict[str, Any]) -> PrincipalToken | None:
    """Whose a token is by its claims; None where they name neither a subject nor a client."""
    subject, client = _text(claims.get("sub")), _text(claims.get("client_id")) or _text(claims.get("azp"))
    if not (subject or client):
        return None
    principal = Principal.of_oauth(issuer, subject=subject, client_id=client or "")
    return PrincipalToken.of(principal, scopes=_words(claims.get("scope", claims.get("scp"))), resource=resource)


def audience_of(claims: dict[str, Any]) -> list[str]:
    """The URLs that a token was made for, without a slash at their ends."""
    given = claims.get("aud")
    return [url.rstrip("/") for url in ([given] if isinstance(given, str) else _words(given))]


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _words(given: object) -> list[str]:
    words = given.split() if isinstance(given, str) else given
    return [word for word in words if isinstance(word, str)] if isinstance(words, list) else []  # pyright: ignore[reportUnknownVariableType]  JSON
