"""What an API complains of: the parameters that the body of an error names, in the shapes of the usual frameworks.

Of a body only names of parameters and allowed values are taken, each short and of plain characters; its sentences go
nowhere.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

from ..models.profile import ParameterLocation

MOST_TEXT = 2_000
"""Characters of one sentence that are read."""
MOST_NODES = 500
MOST_DEMANDS = 4
MOST_VALUES = 20

_NAME = r"[A-Za-z_$][\w$.\[\]-]{0,59}"
_QUOTED = rf"[\"'`\u201c\u2018]({_NAME})[\"'`\u201d\u2019]"
_PLACES: dict[str, ParameterLocation] = {
    "query": "query",
    "querystring": "query",
    "params": "query",
    "header": "header",
    "headers": "header",
    "cookie": "cookie",
    "cookies": "cookie",
}
_ELSEWHERE = frozenset({"body", "path", "form", "formdata"})
"""Places that no GET of ours could fill."""
_MISSING = re.compile(
    r"(?<![a-z])(required|missing|must (?:be (?:given|provided|set|specified|present|supplied)|have|include|specify|provide|send)|"
    r"not (?:present|provided|given|set|specified|supplied)|(?:is|was|be) (?:empty|blank|undefined|null|absent)|"
    r"can(?:'|no)?t be (?:blank|empty)|please (?:provide|specify|send|include|supply)|needs?)(?![a-z])",
    re.IGNORECASE,
)
_CHOICE = re.compile(
    r"\b(?:one of|any of|allowed(?: values?)?(?: are| is)?|valid (?:values?|options?|choices?|versions?)(?: are| is)?|"
    r"(?:accepted|possible|permitted|supported|available) (?:values?|versions?|options?|choices?)(?: are| is)?|choices(?: are)?|"
    r"choose (?:from|between)|expected(?: one of)?|(?:must|should) be(?: either)?(?! (?:one|any) of))"
    r"\s*(?:the following)?\s*:?\s*([\[({]?[^.;\n]{1,300})",
    re.IGNORECASE,
)
_TOLD_VALUE = re.compile(
    rf"(?<![\w-])({_NAME})\s*(?::|=)\s*[\"'`]?([A-Za-z0-9][\w.+/-]{{0,39}})[\"'`]?(?=[\s,;)\]'\"`]|\.\s|\.?\Z)"
)
_EXAMPLE = re.compile(
    r"(?:e\.g\.|for example|for instance|such as|like|example)\s*:?,?\s*[\"'`]?([\w.+/-]{1,40})", re.IGNORECASE
)
_VALUE = re.compile(r"[A-Za-z0-9_][\w.+/-]{0,39}\Z")
_WORDS = frozenset(
    (
        "an", "the", "one", "of", "or", "and", "either", "be", "is", "are", "was", "must", "should", "value", "values",
        "valid", "integer", "number", "string", "boolean", "date", "datetime", "text", "positive", "negative",
        "non-negative", "greater", "less", "than", "at", "least", "most", "between", "to", "from", "format", "iso",
        "present", "specified", "provided", "given", "set", "empty", "blank", "null", "not", "any", "type", "equal",
        "following", "a-z", "in", "true-or-false", "uuid", "array", "object", "list", "required", "missing",
        "supplied",
    )
)  # fmt: skip
_SENTENCES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # Spring, Azure, connexion and what people write: a kind of place and the name after it, or a name and its kind.
        rf"\b(?:required|missing)(?: required)?(?: request)?(?: (?P<place>query|header|url|request))?"
        rf"(?: string| integer| int| long| boolean)?"
        rf"(?: (?P<kind>parameters?|params?|headers?|arguments?|fields?|values?|query))\s*:?\s*[\"'`]?(?P<name>{_NAME})[\"'`]?",
        r"\bparam is missing or the value is empty(?: or invalid)?:\s*(?P<name>" + _NAME + ")",
        rf"\bthe (?:`|'|\")?(?P<name>{_NAME})(?:`|'|\")? (?:(?P<place>query|request|url) )?(?P<kind>parameters?|headers?|fields?)\b",
        rf"\b(?:parameter|param|argument|field|query|property|value for|option)s?\s*:?\s*{_QUOTED.replace('(', '(?P<name>', 1)}",
        r"\b(?P<kind>header)s?\s*:?\s*[\"'`]?(?P<name>[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)+)[\"'`]?",
        rf"{_QUOTED.replace('(', '(?P<name>', 1)} (?:(?P<place>query|request|url) )?(?P<kind>parameter|param|header|argument|field|query)?",
        r"\b(?P<name>[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)+) (?:request )?(?P<kind>header)\b",
        r"\b(?:provide|specify|supply|send|include|pass|set)(?: an?| the)? "
        r"(?P<name>[a-z][\w-]{1,40}) (?P<kind>parameter|param|query|header)\b",
        rf"^(?P<name>{_NAME}) (?:is|parameter is|field is|header is) (?:required|missing|mandatory)\b",
        r"\b(?P<name>(?:X|Accept)(?:-[A-Za-z0-9]+)+) (?:is|must|should)\b",
        rf"[?&](?P<name>{_NAME})=",
    )
)
_NO_NAMES = frozenset(
    (
        "is", "are", "was", "not", "the", "a", "an", "and", "or", "this", "that", "field", "fields", "parameter",
        "parameters", "param", "params", "query", "header", "headers", "required", "missing", "request", "value",
        "values", "error", "errors", "message", "detail", "string", "method", "type", "for", "of", "in", "invalid",
        "unknown", "please", "must", "http", "get",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Demand:
    """A parameter that an API names in an error."""

    name: str
    place: ParameterLocation | None = None
    """None: it does not say."""
    values: tuple[str, ...] = ()
    """Allowed or told values, as they go on the wire."""
    missing: bool = False
    """Whether it is said to be missing, rather than wrong."""


def demands(body: Any) -> list[Demand]:
    """The parameters named in the body of an error, the surest first: those of a known shape, then those of sentences."""
    found: dict[str, Demand] = {}
    for demand in (*_shaped(body), *(d for text in sentences(body) for d in _spoken(text))):
        known = found.get(demand.name.lower())
        if known is None:
            found[demand.name.lower()] = demand
        else:
            found[demand.name.lower()] = replace(
                known,
                place=known.place or demand.place,
                values=known.values or demand.values,
                missing=known.missing or demand.missing,
            )
    wanted = [d for d in found.values() if d.missing or d.values]
    return wanted[:MOST_DEMANDS]


def sentences(body: Any) -> Iterator[str]:
    """The texts of an error, outermost first, lists entered."""
    level, count = [body], 0
    while level:
        below: list[Any] = []
        for value in level:
            count += 1
            if count > MOST_NODES:
                return
            if isinstance(value, str):
                yield value[:MOST_TEXT]
            elif isinstance(value, dict):
                below += cast("dict[str, Any]", value).values()
            elif isinstance(value, list):
                below += cast("list[Any]", value)[:50]
        level = below


def _shaped(body: Any) -> Iterator[Demand]:
    """What frameworks say in structure: a list of faults, each with its parameter, or parameters with their faults."""
    for holder in _holders(body):
        for key, value in holder.items():
            if isinstance(value, list):
                for item in cast("list[Any]", value)[:50]:
                    if isinstance(item, dict):
                        yield from _fault(cast("dict[str, Any]", item))
            told = _messages(value)
            if told and _is_parameter(key) and (key.lower() not in _NO_NAMES):
                yield Demand(key, None, _values(told), _says_missing(told))
        validation = holder.get("validation")
        if isinstance(validation, dict):  # hapi: {"source": "query", "keys": ["region"]}
            inside = cast("dict[str, Any]", validation)
            keys, source = inside.get("keys"), str(inside.get("source", "")).lower()
            text = " ".join(sentences(holder))
            for key in cast("list[Any]", keys)[:MOST_DEMANDS] if isinstance(keys, list) else ():
                if isinstance(key, str) and _is_parameter(key) and source not in _ELSEWHERE:
                    yield Demand(key, _PLACES.get(source), _values(text), _says_missing(text))


def _holders(body: Any) -> Iterator[dict[str, Any]]:
    """The objects that faults may stand in: the body, and what is under `error`, `errors`, `detail` or the like."""
    if isinstance(body, list):  # a bare list of faults
        yield {"errors": body}
    if not isinstance(body, dict):
        return
    whole = cast("dict[str, Any]", body)
    yield whole
    for key, value in whole.items():
        if isinstance(value, dict) and re.match(
            r"(error|errors|detail|details|fault|data|validation_?errors)\Z", key, re.I
        ):
            inside = cast("dict[str, Any]", value)
            yield inside
            for deeper in inside.values():
                if isinstance(deeper, list):
                    yield from (
                        cast("dict[str, Any]", item)
                        for item in cast("list[Any]", deeper)[:20]
                        if isinstance(item, dict)
                    )


def _fault(fault: dict[str, Any]) -> Iterator[Demand]:
    """One fault of a list: pydantic's loc, JSON:API's source, express-validator's path or param, Google's field."""
    text = " ".join(sentences({k: v for k, v in fault.items() if k not in ("loc", "source", "input", "url", "value")}))
    missing = _says_missing(text) or str(fault.get("type", "")).endswith("missing")
    location = fault.get("loc")
    if isinstance(location, list) and location:
        names = [str(part) for part in cast("list[Any]", location)]
        place = _PLACES.get(names[0].lower())
        if names[0].lower() not in _ELSEWHERE and _is_parameter(names[-1]):
            context = fault.get("ctx")
            told = " ".join(sentences(context)) if isinstance(context, dict) else ""
            yield Demand(names[-1], place, _values(text) or _listed(told), missing)
        return
    source = fault.get("source")
    if isinstance(source, dict):
        for place in ("parameter", "header"):
            name = cast("dict[str, Any]", source).get(place)
            if isinstance(name, str) and _is_parameter(name):
                yield Demand(name, "query" if place == "parameter" else "header", _values(text), missing)
        return
    where = str(fault.get("location", fault.get("in", ""))).lower()
    if where in _ELSEWHERE:
        return
    for key in ("path", "param", "parameter", "field", "name", "argument", "property"):
        name = fault.get(key)
        if isinstance(name, str) and _is_parameter(name):
            # "Invalid value" is all that express-validator says of what is not there.
            absent = "value" not in fault and re.match(r"invalid value\Z", str(fault.get("msg", "")), re.IGNORECASE)
            yield Demand(name, _PLACES.get(where), _values(text), missing or bool(absent))
            return


def _spoken(text: str) -> Iterator[Demand]:
    text = re.sub(r"\bKey: '[^']{0,100}' Error:", "", text)  # Go names the struct first
    missing, values = _says_missing(text), _values(text)
    for pattern in _SENTENCES:
        for match in pattern.finditer(text):
            groups = match.groupdict()
            name = groups["name"].rstrip(".")
            if name.lower() in _NO_NAMES or not _is_parameter(name) or name.lower() in {v.lower() for v in values}:
                continue
            spoken = f"{groups.get('place') or ''} {groups.get('kind') or ''}".lower()
            headed = "header" in spoken or bool(re.match(r"(X-|Accept-)", name, re.IGNORECASE))
            place: ParameterLocation | None = "header" if headed else "query" if "query" in spoken else None
            yield Demand(name, place, values or _told_of(name, text), missing)
    for match in _TOLD_VALUE.finditer(text):  # "send X-Api-Version: 2"
        if re.match(r"(X-|Accept-)[A-Za-z-]+\Z|api-version\Z", match[1], re.IGNORECASE):
            yield Demand(match[1], "header" if match[1][0] in "XxA" else None, (match[2].rstrip("."),), missing)


def _messages(value: Any) -> str:
    """The sentences about one parameter, where that is what stands there: `["This field is required."]`."""
    items = cast("list[Any]", value) if isinstance(value, list) else [value] if isinstance(value, str) else []
    texts = [item[:MOST_TEXT] for item in items[:10] if isinstance(item, str)]
    text = " ".join(texts)
    speaks = bool(re.search(r"\b(this field|field|parameter|choice|value|is required|required)\b", text, re.IGNORECASE))
    return text if texts and len(texts) == len(items[:10]) and speaks else ""


def _says_missing(text: str) -> bool:
    return bool(_MISSING.search(text))


def _values(text: str) -> tuple[str, ...]:
    """Allowed values that a sentence lists: `must be one of: a, b`, `'a' or 'b'`, `[a, b]`."""
    for match in _CHOICE.finditer(text):
        if found := _listed(match[1]):
            return found
    return ()


def _listed(text: str) -> tuple[str, ...]:
    enclosed = re.match(r"\s*[\[({]([^\])}]*)[\])}]", text)
    quoted = re.findall(r"[\"'`]([\w.+/-]{1,40})[\"'`]", text)
    parts = quoted or re.split(
        r"\s*(?:,\s*(?:or |and )?|\||\bor\b|\band\b)\s*", enclosed[1] if enclosed else text.strip()
    )
    values = [part.strip().strip("\"'`").rstrip(".") for part in parts]
    listed = bool(quoted) or bool(enclosed) or len(values) > 1 or any(c.isdigit() for c in values[0])
    good = [value for value in values if _VALUE.match(value) and value.lower() not in _WORDS]
    return tuple(dict.fromkeys(good[:MOST_VALUES])) if listed and len(good) == len(values) else ()


def _told_of(name: str, text: str) -> tuple[str, ...]:
    """The value that a sentence gives this parameter: `api-version=2024-05-01`, `X-Api-Version: 2`, `(e.g. 2)`."""
    for match in _TOLD_VALUE.finditer(text):
        if match[1].lower() == name.lower() and match[2].lower() not in _WORDS:
            return (match[2].rstrip("."),)
    example = _EXAMPLE.search(text)
    value = example[1].rstrip(".") if example else ""
    return (value,) if value and value.lower() not in _WORDS else ()


def _is_parameter(name: str) -> bool:
    return bool(re.fullmatch(_NAME, name))
