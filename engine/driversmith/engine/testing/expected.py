"""The request that a call of an operation must make, worked out here from the profile alone, apart from any driver."""

import email.policy
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email.parser import BytesParser
from typing import Any, cast
from urllib.parse import parse_qsl, unquote

from ..models.profile import BodyProfile, OperationProfile, ParameterProfile
from .loopback import Seen

Pairs = list[tuple[str, str]]
SEPARATORS = {"form": ",", "spaceDelimited": " ", "pipeDelimited": "|", "simple": ",", "deepObject": ","}


@dataclass
class Expected:
    """A request in the form in which two spellings of the same thing compare equal."""

    method: str
    segments: list[str]
    """Path segments, decoded."""
    query: Pairs = field(default_factory=Pairs)
    json_query: dict[str, Any] = field(default_factory=dict[str, Any])
    headers: dict[str, str] = field(default_factory=dict[str, str])
    cookies: dict[str, str] = field(default_factory=dict[str, str])
    body: Any = None
    """JSON value, sorted form pairs, multipart parts, text or bytes; None: no body."""


def expected_request(base_path: str, operation: OperationProfile, arguments: Mapping[str, Any]) -> Expected:
    """What `call_operation` with these arguments must send: them, and the defaults of required parameters not given."""
    path, _, fixed_query = operation.path.partition("?")
    sent = [(p, arguments.get(p.argument, p.fallback)) for p in operation.parameters]
    given = [(p, value) for p, value in sent if value is not None or p.argument in arguments]
    values = {p.name: _in_path(p, value) for p, value in given if p.location == "path"}
    parts = re.split(r"\{([^}]*)\}", base_path + path)
    marked = "".join(part if n % 2 == 0 else "\x00" + part + "\x00" for n, part in enumerate(parts))
    segments = [
        "".join(unquote(t) if n % 2 == 0 else values.get(t, "") for n, t in enumerate(segment.split("\x00")))
        for segment in _split(marked)
    ]
    expected = Expected(operation.method, segments, parse_qsl(fixed_query, keep_blank_values=True))
    for parameter, value in given:
        _place(expected, parameter, value)
    if operation.body and operation.body.argument in arguments:
        expected.body = _sent_body(operation.body, arguments[operation.body.argument])
    return expected


def differences(expected: Expected, seen: Seen, operation: OperationProfile, hidden: Iterable[str] = ()) -> list[str]:
    """How the request differs, in words; `hidden` are query parameters that carry credentials."""
    found: list[str] = []

    def compare(what: str, want: Any, got: Any) -> None:
        if want != got:
            found.append(f"{what} {_short(got)}, expected {_short(want)}")

    compare("method", expected.method, seen.method)
    compare("path segments", expected.segments, [unquote(s) for s in seen.path.split("/")])
    named = {name for name, _ in expected.query} | set(expected.json_query)
    secret = set(hidden) - named
    query = [(k, v) for k, v in seen.query if k not in secret and k not in expected.json_query]
    compare("query", sorted(expected.query), sorted((k, _compact(v)) for k, v in query))
    for name, value in expected.json_query.items():
        compare(f"query {name}", value, _json(seen.parameter(name)))
    for name, value in expected.headers.items():
        compare(f"header {name}", value, seen.header(name))
    for name, value in expected.cookies.items():
        compare(f"cookie {name}", value, unquote(seen.cookies.get(name, "")))
    found.extend(_body_differences(expected, seen, operation.body))
    return found


def received_body(seen: Seen, kind: str) -> Any:
    """The body of a request in comparable form."""
    if kind == "json":
        return _json(seen.body.decode("utf-8", "replace"))
    if kind == "form":
        return sorted(parse_qsl(seen.body.decode("utf-8", "replace"), keep_blank_values=True))
    if kind == "multipart":
        return _multipart(seen)
    return seen.body


def _split(marked: str) -> list[str]:
    """Segments of a marked path; a slash inside a marked name is no separator."""
    parts = marked.split("\x00")
    whole = "".join(part.replace("/", "\x01") if n % 2 == 0 else f"\x00{part}\x00" for n, part in enumerate(parts))
    return whole.split("\x01")


