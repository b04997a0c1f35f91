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


def form(only: Any, encoding: Any, media_type: str = "application/x-www-form-urlencoded") -> Any:
    properties = {
        "ids": {"type": "array"},
        "about": {"type": "object"},
        "photo": {"type": "string", "format": "binary"},
    }
    media = {"schema": {"type": "object", "properties": properties}, "encoding": encoding}
    return only("/a", {"post": {"requestBody": {"content": {media_type: media}}, **OK}}).body


@pytest.mark.parametrize(
    ("encoding", "style", "told"),
    [
        ({"style": "deepObject"}, "deepObject", {"explode"}),
        ({"explode": False}, "form", set()),
        ({"style": "pipeDelimited"}, "pipeDelimited", set()),
        ({"style": "simple", "explode": True}, "form", {"explode"}),
        ({"allowReserved": True}, "form", {"explode", "allow_reserved"}),
        ({"contentType": "application/json"}, "form", {"explode", "json_encoded"}),
    ],
)
def test_a_field_of_a_form_is_written_as_its_encoding_says(
    only: Any, encoding: Any, style: str, told: set[str]
) -> None:
    (field,) = form(only, {"ids": encoding}).written
    assert (field.name, field.style) == ("ids", style)
    assert {name for name in ("explode", "json_encoded", "allow_reserved") if getattr(field, name)} == told


@pytest.mark.parametrize("encoding", [{}, {"ids": {"contentType": "text/plain"}}, {"ids": None}, ["ids"], "ids"])
def test_an_encoding_that_says_nothing_changes_nothing(only: Any, encoding: Any) -> None:
    assert form(only, encoding).written == ()


def test_parts_have_the_one_media_type_that_is_said_of_them(only: Any) -> None:
    said = {"about": "application/json", "photo": "image/png, image/jpeg", "ids": "image/*", "x": "text/\r\nX: 1"}
    body = form(only, {name: {"contentType": media} for name, media in said.items()}, "multipart/form-data")
    assert body.part_types == {"about": "application/json"}


@pytest.mark.parametrize(
    ("collection", "style"),
    [("csv", "form"), (None, "form"), ("ssv", "spaceDelimited"), ("tsv", "tabDelimited"), ("pipes", "pipeDelimited")],
)
def test_lists_in_forms_of_swagger_2_are_joined_unless_they_are_multi(
    study: Any, collection: str | None, style: str
) -> None:
    items = {"type": "array", "items": {"type": "string"}, "in": "formData"}
    joined = {"name": "a", **items, **({"collectionFormat": collection} if collection else {})}
    multi = {"name": "m", **items, "collectionFormat": "multi"}
    paths = {"/a": {"post": {"parameters": [joined, multi], "responses": {"200": {"description": ""}}}}}
    (operation,) = study({"swagger": "2.0", "paths": paths}).operations.values()
    (field,) = operation.body.written
    assert (field.name, field.style, field.explode) == ("a", style, False)
