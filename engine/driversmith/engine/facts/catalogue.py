"""The facts that can be corrected (DESIGN section 5): where each stands in the profile, and what it may be.

A fact is addressed by name, names escaped as in RFC 6901, and is one unit: the members that a correction gives are merged
over the current ones and checked together.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self, TypeVar, cast
from urllib.parse import urlsplit, urlunsplit

from pydantic import Field, JsonValue, TypeAdapter, ValidationError, model_validator

from ..contract.naming import RESERVED_ARGUMENTS
from ..models.base import Value
from ..models.facts import Correction, KnownBy
from ..models.profile import (
    ApiProfile,
    AuthScheme,
    Evidence,
    ObjectProfile,
    OperationProfile,
    PaginationProfile,
    PaginationStyle,
    ParameterProfile,
    RecordShape,
)

MAX_KEYS = 12
"""Keys of one path."""
_PATH_PARAMETERS = re.compile(r"\{([^{}]*)\}")


class RefusedError(Exception):
    """A correction that cannot be applied; the message says why, and what may be given."""


def apply(profile: ApiProfile, correction: Correction, *, known_by: KnownBy) -> ApiProfile:
    """The profile with one fact corrected, and its evidence.

    Raises:
        RefusedError: the address leads nowhere, or the value cannot be one.
    """
    unit, names = _unit(correction.fact)
    evidence = Evidence(pointer=correction.fact, rule=correction.because, known_by=known_by)
    return unit.put(profile, names, correction.value, evidence)


def current(profile: ApiProfile, fact: str) -> JsonValue:
    """The value of a fact as it stands.

    Raises:
        RefusedError: the address leads nowhere.
    """
    unit, names = _unit(fact)
    return unit.get(profile, names)


def address(*names: str) -> str:
    """The address of a fact: `address("objects", "a/b", "records")` is `/objects/a~1b/records`."""
    return "".join("/" + name.replace("~", "~0").replace("/", "~1") for name in names)


class RecordsFact(Value):
    """Where the records of an object stand."""

    record_path: tuple[str, ...] = Field(max_length=MAX_KEYS)
    """Keys into the answer of `read`; [] is the whole."""
    shape: RecordShape
    item_path: tuple[str, ...] = Field(max_length=MAX_KEYS)
    """Keys into the answer for one record."""


class PaginationFact(Value):
    """How all pages are read (models.profile.PaginationProfile)."""

    style: PaginationStyle
    position_parameter: str | None = Field(max_length=200)
    size_parameter: str | None = Field(max_length=200)
    first: int = Field(ge=0, le=1)
    max_size: int | None = Field(ge=1)
    default_size: int | None = Field(ge=1)
    next_path: tuple[str, ...] = Field(max_length=MAX_KEYS)
    more_path: tuple[str, ...] = Field(max_length=MAX_KEYS)
    total_path: tuple[str, ...] = Field(max_length=MAX_KEYS)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.style in ("page", "offset", "cursor") and not self.position_parameter:
            raise ValueError(f"style {self.style} needs position_parameter")
        if self.style in ("cursor", "next_url") and not self.next_path:
            raise ValueError(f"style {self.style} needs next_path")
        return self


class AuthFact(Value):
    """Where a credential goes (models.profile.AuthScheme)."""

    kind: Literal["api_key", "bearer"]
    location: Literal["header", "query", "cookie"]
    parameter: str = Field(min_length=1, max_length=200, pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")
    prefix: str = Field(max_length=50, pattern=r"^[\x20-\x7e]*$")


@dataclass(frozen=True)
class _Unit:
    pattern: tuple[str, ...]
    """Segments of the address; "" stands for a name."""
    get: Callable[[ApiProfile, tuple[str, ...]], JsonValue]
    put: Callable[[ApiProfile, tuple[str, ...], JsonValue, Evidence], ApiProfile]

    def names(self, segments: list[str]) -> tuple[str, ...] | None:
        if len(segments) != len(self.pattern):
            return None
        pairs = list(zip(self.pattern, segments, strict=True))
        return tuple(given for fixed, given in pairs if not fixed) if all(f in ("", g) for f, g in pairs) else None


def _unit(fact: str) -> tuple[_Unit, tuple[str, ...]]:
    segments = [s.replace("~1", "/").replace("~0", "~") for s in fact.split("/")[1:]] if fact[:1] == "/" else []
    for unit in UNITS:
        if (names := unit.names(segments)) is not None:
            return unit, names
    known = ", ".join("/" + "/".join(part or "<name>" for part in unit.pattern) for unit in UNITS)
    raise RefusedError(f"There is no fact {fact!r}. Facts are: {known}.")


def _object(profile: ApiProfile, name: str) -> ObjectProfile:
    if name not in profile.objects:
        raise RefusedError(f"There is no object {name!r}. Objects are: {', '.join(list(profile.objects)[:30])}.")
    return profile.objects[name]


def _operation(profile: ApiProfile, name: str) -> OperationProfile:
    if name not in profile.operations:
        raise RefusedError(
            f"There is no operation {name!r}. Operations are: {', '.join(list(profile.operations)[:30])}."
        )
    return profile.operations[name]


def _with_object(profile: ApiProfile, described: ObjectProfile) -> ApiProfile:
    return profile.model_copy(update={"objects": {**profile.objects, described.name: described}})


def _with_operation(profile: ApiProfile, operation: OperationProfile) -> ApiProfile:
    return profile.model_copy(update={"operations": {**profile.operations, operation.name: operation}})


F = TypeVar("F", bound=Value)


def _merged(kind: type[F], now: Mapping[str, JsonValue], value: JsonValue) -> F:
    if not isinstance(value, dict):
        raise RefusedError(f"An object with some of these members is wanted: {', '.join(kind.model_fields)}.")
    try:
        return TypeAdapter(kind).validate_python({**now, **value})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise RefusedError(f"{where + ': ' if where else ''}{first['msg'].removeprefix('Value error, ')}.") from None


def _records(profile: ApiProfile, names: tuple[str, ...]) -> dict[str, JsonValue]:
    described = _object(profile, names[0])
    return cast("dict[str, JsonValue]", described.model_dump(mode="json", include=set(RecordsFact.model_fields)))


def _put_records(profile: ApiProfile, names: tuple[str, ...], value: JsonValue, evidence: Evidence) -> ApiProfile:
    fact = _merged(RecordsFact, _records(profile, names), value)
    changes: dict[str, Any] = {**fact.__dict__, "records_evidence": evidence}
    return _with_object(profile, _object(profile, names[0]).model_copy(update=changes))


def _pagination(profile: ApiProfile, names: tuple[str, ...]) -> dict[str, JsonValue]:
    paging = _object(profile, names[0]).pagination
    return cast("dict[str, JsonValue]", paging.model_dump(mode="json", include=set(PaginationFact.model_fields)))


def _put_pagination(profile: ApiProfile, names: tuple[str, ...], value: JsonValue, evidence: Evidence) -> ApiProfile:
    """Parameters of paging that the operation does not have yet are added to it; `filters` follow."""
    described = _object(profile, names[0])
    if "read" not in described.operations:
        raise RefusedError(f"Object {described.name!r} has no list to be read page by page.")
    fact = _merged(PaginationFact, _pagination(profile, names), value)
    paging = PaginationProfile(**fact.__dict__, evidence=evidence)
    operation = _operation(profile, described.operations["read"])
    sent = [fact.position_parameter, fact.size_parameter]
    for name in sent:
        if name and not any(p.name == name and p.location == "query" for p in operation.parameters):
            added = ParameterProfile(name=name, argument=_argument(name, operation), location="query")
            operation = operation.model_copy(update={"parameters": (*operation.parameters, added)})
    filters = tuple(p.argument for p in operation.parameters if p.location != "path" and p.name not in sent)
    changed = described.model_copy(update={"pagination": paging, "filters": filters})
    return _with_object(_with_operation(profile, operation), changed)


def _argument(name: str, operation: OperationProfile) -> str:
    """The API's spelling, unless that is taken."""
    taken = {p.argument for p in operation.parameters} | RESERVED_ARGUMENTS
    while name in taken:
        name += "_"
    return name


