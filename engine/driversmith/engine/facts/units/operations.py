"""Facts of an operation: its path, its parameters, the media type of its answer."""

import re
from collections.abc import Iterator
from typing import Annotated, Any, cast, get_args

from pydantic import Field, JsonValue

from ...contract.naming import RESERVED_ARGUMENTS, is_usable_identifier
from ...models.base import Value
from ...models.profile import (
    ApiProfile,
    Evidence,
    OperationProfile,
    ParameterLocation,
    ParameterProfile,
    PayloadKind,
    form_of,
    member_keys,
)
from ..refused import RefusedError, shown
from .headers import check_sent
from .unit import Listed, Names, Unit, merged, operation_of, with_operation

_PATH_PARAMETERS = re.compile(r"\{([^{}]*)\}")
_MEDIA_TYPE = re.compile(
    r"([a-z0-9][a-z0-9.+-]{0,60})/([a-z0-9][a-z0-9.+_-]{0,100})(?:; ?[a-z0-9-]+=[\w.\"+-]+){0,3}", re.I
)
_PLACES = get_args(ParameterLocation)

Scalar = str | int | float | bool


class ParameterFact(Value):
    """What a parameter takes."""

    required: bool = Field(description="true or false")
    enum: Annotated[tuple[Scalar, ...], Listed] = Field(
        max_length=200, description="an array of the texts, numbers or booleans that it may have, [] for any"
    )
    default: Scalar | None = Field(
        description="what is sent where it is required and not given, or null; a text, number or boolean"
    )


def is_path(value: str) -> bool:
    """Whether it can only lead to the origin: `/x`, never `//host`, `@host` or `\\host`."""
    return (
        value.startswith("/")
        and not any(bad in value for bad in ("//", "@", "\\", "#"))
        and value.isprintable()
        and " " not in value
        and len(value) <= 2_000
        and not {".", ".."} & set(value.partition("?")[0].replace("%2e", ".").replace("%2E", ".").split("/"))
    )


def slashed(path: str, ends: bool) -> str:
    """A path with a slash at its end, before its query, or without."""
    bare, mark, query = path.partition("?")
    return (bare.rstrip("/") + "/" if ends else bare.rstrip("/") or "/") + mark + query


def argument_of(name: str, operation: OperationProfile, place: ParameterLocation = "query") -> str:
    """The API's spelling as an argument of the operation, unless that is taken."""
    taken = {p.argument for p in operation.parameters} | RESERVED_ARGUMENTS
    if operation.body and operation.body.argument is not None:
        taken |= {operation.body.argument}
    name = member_keys(name)[-1] if place == "body" else name
    if not is_usable_identifier(name):
        name = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_").lower() or "value"
        name = f"p_{name}" if name[0].isdigit() else name
    while name in taken:
        name += "_"
    return name


def check_body(operation: OperationProfile) -> None:
    """Whether parameters of an operation can go into its body.

    Raises:
        RefusedError: it takes no JSON object.
    """
    body = operation.body
    if body is None or body.kind != "json" or body.type not in ("object", "any"):
        raise RefusedError(f"{operation.signature} takes no JSON object; query and header are left.")


def _by_name(profile: ApiProfile) -> Iterator[Names]:
    return ((name,) for name in profile.operations)


def _evidence(profile: ApiProfile, names: Names) -> Evidence:
    return operation_of(profile, names[0]).evidence


def _path(profile: ApiProfile, names: Names) -> str:
    return operation_of(profile, names[0]).path


def _put_path(profile: ApiProfile, names: Names, value: JsonValue) -> ApiProfile:
    operation = operation_of(profile, names[0])
    if not isinstance(value, str) or not is_path(value):
        raise RefusedError(
            f"A path below the base URL is wanted, with one leading slash and no @, // or backslash; not {shown(value)}."
        )
    wanted = sorted(_PATH_PARAMETERS.findall(operation.bare_path))
    if sorted(_PATH_PARAMETERS.findall(value.partition("?")[0])) != wanted:
        named = ", ".join(f"{{{name}}}" for name in wanted) or "none"
        raise RefusedError(f"The path must have the operation's parameters: {named}.")
    if profile.trailing_slash is not None and slashed(value, profile.trailing_slash) != value:
        ends = "ends" if profile.trailing_slash else "does not end"
        raise RefusedError(f"By /trailing_slash every path {ends} with a slash: correct that, or give such a path.")
    return with_operation(profile, operation.model_copy(update={"path": value}))


def _parameters(profile: ApiProfile) -> Iterator[Names]:
    return ((name, p.location, p.name) for name, operation in profile.operations.items() for p in operation.parameters)


def _found(profile: ApiProfile, names: Names) -> tuple[OperationProfile, ParameterProfile | None]:
    operation = operation_of(profile, names[0])
    if names[1] not in _PLACES:
        raise RefusedError(f"There is no place {shown(names[1])}; places are: {', '.join(_PLACES)}.")
    return operation, next((p for p in operation.parameters if (p.location, p.name) == names[1:]), None)


def _parameter(profile: ApiProfile, names: Names) -> dict[str, JsonValue] | None:
    _, found = _found(profile, names)
    if found is None:
        return None
    return {"required": found.required, "enum": [*found.enum], "default": found.default}


