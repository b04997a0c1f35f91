"""A fault in one operation costs that operation at most its detail."""

import json
from typing import Any

import pytest
from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.models.profile import ApiProfile
from driversmith.engine.research.documents.parse import parse_description
from driversmith.engine.research.profile import build_profile

SHIP: dict[str, Any] = {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}}


def answers(schema: Any) -> dict[str, Any]:
    return {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}


GOOD = {
    "operationId": "list_ships",
    "responses": answers({"type": "array", "items": {"$ref": "#/components/schemas/Ship"}}),
}
ADD = {
    "operationId": "add_ship",
    "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Ship"}}}},
    "responses": answers({"$ref": "#/components/schemas/Ship"}),
}
OPERATIONS: dict[str, Any] = {
    "dead reference": {"responses": answers({"$ref": "#/components/schemas/Nothing"})},
    "reference outside": {"responses": answers({"$ref": "https://elsewhere.test/x.json#/A"})},
    "reference that is a number": {"responses": answers({"$ref": 7})},
    "reference in a circle": {"responses": answers({"$ref": "#/components/schemas/Round"})},
    "reference to itself as parameter": {"parameters": [{"$ref": "#/components/parameters/Round"}]},
    "dead parameter": {"parameters": [{"$ref": "#/components/parameters/Nothing"}]},
    "dead body": {"requestBody": {"$ref": "#/components/requestBodies/Nothing"}},
    "dead response": {"responses": {"200": {"$ref": "#/components/responses/Nothing"}}},
    "recursive allOf": {"responses": answers({"allOf": [{"$ref": "#/components/schemas/All"}]})},
    "recursive items": {"responses": answers({"$ref": "#/components/schemas/Nest"})},
    "schema that is a list": {"responses": answers([1, 2])},
    "schema that is a word": {"responses": answers("Ship")},
    "schema that is null": {"responses": answers(None)},
    "type that is an object": {"responses": answers({"type": {"a": 1}})},
    "type that is unknown": {"responses": answers({"type": "spaceship", "properties": 3})},
    "properties that are a list": {"responses": answers({"type": "object", "properties": [SHIP]})},
    "items that are a number": {"responses": answers({"type": "array", "items": 3})},
    "allOf that is no list": {"responses": answers({"allOf": {"a": SHIP}})},
    "required that is a word": {"responses": answers({"type": "object", "required": "id", "properties": {"id": 5}})},
    "enum that is an object": {"responses": answers({"enum": {"a": 1}})},
    "discriminator that is a word": {"responses": answers({"discriminator": "kind", "oneOf": [None, 3]})},
    "parameter without a name": {"parameters": [{"in": "query", "schema": {"type": "string"}}]},
    "parameter without a place": {"parameters": [{"name": "x", "schema": {"type": "string"}}]},
    "parameter in no place": {"parameters": [{"name": "x", "in": "nowhere"}]},
    "parameter that is a word": {"parameters": ["limit", None, 3, []]},
    "parameters that are an object": {"parameters": {"limit": {"in": "query"}}},
    "parameter twice": {"parameters": [{"name": "x", "in": "query"}, {"name": "x", "in": "query", "required": True}]},
    "parameter named by a list": {"parameters": [{"name": ["x"], "in": "query"}]},
    "schema of a parameter that is a list": {"parameters": [{"name": "x", "in": "query", "schema": [3]}]},
    "default of another type": {
        "parameters": [{"name": "x", "in": "query", "schema": {"type": "integer", "default": {"a": []}}}]
    },
    "maximum that is a word": {
        "parameters": [{"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": "much"}}]
    },
    "responses that are a list": {"responses": [SHIP]},
    "responses that are a word": {"responses": "ok"},
    "status that is a word": {"responses": {"fine": {}, "": None, "2xx": 3}},
    "content that is a list": {"responses": {"200": {"content": ["application/json"]}}},
    "media type that is nothing": {"responses": {"200": {"content": {"": {"schema": SHIP}, "//": 3}}}},
    "body that is a list": {"requestBody": [SHIP]},
    "body of a media type that is null": {"requestBody": {"content": {"application/json": None}}},
    "security that is a word": {"security": "key"},
    "security by a scheme that is not there": {"security": [{"nothing": []}]},
    "security that is a list of words": {"security": ["key", None, 7]},
    "tags that are numbers": {"tags": [1, {"a": 1}], "summary": ["x"], "description": {"a": 1}},
    "operationId that is an object": {"operationId": {"a": 1}},
    "operationId twice": {"operationId": "list_ships"},
    "operationId that is code": {"operationId": "__class__; import os"},
    "servers that are a word": {"servers": "https://x.test"},
    "servers that are broken": {
        "servers": [None, {"url": "http://[::1"}, {"url": {"a": 1}}, {"url": "{a}", "variables": [1]}]
    },
    "deprecated by a word": {"deprecated": "soon", "callbacks": [1], "externalDocs": 3},
    "operation that is a list": [1],
    "operation that is null": None,
    "operation that is a word": "GET",
}
PATHS: dict[str, Any] = {
    "path without a slash": ("odd", {"get": GOOD}),
    "path with braces that do not close": ("/odd/{id", {"get": {**GOOD, "operationId": "odd"}}),
    "path with an empty parameter": ("/odd/{}", {"get": {**GOOD, "operationId": "odd"}}),
    "path with one parameter twice": ("/odd/{id}/{id}", {"get": {**GOOD, "operationId": "odd"}}),
    "path that is a URL": ("https://x.test/odd", {"get": {**GOOD, "operationId": "odd"}}),
    "item that is a list": ("/odd", [GOOD]),
    "item that is null": ("/odd", None),
    "item that refers to nothing": ("/odd", {"$ref": "#/paths/~1nothing"}),
    "item that refers to itself": ("/odd", {"$ref": "#/paths/~1odd"}),
    "method that is unknown": ("/odd", {"GET": GOOD, "fetch": GOOD, "x-get": 3}),
    "parameters of the path that are null": ("/odd", {"parameters": [None], "get": {**GOOD, "operationId": "odd"}}),
    "path of line breaks": ("/odd\n/\u202e", {"get": {**GOOD, "operationId": "odd"}}),
}


