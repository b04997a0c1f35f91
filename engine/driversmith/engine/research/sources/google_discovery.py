"""Google API Discovery documents (v1): resources, methods and schemas, written as OpenAPI."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from ...errors import DescriptionError
from ..documents.nodes import Node, is_object, mapping, number, sequence, text
from ..documents.parse import Description, made_description, read_object
from ..names import ascii_name, unique
from ..openapi.servers import origin

KIND = "Google API Discovery document"
MOST_METHODS = 20_000
_DEEPEST = 30
_MARK = re.compile(rb'"discoveryVersion"\s*:|"kind"\s*:\s*"discovery#restDescription"')
_TYPES = {"any": "", "object": "object", "array": "array", "string": "string", "integer": "integer"}
_KEPT = ("description", "default", "enum", "format", "pattern", "readOnly")
_LOCATIONS = ("path", "query")


def is_meant(content: bytes) -> bool:
    """Whether bytes that begin so are a Discovery document; its list of APIs (`discovery#directoryList`) is none."""
    head = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    return head[:1] == b"{" and bool(_MARK.search(content[:500_000])) and b'"discovery#directoryList"' not in head[:500]


def read(content: bytes, *, location: str, max_bytes: int, api_url: str = "") -> Description:
    """The API that the document describes; `api_url` changes nothing.

    Raises:
        DescriptionError: it is broken or too large, or describes no method.
    """
    root = read_object(content, location=location, max_bytes=max_bytes)
    paths: dict[str, Node] = {}
    taken: set[str] = set()
    shared = mapping(root.get("parameters"))
    scopes = mapping(mapping(mapping(root.get("auth")).get("oauth2")).get("scopes"))
    for count, (tag, name, method) in enumerate(_methods(root)):
        if count >= MOST_METHODS:
            break
        path, parameters = _path(method)
        verb = text(method.get("httpMethod")).lower() or "get"
        if not path or verb in paths.get(path, {}):
            continue
        security = _security(method, has_scopes=bool(scopes), has_key="key" in shared)
        operation_id = unique(ascii_name(name.replace(".", "_"))[:80] or "method", taken, 80)
        taken.add(operation_id)
        told: Node = {"operationId": operation_id, "security": security, **({"tags": [tag]} if tag else {})}
        paths.setdefault(path, {})[verb] = told | _operation(method, parameters)
    if not paths:
        raise DescriptionError(
            f"{location} ({KIND}) describes no method.",
            code="no_operations",
            next_action="Give a Discovery document with methods or resources.",
        )
    components: Node = {"schemas": {key: _schema(node) for key, node in mapping(root.get("schemas")).items()}}
    if scopes:
        flow = {
            "authorizationUrl": "https://accounts.google.com/o/oauth2/auth",
            "tokenUrl": "https://oauth2.googleapis.com/token",
            "scopes": {scope: text(mapping(node).get("description")) for scope, node in scopes.items()},
        }
        components["securitySchemes"] = {"oauth2": {"type": "oauth2", "flows": {"authorizationCode": flow}}}
    if "key" in shared:
        components.setdefault("securitySchemes", {})["key"] = {"type": "apiKey", "in": "query", "name": "key"}
    document: Node = {
        "openapi": "3.1.0",
        "info": {key: text(root.get(key)) for key in ("title", "version", "description")},
        "servers": [{"url": url} for url in _servers(root)],
        "paths": paths,
        "components": components,
    }
    if link := text(root.get("documentationLink")):
        document["externalDocs"] = {"url": link}
    return made_description(document, content, location=location, kind=KIND)


def _servers(root: Node) -> list[str]:
    """Where the API is; a document of before 2014 has `baseUrl` alone, and a relative one belongs to `api_url`."""
    base = text(root.get("rootUrl")).rstrip("/") + "/" + text(root.get("servicePath")).lstrip("/")
    told = base if origin(base) else text(root.get("baseUrl")) or base
    return [told.rstrip("/") if urlsplit(told).path.strip("/") or origin(told) else "/"]


def _methods(root: Node) -> Iterator[tuple[str, str, Node]]:
    """The name of the resource, and name and node of each method, however deep resources nest."""
    waiting: list[tuple[str, Node, int]] = [("", root, 0)]
    while waiting:
        tag, node, depth = waiting.pop(0)
        for name, method in mapping(node.get("methods")).items():
            if is_object(method):
                yield tag, text(method.get("id")) or f"{tag}.{name}", method
        if depth < _DEEPEST:
            waiting += [(name, mapping(below), depth + 1) for name, below in mapping(node.get("resources")).items()]


def _path(method: Node) -> tuple[str, dict[str, Node]]:
    """The path, and its parameters. `flatPath` says what `{+name}` stands for: `projects/{projectsId}/...`, a segment each."""
    given = {name: mapping(node) for name, node in mapping(method.get("parameters")).items()}
    path, flat = text(method.get("path")), text(method.get("flatPath"))
    if flat and "{+" in path:
        names = re.findall(r"\{(\w+)\}", flat)
        kept = {name: node for name, node in given.items() if node.get("location") != "path" or name in names}
        fills = {name: {"type": "string", "required": True, "location": "path"} for name in names if name not in kept}
        return "/" + flat.lstrip("/"), {**fills, **kept}
    return ("/" + re.sub(r"\{[+#/]?(\w+)\*?\}", r"{\1}", path).lstrip("/") if path else ""), given


def _operation(method: Node, parameters: dict[str, Node]) -> Node:
    node: Node = {
        "description": text(method.get("description")),
        "parameters": [_parameter(key, value) for key, value in parameters.items()],
        "responses": {"200": {"description": ""}},
    }
    if method.get("deprecated") is True:
        node["deprecated"] = True
    if body := _reference(method.get("request")):
        node["requestBody"] = {"content": {"application/json": {"schema": body}}}
    if answer := _reference(method.get("response")):
        node["responses"]["200"]["content"] = {"application/json": {"schema": answer}}
    elif text(method.get("httpMethod")).upper() == "DELETE":
        node["responses"] = {"204": {"description": ""}}
    return node


def _security(method: Node, *, has_scopes: bool, has_key: bool) -> list[Node]:
    """Who may call: with a token of one of its scopes, with a key, or, where it has no scopes, anybody."""
    scopes = [scope for scope in sequence(method.get("scopes")) if isinstance(scope, str)]
    ways: list[Node] = [{"oauth2": scopes}] if scopes and has_scopes else []
    if has_key:
        ways.append({"key": list[str]()})
    return ways if scopes or not has_key else [*ways, {}]


def _parameter(name: str, node: Node) -> Node:
    place = text(node.get("location"))
    place = place if place in _LOCATIONS else "query"
    schema = _schema({key: value for key, value in node.items() if key not in ("required", "location", "description")})
    if node.get("repeated") is True:
        schema = {"type": "array", "items": schema}
    return {
        "name": name,
        "in": place,
        "required": place == "path" or node.get("required") is True,
        "description": text(node.get("description")),
        "schema": schema,
    }


def _reference(node: object) -> Node | None:
    name = text(mapping(node).get("$ref"))
    return {"$ref": f"#/components/schemas/{_escaped(name)}"} if name else None


def _schema(node: Any, depth: int = 0) -> Node:
    """A schema of JSON Schema draft 3, as draft 2020-12 has it: 64-bit numbers are texts, and `required` is said by each."""
    given = mapping(node)
    if name := text(given.get("$ref")):
        return {"$ref": f"#/components/schemas/{_escaped(name)}"}
    if depth > _DEEPEST:
        return {}
    kind = text(given.get("type"))
    schema: Node = {key: given[key] for key in _KEPT if key in given and given[key] is not None}
    if kind in ("integer", "number", "boolean"):
        schema |= _numbers(given, kind)
    elif told := _TYPES.get(kind):
        schema["type"] = told
    if properties := mapping(given.get("properties")):
        schema["properties"] = {key: _schema(value, depth + 1) for key, value in properties.items()}
        needed = [key for key, value in properties.items() if mapping(value).get("required") is True]
        if needed:
            schema["required"] = needed
    if "items" in given:
        schema["items"] = _schema(given["items"], depth + 1)
    if "additionalProperties" in given:
        schema["additionalProperties"] = _schema(given["additionalProperties"], depth + 1)
    return schema


def _numbers(given: Node, kind: str) -> Node:
    """Type, bounds and default of a number; Discovery spells all of these as texts."""
    schema: Node = {"type": kind}
    for key in ("minimum", "maximum"):
        if (bound := number(given.get(key))) is not None:
            schema[key] = int(bound) if bound == int(bound) else bound
    if "default" in given:
        default = given["default"]
        value = (default in (True, "true")) if kind == "boolean" else number(default)
        schema["default"] = int(value) if kind == "integer" and value is not None else value
    return schema


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
