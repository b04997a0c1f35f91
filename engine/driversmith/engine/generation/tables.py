"""The driver's data: `_api.py` as source, and `_fields.py` where there are too many fields for types."""

import re
from collections import Counter
from typing import Any

from ..contract.naming import DriverNames
from ..models.profile import (
    ApiProfile,
    AuthScheme,
    BodyProfile,
    ObjectProfile,
    OperationProfile,
    PaginationProfile,
    ParameterProfile,
    RecordForm,
    ResponseProfile,
)
from .source import Construct, assignment, literal
from .styles import style_of

Security = tuple[tuple[str, ...], ...]


def api_tables(profile: ApiProfile, names: DriverNames) -> dict[str, str]:
    """Assignments for `_api.py` by the template's variables."""
    security = common_security(profile)
    filled = filled_by_paging(profile)
    several = any(a.kind in ("basic", "oauth2_client_credentials") for a in profile.auth)
    return {
        "secured": str(any(security)),
        "security": literal(security, column=len("SECURITY: Security = ")),
        "environment": assignment("ENVIRONMENT", environment(profile, names)),
        "schemes": assignment(
            "SCHEMES", {a.name: _scheme(a, several_kinds=several) for a in profile.auth}, "dict[str, Scheme]"
        ),
        "objects": assignment(
            "OBJECTS", {name: _resource(profile, o) for name, o in profile.objects.items()}, "dict[str, Resource]"
        ),
        "operations": assignment(
            "OPERATIONS",
            {name: _operation(profile, o, security, filled.get(name, set())) for name, o in profile.operations.items()},
            "dict[str, Operation]",
        ),
        "constant_headers": assignment("HEADERS", _constant_headers(profile), "dict[str, str]"),
        "error_path": assignment("ERROR_PATH", profile.error_path),
    }


def limit_values(profile: ApiProfile) -> dict[str, Any]:
    """How the transport tells that there were too many requests."""
    signs = profile.rate_limit_signs
    header = (signs.header or "").lower()
    return {
        "rate_limit_statuses": signs.statuses,
        "retried": tuple(sorted({429, 500, 502, 503, 504, *signs.statuses})),
        "wait_header": "" if header == "retry-after" else header,
    }


def _constant_headers(profile: ApiProfile) -> dict[str, str]:
    """In the spelling of the arguments that outdo them, where operations have such."""
    names = {
        p.name.lower(): p.name for o in profile.operations.values() for p in o.parameters if p.location == "header"
    }
    return {names.get(name.lower(), name): text for name, text in profile.headers.items()}


def field_table(profile: ApiProfile) -> str:
    """The assignment for `_fields.py`."""
    table = {
        name: {field: f.type + "!" * f.required + "?" * f.nullable for field, f in profile_object.fields.items()}
        for name, profile_object in profile.objects.items()
    }
    return assignment("FIELDS", table, "dict[str, dict[str, str]]")


def environment(profile: ApiProfile, names: DriverNames) -> dict[str, str]:
    """Constructor argument -> environment variable."""
    found = {"base_url": names.env("base_url")}
    found |= {c.argument: c.env for a in profile.auth for c in a.credentials}
    if token_url(profile) is not None:
        found["token_url"] = names.env("token_url")
    return found


def token_url(profile: ApiProfile) -> str | None:
    """Default of the `token_url` argument: the first OAuth2 scheme's; None where there is no such scheme."""
    urls = [a.token_url or "" for a in profile.auth if a.kind == "oauth2_client_credentials"]
    return urls[0] if urls else None


def has_one_key(profile: ApiProfile) -> bool:
    """Whether the API knows one way to sign in, by one key or token: then an operation takes it or does not."""
    return len(profile.auth) == 1 and profile.auth[0].kind in ("api_key", "bearer")


def key_values(profile: ApiProfile) -> dict[str, str]:
    """Assignments for the `_auth.py` of an API with one key."""
    scheme = profile.auth[0]
    (credential,) = scheme.credentials
    return {
        "key_name": assignment("NAME", scheme.parameter),
        "key_prefix": assignment("PREFIX", scheme.sent_prefix),
        "key_advice": assignment("ADVICE", f" Give {credential.argument} ({credential.env})."),
    }


def common_security(profile: ApiProfile) -> Security:
    """What most operations accept, or any scheme where none says."""
    counted = Counter(security_of(profile, o) for o in profile.operations.values())
    if counted and (common := counted.most_common(1)[0][0]):
        return common
    stated = [s for s in counted if s]
    return stated[0] if stated else tuple((a.name,) for a in profile.auth)


