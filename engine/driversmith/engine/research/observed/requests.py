"""Requests that somebody recorded or wrote down, as an OpenAPI-shaped document: paths with templates for identifiers, query
parameters, bodies and answers by their structure alone, and credentials by their scheme alone."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from ...errors import DescriptionError
from ...facts.answer import Answer
from ...models.facts import KnownBy
from ...models.profile import Evidence
from ..documents.nodes import Node, is_list, is_object, one_line
from ..documents.parse import Description, Observation, made_description
from ..documents.references import join
from ..names import singular, snake_case, unique
from ..openapi.servers import origin
from .document import Sample, observations_of
from .identifying import templated
from .redaction import Secrets, is_secret_name, without_credentials
from .schema import schema_of
from .shapes import collection_in

MOST_REQUESTS = 50_000
MOST_OPERATIONS = 2_000
_MOST_ANSWERS = 20
"""Answers of one operation that are looked at."""
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
_WORD = re.compile(r"([A-Za-z][\w-]{1,30})\s+\S")
_SIGNED = re.compile(r"aws4?(-|\Z)|.*(hmac|signature)|oauth\Z|hawk\Z|eg1-", re.IGNORECASE)
"""Words of Authorization headers that sign one request."""
_SESSION_COOKIE = re.compile(r".*(sess|sid\Z|token|auth|jwt|login)", re.IGNORECASE)
_VERSION_HEADER = re.compile(r"(?!(sec|content|mime|x-client|x-app)-)[\w-]*version\Z", re.IGNORECASE)
_OWN_HEADER = re.compile(
    r"x-(?!(requested-with|forwarded|real-ip|request-id|correlation-id|csrf|xsrf|client-data|amzn|b3|trace|powered))[\w-]{1,60}\Z",
    re.I,
)
_HARMLESS = re.compile(r"-?\d{1,6}(\.\d{1,4})?\Z|true\Z|false\Z|[a-z]{1,12}(_[a-z]{1,12}){0,2}\Z|\d{4}-\d\d-\d\d\Z")
"""Values that can be shown as an example: short numbers, plain words, dates."""
_PERSONAL = re.compile(r"user|name|mail|phone|account|customer|address|lat|lon|q\Z|query|search|city|zip|birth", re.I)


@dataclass(frozen=True)
class Recorded:
    """One request, and its answer where there is one. Text between braces in the path of `url` stands for a value."""

    method: str
    url: str
    """Absolute; below `api_url` where the source says nothing of the host."""
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    body_type: str = ""
    """Media type, without parameters, lower case; "" where it is not known."""
    fields: tuple[str, ...] = ()
    """Names in a form, where the source tells them apart."""
    answers: tuple[Answer, ...] = ()
    """Those that were kept with it; bodies decoded."""
    query: tuple[str, ...] = ()
    """Names in the query that the source lists and does not send."""
    schemes: tuple[Node, ...] = ()
    """Security schemes that the source names itself."""
    summary: str = ""
    description: str = ""
    pointer: str = "#"
    """Where in the source it stands."""


@dataclass
class _Operation:
    path: str
    method: str
    met: list[Recorded] = field(default_factory=list[Recorded])


def describe_requests(
    requests: Sequence[Recorded],
    content: bytes,
    *,
    location: str,
    kind: str,
    api_url: str,
    secrets: Secrets,
    known_by: KnownBy,
    title: str = "",
    description: str = "",
    keeps_headers: bool = True,
    notes: Sequence[str] = (),
) -> Description:
    """The description that these requests make together; of several APIs, that of `api_url`, or the one most asked.

    `known_by` is how each endpoint is known, and `keeps_headers` whether headers of the API's own (`X-...`) are parameters.

    Raises:
        DescriptionError: code `no_operations` where there is no request to an API.
    """
    said = list(notes)
    usable = [request for request in requests if request.method in _METHODS and origin(request.url)]
    if not usable:
        raise DescriptionError(
            f"{location} ({kind}) holds no request to an API.",
            code="no_operations",
            next_action="Give one that holds requests, with JSON answers where it is a recording.",
        )
    mine, base, is_told = _of_one_api(usable, api_url, said)
    prefix = urlsplit(base).path
    for request in mine:
        _remember(request, secrets)
    schemes: dict[str, Node] = {}
    taken: set[str] = set()
    paths: dict[str, Node] = {}
    evidence: dict[str, Evidence] = {}
    observations: list[Observation] = []
    operations = _operations(mine, prefix, secrets)
    if len(operations) > MOST_OPERATIONS:
        said.append(f"Of {len(operations):,} operations the first {MOST_OPERATIONS:,} are taken.")
    for operation in operations[:MOST_OPERATIONS]:
        node = _node(operation, schemes, taken, keeps_headers)
        path, method = operation.path, operation.method.lower()
        paths.setdefault(path, {})[method] = node
        times = len(operation.met)
        evidence[join("#/paths", path, method)] = Evidence(
            pointer=one_line(f"{location}{operation.met[0].pointer}", 300),
            rule=f"{operation.method} {path} stands there" + (f" {times} times." if times > 1 else "."),
            known_by=known_by,
        )
        if method == "get" and (sample := _sample(operation, path, base)) is not None:
            observations += observations_of(sample, path)
    document: Node = {
        "openapi": "3.1.0",
        "info": {
            "title": one_line(without_credentials(title), 200),
            "version": "",
            "description": one_line(without_credentials(description), 2000),
        },
        "servers": [{"url": base}],
        "paths": paths,
    }
    if schemes:
        document["components"] = {"securitySchemes": schemes}
    return made_description(
        secrets.scrubbed(document),
        content,
        location=location,
        kind=kind,
        base_url=base if is_told else "",
        evidence={
            secrets.scrubbed(key): value.model_copy(
                update={"rule": secrets.scrubbed(value.rule), "pointer": secrets.scrubbed(value.pointer)}
            )
            for key, value in evidence.items()
        },
        observations=tuple(replace(o, path=secrets.scrubbed(o.path)) for o in observations),
        notes=tuple(secrets.scrubbed(note) for note in said),
    )


def _of_one_api(requests: list[Recorded], api_url: str, said: list[str]) -> tuple[list[Recorded], str, bool]:
    """The requests to one API, its base URL, and whether that is sure: where `api_url` is of a host that nothing went to, the
    same API is likely meant elsewhere (a copy for tests)."""
    counts = Counter(origin(request.url) for request in requests)
    typed = origin(api_url)
    chosen = typed if typed in counts else counts.most_common(1)[0][0]
    mine = [request for request in requests if origin(request.url) == chosen]
    parts = urlsplit(mine[0].url)
    root = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    if len(counts) > 1:
        said.append(
            f"It holds requests to {len(counts)} hosts; those to {root} are taken"
            + (f", which most went to, and none to {typed}." if chosen != typed and typed else ".")
            + f" {sum(counts.values()) - counts[chosen]:,} are left out."
        )
    typed_path = urlsplit(api_url).path.rstrip("/")
    below = [r for r in mine if (urlsplit(r.url).path + "/").startswith(typed_path + "/")]
    if typed_path and below and (chosen == typed or len(below) == len(mine)):
        return below, root + typed_path, chosen == typed
    return mine, root, chosen == typed


def _remember(request: Recorded, secrets: Secrets) -> None:
    """Drop every secret that the request and its answers hold."""
    parts = urlsplit(request.url)
    if "@" in parts.netloc:
        for value in parts.netloc.rpartition("@")[0].split(":"):
            secrets.drop(value)
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if is_secret_name(name):
            secrets.drop(value)
    for name, value in request.headers:
        if name.lower() == "cookie":
            for pair in value.split(";"):
                secrets.drop(pair.partition("=")[2].strip())
        elif is_secret_name(name):
            secrets.drop(value)
    secrets.drop_members(_decoded(request.body))
    if request.body[:1] not in ("{", "["):
        for name, value in parse_qsl(request.body[:100_000]):
            if is_secret_name(name):
                secrets.drop(value)
    for answer in request.answers:
        secrets.drop_members(answer.body)


def _operations(requests: list[Recorded], prefix: str, secrets: Secrets) -> list[_Operation]:
    """The requests by path template and method, in the order in which they were first met."""
    placed: list[tuple[tuple[str, ...], Recorded]] = []
    for request in requests[:MOST_REQUESTS]:
        path = urlsplit(request.url).path[len(prefix) :]
        if not path.isprintable() or len(path) > 1000:
            continue
        segments = tuple("{secret}" if secrets.holds(part) else part for part in path.split("/") if part)
        placed.append((segments, request))
    templates = templated([(segments, request.method, request.answers) for segments, request in placed])
    found: dict[tuple[str, str], _Operation] = {}
    for segments, request in placed:
        path = "/" + "/".join(templates[segments])
        if urlsplit(request.url).path.endswith("/") and path != "/":
            path += "/"
        other = path.rstrip("/") if path.endswith("/") else path + "/"
        if (other, request.method) in found:
            path = other
        found.setdefault((path, request.method), _Operation(path, request.method)).met.append(request)
    return list(found.values())


def _node(operation: _Operation, schemes: dict[str, Node], taken: set[str], keeps_headers: bool) -> Node:
    first = operation.met[0]
    node: Node = {
        "operationId": _name(operation, taken),
        "summary": one_line(without_credentials(first.summary), 200),
        "description": one_line(without_credentials(first.description), 1000),
        "parameters": [*_path_parameters(operation.path), *_query_parameters(operation)],
        "responses": _responses(operation),
    }
    if keeps_headers:
        node["parameters"] += _header_parameters(operation)
    if body := _body(operation):
        node["requestBody"] = body
    ways: dict[tuple[str, ...], None] = {}
    for request in operation.met:
        names = {_admitted(scheme, schemes) for scheme in (*request.schemes, *_schemes_of(request))}
        ways.setdefault(tuple(sorted(names)))
    if any(ways):
        node["security"] = [{name: list[str]() for name in way} for way in ways]
    else:
        node["security"] = []
    return node


def _path_parameters(path: str) -> list[Node]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{([^{}]+)\}", path)
    ]


def _query_parameters(operation: _Operation) -> list[Node]:
    values: dict[str, list[str]] = {}
    for request in operation.met:
        for name, value in parse_qsl(urlsplit(request.url).query, keep_blank_values=True):
            if re.fullmatch(r"[\w$@.\[\]:-]{1,80}", name) and not is_secret_name(name):
                values.setdefault(name, []).append(value)
        for name in request.query:
            if not is_secret_name(name):
                values.setdefault(name, [])
    found: list[Node] = []
    for name, seen in list(values.items())[:60]:
        parameter: Node = {"name": name, "in": "query", "schema": _value_schema([value for value in seen if value])}
        shown = next((value for value in seen if _HARMLESS.match(value)), None)
        if shown is not None and not _PERSONAL.search(name):
            parameter["example"] = _typed(shown)
        found.append(parameter)
    return found


def _value_schema(values: list[str]) -> Node:
    """The type of a parameter, by the values that were sent."""
    plain = [value for value in values if "{{" not in value]
    if plain and all(re.fullmatch(r"-?\d{1,15}", value) for value in plain):
        return {"type": "integer"}
    if plain and all(re.fullmatch(r"-?\d{1,15}(\.\d+)?", value) for value in plain):
        return {"type": "number"}
    if plain and all(value in ("true", "false") for value in plain):
        return {"type": "boolean"}
    return {"type": "string"}


def _typed(value: str) -> Any:
    decoded = _decoded(value)
    return decoded if isinstance(decoded, int | float | bool) else value


def _header_parameters(operation: _Operation) -> list[Node]:
    """Headers of the API's own: what says a version is sent as it was, of others the name alone is told."""
    found: dict[str, Node] = {}
    for request in operation.met:
        for name, value in request.headers:
            if is_secret_name(name) or name.lower() in found or "{{" in name:
                continue
            node: Node = {"name": name, "in": "header", "schema": {"type": "string"}}
            if _VERSION_HEADER.match(name) and re.fullmatch(r"v?[\d.-]{1,20}", value):
                node["schema"]["default"] = value
                found[name.lower()] = node | {"required": True}
            elif _OWN_HEADER.match(name):
                found[name.lower()] = node
    return list(found.values())


