"""An API of twelve operations, and a large one: what a calling agent's own model has to read."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

NAME = "Library"
URL = "https://library.example"
CLIENT = "library_driver/client.py"

_TEXT, _NUMBER = {"type": "string"}, {"type": "integer"}
_DATE = {"type": "string", "format": "date"}
_SCHEMAS = {
    "Book": {
        "id": _NUMBER,
        "title": {**_TEXT, "description": "As on the cover."},
        "author": _TEXT,
        "year": {**_NUMBER, "description": "Of this edition."},
        "isbn": _TEXT,
        "language": {"type": "string", "enum": ["en", "de", "fr"]},
    },
    "Member": {"id": _NUMBER, "name": _TEXT, "email": {**_TEXT, "format": "email"}, "joined": _DATE},
    "Loan": {"id": _NUMBER, "book_id": _NUMBER, "member_id": _NUMBER, "due": _DATE, "returned": {"type": "boolean"}},
}
_PAGING = [
    {"name": "page", "in": "query", "schema": {"type": "integer", "default": 1}, "description": "From 1."},
    {"name": "per_page", "in": "query", "schema": {"type": "integer", "default": 20, "maximum": 100}},
]


def write_library(folder: Path) -> Path:
    """The description of the API of twelve operations, as a file."""
    author = {"name": "author", "in": "query", "schema": _TEXT, "description": "Only books by this author."}
    loans = {"name": "open", "in": "query", "schema": {"type": "boolean"}, "description": "Only loans under way."}
    paths = {
        "/books": {"get": _listing("Book", author), "post": _changing("add_book", "Book")},
        "/books/{book_id}": {
            "get": _one("Book"),
            "put": _changing("replace_book", "Book", "book_id"),
            "delete": {**_operation("remove_book", "book_id"), "responses": {"204": {"description": "Gone."}}},
        },
        "/members": {"get": _listing("Member"), "post": _changing("add_member", "Member")},
        "/members/{member_id}": {"get": _one("Member"), "patch": _changing("change_member", "Member", "member_id")},
        "/loans": {"get": _listing("Loan", loans), "post": _changing("lend", "Loan")},
        "/loans/{loan_id}": {"get": _one("Loan")},
    }
    return _written(folder, "library", paths, "Books, members and loans of a town library.")


def write_large(folder: Path, count: int = 30) -> Path:
    """The description of an API whose many operations are told in many words."""
    words = "What the archive keeps of it, as it was handed over, and who may see it. " * 12
    paths: dict[str, Any] = {}
    for number in range(count):
        listing = _listing("Book", {"name": "since", "in": "query", "schema": _DATE, "description": words})
        listing |= {"operationId": f"list_series_{number}", "description": words}
        paths[f"/series_{number}"] = {"get": listing}
        one = {**_one("Book"), "operationId": f"get_series_{number}", "description": words}
        paths[f"/series_{number}/{{book_id}}"] = {"get": one}
    return _written(folder, "large", paths, words * 3)


def _written(folder: Path, name: str, paths: Mapping[str, Any], description: str) -> Path:
    schemas = {
        name: {"type": "object", "required": ["id"], "properties": properties} for name, properties in _SCHEMAS.items()
    }
    key = {"type": "apiKey", "in": "header", "name": "X-Api-Key"}
    document = {
        "openapi": "3.0.3",
        "info": {"title": "Town library", "version": "1.0", "description": description},
        "servers": [{"url": URL}],
        "security": [{"apiKey": []}],
        "paths": paths,
        "components": {"securitySchemes": {"apiKey": key}, "schemas": schemas},
    }
    path = folder / f"{name}.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def _operation(name: str, key: str | None = None) -> dict[str, Any]:
    in_path = [{"name": key, "in": "path", "required": True, "schema": _NUMBER}] if key else []
    return {"operationId": name, "summary": name.replace("_", " ").capitalize(), "parameters": in_path}


def _listing(schema: str, *filters: Any) -> dict[str, Any]:
    records = {"type": "array", "items": {"$ref": f"#/components/schemas/{schema}"}}
    body = {"type": "object", "properties": {"data": records, "total": _NUMBER}}
    return {
        **_operation(f"list_{schema.lower()}s"),
        "parameters": [*_PAGING, *filters],
        "responses": {"200": _answer(body)},
    }


def _one(schema: str) -> dict[str, Any]:
    key = f"{schema.lower()}_id"
    return {
        **_operation(f"get_{schema.lower()}", key),
        "responses": {"200": _answer({"$ref": f"#/components/schemas/{schema}"})},
    }


def _changing(name: str, schema: str, key: str | None = None) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {
        **_operation(name, key),
        "requestBody": {"required": True, "content": content},
        "responses": {"200": _answer({"$ref": f"#/components/schemas/{schema}"})},
    }


def _answer(schema: Any) -> dict[str, Any]:
    return {"description": "It.", "content": {"application/json": {"schema": schema}}}