def document(paths: dict[str, Any]) -> dict[str, Any]:
    circle = {
        "allOf": [{"$ref": "#/components/schemas/All"}, {"properties": {"x": {"$ref": "#/components/schemas/All"}}}]
    }
    return {
        "openapi": "3.0.3",
        "info": {"title": "T", "version": "1"},
        "paths": {"/ships": {"get": GOOD, "post": ADD}, **paths},
        "components": {
            "schemas": {
                "Ship": SHIP,
                "Round": {"$ref": "#/components/schemas/Round"},
                "All": circle,
                "Nest": {"type": "array", "items": {"$ref": "#/components/schemas/Nest"}},
            },
            "parameters": {"Round": {"$ref": "#/components/parameters/Round"}},
        },
    }


def check(content: bytes) -> ApiProfile:
    description = parse_description(content, location="https://api.test/openapi.json", max_bytes=1 << 20)
    profile = build_profile(description, api_name="Harbour", base_url="https://api.test")
    ships = profile.objects["ships"]
    assert ships.operations == {"read": "list_ships", "create": "add_ship"}
    assert {name: field.type for name, field in ships.fields.items()} == {"id": "integer", "name": "string"}
    return profile


@pytest.mark.parametrize("fault", OPERATIONS)
def test_a_fault_in_an_operation_costs_no_other_one_anything(fault: str) -> None:
    check(json.dumps(document({"/odd/{id}": {"get": OPERATIONS[fault]}})).encode())


@pytest.mark.parametrize("fault", PATHS)
def test_a_fault_in_a_path_costs_no_other_one_anything(fault: str) -> None:
    path, item = PATHS[fault]
    check(json.dumps(document({path: item})).encode())


def test_all_faults_together_leave_a_driver() -> None:
    odd: dict[str, Any] = {f"/odd{n}/{{id}}": {"get": node, "put": node} for n, node in enumerate(OPERATIONS.values())}
    profile = check(json.dumps(document({**odd, **dict(PATHS.values())})).encode())
    assert len(profile.operations) > len(OPERATIONS)
    for file in write_driver(profile).files:
        if file.path.endswith(".py"):
            compile(file.text, file.path, "exec")


def test_keys_that_are_no_strings_cost_nothing() -> None:
    whole = document({})
    properties = "{1: {type: string}, true: {}, null: {}, 2026-11-29: {type: integer}}"
    source = f"""
openapi: 3.0.3
components: {json.dumps(whole["components"])}
paths:
  /ships: {json.dumps(whole["paths"]["/ships"])}
  /odd: {{get: {{responses: {{200: {{content: {{application/json: {{schema: {{properties: {properties}}}}}}}}}}}}}}}
  7: {{get: 3}}
  null: {{}}
"""
    check(source.encode())
