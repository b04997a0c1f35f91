"""Facts of the API as a whole: base path, headers, slashes, errors inside answers, rate limits."""

from typing import Annotated
from urllib.parse import urlsplit, urlunsplit

from pydantic import Field, JsonValue, TypeAdapter, ValidationError

from ...models.base import Value
from ...models.profile import ApiProfile, Evidence, OperationProfile, RateLimitSigns
from ..refused import RefusedError, shown
from .headers import VALUE, check_sent
from .operations import is_path, slashed
from .unit import HeaderName, Keys, Listed, Names, Unit, as_members, listed, merged

_NEVER = frozenset({401, 404, 410})
"""Statuses with a meaning of their own: a driver raises other errors for them."""


class RateLimitFact(Value):
    """How an answer says that there were too many requests (models.profile.RateLimitSigns)."""

    statuses: Annotated[tuple[Annotated[int, Field(ge=400, le=599)], ...], Listed] = Field(
        description="an array of statuses (400 to 599) that mean it beside 429, such as [403]", max_length=10
    )
    header: HeaderName | None = Field(
        description="the header with the seconds to wait, or null: Retry-After is read anyway"
    )


def _base_path(profile: ApiProfile, _: Names) -> str:
    return urlsplit(profile.base_url).path


def _put_base_path(profile: ApiProfile, _: Names, value: JsonValue) -> ApiProfile:
    good = isinstance(value, str) and (not value or (is_path(value) and not value.endswith("/") and "?" not in value))
    if not isinstance(value, str) or not good or "{" in value:
        raise RefusedError(
            f'A path such as "/api/v1", or "", is wanted, not {shown(value)}: no fact changes the origin.'
        )
    parts = urlsplit(profile.base_url)
    return profile.model_copy(update={"base_url": urlunsplit((parts.scheme, parts.netloc, value, "", ""))})


def _base_path_evidence(profile: ApiProfile, _: Names) -> Evidence | None:
    path = urlsplit(profile.base_url).path
    return next((s.evidence for s in profile.servers if urlsplit(s.url).path.rstrip("/") == path), None)


def _header(profile: ApiProfile, names: Names) -> str | None:
    return profile.headers.get(names[0])


def _put_header(profile: ApiProfile, names: Names, value: JsonValue) -> ApiProfile:
    """Arguments of operations that have this name need no longer be given."""
    (name,) = names
    check_sent(profile, name)
    others = {key: text for key, text in profile.headers.items() if key.lower() != name.lower()}
    if value is None:
        if len(others) == len(profile.headers):
            raise RefusedError(f"No header {name} is sent; sent are: {listed(profile.headers)}.")
        return profile.model_copy(update={"headers": others})
    if not isinstance(value, str) or not VALUE.fullmatch(value):
        raise RefusedError(
            f"The text of the header is wanted (printable ASCII, at most 1,000 characters), or null, which removes it;"
            f" not {shown(value)}."
        )
    if len(others) >= 20:
        raise RefusedError("At most 20 headers can be sent with every request.")
    operations = {key: _without_required(operation, name) for key, operation in profile.operations.items()}
    return profile.model_copy(update={"headers": {**others, name: value}, "operations": operations})


def _without_required(operation: OperationProfile, header: str) -> OperationProfile:
    if not any(
        p.location == "header" and p.name.lower() == header.lower() and p.required for p in operation.parameters
    ):
        return operation
    parameters = tuple(
        p.model_copy(update={"required": False}) if p.location == "header" and p.name.lower() == header.lower() else p
        for p in operation.parameters
    )
    return operation.model_copy(update={"parameters": parameters})


def _trailing_slash(profile: ApiProfile, _: Names) -> bool | None:
    return profile.trailing_slash


def _put_trailing_slash(profile: ApiProfile, _: Names, value: JsonValue) -> ApiProfile:
    """The paths of all operations follow, so that whoever spells one spells it as it is sent."""
    if value is not None and not isinstance(value, bool):
        raise RefusedError(
            f"true (the path of every operation ends with a slash), false (none does) or null (each as"
            f" /operations/<operation>/path says) is wanted, not {shown(value)}."
        )
    operations = profile.operations
    if value is not None:
        operations = {
            name: operation.model_copy(update={"path": slashed(operation.path, value)})
            for name, operation in operations.items()
        }
    return profile.model_copy(update={"trailing_slash": value, "operations": operations})


def _error_path(profile: ApiProfile, _: Names) -> list[JsonValue]:
    return [*profile.error_path]


def _put_error_path(profile: ApiProfile, _: Names, value: JsonValue) -> ApiProfile:
    try:
        keys = TypeAdapter(Keys).validate_python(value, strict=True)
    except ValidationError as error:
        raise RefusedError(f"{error.errors()[0]['msg'].removeprefix('Value error, ')}.") from None
    for described in profile.objects.values():
        if keys and described.record_path[: len(keys)] == keys:
            raise RefusedError(f"The records of {described.name!r} stand there, so that an error cannot.")
    return profile.model_copy(update={"error_path": keys})


def _rate_limit(profile: ApiProfile, _: Names) -> dict[str, JsonValue]:
    return as_members(RateLimitFact, profile.rate_limit_signs)


def _put_rate_limit(profile: ApiProfile, _: Names, value: JsonValue) -> ApiProfile:
    fact = merged(RateLimitFact, _rate_limit(profile, ()), value)
    if bad := sorted(_NEVER.intersection(fact.statuses)):
        raise RefusedError(f"statuses: {', '.join(map(str, bad))} means something else; 403 and 503 are usual.")
    statuses = tuple(sorted({*fact.statuses} - {429}))
    return profile.model_copy(update={"rate_limit_signs": RateLimitSigns(statuses=statuses, header=fact.header)})


def _once(_: ApiProfile) -> list[Names]:
    return [()]


UNITS = (
    Unit(
        ("base_path",),
        'a path such as "/api/v1", or ""',
        _once,
        _base_path,
        _put_base_path,
        _base_path_evidence,
    ),
    Unit(
        ("headers", "<name>"),
        "the text that is sent with every request, never a credential; null removes it",
        lambda profile: ((name,) for name in profile.headers),
        _header,
        _put_header,
    ),
    Unit(
        ("trailing_slash",),
        "true: the path of every operation ends with a slash, false: none does, null: each as its own fact says",
        _once,
        _trailing_slash,
        _put_trailing_slash,
    ),
    Unit(
        ("error_path",),
        "an array of keys where an answer with status 200 tells an error, [] where none does",
        _once,
        _error_path,
        _put_error_path,
    ),
    Unit(("rate_limit",), RateLimitFact, _once, _rate_limit, _put_rate_limit),
)
