"""Parameters on the wire and in Python."""

from typing import Any

import pytest

OK = {"responses": {"200": {"description": "ok"}}}


def parameters_of(only: Any, *parameters: Any, path: str = "/a", **item: Any) -> dict[str, Any]:
    operation = only(path, {**item, "get": {"parameters": list(parameters), **OK}})
    return {parameter.argument: parameter for parameter in operation.parameters}


def test_arguments_keep_the_spelling_of_the_api_unless_it_clashes(only: Any) -> None:
    names = (
        "petId",
        "filter[name]",
        "X.y",
        "limit",
        "body",
        "self",
        "from",
        "class",
        "batch_size",
        "é",
        'a"b',
        "limit_",
    )
    found = parameters_of(only, *({"name": name, "in": "query"} for name in names))
    assert list(found) == [
        "petId", "filter[name]", "X.y", "limit__", "body_", "self_", "from_", "class_", "batch_size_", "é", 'a"b', "limit_",
    ]  # fmt: skip
    assert [p.name for p in found.values()] == list(names)
    assert len(found) == len(names)


def test_one_name_in_two_places_is_two_arguments(only: Any) -> None:
    found = parameters_of(
        only,
        {"name": "id", "in": "path"},
        {"name": "id", "in": "query"},
        {"name": "id", "in": "header"},
        path="/a/{id}",
    )
    assert {argument: p.location for argument, p in found.items()} == {
        "id": "path",
        "id_in_query": "query",
        "id_in_header": "header",
    }


def test_a_name_with_an_underscore_of_its_own_keeps_it_and_the_clash_gets_one_more(only: Any) -> None:
    names = ["limit", "limit_", "class_", "class", "data", "data_", "data__", "id", "id_in_header"]
    for given in (names, names[::-1]):
        declared = [{"name": name, "in": "query"} for name in given] + [{"name": "id", "in": "header"}]
        found = parameters_of(only, *declared)
        assert {p.name: argument for argument, p in found.items() if p.location == "query"} == {
            **{name: name for name in names},
            "limit": "limit__",
            "class": "class__",
            "data": "data___",
        }
        assert len(found) == len(declared)


def test_an_operation_overrides_the_parameters_of_its_path(only: Any) -> None:
    shared = [{"name": "q", "in": "query", "schema": {"type": "string"}}, {"name": "z", "in": "query"}]
    found = parameters_of(only, {"name": "q", "in": "query", "schema": {"type": "integer"}}, parameters=shared)
    assert [(p.name, p.type) for p in found.values()] == [("q", "integer"), ("z", "any")]


@pytest.mark.parametrize(
    ("parameter", "style", "explode"),
    [
        ({"in": "query"}, "form", True),
        ({"in": "query", "explode": False}, "form", False),
        ({"in": "query", "style": "deepObject"}, "deepObject", True),
        ({"in": "query", "style": "deepObject", "explode": False}, "deepObject", True),
        ({"in": "header", "style": "deepObject"}, "simple", False),
        ({"in": "cookie", "style": "pipeDelimited", "explode": False}, "form", False),
        ({"in": "query", "style": "pipeDelimited"}, "pipeDelimited", False),
        ({"in": "query", "style": "simple"}, "form", True),
        ({"in": "query", "style": ["form"], "explode": "no"}, "form", True),
        ({"in": "header"}, "simple", False),
        ({"in": "cookie"}, "form", True),
        ({"in": "path", "style": "label", "explode": True}, "label", True),
        ({"in": "path", "style": "matrix"}, "matrix", False),
    ],
)
def test_style_and_explode(only: Any, parameter: Any, style: str, explode: bool) -> None:
    schema = {"type": "array", "items": {"type": "string"}}
    found = parameters_of(
        only, {"name": "p", "schema": schema, **parameter}, path="/a/{p}" if parameter["in"] == "path" else "/a"
    )
    assert (found["p"].style, found["p"].explode, found["p"].items) == (style, explode, "string")


@pytest.mark.parametrize(
    ("collection", "style", "explode"),
    [
        (None, "form", False),
        ("csv", "form", False),
        ("multi", "form", True),
        ("ssv", "spaceDelimited", False),
        ("pipes", "pipeDelimited", False),
    ],
)
def test_collection_formats_of_swagger_2(study: Any, collection: str | None, style: str, explode: bool) -> None:
    parameter = {"name": "p", "in": "query", "type": "array", "items": {"type": "integer"}}
    if collection:
        parameter["collectionFormat"] = collection
    document = {"swagger": "2.0", "paths": {"/a": {"get": {"parameters": [parameter], **OK}}}}
    (found,) = next(iter(study(document).operations.values())).parameters
    assert (found.style, found.explode, found.type, found.items) == (style, explode, "array", "integer")


def test_json_in_a_parameter(only: Any) -> None:
    content = {"application/json": {"schema": {"type": "object"}}}
    found = parameters_of(only, {"name": "where", "in": "query", "content": content})
    assert found["where"].json_encoded
    assert found["where"].type == "object"


def test_limits_defaults_and_examples_are_kept_where_they_are_sane(only: Any) -> None:
    schema = {"type": "integer", "minimum": 1, "maximum": "100", "default": 20, "enum": list(range(80))}
    found = parameters_of(
        only,
        {
            "name": "weight",
            "in": "query",
            "schema": schema,
            "example": 5,
            "description": "How\nmany\u202e\x00 " + "x" * 400,
        },
        {
            "name": "odd",
            "in": "query",
            "schema": {"default": "x" * 1000, "minimum": [], "enum": {"a": 1}},
            "examples": [],
        },
    )
    weight, odd = found["weight"], found["odd"]
    assert (weight.minimum, weight.maximum, weight.default, weight.example, len(weight.enum)) == (1, 100, 20, 5, 50)
    assert weight.description.startswith("How many x")
    assert len(weight.description) <= 200
    assert (odd.default, odd.minimum, odd.enum) == (None, None, ())


def test_referenced_parameters_are_read(only: Any) -> None:
    components = {"parameters": {"Page": {"name": "page", "in": "query", "schema": {"$ref": "#/components/schemas/N"}}},
                  "schemas": {"N": {"type": "integer"}}}  # fmt: skip
    operation = only(
        "/a", {"get": {"parameters": [{"$ref": "#/components/parameters/Page"}], **OK}}, components=components
    )
    assert [(p.name, p.type) for p in operation.parameters] == [("page", "integer")]


@pytest.mark.parametrize(
    ("items", "example"),
    [
        ({"type": "string", "enum": ["available", "sold"]}, ["available"]),
        ({"type": "string", "enum": ["available", "sold"], "default": "sold"}, ["sold"]),
        ({"type": "integer", "example": 7, "default": 1}, [7]),
        ({"type": "string"}, None),
    ],
)
def test_a_list_of_choices_has_an_example(only: Any, items: Any, example: Any) -> None:
    status = {"name": "status", "in": "query", "required": True, "schema": {"type": "array", "items": items}}
    assert parameters_of(only, status)["status"].example == example
