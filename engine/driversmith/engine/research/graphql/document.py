"""The OpenAPI-shaped document of a GraphQL schema: each request is a POST to the one endpoint, told apart by a fragment.

What OpenAPI has no words for stands in extensions of each operation (openapi.questions and openapi.told read them).
"""

from typing import Any

from ...errors import DescriptionError
from ..documents.nodes import Node
from ..documents.parse import Description, made_description
from ..openapi import questions, told
from .requests import Request, requests_of
from .schema import Schema

KIND = "GraphQL"
"""`Description.format` begins so."""


def describe(
    schema: Schema,
    content: bytes,
    *,
    location: str,
    kind: str,
    endpoint: str = "",
    path: str = "/graphql",
    **beside: Any,
) -> Description:
    """The description of a schema that was read from `content`; `endpoint` is the base URL that `path` is below, where it is known.

    Raises:
        DescriptionError: it has nothing that can be read or called.
    """
    requests = list(requests_of(schema))
    if not requests:
        query = f"its query type {schema.query[:80]!r}" if schema.query else "it"
        there = "is not there" if schema.query and schema.query not in schema.types else "has no field that can be read"
        raise DescriptionError(
            f"{location} ({KIND}): {query} {there}.",
            code="no_operations",
            next_action="Give the schema with its query type and the types that this uses.",
        )
    paths: dict[str, Node] = {}
    for request in requests:
        place = f"{path}#{request.name}"
        paths[place if place not in paths else f"{place}-{len(paths)}"] = {"post": _operation(request)}
    root = schema.types.get(schema.query)
    document: Node = {
        "openapi": "3.1.0",
        "info": {"title": "", "version": "", "description": root.description if root else ""},
        "servers": [{"url": endpoint or "/"}],
        "paths": paths,
        told.ERRORS: ["errors"],
    }
    notes = (*schema.notes, *beside.pop("notes", ()))
    return made_description(document, content, location=location, kind=kind, base_url=endpoint, notes=notes, **beside)


def _operation(request: Request) -> Node:
    answer = {"type": "object", "properties": {"data": request.answer, "errors": {"type": "array"}}}
    operation: Node = {
        "operationId": request.name,
        "summary": request.description,
        "requestBody": {"required": True, "content": {"application/json": {"schema": _body(request)}}},
        "responses": {"200": {"description": "", "content": {"application/json": {"schema": answer}}}},
        questions.PARTS: True,
        told.MARK: {},
    }
    if not request.is_mutation:
        operation[questions.MARK] = True
    if request.object_name:
        operation[told.MARK] = {
            "object": request.object_name,
            "verb": "read_one" if request.is_single else "read",
            "records": ["data", *request.path],
            "item": list(request.item_path),
        }
    return operation


def _body(request: Request) -> Node:
    """The schema of a body: the text, which is always the same, and the variables."""
    body: Node = {
        "type": "object",
        "properties": {"query": {"type": "string", "enum": [request.text]}},
        "required": ["query"],
    }
    for argument in request.arguments:
        keys, inner, is_required = ("variables", *argument.keys), body, argument.is_required
        for key in keys[:-1]:
            if is_required and key not in inner.setdefault("required", []):
                inner["required"].append(key)
            inner = inner["properties"].setdefault(key, {"type": "object", "properties": {}})
        inner["properties"][keys[-1]] = {**argument.schema, "description": argument.description}
        if is_required:
            inner.setdefault("required", []).append(keys[-1])
    return body