def _body(operation: _Operation) -> Node | None:
    bodies = [request for request in operation.met if request.body or request.fields]
    if not bodies or operation.method == "GET":
        return None
    decoded = [body for request in bodies if is_object(body := _decoded(request.body)) or is_list(body)]
    if decoded:
        return {"content": {"application/json": {"schema": _optional(schema_of(decoded[:_MOST_ANSWERS]))}}}
    kind = next((request.body_type for request in bodies if request.body_type), "")
    names = dict.fromkeys(name for request in bodies for name in request.fields)
    if kind == "application/x-www-form-urlencoded":
        names |= dict.fromkeys(
            name for request in bodies for name, _ in parse_qsl(request.body, keep_blank_values=True)
        )
    if names:
        media = kind if kind.startswith("multipart/") else "application/x-www-form-urlencoded"
        properties = {
            name: {"type": "string"} for name in list(names)[:100] if re.fullmatch(r"[\w.\[\]:-]{1,80}", name)
        }
        return {"content": {media: {"schema": {"type": "object", "properties": properties}}}}
    if not kind:
        return {"content": {"application/json": {"schema": {"type": "object"}}}}
    is_plain = re.fullmatch(r"[\w.+-]{1,60}/[\w.+-]{1,80}", kind)
    return {"content": {kind if is_plain else "application/octet-stream": {"schema": {}}}}