def _base_path(profile: ApiProfile, _: tuple[str, ...]) -> str:
    return urlsplit(profile.base_url).path


def _put_base_path(profile: ApiProfile, _: tuple[str, ...], value: JsonValue, _evidence: Evidence) -> ApiProfile:
    good = isinstance(value, str) and (not value or (_is_path(value) and not value.endswith("/") and "?" not in value))
    if not isinstance(value, str) or not good:
        raise RefusedError('A path such as "/api/v1", or "", is wanted: no fact changes the origin.')
    parts = urlsplit(profile.base_url)
    return profile.model_copy(update={"base_url": urlunsplit((parts.scheme, parts.netloc, value, "", ""))})


def _scheme(profile: ApiProfile, name: str) -> AuthScheme:
    found = next((scheme for scheme in profile.auth if scheme.name == name), None)
    if found is None or found.kind not in ("api_key", "bearer"):
        known = ", ".join(s.name for s in profile.auth if s.kind in ("api_key", "bearer")) or "none"
        raise RefusedError(f"There is no auth scheme {name!r} whose place could be corrected; there are: {known}.")
    return found


def _auth(profile: ApiProfile, names: tuple[str, ...]) -> dict[str, JsonValue]:
    scheme = _scheme(profile, names[0])
    return cast("dict[str, JsonValue]", scheme.model_dump(mode="json", include=set(AuthFact.model_fields)))


