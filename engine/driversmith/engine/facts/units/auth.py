"""Facts of credentials: where each goes, and in which form. Their names and values are none."""

import re
from collections.abc import Iterator
from typing import Literal

from pydantic import Field, JsonValue

from ...contract.naming import driver_names
from ...models.base import Value
from ...models.profile import ApiProfile, AuthScheme, Credential, Evidence
from ..refused import RefusedError, shown
from .unit import HeaderName, Names, Unit, as_members, listed, merged

_KINDS = ("api_key", "bearer", "basic")
_FIXED = {
    "bearer": {"location": "header", "parameter": "Authorization", "prefix": "Bearer "},
    "basic": {"location": "header", "parameter": "Authorization", "prefix": ""},
}
"""Where the kinds go that have one place only."""


class AuthFact(Value):
    """Where a credential goes (models.profile.AuthScheme)."""

    kind: Literal["api_key", "bearer", "basic"] = Field(
        description="one of api_key (one value, anywhere), bearer (Authorization: Bearer), basic (name and password)"
    )
    location: Literal["header", "query", "cookie"] = Field(description="one of header, query, cookie")
    parameter: HeaderName = Field(min_length=1, description="the name of the header, query parameter or cookie")
    prefix: str = Field(
        max_length=50, pattern=r"^[\x20-\x7e]*$", description='what stands before the value, such as "Token ", or ""'
    )


def _scheme(profile: ApiProfile, name: str) -> AuthScheme:
    found = next((scheme for scheme in profile.auth if scheme.name == name), None)
    known = listed(s.name for s in profile.auth if s.kind in _KINDS)
    if found is None:
        raise RefusedError(f"There is no auth scheme {shown(name)}; there are: {known}.")
    if found.kind not in _KINDS:
        raise RefusedError(f"Of {name} ({found.kind}) nothing can be corrected; of these it can: {known}.")
    return found


def _auth(profile: ApiProfile, names: Names) -> dict[str, JsonValue]:
    return as_members(AuthFact, _scheme(profile, names[0]))


def _put_auth(profile: ApiProfile, names: Names, value: JsonValue) -> ApiProfile:
    """A kind with one place brings it; credentials follow from the kind."""
    scheme = _scheme(profile, names[0])
    now = _auth(profile, names)
    kind = value.get("kind", scheme.kind) if isinstance(value, dict) else scheme.kind
    fixed: dict[str, str] = _FIXED.get(str(kind), {})
    if kind == "bearer" and scheme.kind == "bearer" and isinstance(value, dict) and "kind" not in value:
        fixed = {}
        value = {"kind": "api_key", **value}  # a token that goes elsewhere is a key
    fact = merged(AuthFact, {**now, **fixed}, value)
    for member, only in fixed.items():
        if getattr(fact, member) != only:
            raise RefusedError(f"{member}: kind {fact.kind} has {shown(only)}; kind api_key can have another.")
    if fact.location == "header" and fact.parameter.lower() in ("host", "content-length", "content-type", "accept"):
        raise RefusedError(f"parameter: {fact.parameter} belongs to the transport.")
    if fact.location == "cookie" and not re.fullmatch(r"[\w.-]*", fact.prefix, re.ASCII):
        raise RefusedError(
            f'prefix: a cookie holds letters, digits, _, . and - before its value, or ""; not {shown(fact.prefix)}.'
        )
    changed = scheme.model_copy(update=fact.__dict__)
    if (fact.kind == "basic") != (scheme.kind == "basic"):
        changed = changed.model_copy(update={"credentials": credentials_of(profile, changed)})
    return profile.model_copy(update={"auth": tuple(changed if s is scheme else s for s in profile.auth)})


def credentials_of(profile: ApiProfile, scheme: AuthScheme) -> tuple[Credential, ...]:
    """What the kind takes; arguments that other schemes have already get a number."""
    taken = {c.argument for other in profile.auth if other.name != scheme.name for c in other.credentials}
    plain = {"basic": ("username", "password"), "bearer": ("token",)}.get(scheme.kind, ("api_key",))
    count = next(n for n in range(1, 1_000) if not taken & {_numbered(argument, n) for argument in plain})
    needed = all(c.required for c in scheme.credentials) and bool(scheme.credentials)
    names = driver_names(profile.api_name)
    return tuple(
        Credential(argument=argument, env=names.env(argument), scheme=scheme.name, required=needed)
        for argument in (_numbered(name, count) for name in plain)
    )


def _numbered(argument: str, number: int) -> str:
    return argument if number == 1 else f"{argument}_{number}"


def _schemes(profile: ApiProfile) -> Iterator[Names]:
    return ((scheme.name,) for scheme in profile.auth if scheme.kind in _KINDS)


def _evidence(profile: ApiProfile, names: Names) -> Evidence:
    return _scheme(profile, names[0]).evidence


UNITS = (Unit(("auth", "<scheme>"), AuthFact, _schemes, _auth, _put_auth, _evidence),)
