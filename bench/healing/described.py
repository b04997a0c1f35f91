"""How the APIs of the bench describe themselves: OpenAPI with as little said as real descriptions say."""

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]


def text(description: str = "") -> Json:
    """A string."""
    return {"type": "string", **_said(description)}


def whole(description: str = "", **more: Any) -> Json:
    """An integer."""
    return {"type": "integer", **more, **_said(description)}


def flag() -> Json:
    """A boolean."""
    return {"type": "boolean"}


def listed(item: Json) -> Json:
    """An array."""
    return {"type": "array", "items": item}


def shaped(**properties: Json) -> Json:
    """An object with these properties."""
    return {"type": "object", "properties": properties}


def query(name: str, schema: Json, description: str = "", *, required: bool = False) -> Json:
    """A parameter of the query."""
    return {"name": name, "in": "query", "required": required, "schema": schema, **_said(description)}


def get(operation_id: str, summary: str, body: Json, *parameters: Json, description: str = "") -> Json:
    """An operation with GET; `description` is prose."""
    answer = {"description": "What was asked for.", "content": {"application/json": {"schema": body}}}
    return {
        "get": {
            "operationId": operation_id,
            "summary": summary,
            **_said(description),
            "parameters": list(parameters),
            "responses": {"200": answer},
        }
    }


def document(title: str, host: str, paths: Mapping[str, Json], *, scheme: Json | None = None, prose: str = "") -> Json:
    """The whole description; `scheme` is the one security scheme of all operations."""
    security: Json = {}
    if scheme:
        security = {"components": {"securitySchemes": {"main": scheme}}, "security": [{"main": []}]}
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1", **_said(prose)},
        "servers": [{"url": f"https://{host}"}],
        "paths": dict(paths),
        **security,
    }


def _said(description: str) -> Json:
    return {"description": description} if description else {}
