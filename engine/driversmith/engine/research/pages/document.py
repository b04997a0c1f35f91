"""The OpenAPI document that pages amount to, and where each of its operations stands in them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from ...models.profile import AuthScheme
from ..documents.nodes import Node, mapping, one_line
from ..documents.references import join
from ..observed.document import scheme_node
from .auth import security_schemes
from .details import Details, Told
from .requests.endpoints import Endpoint, Found
from .text.page_text import PageText

_MEDIA = {
    "xml": "application/xml",
    "rss": "application/xml",
    "csv": "text/csv",
    "txt": "text/plain",
    "rdf": "application/xml",
}
_SCALARS: tuple[tuple[type, str], ...] = ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"))
_DEEPEST = 8
_MOST_MEMBERS = 200
_MOST_ITEMS = 20


@dataclass(frozen=True)
class Quote:
    """Where an endpoint stands: the page and its words."""

    page: str
    words: str
    guessed: bool = False
    """Whether the page names no method."""


@dataclass(frozen=True)
class Documented:
    """What pages say of an API, in the shape that all descriptions have."""

    document: Node
    """OpenAPI 3.0; its one server is where the pages say that the API lives."""
    quotes: dict[str, Quote] = field(default_factory=dict[str, Quote])
    """JSON pointer of an operation -> where it stands."""
    endpoints: tuple[Endpoint, ...] = ()


def document_of(pages: Sequence[PageText], found: Found, details: Sequence[Details]) -> Documented:
    """The document of the endpoints that were found."""
    prefix = found.base_path
    at_home = [e for e in found.endpoints if e.target.origin in ("", found.origin)]
    if prefix and not all((e.target.path + "/").startswith(prefix + "/") for e in at_home):
        prefix = ""
    paths: Node = {}
    quotes: dict[str, Quote] = {}
    for endpoint, told in zip(found.endpoints, details, strict=True):
        target = endpoint.target
        path = endpoint.path
        if target.origin in ("", found.origin):
            path = path.removeprefix(prefix)
            path = path if path.startswith("/") else f"/{path}"
        item: Node = paths.setdefault(path, {})
        _placed(item, target.origin, found.origin, prefix)
        method = endpoint.method.lower()
        if method in item:
            continue
        item[method] = _operation(endpoint, told)
        first = endpoint.mentions[0]
        quotes[join(join("#/paths", path), method)] = Quote(pages[first.page].url, first.quote, endpoint.guessed)
    title = next((page.title for page in pages if page.title), "")
    document: Node = {
        "openapi": "3.0.3",
        "info": {"title": one_line(title, 200), "version": ""},
        "paths": paths,
    }
    if schemes := security_schemes(pages):
        document["components"] = {"securitySchemes": schemes}
        document["security"] = [{name: []} for name in schemes]
    if found.origin:
        document["servers"] = [{"url": found.origin + prefix}]
    return Documented(document, quotes, found.endpoints)


def add_schemes(document: Node, showed: Mapping[str, AuthScheme]) -> None:
    """The schemes by which the API let in, in the place of what the pages say of it."""
    if showed:
        nodes = {name: scheme_node(scheme) for name, scheme in showed.items()}
        document.setdefault("components", {})["securitySchemes"] = nodes
        document["security"] = [{name: []} for name in nodes]


def _placed(item: Node, origin: str, home: str, prefix: str) -> None:
    """Name the servers of a path that is asked for elsewhere than at home, or there as well."""
    own = {"url": home + prefix}
    server = own if origin in ("", home) else {"url": origin}
    if "servers" not in item:
        if server is own and len(item) == 0:
            return
        item["servers"] = [own] if item else []
    if server not in item["servers"]:
        item["servers"].insert(0 if server is own else len(item["servers"]), server)


def _operation(endpoint: Endpoint, details: Details) -> Node:
    operation: Node = {"responses": {"200": _answer(endpoint, details)}}
    if details.summary:
        operation["summary"] = details.summary
    if details.description:
        operation["description"] = details.description
    if parameters := _parameters(endpoint, details):
        operation["parameters"] = parameters
    if endpoint.method in ("POST", "PUT", "PATCH") and (body := _body(endpoint, details)):
        operation["requestBody"] = body
    return operation


def _parameters(endpoint: Endpoint, details: Details) -> list[Node]:
    samples = dict(endpoint.target.samples)
    found: dict[tuple[str, str], Node] = {}
    for name in dict.fromkeys(re.findall(r"\{([^{}]*)\}", endpoint.target.path)):
        told = _told(details, name, "path") or _told(details, name, "query")
        node = _parameter(name, "path", told, samples.get(name))
        node["required"] = True
        found["path", name] = node
    for name, value in endpoint.target.query:
        found["query", name] = _parameter(name, "query", _told(details, name, "query"), value)
    for (place, name), told in details.told.items():
        if place in ("query", "header") and (place, name) not in found and ("path", name) not in found:
            if place == "header" and not re.fullmatch(r"[A-Za-z][\w-]*", name):
                continue
            found[place, name] = _parameter(name, place, told, None)
    return list(found.values())


def _told(details: Details, name: str, place: str) -> Told | None:
    exact = details.told.get((cast(Any, place), name))
    if exact is not None:
        return exact
    low = name.lower()
    return next((t for (where, other), t in details.told.items() if where == place and other.lower() == low), None)


def _parameter(name: str, place: str, told: Told | None, sample: str | None) -> Node:
    schema: Node = {"type": told.type} if told and told.type and told.type != "object" else _schema_of_text(sample)
    if schema.get("type") == "array":
        schema["items"] = {}
    node: Node = {"name": name, "in": place, "schema": schema}
    if told:
        if told.required is not None:
            node["required"] = told.required
        if told.default is not None:
            schema["default"] = told.default
        if told.description:
            node["description"] = told.description
    example = told.example if told and told.example is not None else _as_type(sample, str(schema.get("type", "")))
    if example is not None:
        node["example"] = example
    return node


def _schema_of_text(sample: str | None) -> Node:
    if sample and re.fullmatch(r"-?(0|[1-9]\d{0,14})", sample):
        return {"type": "integer"}
    if sample and re.fullmatch(r"-?\d{1,15}\.\d+", sample):
        return {"type": "number"}
    if sample in ("true", "false"):
        return {"type": "boolean"}
    return {"type": "string"}


def _as_type(sample: str | None, kind: str) -> Any:
    if sample is None or sample == "":
        return None
    if kind in ("integer", "number") and re.fullmatch(r"-?\d{1,15}(\.\d+)?", sample):
        return float(sample) if "." in sample else int(sample)
    if kind == "boolean":
        return sample.lower() in ("true", "1")
    if kind == "array":
        return [part for part in sample.split(",") if part]
    return sample if kind not in ("integer", "number") else None


def _body(endpoint: Endpoint, details: Details) -> Node:
    sent: Any = mapping(details.sent)
    schema = schema_of(sent)
    properties: Node = schema.setdefault("properties", {})
    required: list[str] = []
    for (place, name), told in details.told.items():
        if place == "body":
            properties[name] = {**_field(told), **({"default": told.default} if told.default is not None else {})}
            if told.required:
                required.append(name)
    for mention in endpoint.mentions:
        for name in mention.body:
            properties.setdefault(name, {})
    if not properties:
        return {}
    if required:
        schema["required"] = required
    return {"required": bool(required), "content": {"application/json": {"schema": schema}}}


def _answer(endpoint: Endpoint, details: Details) -> Node:
    answer: Node = {"description": "What the page shows."}
    ending = endpoint.target.path.rpartition(".")[2].lower()
    media = _MEDIA.get(ending, "application/json")
    fields = {name: told for (place, name), told in details.told.items() if place == "answer"}
    if details.answer is not None:
        answer["content"] = {media: {"schema": _described(schema_of(details.answer), fields)}}
    elif fields:
        properties = {name: _field(told) for name, told in fields.items()}
        answer["content"] = {media: {"schema": {"type": "object", "properties": properties}}}
    elif endpoint.method == "GET":
        answer["content"] = {media: {"schema": {}}}
    return answer


def _field(told: Told) -> Node:
    schema: Node = {"type": told.type} if told.type else {}
    if told.type == "array":
        schema["items"] = {}
    if told.description:
        schema["description"] = told.description
    return schema


def _described(schema: Node, fields: dict[str, Told]) -> Node:
    """The schema of a sample, with what the page says of its fields by name."""
    stack: list[Node] = [schema]
    while stack:
        node = stack.pop()
        for name, member in cast(Node, node.get("properties") or {}).items():
            if (told := fields.get(name)) and told.description:
                member.setdefault("description", told.description)
            stack.append(member)
        if isinstance(node.get("items"), dict):
            stack.append(node["items"])
    return schema


def schema_of(value: Any, depth: int = _DEEPEST) -> Node:
    """The JSON schema of a sample: members and types, none required. Null says nothing but that it may be null."""
    kind = next((kind for types, kind in _SCALARS if isinstance(value, types)), None)
    if kind is not None:
        return {"type": kind}
    if value is None or depth == 0:
        return {"nullable": True} if value is None else {}
    if isinstance(value, list):
        items = cast(list[Any], value)[:_MOST_ITEMS]
        return {"type": "array", "items": _joined([schema_of(item, depth - 1) for item in items])}
    members = list(cast(Node, value).items())[:_MOST_MEMBERS]
    return {"type": "object", "properties": {str(key): schema_of(item, depth - 1) for key, item in members}}


def _joined(schemas: list[Node]) -> Node:
    """One schema for all items of a list."""
    whole: Node = {}
    for schema in schemas:
        kinds = {whole.get("type"), schema.get("type")} - {None}
        if kinds == {"integer", "number"}:
            whole["type"] = "number"
        elif len(kinds) > 1:
            return {}
        elif kinds:
            whole["type"] = kinds.pop()
        if schema.get("nullable"):
            whole["nullable"] = True
        if "properties" in schema:
            mine: Node = whole.setdefault("properties", {})
            for name, member in schema["properties"].items():
                mine[name] = _joined([mine[name], member]) if name in mine else member
        if "items" in schema:
            whole["items"] = _joined([whole["items"], schema["items"]]) if whole.get("items") else schema["items"]
    return whole