def _put_parameter(profile: ApiProfile, names: Names, value: JsonValue) -> ApiProfile:
    operation, found = _found(profile, names)
    _, place, name = names
    if value is None:
        raise RefusedError(
            "null removes no parameter: one that is not required is left out by whoever does not give it"
            ' ({"required": false}).'
        )
    now = found or _new(profile, operation, place, name)
    fact = merged(ParameterFact, {"required": now.required, "enum": now.enum, "default": now.default}, value)
    if place == "path" and not fact.required:
        raise RefusedError("A parameter in the path is always required.")
    if place == "path" and fact.default is not None:
        raise RefusedError("A parameter in the path has no default: enum can be given.")
    if fact.default is not None and fact.enum and fact.default not in fact.enum:
        raise RefusedError(f"default: one of enum is wanted, not {shown(fact.default)}.")
    if place in ("header", "cookie") and not all(
        str(v).isascii() and str(v).isprintable() for v in (*fact.enum, fact.default or "")
    ):
        raise RefusedError("A header or cookie holds printable ASCII only.")
    changed = now.model_copy(update=fact.__dict__)
    others = operation.parameters
    parameters = tuple(changed if p is found else p for p in others) if found else (*others, changed)
    profile = with_operation(profile, operation.model_copy(update={"parameters": parameters}))
    return profile if found else with_filter(profile, operation.name, changed)


def _new(profile: ApiProfile, operation: OperationProfile, place: str, name: str) -> ParameterProfile:
    if place == "path":
        wanted = ", ".join(_PATH_PARAMETERS.findall(operation.bare_path)) or "none"
        raise RefusedError(f"The path of {operation.name} has no {{{name}}}; its parameters are: {wanted}.")
    if place == "header":
        check_sent(profile, name)
    keys = {(s.location, s.parameter.lower()) for s in profile.auth}
    if (place, name.lower()) in keys:
        raise RefusedError(f"{name} carries a credential there already; its value comes from the caller.")
    if place == "body":
        check_body(operation)
    if not name.isprintable() or len(name) > 200 or (place == "cookie" and not re.fullmatch(r"[\w.-]+", name)):
        raise RefusedError(f"{shown(name)} is no name of a parameter.")
    located = cast("ParameterLocation", place)
    return ParameterProfile(
        name=name,
        argument=argument_of(name, operation, located),
        location=located,
        style="simple" if place == "header" else "form",
    )


def with_filter(profile: ApiProfile, operation: str, parameter: ParameterProfile) -> ApiProfile:
    """The profile with a new parameter among the filters of the objects that the operation lists."""
    changed = {
        name: described.model_copy(update={"filters": (*described.filters, parameter.argument)})
        for name, described in profile.objects.items()
        if described.operations.get("read") == operation and parameter.argument not in described.filters
    }
    return profile.model_copy(update={"objects": {**profile.objects, **changed}}) if changed else profile


def _media_type(profile: ApiProfile, names: Names) -> str | None:
    return operation_of(profile, names[0]).response.media_type


def _answering(profile: ApiProfile) -> Iterator[Names]:
    return ((name,) for name, operation in profile.operations.items() if operation.response.media_type)


def _put_media_type(profile: ApiProfile, names: Names, value: JsonValue) -> ApiProfile:
    operation = operation_of(profile, names[0])
    if not isinstance(value, str) or not _MEDIA_TYPE.fullmatch(value):
        raise RefusedError(f'A media type such as "application/vnd.api+json" is wanted, not {shown(value)}.')
    kind = _kind(value)
    used = {verb: o.name for o in profile.objects.values() for verb, n in o.operations.items() if n == operation.name}
    if kind != "json" and used.keys() - ({"read"} if form_of(value) else set()):
        raise RefusedError(
            f"{operation.name} gives records of {next(iter(used.values()))!r}: a JSON media type is wanted, or for a list CSV, TSV or "
            "lines of JSON."
        )
    changes: dict[str, Any] = {"media_type": value, "kind": kind}
    response = operation.response.model_copy(update=changes)
    profile = with_operation(profile, operation.model_copy(update={"response": response}))
    if response.form is None:
        return profile
    whole = {
        "record_path": (),
        "shape": "list",
        "columns_path": (),
        "other_keys": (),
    }  # such a text has no keys around it
    found = {n: o.model_copy(update=whole) for n, o in profile.objects.items() if o.operations.get("read") == names[0]}
    return profile.model_copy(update={"objects": {**profile.objects, **found}})


def _kind(media_type: str) -> PayloadKind:
    bare = media_type.partition(";")[0].lower()
    if bare.endswith(("/json", "+json")):
        return "json"
    return "text" if form_of(bare) or bare.startswith("text/") or bare.endswith("xml") else "binary"


UNITS = (
    Unit(
        ("operations", "<operation>", "path"),
        "a path below the base URL with the operation's parameters, such as /ships/{id}",
        _by_name,
        _path,
        _put_path,
        _evidence,
    ),
    Unit(
        ("operations", "<operation>", "parameters", "<query, header, path or cookie>", "<parameter>"),
        ParameterFact,
        _parameters,
        _parameter,
        _put_parameter,
        _evidence,
    ),
    Unit(
        ("operations", "<operation>", "media_type"),
        "the media type of its answer, which is asked for by Accept, such as application/vnd.api+json",
        _answering,
        _media_type,
        _put_media_type,
        _evidence,
    ),
)