def _put_auth(profile: ApiProfile, names: tuple[str, ...], value: JsonValue, evidence: Evidence) -> ApiProfile:
    scheme = _scheme(profile, names[0])
    fact = _merged(AuthFact, _auth(profile, names), value)
    changed = scheme.model_copy(update={**fact.__dict__, "evidence": evidence})
    return profile.model_copy(update={"auth": tuple(changed if s is scheme else s for s in profile.auth)})


def _operation_path(profile: ApiProfile, names: tuple[str, ...]) -> str:
    return _operation(profile, names[0]).path


def _put_operation_path(
    profile: ApiProfile, names: tuple[str, ...], value: JsonValue, evidence: Evidence
) -> ApiProfile:
    operation = _operation(profile, names[0])
    if not isinstance(value, str) or not _is_path(value):
        raise RefusedError("A path below the base URL is wanted, with one leading slash and no @, // or backslash.")
    wanted = sorted(_PATH_PARAMETERS.findall(operation.bare_path))
    if sorted(_PATH_PARAMETERS.findall(value)) != wanted:
        named = ", ".join(f"{{{name}}}" for name in wanted) or "none"
        raise RefusedError(f"The path must have the operation's parameters: {named}.")
    return _with_operation(profile, operation.model_copy(update={"path": value, "evidence": evidence}))


def _is_path(value: str) -> bool:
    """Whether it can only lead to the origin: `/x`, never `//host`, `@host` or `\\host`."""
    return (
        value.startswith("/")
        and not any(bad in value for bad in ("//", "@", "\\", "#"))
        and value.isprintable()
        and " " not in value
        and len(value) <= 2_000
        and ".." not in value.split("/")
    )


UNITS: tuple[_Unit, ...] = (
    _Unit(("base_path",), _base_path, _put_base_path),
    _Unit(("objects", "", "records"), _records, _put_records),
    _Unit(("objects", "", "pagination"), _pagination, _put_pagination),
    _Unit(("auth", ""), _auth, _put_auth),
    _Unit(("operations", "", "path"), _operation_path, _put_operation_path),
)
