"""How the user's credentials may go, where an API refuses whoever asks without one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from ...facts.detectors.case import Given
from ...facts.detectors.credentials import otherwise_authenticated
from ...models.profile import AuthScheme, Credential, Evidence
from ...network.asking import Asked
from ...network.credentials import OriginCredentials
from .stub import case_of

MOST_SPELLINGS = 4
MOST_PASSWORDS = 2
"""How often a password is tried: some APIs lock whom they refuse."""
_USERS = {"api_key": ("api_key",), "bearer": ("token",), "basic": ("username", "password")}


@dataclass(frozen=True)
class Way:
    """One way to authenticate."""

    auth: tuple[AuthScheme, ...]
    """As network.asking.ApiAsker takes it: () for headers and parameters that the user gave as they go on the wire."""
    schemes: tuple[AuthScheme, ...]
    """What the profile says, where it lets in."""


def ways_in(refused: Asked, given: OriginCredentials, base_url: str) -> Iterator[Way]:
    """Ways for what was refused, the likeliest first: as the user gave it, then as the refusal suggests."""
    names = Given(frozenset(given.arguments), _words(given.headers), frozenset(given.query))
    if given.headers or given.query:
        yield Way((), tuple(_on_the_wire(names)))
    for scheme in _spellings(refused, names, base_url) if given.arguments else ():
        yield Way((scheme,), (scheme,))


def _words(headers: Any) -> dict[str, str]:
    """Headers as they go on the wire, with the word before the key."""
    words = {
        name: re.match(r"(Bearer|Token|ApiKey|Key) (?=\S)", value, re.IGNORECASE) for name, value in headers.items()
    }
    return {name: word[0] if word else "" for name, word in words.items()}


def _on_the_wire(given: Given) -> Iterator[AuthScheme]:
    """What the user gave as it goes on the wire, as schemes."""
    for name, prefix in given.headers.items():
        yield scheme_of(name, "api_key", {"location": "header", "parameter": name, "prefix": prefix})
    for name in given.query:
        yield scheme_of(name, "api_key", {"location": "query", "parameter": name, "prefix": ""})


def _spellings(refused: Asked, given: Given, base_url: str) -> list[AuthScheme]:
    """The schemes by which the detectors of a live read would try it."""
    schemes: list[AuthScheme] = []
    for correction in otherwise_authenticated(case_of(refused.answer, name="records", base_url=base_url, given=given)):
        value = cast("dict[str, str]", correction.value)
        schemes.append(scheme_of(correction.fact.rpartition("/")[2], value["kind"], value))
    return schemes


def scheme_of(name: str, kind: str, value: dict[str, str]) -> AuthScheme:
    """A scheme that an answer of the API showed; `value` has its location, parameter and prefix."""
    known = cast("Any", kind)
    arguments = _USERS.get(kind, ("api_key",))
    return AuthScheme(
        name=name,
        kind=known,
        location=cast("Any", value["location"]),
        parameter=value["parameter"],
        prefix=value["prefix"],
        credentials=tuple(Credential(argument=argument, env="", scheme=name) for argument in arguments),
        evidence=Evidence(pointer="#", known_by="observed"),
    )
