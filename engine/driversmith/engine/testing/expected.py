"""The request that a call of an operation must make, worked out here from the profile alone, apart from any driver."""

import copy
import email.policy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email.parser import BytesParser
from typing import Any, cast
from urllib.parse import parse_qsl, unquote, unquote_plus

from ..models.profile import BodyProfile, OperationProfile, ParameterProfile, member_keys
from ..network.loopback import Request
from .expected_path import Segment, expected_fixed_query, expected_segments, path_difference
from .wire_text import SEPARATORS, compact, cut, joined, json_text, json_value, scalar_text

Pairs = list[tuple[str, str]]


@dataclass
class Expected:
    """A request in the form in which two spellings of the same thing compare equal."""

    method: str
    segments: list[Segment]
    fixed_query: list[str] = field(default_factory=list[str])
    """Pairs that are in every call, as they are spelled on the wire."""
    query: Pairs = field(default_factory=Pairs)
    headers: dict[str, str] = field(default_factory=dict[str, str])
    cookies: Pairs = field(default_factory=Pairs)
    body: Any = None
    """JSON value, sorted form pairs, multipart parts, text or bytes; None: no body."""
    accepts: str = ""
    """A media type that the request must accept; empty where any answer will do."""


def expected_request(base_path: str, operation: OperationProfile, arguments: Mapping[str, Any]) -> Expected:
    """What `call_operation` with these arguments must send: them, and the defaults of required parameters not given."""
    sent = [(p, arguments.get(p.argument, p.fallback)) for p in operation.parameters]
    given = [(p, value) for p, value in sent if value is not None or p.argument in arguments]
    in_path = {p.name: (p, value) for p, value in given if p.location == "path"}
    expected = Expected(
        operation.method,
        expected_segments(base_path, operation, in_path),
        expected_fixed_query(operation, in_path),
        accepts=_accepted(operation, arguments),
    )
    for parameter, value in given:
        _place(expected, parameter, value)
    if operation.body:
        expected.body = _whole_body(operation.body, arguments, [(p, v) for p, v in given if p.location == "body"])
    return expected


def _whole_body(
    body: BodyProfile, arguments: Mapping[str, Any], members: list[tuple[ParameterProfile, Any]]
) -> Any:  # fmt: skip
    """What a body holds: what is passed for it or is the same in every call, and the parameters that go into it."""
    sent = None
    if body.argument is None:
        sent = copy.deepcopy(body.fixed)
    elif body.argument in arguments:
        sent = _sent_body(body, arguments[body.argument])
    for parameter, value in members:
        sent = here = copy.deepcopy(cast("dict[str, Any]", sent)) if isinstance(sent, dict) else {}
        *above, last = member_keys(parameter.name)
        for key in above:
            here = here.setdefault(key, {})
        here[last] = value
    return sent


def differences(
    expected: Expected, seen: Request, operation: OperationProfile, hidden: Iterable[str] = ()
) -> list[str]:
    """How the request differs, in words; `hidden` are query parameters that carry credentials."""
    found: list[str] = []

    def compare(what: str, want: Any, got: Any) -> None:
        if want != got:
            found.append(f"{what} {_short(got)}, expected {_short(want)}")

    compare("method", expected.method, seen.method)
    if differs := path_difference(expected.segments, seen.path.split("/")):
        found.append(cut(differs, 400))
    spelled = [unquote_plus(pair) for pair in seen.target.partition("?")[2].split("&")]
    lost = [pair for pair in expected.fixed_query if unquote_plus(pair) not in spelled]
    wanted = expected.query + [_pair(pair) for pair in expected.fixed_query]
    secret = set(hidden) - {name for name, _ in wanted}
    compare("query", _sorted(wanted), _sorted(pair for pair in seen.query if pair[0] not in secret))
    if lost and not any(text.startswith("query") for text in found):
        found.append(f"query {_short(seen.target)}, expected {' and '.join(lost)} as it is spelled")
    for name, value in expected.headers.items():
        compare(f"header {name}", compact(value), compact(seen.header(name) or ""))
    if expected.accepts and not _accepts(seen.header("accept") or "*/*", expected.accepts):
        compare("header Accept", expected.accepts, seen.header("accept"))
    cookies = [(name, compact(unquote(value))) for name, value in seen.cookie_pairs]
    for name in dict.fromkeys(name for name, _ in expected.cookies):
        want = [compact(value) for key, value in expected.cookies if key == name]
        compare(f"cookie {name}", want, [value for key, value in cookies if key == name])
    found.extend(_body_differences(expected, seen, operation.body))
    return found