def security_of(profile: ApiProfile, operation: OperationProfile) -> Security:
    """The alternatives that the driver can satisfy."""
    known = {a.name for a in profile.auth}
    return tuple(alternative for alternative in operation.security if known.issuperset(alternative))


def _scheme(scheme: AuthScheme, *, several_kinds: bool) -> Construct:
    kwargs: dict[str, Any] = {}
    if scheme.kind in ("api_key", "bearer"):
        wanted = {"location": scheme.location, "name": scheme.parameter, "prefix": scheme.sent_prefix}
        usual = {"location": "header", "name": "Authorization", "prefix": ""}
        kwargs = {k: v for k, v in wanted.items() if v != usual[k]}
    elif scheme.kind == "oauth2_client_credentials":
        kwargs = {"token_url": scheme.token_url or ""}
        if scheme.scopes:
            kwargs["scope"] = " ".join(scheme.scopes)
    arguments = tuple(c.argument for c in scheme.credentials)
    return Construct("Scheme", (scheme.kind, arguments) if several_kinds else (arguments,), kwargs)


def _resource(profile: ApiProfile, profile_object: ObjectProfile) -> Construct:
    kwargs: dict[str, Any] = {**profile_object.operations}
    if by := _asks_for_one(profile, profile_object):
        kwargs["by"] = by
    if profile_object.shape != "list":
        kwargs["shape"] = profile_object.shape
    if profile_object.record_path:
        kwargs["records"] = profile_object.record_path
    if profile_object.inner_path:
        kwargs["inner"] = profile_object.inner_path
    if profile_object.item_path:
        kwargs["item"] = profile_object.item_path
    if profile_object.shape == "map" and profile_object.key_field != "key":
        kwargs["key"] = profile_object.key_field
    if profile_object.shape == "table":
        kwargs["columns"] = profile_object.columns_path
    if form := form_of_records(profile, profile_object):
        kwargs["form"] = form
    if kinds := column_kinds(profile, profile_object):
        kwargs["kinds"] = kinds
    if profile_object.other_keys:
        kwargs["others"] = profile_object.other_keys
    if profile_object.identifier and pathless(profile, profile_object.name):
        kwargs["identifier"] = profile_object.identifier
    paging = profile_object.pagination
    wanted: dict[str, Any] = {
        "position": paging.position_parameter if paging.counted or paging.style == "cursor" else None,
        "size": paging.size_parameter,
        "first": paging.first if paging.counted else None,
        "default_size": paging.default_size if paging.size_parameter or paging.short_page_ends else None,
        "max_size": paging.max_size if paging.size_parameter else None,
        "next": paging.next_path if paging.style in ("cursor", "next_url") else (),
        "more": paging.more_path if has_more(paging) else (),
        "last": paging.last_path if has_more(paging) else (),
        "pages": paging.pages_path if has_pages(paging) else (),
        "total": paging.total_path if has_total(paging) else (),
        "next_header": paging.next_header,
        "total_header": paging.total_header if has_total(paging) else None,
        "short_ends": paging.short_page_ends,
        "alone": paging.alone,
        "place": paging.position_in if paging.position_in != "query" else None,
    }
    wanted = {k: v for k, v in wanted.items() if v or (k in ("first", "short_ends") and v is not None)}
    if wanted or paging.style != "none":
        kwargs["paging"] = Construct("Paging", (paging.style,), wanted)
    return Construct("Resource", (), kwargs)


def form_of_records(profile: ApiProfile, profile_object: ObjectProfile) -> RecordForm | None:
    """How the records of an object are written, where they are not in JSON."""
    operation = profile.operation(profile_object.name, "read")
    return operation.response.form if operation else None


def column_kinds(profile: ApiProfile, profile_object: ObjectProfile) -> dict[str, str]:
    """The columns of a table that are numbers or booleans."""
    if form_of_records(profile, profile_object) not in ("csv", "tsv"):
        return {}
    return {n: f.type for n, f in profile_object.fields.items() if f.type in ("integer", "number", "boolean")}


def has_more(paging: PaginationProfile) -> bool:
    """Whether a driver asks the body for a flag that says whether more follows."""
    return bool(paging.more_path or paging.last_path) and paging.style != "none"


def has_pages(paging: PaginationProfile) -> bool:
    """Whether a driver asks an answer for the number of all pages."""
    return bool(paging.pages_path and paging.size_parameter) and paging.style == "page"


def has_total(paging: PaginationProfile) -> bool:
    """Whether a driver asks an answer for the number of all records."""
    told = paging.total_path or paging.total_header
    return bool(told and paging.size_parameter) and paging.style in ("page", "offset")