def _body_differences(expected: Expected, seen: Seen, body: BodyProfile | None) -> list[str]:
    if body is None or expected.body is None:
        return [f"body {_short(seen.body)}, expected none"] if seen.body else []
    found: list[str] = []
    got = received_body(seen, body.kind)
    if got != expected.body:
        found.append(f"body {_short(got)}, expected {_short(expected.body)}")
    sent_type = (seen.header("content-type") or "").partition(";")[0].strip().lower()
    wanted_type = body.media_type.partition(";")[0].strip().lower()
    if "*" not in wanted_type and sent_type != wanted_type:
        found.append(f"Content-Type {sent_type!r}, expected {wanted_type!r}")
    return found


def _place(expected: Expected, parameter: ParameterProfile, value: Any) -> None:
    if parameter.location == "query":
        if parameter.json_encoded:
            expected.json_query[parameter.name] = value
        else:
            expected.query += _query_pairs(parameter, value)
    elif parameter.location == "header":
        text = _json_text(value) if parameter.json_encoded else _joined(value, explode=parameter.explode)
        expected.headers[parameter.name] = text
    elif parameter.location == "cookie":
        text = _json_text(value) if parameter.json_encoded else _joined(value, explode=parameter.explode)
        expected.cookies[parameter.name] = text


def _query_pairs(parameter: ParameterProfile, value: Any) -> Pairs:
    name = parameter.name
    if isinstance(value, dict):
        items = [(str(k), scalar_text(v)) for k, v in cast("dict[Any, Any]", value).items()]
        if parameter.style == "deepObject":
            return [(f"{name}[{k}]", v) for k, v in items]
        if parameter.explode:
            return items
        return [(name, SEPARATORS.get(parameter.style, ",").join(part for item in items for part in item))]
    if isinstance(value, list):
        texts = [scalar_text(v) for v in cast("list[Any]", value)]
        if parameter.explode:
            return [(name, text) for text in texts]
        return [(name, SEPARATORS.get(parameter.style, ",").join(texts))]
    return [(name, scalar_text(value))]


def _in_path(parameter: ParameterProfile, value: Any) -> str:
    if parameter.json_encoded:
        return _json_text(value)
    explode, name = parameter.explode, parameter.name
    if parameter.style == "label":
        separator = "." if explode else ","
        return "." + _joined(value, explode=explode, separator=separator)
    if parameter.style == "matrix":
        if not explode or not isinstance(value, (dict, list)):
            return f";{name}={_joined(value, explode=False)}"
        if isinstance(value, dict):
            return "".join(f";{k}={scalar_text(v)}" for k, v in cast("dict[Any, Any]", value).items())
        return "".join(f";{name}={scalar_text(v)}" for v in cast("list[Any]", value))
    return _joined(value, explode=explode)


def _joined(value: Any, *, explode: bool, separator: str = ",") -> str:
    if isinstance(value, dict):
        items = cast("dict[Any, Any]", value).items()
        if explode:
            return separator.join(f"{k}={scalar_text(v)}" for k, v in items)
        return separator.join(part for k, v in items for part in (str(k), scalar_text(v)))
    if isinstance(value, list):
        return separator.join(scalar_text(v) for v in cast("list[Any]", value))
    return scalar_text(value)


def scalar_text(value: Any) -> str:
    """A scalar as parameters spell it: `true`, `1`, `text`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return _json_text(value)
    return "" if value is None else str(value)


def _sent_body(body: BodyProfile, value: Any) -> Any:
    if body.kind == "form":
        return sorted((k, scalar_text(v)) for k, v in value.items())
    if body.kind == "multipart":
        return {k: v if isinstance(v, bytes) else scalar_text(v).encode() for k, v in value.items()}
    return value.encode() if isinstance(value, str) and body.kind != "json" else value


def _multipart(seen: Seen) -> dict[str, bytes]:
    head = f"Content-Type: {seen.header('content-type') or ''}\r\n\r\n".encode("latin-1")
    message = BytesParser(policy=email.policy.HTTP).parsebytes(head + seen.body)
    return {
        str(part.get_param("name", header="content-disposition")): cast("bytes", part.get_payload(decode=True))
        for part in message.iter_parts()
    }


def _json(text: str | None) -> Any:
    try:
        return json.loads(text or "")
    except ValueError:
        return f"not JSON: {text}"


def _json_text(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _compact(text: str) -> str:
    """JSON without white space, and any other text as it is: no rule says how a value inside a value is spelled."""
    if text[:1] not in {"{", "["}:
        return text
    try:
        return _json_text(json.loads(text))
    except ValueError:
        return text


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 160 else text[:157] + "..."