def _optional(schema: Node) -> Node:
    """What was sent once need not be sent each time."""
    return {key: value for key, value in schema.items() if key != "required"}


def _responses(operation: _Operation) -> Node:
    answers = [answer for request in operation.met for answer in request.answers if answer.is_good]
    if not answers:
        if operation.method == "DELETE":
            return {"204": {"description": ""}}
        return {"200": {"description": "", "content": {"application/json": {"schema": {}}}}}
    status = str(answers[0].status)
    bodies = [answer.body for answer in answers if answer.body is not None][:_MOST_ANSWERS]
    told: Node = {"description": ""}
    if bodies:
        told["content"] = {"application/json": {"schema": _answer_schema(bodies)}}
    else:
        kind = answers[0].headers.get("content-type", "").partition(";")[0].strip().lower()
        if re.fullmatch(r"[\w.+-]{1,60}/[\w.+-]{1,80}", kind):
            told["content"] = {kind: {"schema": {}}}
    if any(answer.next_link for answer in answers):
        told["headers"] = {"Link": {"schema": {"type": "string"}, "description": "rel=next leads to the next page"}}
    return {status: told}


def _answer_schema(bodies: list[Any]) -> Node:
    """The schema of all answers of one kind; those of another kind than the first are errors in disguise."""
    return schema_of([body for body in bodies if type(body) is type(bodies[0])])