def _asks_for_one(profile: ApiProfile, profile_object: ObjectProfile) -> tuple[str, ...]:
    """Arguments that make `read` use the operation for one record: what asks for that, unless `read` takes them itself."""
    one, many = (profile.operation(profile_object.name, verb) for verb in ("read_one", "read"))
    if one is None or many is None:
        return ()
    asking = one.asks_for_one
    return () if {p.argument for p in many.parameters}.issuperset(asking) else asking


def pathless(profile: ApiProfile, object_name: str) -> bool:
    """Whether an object is changed by an operation without a place for an identifier in its path."""
    changes = [profile.operation(object_name, "update"), profile.operation(object_name, "delete")]
    return any(o is not None and "{" not in o.path for o in changes)


Filled = set[tuple[str, str]]
"""Places and names of parameters."""


def filled_by_paging(profile: ApiProfile) -> dict[str, Filled]:
    """Operation -> those of its parameters that reading fills in by itself."""
    filled: dict[str, Filled] = {}
    for profile_object in profile.objects.values():
        paging = profile_object.pagination
        if read := profile_object.operations.get("read"):
            filled.setdefault(read, set()).update((paging.position_in, name) for name in paging.sent)
    return filled


def _operation(profile: ApiProfile, operation: OperationProfile, security: Security, filled: Filled) -> Construct:
    kwargs: dict[str, Any] = {}
    told = (p for p in operation.parameters if p.location != "path" or style_of(p) or p.fallback is not None)
    written = [_parameter(p, filled) for p in told]
    args: tuple[Any, ...] = (operation.method, _path(operation))
    if written:
        args = (*args, tuple(written))
    if operation.body:
        kwargs["body"] = _body(operation.body)
    kwargs |= _answer(operation.response)
    if operation.base_path is not None:
        kwargs["base"] = operation.base_path
    if operation.only_reads:
        kwargs["safe"] = True
    if operation.idempotency_key:
        kwargs["once"] = operation.idempotency_key
    if operation.deprecated:
        kwargs["deprecated"] = True
    own = security_of(profile, operation)
    if has_one_key(profile):
        if any(own) != any(security):
            kwargs["secured"] = any(own)
    elif own != security and profile.auth:
        kwargs["security"] = own
    return Construct("Operation", args, kwargs)


def _path(operation: OperationProfile) -> str:
    arguments = {p.name: p.argument for p in operation.parameters if p.location == "path"}
    return re.sub(r"{([^{}]*)}", lambda m: f"{{{arguments.get(m[1], m[1])}}}", operation.path)


def _parameter(parameter: ParameterProfile, filled: Filled) -> Any:
    kwargs: dict[str, Any] = {}
    if parameter.location != "query":
        kwargs["place"] = "member" if parameter.location == "body" else parameter.location
    if parameter.argument != parameter.name:
        kwargs["argument"] = parameter.argument
    if parameter.fallback is not None:
        kwargs["default"] = parameter.fallback
    elif parameter.must_be_given:
        kwargs["required"] = True
        if (parameter.location, parameter.name) in filled:
            kwargs["paging"] = True
    kwargs |= style_of(parameter)
    return Construct("Param", (parameter.name,), kwargs) if kwargs else parameter.name


def _body(body: BodyProfile) -> Construct:
    kwargs: dict[str, Any] = {} if body.kind == "json" else {"kind": body.kind}
    media_type = _header_text(body.media_type)
    if "*" in media_type:
        media_type = "application/json" if body.kind == "json" else "application/octet-stream"
    if media_type != "application/json":
        kwargs["media_type"] = media_type
    if body.argument != "body":
        kwargs["argument"] = body.argument
    if body.argument is None and body.fixed:
        kwargs["fixed"] = body.fixed
    if body.required and body.argument is not None:
        kwargs["required"] = True
    files = tuple(name for name, f in body.fields.items() if f.format == "binary")
    if body.kind == "multipart" and files:
        kwargs["files"] = files
    if body.written:
        kwargs["written"] = tuple(Construct("Param", (p.name,), style_of(p)) for p in body.written)
    if body.part_types:
        kwargs["types"] = body.part_types
    return Construct("Body", (), kwargs)


def _answer(response: ResponseProfile) -> dict[str, Any]:
    kind = response.kind if response.media_type else None
    returns = {"json": "json", "text": "text", "form": "text", None: ""}.get(kind, "binary")
    kwargs: dict[str, Any] = {} if returns == "json" else {"returns": returns}
    accept = _header_text(response.media_type or "")
    if accept != ("application/json" if returns == "json" else "*/*"):
        kwargs["accept"] = accept
    return kwargs


def _header_text(media_type: str) -> str:
    return media_type if re.fullmatch(r"[\x20-\x7e]+", media_type) else "*/*"
