"""Credentials that go somewhere else than described."""

import re
from typing import Any

from ...models.facts import Correction
from ...models.profile import AuthScheme
from ..answer import Answer, members
from ..catalogue import address
from .case import Case

MOST = 4
"""Spellings of a credential that are tried."""
_HEADER = re.compile(r"\b(x-[a-z]+(?:-[a-z]+)*-?(?:key|token)|api-key|apikey|x-token)\b", re.IGNORECASE)
_USUAL: tuple[dict[str, str], ...] = (
    {"location": "header", "parameter": "Authorization", "prefix": "Bearer "},
    {"location": "header", "parameter": "X-API-Key", "prefix": ""},
    {"location": "header", "parameter": "Authorization", "prefix": "Token "},
    {"location": "query", "parameter": "api_key", "prefix": ""},
)


def otherwise_authenticated(case: Case) -> list[Correction]:
    """Where a key could go that is refused: as the challenge says, as the answer's words say, then as it is usual."""
    refused = next((answer for answer in case.answers if answer.status in (401, 403)), None)
    used = {name for alternative in case.operation.security for name in alternative}
    scheme = next((s for s in case.profile.auth if s.name in used and s.kind in ("api_key", "bearer")), None)
    if refused is None or scheme is None or len(case.answers) != 1:
        return []
    spellings = [*_told(refused), *_USUAL]
    distinct = [s for n, s in enumerate(spellings) if s not in spellings[:n] and not _is_now(scheme, s)]
    return [
        Correction(
            fact=address("auth", scheme.name),
            value={"kind": "api_key", **spelling},
            because=f"The API refuses the credential as described; it may want it in the {spelling['location']}"
            f" {spelling['parameter']}.",
        )
        for spelling in distinct[:MOST]
    ]


def _told(answer: Answer) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    challenge = answer.headers.get("www-authenticate", "").partition(" ")[0]
    if challenge.lower() in ("bearer", "token"):
        found.append({"location": "header", "parameter": "Authorization", "prefix": f"{challenge} "})
    for name in _HEADER.findall(_words(answer.body)):
        found.append({"location": "header", "parameter": name, "prefix": ""})
    return found


def _words(body: Any) -> str:
    """The texts of an error."""
    if isinstance(body, str):
        return body[:1_000]
    return " ".join(value[:1_000] for _, value in members(body) if isinstance(value, str))


def _is_now(scheme: AuthScheme, spelling: dict[str, str]) -> bool:
    prefix = scheme.prefix or ("Bearer " if scheme.kind == "bearer" else "")
    now = {"location": scheme.location, "parameter": scheme.parameter.lower(), "prefix": prefix}
    return now == {**spelling, "parameter": spelling["parameter"].lower()}
