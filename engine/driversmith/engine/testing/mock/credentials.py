"""Where each auth scheme puts its credentials on the wire, worked out here apart from any driver."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, quote_plus

from ...models.profile import ApiProfile, AuthScheme
from ...network.loopback import Request
from .records import RecordMaker


@dataclass(frozen=True)
class Placement:
    """A value at one place of a request."""

    location: Literal["header", "query", "cookie"]
    name: str
    values: tuple[str, ...]
    """What is right there: one value, or each token that was given and not refused."""

    def is_in(self, seen: Request) -> bool:
        """Whether the request carries exactly this."""
        return self.found_in(seen) in self.values

    def found_in(self, seen: Request) -> str | None:
        """What the request carries at this place."""
        if self.location == "query":
            return seen.parameter(self.name)
        if self.location == "cookie":
            return seen.cookies.get(self.name)
        return seen.header(self.name)


def make_credentials(profile: ApiProfile, maker: RecordMaker) -> dict[str, str]:
    """A random value for each credential argument; those sent in headers and queries hold characters that need care."""
    values: dict[str, str] = {}
    for scheme in profile.auth:
        tail = "" if scheme.location == "cookie" else "+/="
        for credential in scheme.credentials:
            values.setdefault(credential.argument, f"key-{maker.word(20)}{tail}")
    return values


def placement(scheme: AuthScheme, credentials: Mapping[str, str], tokens: Sequence[str]) -> Placement:
    """Where and how the scheme is sent; `tokens` are what an OAuth2 token endpoint gave."""
    values = [credentials[c.argument] for c in scheme.credentials]
    match scheme.kind:
        case "basic":
            pair = ":".join([*values, "", ""][:2])
            return Placement("header", "Authorization", ("Basic " + base64.b64encode(pair.encode()).decode(),))
        case "oauth2_client_credentials":
            return Placement("header", "Authorization", tuple(f"Bearer {token}" for token in tokens))
        case _:
            return Placement(scheme.location, scheme.parameter, (scheme.prefix + "".join(values[:1]),))


def spellings(credentials: Mapping[str, str]) -> set[str]:
    """Every form in which a credential might leak into a text."""
    found: set[str] = set()
    for value in credentials.values():
        found |= {value, quote(value, safe=""), quote_plus(value), quote(value)}
    values = list(credentials.values())
    found |= {base64.b64encode(f"{a}:{b}".encode()).decode() for a in values for b in values if a != b}
    return found
