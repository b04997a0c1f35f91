"""Request bodies: one media type of those offered."""

from typing import Any

import pytest

OK = {"responses": {"200": {"description": "ok"}}}
PET = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string"}, "age": {"type": ["integer", "null"]}},
}


@pytest.mark.parametrize(
    ("offers", "media_type", "kind", "type_"),
    [
        ({"application/xml": PET, "application/json": PET}, "application/json", "json", "object"),
        ({"application/vnd.api+json": PET, "multipart/form-data": PET}, "application/vnd.api+json", "json", "object"),
        (
            {"application/json-patch+json": {"type": "array"}, "application/*+json": PET},
            "application/json",
            "json",
            "object",
        ),
        ({"application/json; charset=utf-8": PET}, "application/json; charset=utf-8", "json", "object"),
        (
            {"application/x-www-form-urlencoded": PET, "text/plain": {}},
            "application/x-www-form-urlencoded",
            "form",
            "object",
        ),
        ({"application/form-data": PET}, "multipart/form-data", "multipart", "object"),
        ({"text/xml": PET}, "text/xml", "text", "string"),
        ({"application/xml": PET}, "application/xml", "text", "string"),
        ({"application/octet-stream": {}}, "application/octet-stream", "binary", "string"),
        ({"image/png": {"type": "string", "format": "binary"}}, "image/png", "binary", "string"),
        ({"*/*": PET}, "application/json", "json", "object"),
        ({"*/*": {}}, "application/octet-stream", "binary", "string"),
        ({"application/vnd.acme": PET}, "application/vnd.acme", "json", "object"),
        ({"application/zip": PET}, "application/zip", "binary", "string"),
    ],
)
def test_the_best_media_type_is_chosen(only: Any, offers: Any, media_type: str, kind: str, type_: str) -> None:
    content = {name: {"schema": schema} for name, schema in offers.items()}
    body = only("/a", {"post": {"requestBody": {"content": content, "required": True}, **OK}}).body
    assert (body.media_type, body.kind, body.type, body.required, body.argument) == (
        media_type,
        kind,
        type_,
        True,
        "body",
    )


def test_fields_of_a_body_are_flat(only: Any) -> None:
    content = {
        "application/json": {
            "schema": {"allOf": [PET, {"properties": {"tags": {"type": "array", "items": {"type": "string"}}}}]}
        }
    }
    fields = only("/a", {"post": {"requestBody": {"content": content}, **OK}}).body.fields
    assert {name: (f.type, f.items, f.required, f.nullable) for name, f in fields.items()} == {
        "name": ("string", None, True, False),
        "age": ("integer", None, False, True),
        "tags": ("array", "string", False, False),
    }


def test_a_body_may_be_a_reference_or_broken(study: Any) -> None:
    shared = {"content": {"application/json": {"schema": PET}}}
    paths = {
        "/a": {"post": {"requestBody": {"$ref": "#/components/requestBodies/Pet"}, **OK}},
        "/b": {"post": {"requestBody": {"$ref": "#/nowhere"}, **OK}},
        "/c": {"post": {"requestBody": {"content": ["application/json"]}, **OK}},
    }
    profile = study({"paths": paths, "components": {"requestBodies": {"Pet": shared}}})
    a, b, c = profile.operations.values()
    assert list(a.body.fields) == ["name", "age"]
    assert (b.body.kind, b.body.type) == ("json", "any")
    assert c.body is None


@pytest.mark.parametrize(
    ("parameters", "consumes", "media_type", "kind"),
    [
        ([{"in": "body", "name": "pet", "schema": PET}], None, "application/json", "json"),
        ([{"in": "body", "name": "pet", "schema": PET}], ["application/xml"], "application/xml", "text"),
        ([{"in": "body", "schema": PET}], ["multipart/form-data"], "application/json", "json"),
        ([{"in": "formData", "name": "a", "type": "string"}], None, "application/x-www-form-urlencoded", "form"),
        ([{"in": "formData", "name": "a", "type": "file"}], None, "multipart/form-data", "multipart"),
        (
            [{"in": "formData", "name": "a", "type": "string"}],
            ["multipart/form-data"],
            "multipart/form-data",
            "multipart",
        ),
    ],
)
def test_bodies_of_swagger_2(study: Any, parameters: Any, consumes: Any, media_type: str, kind: str) -> None:
    operation = {"parameters": parameters, **OK, **({"consumes": consumes} if consumes else {})}
    (found,) = study({"swagger": "2.0", "paths": {"/a": {"post": operation}}}).operations.values()
    assert (found.body.media_type, found.body.kind) == (media_type, kind)
    assert found.parameters == ()
