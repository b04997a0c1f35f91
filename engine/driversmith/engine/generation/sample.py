"""Real names for examples and tests: an object to read, an operation to call, arguments that fit."""

import base64
import re
from dataclasses import dataclass
from typing import Any, cast

from ..contract.naming import DriverNames
from ..contract.surface import TWIN_PREFIX
from ..models.profile import ApiProfile, ObjectProfile, OperationProfile, PaginationProfile, ParameterProfile
from .source import Construct, docstring_source, literal
from .tables import common_security, security_of

_PLAIN = re.compile(r"[A-Za-z0-9 .,:/+@_-]{1,40}")
_BY_TYPE: dict[str, Any] = {"integer": 1, "number": 1.5, "boolean": True, "array": ["a"], "object": {"key": "value"}}
_BY_FORMAT = {"date": "2026-01-31", "date-time": "2026-01-31T12:00:00Z", "uuid": "7c9e6679-7425-40de-944b-e07fc1f90ae7"}


@dataclass(frozen=True)
class Sample:
    """What the examples of a driver use."""

    object_name: str | None
    """An object that can be read, preferably without arguments; None where there is none."""
    arguments: dict[str, Any]
    """What its `read` needs."""
    operation: str | None
    """An operation for `call_operation`, preferably one that reads."""
    operation_arguments: dict[str, Any]

    def read(self, **more: Any) -> Construct:
        """`driver.read("pets", limit=10)`."""
        return Construct("driver.read", (self.object_name or "name",), {**self.arguments, **more})

    def call(self) -> Construct:
        """`driver.call_operation("get_pet", petId=1)`."""
        return Construct("driver.call_operation", (self.operation,), self.operation_arguments)


def sample(profile: ApiProfile) -> Sample:
    """The best example that a profile offers."""
    readable = [(name, reader) for name, o in profile.objects.items() if (reader := reading(profile, o))]
    readable.sort(
        key=lambda found: (not _plain(found[0]), len(_needed(profile, found[1], found[0])), found[1].path.count("{"))
    )
    operations = sorted(
        profile.operations.values(), key=lambda o: (not _plain(o.name), o.method != "GET", "{" not in o.path)
    )
    operation = operations[0] if operations else None
    object_name, reader = readable[0] if readable else (None, None)
    return Sample(
        object_name=object_name,
        arguments=_needed(profile, reader, object_name) if reader else {},
        operation=operation.name if operation else None,
        operation_arguments=_needed(profile, operation, None) if operation else {},
    )


def reading(profile: ApiProfile, profile_object: ObjectProfile) -> OperationProfile | None:
    """The operation behind `read` of an object."""
    name = profile_object.operations.get("read") or profile_object.operations.get("read_one")
    return profile.operations[name] if name else None


def class_example(names: DriverNames, found: Sample, *, awaited: bool = False) -> list[str]:
    """The example in the docstring of the driver's class, or in that of its asynchronous twin."""
    call = found.read(limit=10) if found.object_name else found.call() if found.operation else None
    flat = literal(call, column=26 if awaited else 20) if call else 'driver.call_endpoint("GET", "/")'
    first, *rest = docstring_source(flat).splitlines()
    target = ("records = " if found.object_name else "answer = ") + ("await " if awaited else "")
    head = f"async with {TWIN_PREFIX}{names.class_name}" if awaited else f"with {names.class_name}"
    lines = [f">>> {head}.from_env() as driver:", f"...     {target}{first}"]
    return lines + [f"...     {line}" for line in rest]


@dataclass(frozen=True)
class AuthSample:
    """Credentials for a test, and where they must turn up in the request."""

    credentials: dict[str, str]
    expected: list[tuple[str, str, str]]
    """(header, query or cookie; name; value)."""
    token: bool = False
    """True where a token is asked for first."""


def auth_sample(profile: ApiProfile, object_name: str | None) -> AuthSample | None:
    """Credentials that satisfy the operation that reads an object; None where it takes none."""
    reader = reading(profile, profile.objects[object_name]) if object_name else None
    security = security_of(profile, reader) if reader else common_security(profile)
    names = next((alternative for alternative in security if alternative), ())
    schemes = [a for a in profile.auth if a.name in names]
    given = {c.argument: f"test-{c.argument}" for a in schemes for c in a.credentials}
    expected: dict[tuple[str, str], str] = {}
    for scheme in schemes:
        values = [given[c.argument] for c in scheme.credentials]
        if scheme.kind == "basic":
            expected["header", "Authorization"] = "Basic " + base64.b64encode(":".join(values).encode()).decode()
        elif scheme.kind == "oauth2_client_credentials":
            expected["header", "Authorization"] = "Bearer test-access"
        else:
            expected[scheme.location, scheme.parameter] = (scheme.sent_prefix + values[0]).strip()
    if not schemes:
        return None
    token = any(a.kind == "oauth2_client_credentials" for a in schemes)
    return AuthSample(given, [(where, name, value) for (where, name), value in expected.items()], token)


def _needed(profile: ApiProfile, operation: OperationProfile, object_name: str | None) -> dict[str, Any]:
    paging = PaginationProfile()
    if object_name and profile.objects[object_name].operations.get("read") == operation.name:
        paging = profile.objects[object_name].pagination
    needed = {p.argument: _value(p) for p in operation.parameters if p.must_be_given and not paging.fills(p)}
    if object_name:
        asking = filter(profile.objects[object_name].is_asked_by, operation.parameters)
        needed |= {p.argument: p.example for p in asking if _is_plain_list(p.example)}
    if operation.body and operation.body.required and operation.body.argument is not None:
        structured = operation.body.kind in ("json", "form", "multipart")
        needed[operation.body.argument] = {} if structured else "text"
    return needed


def _value(parameter: ParameterProfile) -> Any:
    for value in (parameter.example, parameter.default, *parameter.enum[:1]):
        if isinstance(value, bool) or (isinstance(value, int | float) and abs(value) < 1e15):
            return str(value) if parameter.type == "string" and not isinstance(value, bool) else value
        if isinstance(value, str) and _plain(value):
            return value
    if parameter.type in ("integer", "number") and parameter.minimum is not None and abs(parameter.minimum) < 1e15:
        return int(parameter.minimum) if parameter.minimum.is_integer() else parameter.minimum
    return _BY_FORMAT.get(parameter.format or "", _BY_TYPE.get(parameter.type, "example"))


def _is_plain_list(example: Any) -> bool:
    items = cast("list[Any]", example) if isinstance(example, list) else []
    return bool(items) and all(isinstance(item, str) and _plain(item) for item in items)


def _plain(text: str) -> bool:
    return bool(_PLAIN.fullmatch(text)) and text.strip(" .") == text