def _accepted(operation: OperationProfile, arguments: Mapping[str, Any]) -> str:
    given = any(p.name.lower() == "accept" and p.argument in arguments for p in operation.parameters)
    media_type = operation.response.media_type or ""
    return (
        "" if given or "*" in media_type or not media_type.isascii() else media_type.partition(";")[0].strip().lower()
    )


def _accepts(header: str, media_type: str) -> bool:
    """Whether an Accept header takes a media type."""
    ranges = {part.partition(";")[0].strip().lower() for part in header.split(",")}
    return bool(ranges & {media_type, "*/*", media_type.partition("/")[0] + "/*"})


def received_body(seen: Request, kind: str) -> Any:
    """The body of a request in comparable form."""
    if kind == "json":
        return json_value(seen.body.decode("utf-8", "replace"))
    if kind == "form":
        return _sorted(parse_qsl(seen.body.decode("utf-8", "replace"), keep_blank_values=True))
    if kind == "multipart":
        return _multipart(seen)
    return seen.body


def _sorted(pairs: Iterable[tuple[str, str]]) -> Pairs:
    return sorted((name, compact(value)) for name, value in pairs)


def _pair(raw: str) -> tuple[str, str]:
    name, _, value = raw.partition("=")
    return unquote_plus(name), unquote_plus(value)


def _body_differences(expected: Expected, seen: Request, body: BodyProfile | None) -> list[str]:
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
    written = json_text(value) if parameter.json_encoded else None
    if parameter.location == "header":
        expected.headers[parameter.name] = written or joined(
            value, explode=parameter.explode, separator=SEPARATORS.get(parameter.style, ",")
        )
    elif parameter.location in ("query", "cookie"):
        pairs = expected.query if parameter.location == "query" else expected.cookies
        pairs += _pairs_of(parameter, value)


def _pairs_of(parameter: ParameterProfile, value: Any) -> Pairs:
    """The pairs of a parameter in a query, in cookies or in a form."""
    return [(parameter.name, json_text(value))] if parameter.json_encoded else _form_pairs(parameter, value)


def _form_pairs(parameter: ParameterProfile, value: Any) -> Pairs:
    name = parameter.name
    if parameter.style == "deepObject" and isinstance(value, dict):
        return [(f"{name}[{k}]", scalar_text(v)) for k, v in cast("dict[Any, Any]", value).items()]
    if not parameter.explode and isinstance(value, (dict, list)):
        return [(name, joined(value, explode=False, separator=SEPARATORS.get(parameter.style, ",")))]
    if isinstance(value, dict):
        return [(str(k), scalar_text(v)) for k, v in cast("dict[Any, Any]", value).items()]
    items = cast("list[Any]", value) if isinstance(value, list) else [value]
    return [(name, scalar_text(item)) for item in items]


def _sent_body(body: BodyProfile, value: Any) -> Any:
    if body.kind not in ("form", "multipart"):
        return value.encode() if isinstance(value, str) and body.kind != "json" else value
    written = {field.name: field for field in body.written}
    given = cast("dict[str, Any]", value).items()
    if body.kind == "form":
        plain = [(name, scalar_text(item)) for name, held in given if name not in written for item in _items(held)]
        return _sorted(
            [*plain, *(pair for name, held in given if name in written for pair in _pairs_of(written[name], held))]
        )
    parts = [
        (name, item)
        for name, held in given
        for item in _items(_in_one(written[name], held) if name in written else held)
    ]
    return _by_name((name, item if isinstance(item, bytes) else scalar_text(item).encode()) for name, item in parts)


def _in_one(field: ParameterProfile, value: Any) -> Any:
    """The value of a part: a list in one text, where its field is so written."""
    return value if field.explode else joined(value, explode=False, separator=SEPARATORS.get(field.style, ","))


def _items(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def _multipart(seen: Request) -> dict[str, list[bytes]]:
    head = f"Content-Type: {seen.header('content-type') or ''}\r\n\r\n".encode("latin-1")
    message = BytesParser(policy=email.policy.HTTP).parsebytes(head + seen.body)
    return _by_name(
        (str(part.get_param("name", header="content-disposition")), cast("bytes", part.get_payload(decode=True)))
        for part in message.iter_parts()
    )


def _by_name(parts: Iterable[tuple[str, bytes]]) -> dict[str, list[bytes]]:
    """The parts of a body by name, JSON among them in one spelling."""
    found: dict[str, list[bytes]] = {}
    for name, content in parts:
        is_json = content[:1] in (b"{", b"[")
        found.setdefault(name, []).append(compact(content.decode("utf-8", "replace")).encode() if is_json else content)
    return found


def _short(value: Any) -> str:
    return cut(repr(value), 160)