def _sample(operation: _Operation, path: str, base: str) -> Sample | None:
    """The answer that shows most of a collection: where its records stand, and how it goes on."""
    name = next((part for part in reversed(path.split("/")) if part and "{" not in part), "records")
    best: Sample | None = None
    for request in operation.met:
        for answer in request.answers[:_MOST_ANSWERS]:
            target = path + (f"?{urlsplit(request.url).query}" if urlsplit(request.url).query else "")
            if "{" in path or (shape := collection_in(replace(answer, target=target), name, base)) is None:
                continue
            sample = Sample(base + path, name, replace(answer, target=target), shape)
            if best is None or len(shape.records(answer.body)) > len(
                best.shape.records(best.answer.body) if best.shape else []
            ):
                best = sample
    return best


def _schemes_of(request: Recorded) -> list[Node]:
    """The schemes by which a request says who asks: without a value. A cookie counts where nothing else does."""
    found: list[Node] = []
    cookies: list[str] = []
    if "@" in urlsplit(request.url).netloc:
        found.append({"type": "http", "scheme": "basic"})
    for name, value in request.headers:
        if name.lower() == "authorization":
            found.append(authorization_scheme(value))
        elif name.lower() == "cookie":
            cookies += [pair.partition("=")[0].strip() for pair in value.split(";")]
        elif is_secret_name(name) and re.fullmatch(r"[\w-]{1,80}", name) and not name.lower().startswith("sec-"):
            found.append({"type": "apiKey", "in": "header", "name": name})
    asked = [name for name, _ in parse_qsl(urlsplit(request.url).query, keep_blank_values=True)]
    keys = [name for name in dict.fromkeys((*asked, *request.query)) if is_secret_name(name)]
    found += [{"type": "apiKey", "in": "query", "name": name} for name in keys]
    session = next((name for name in cookies if _is_session(name)), None)
    if session and not found:
        found.append({"type": "apiKey", "in": "cookie", "name": session})
    return found


