"""How an API is asked so that it lets in: without a credential first, then with the user's, in the spellings that its refusal
suggests."""

import re
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, cast

from ...facts.detectors.case import Given
from ...facts.detectors.credentials import is_refusal, otherwise_authenticated
from ...models.profile import AuthScheme, Credential, Evidence
from ...network.asking import Asked
from ...network.credentials import OriginCredentials
from ..openapi.servers import origin
from .stub import case_of

MOST_SPELLINGS = 4
MOST_PASSWORDS = 2
"""How often a password is tried: some APIs lock whom they refuse."""
_USERS = {"api_key": ("api_key",), "bearer": ("token",), "basic": ("username", "password")}

Put = Callable[[str, tuple[AuthScheme, ...] | None], Awaitable[Asked | None]]
"""Asks a URL by these schemes, as `ApiAsker.ask` does; None where no more may be asked."""


class Admission:
    """What one API lets in by; learnt at its first refusal."""

    def __init__(self, put: Put, credentials: OriginCredentials | None) -> None:
        self._put = put
        self._given = credentials
        self._spellings = 0
        self.auth: tuple[AuthScheme, ...] | None = None
        """What the API is asked by from now on, as `ApiAsker.ask` takes it."""
        self.schemes: dict[str, AuthScheme] = {}
        self.refused: Asked | None = None
        """The first answer that stayed a refusal."""

    async def settled(self, asked: Asked) -> Asked | None:
        """The answer once the API lets in; None where it does not."""
        if not is_refusal(asked.answer):
            return asked
        if self.auth is None and (again := await self._authenticated(asked)) is not None:
            return again
        self.refused = self.refused or asked
        return None

    async def _authenticated(self, refused: Asked) -> Asked | None:
        """The same with a credential of the user's, in one of the spellings that the refusal suggests."""
        given = self._given
        if given is None:
            return None
        names = Given(frozenset(given.arguments), _words(given.headers), frozenset(given.query))
        if given.headers or given.query:
            asked = await self._put(refused.url, ())
            if asked is not None and not is_refusal(asked.answer):
                self.auth = ()
                self.schemes |= {scheme.name: scheme for scheme in _on_the_wire(names)}
                return asked
        if not given.arguments:
            return None
        for scheme in _spellings(refused, names):
            if self._spellings >= (MOST_PASSWORDS if scheme.kind == "basic" else MOST_SPELLINGS):
                break
            self._spellings += 1
            asked = await self._put(refused.url, (scheme,))
            if asked is not None and not is_refusal(asked.answer):
                self.auth = (scheme,)
                self.schemes[scheme.name] = scheme
                return asked
        return None


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


def _spellings(refused: Asked, given: Given) -> list[AuthScheme]:
    """The schemes by which the detectors of a live read would try it."""
    case = case_of(refused.answer, name="records", base_url=origin(refused.url), given=given)
    schemes: list[AuthScheme] = []
    for correction in otherwise_authenticated(case):
        value = cast("dict[str, str]", correction.value)
        schemes.append(scheme_of(correction.fact.rpartition("/")[2], value["kind"], value))
    return schemes


def scheme_of(name: str, kind: str, value: dict[str, str]) -> AuthScheme:
    """A scheme that the API showed; `value` has its location, parameter and prefix."""
    arguments = _USERS.get(kind, ("api_key",))
    return AuthScheme(
        name=name,
        kind=cast("Any", kind),
        location=cast("Any", value["location"]),
        parameter=value["parameter"],
        prefix=value["prefix"],
        credentials=tuple(Credential(argument=argument, env="", scheme=name) for argument in arguments),
        evidence=Evidence(pointer="#", known_by="observed"),
    )
