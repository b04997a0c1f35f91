"""Arguments for calls: random values that fit what the profile says of parameters, bodies and records."""

from typing import Any, cast

from ..models.profile import (
    ApiProfile,
    BodyProfile,
    FieldProfile,
    ObjectProfile,
    OperationProfile,
    PaginationProfile,
    ParameterProfile,
    PayloadKind,
    member_keys,
)
from .mock.records import RecordMaker, kind_of

MAX_BODY_FIELDS = 15
HEADERS_OF_THE_TRANSPORT = frozenset({"accept", "content-type", "authorization", "content-length", "host"})
"""Header parameters that OpenAPI tells everyone to ignore, or that belong to the transport."""
_UNWRITABLE = {"form": {"object", "any", "null"}, "multipart": {"any", "null"}}
"""Types that have no one form in these bodies."""


def parameter_value(parameter: ParameterProfile, maker: RecordMaker) -> Any:
    """A value for one parameter; never empty, and without the characters that separate values in any style."""
    for _ in range(10):
        value = maker.value(kind_of(parameter))
        if _plain(value):
            return value
    return maker.word()


def operation_arguments(operation: OperationProfile, maker: RecordMaker, *, optional: bool) -> dict[str, Any]:
    """Arguments of `call_operation`: the required ones, or all."""
    arguments = {
        parameter.argument: parameter_value(parameter, maker)
        for parameter in operation.parameters
        if parameter.must_be_given or (optional and parameter.name.lower() not in HEADERS_OF_THE_TRANSPORT)
    }
    body = operation.body
    if body and body.argument is not None and (optional or body.required):
        arguments[body.argument] = body_value(body, maker)
    return arguments


def read_arguments(profile: ApiProfile, described: ObjectProfile, maker: RecordMaker) -> dict[str, Any]:
    """What `read` cannot do without: the required parameters of the operation behind it, but not those of paging."""
    operation = read_operation(profile, described)
    arguments = {p.argument: parameter_value(p, maker) for p in _read_parameters(operation, described)}
    body = operation.body
    if body and body.argument is not None and body.required:
        arguments[body.argument] = _read_body(body, described, maker)
    return arguments


def _read_body(body: BodyProfile, described: ObjectProfile, maker: RecordMaker) -> Any:
    """Without the members that say which page is wanted."""
    value, paging = body_value(body, maker), described.pagination
    if paging.position_in != "body" or not isinstance(value, dict):
        return value
    members = cast("dict[str, Any]", value)
    for name in filter(None, (paging.position_parameter, paging.size_parameter)):
        drop_member(members, name)
    return members


def drop_member(body: dict[str, Any], name: str) -> None:
    """Take a member out of a body, and the objects that are empty without it."""
    way = [body]
    *above, last = member_keys(name)
    for key in above:
        inner = way[-1].get(key)
        if not isinstance(inner, dict):
            return
        way.append(cast("dict[str, Any]", inner))
    way.pop().pop(last, None)
    for key in reversed(above):
        holder = way.pop()
        if holder[key]:
            return
        del holder[key]


def read_needs(profile: ApiProfile, described: ObjectProfile) -> int:
    """How many arguments `read_arguments` gives."""
    operation = read_operation(profile, described)
    body = operation.body
    return len(_read_parameters(operation, described)) + bool(body and body.required and body.argument is not None)


def _read_parameters(operation: OperationProfile, described: ObjectProfile) -> list[ParameterProfile]:
    paging = described.pagination if "read" in described.operations else PaginationProfile()
    return [p for p in operation.parameters if p.must_be_given and not paging.fills(p)]


def read_operation(profile: ApiProfile, described: ObjectProfile) -> OperationProfile:
    """The operation that `read` calls when its own arguments are given.

    Raises:
        KeyError: the object cannot be read.
    """
    operations = described.operations
    return profile.operations[operations["read"] if "read" in operations else operations["read_one"]]


def body_value(body: BodyProfile, maker: RecordMaker) -> Any:
    """A value for a request body."""
    if body.kind == "binary":
        return maker.word(16).encode() + b"\x00\xff"
    if body.kind == "text":
        return f"text {maker.word()}"
    if body.kind in {"form", "multipart"}:
        return data_for(body.fields, maker, kind=body.kind)
    if body.type == "array":
        return [maker.record({}), maker.record({})]
    if body.type in {"object", "any"}:
        return data_for(body.fields, maker)
    return maker.value(kind_of(FieldProfile(type=body.type)))


def data_for(fields: dict[str, FieldProfile], maker: RecordMaker, *, kind: PayloadKind = "json") -> dict[str, Any]:
    """A dict for `create`, `update` or a body: required fields and others that can be written in such a body."""
    chosen: dict[str, Any] = {}
    for name, described in sorted(fields.items(), key=lambda item: not item[1].required):
        if described.read_only or described.type in _UNWRITABLE.get(kind, ()):
            continue
        if len(chosen) < MAX_BODY_FIELDS or described.required:
            is_file = kind == "multipart" and described.type == "string" and described.format == "binary"
            chosen[name] = maker.word(16).encode() + b"\x00\xff" if is_file else maker.value(kind_of(described))
    return chosen or {"name": maker.word()}


def _plain(value: Any) -> bool:
    if isinstance(value, str):
        return bool(value) and not set(value) & set(",;|=&/?#% .\\") and value.isascii() and value.isprintable()
    return True