def _is_session(cookie: str) -> bool:
    named = re.fullmatch(r"[\w.-]{1,80}", cookie) and _SESSION_COOKIE.match(cookie)
    return bool(named) and not re.search("[cx]srf", cookie, re.IGNORECASE)


def authorization_scheme(value: str) -> Node:
    """The scheme of an Authorization header: the word before its value, or the bare header."""
    word = match.group(1) if (match := _WORD.match(value.strip())) else ""
    if _SIGNED.match(word):
        return {"type": word}  # worked out anew for each request; part of no driver, and told
    if word.lower() in ("bearer", "basic"):
        return {"type": "http", "scheme": word.lower()}
    return {"type": "http", "scheme": word} if word else {"type": "apiKey", "in": "header", "name": "Authorization"}


def _admitted(scheme: Node, schemes: dict[str, Node]) -> str:
    """The name under which a scheme stands in the document."""
    for name, known in schemes.items():
        if {k: str(v).lower() for k, v in known.items()} == {k: str(v).lower() for k, v in scheme.items()}:
            return name
    wanted = str(scheme.get("scheme") or scheme.get("name") or scheme.get("type"))
    name = unique(re.sub(r"\W+", "_", wanted).strip("_") or "key", schemes, 60)
    schemes[name] = scheme
    return name


def _name(operation: _Operation, taken: set[str]) -> str:
    """`list_ships`, `get_ship`, `create_ship`: the method, and the last fixed word of the path."""
    segments = [part for part in operation.path.split("/") if part]
    fixed = [part for part in segments if "{" not in part] or ["root"]
    is_item = bool(segments) and "{" in segments[-1]
    noun = snake_case(fixed[-1]) or "root"
    verb = {
        "GET": "get" if is_item else "list",
        "POST": "create",
        "PUT": "replace",
        "PATCH": "update",
        "DELETE": "delete",
    }
    name = f"{verb[operation.method]}_{(snake_case(singular(noun)) if is_item else noun) or noun}"
    if name in taken and len(fixed) > 1:
        name = f"{verb[operation.method]}_{snake_case(fixed[-2])}_{noun}"
    found = unique(name[:80], taken, 80)
    taken.add(found)
    return found


def decoded_answer(target: str, status: int, headers: dict[str, str], text: str) -> Answer:
    """A kept answer; a body that is no JSON is none."""
    body = _decoded(text)
    return Answer(target, status, headers, body if is_object(body) or is_list(body) else None)


def _decoded(text: str) -> Any:
    try:
        return json.loads(text) if text.strip() else None
    except (ValueError, RecursionError):
        return None


def plain_segment(name: str) -> str:
    """A name as it can stand between the braces of a path."""
    return re.sub(r"\W+", "_", unquote(name)).strip("_")[:60] or "value"
