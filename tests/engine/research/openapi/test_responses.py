"""Successful responses."""

from typing import Any

import pytest


def json_of(schema: Any) -> Any:
    return {"description": "ok", "content": {"application/json": {"schema": schema}}}


@pytest.mark.parametrize(
    ("responses", "status", "kind", "type_"),
    [
        ({"200": json_of({"type": "array"}), "404": json_of({})}, 200, "json", "array"),
        ({"201": json_of({"type": "object"}), "200": {"description": "nothing"}}, 201, "json", "object"),
        ({"204": {"description": "gone"}}, 204, None, "any"),
        ({"2XX": json_of({"type": "object"})}, 200, "json", "object"),
        ({"default": json_of({"type": "object"})}, 200, "json", "object"),
        ({"default": json_of({"type": "object"}), "202": {"description": "later"}}, 202, None, "any"),
        ({"302": {"description": "elsewhere"}}, 200, None, "any"),
        (
            {"200": {"content": {"text/html": {}, "application/hal+json": {"schema": {"type": "object"}}}}},
            200,
            "json",
            "object",
        ),
        ({"200": {"content": {"text/csv": {}}}}, 200, "text", "any"),
        ({"200": {"content": {"*/*": {"schema": {"type": "array"}}}}}, 200, "json", "array"),
        ({"200": {"content": {"*/*": {}}}}, 200, None, "any"),
        ({"200": {"content": {"application/json": {"example": [{"id": 1}]}}}}, 200, "json", "array"),
        (
            {"200": {"content": {"application/json": {"schema": {}, "examples": {"a": {"value": {"id": 1}}}}}}},
            200,
            "json",
            "object",
        ),
        ({"200": {"$ref": "#/components/responses/Pets"}}, 200, "json", "array"),
        ({"200": {"$ref": "#/nowhere"}}, 200, None, "any"),
        ([], 200, None, "any"),
        ({"200": None, "abc": {}, "2000": {}}, 200, None, "any"),
    ],
)
def test_the_best_response_is_chosen(only: Any, responses: Any, status: int, kind: str | None, type_: str) -> None:
    components = {"responses": {"Pets": json_of({"type": "array"})}}
    found = only("/a", {"get": {"responses": responses}}, components=components).response
    assert (found.status, found.kind, found.type) == (status, kind, type_)


def test_a_head_request_brings_no_content(only: Any) -> None:
    assert only("/a", {"head": {"responses": {"200": json_of({"type": "object"})}}}).response.media_type is None


@pytest.mark.parametrize(
    ("response", "produces", "kind", "type_"),
    [
        ({"schema": {"type": "array"}}, None, "json", "array"),
        ({"schema": {"type": "object"}}, ["application/xml", "application/json"], "json", "object"),
        ({"schema": {"type": "string"}}, ["application/xml"], "text", "string"),
        ({"schema": {"type": "file"}}, ["application/pdf"], "binary", "string"),
        ({"examples": {"application/json": {"id": 1}}}, None, "json", "object"),
        ({"description": "ok"}, ["text/html"], "text", "any"),
        ({"description": "ok"}, None, None, "any"),
    ],
)
def test_responses_of_swagger_2(study: Any, response: Any, produces: Any, kind: str | None, type_: str) -> None:
    operation = {"responses": {"200": response}, **({"produces": produces} if produces else {})}
    (found,) = study({"swagger": "2.0", "paths": {"/a": {"get": operation}}}).operations.values()
    assert (found.response.kind, found.response.type) == (kind, type_)
