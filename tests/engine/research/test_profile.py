"""The whole profile: complete, the same every time, and unmoved by hostile or broken descriptions."""

import copy
import json
import random
from typing import Any

import pytest
from driversmith.engine.errors import DescriptionError, DriversmithError, InvalidArgumentError
from driversmith.engine.models.profile import ApiProfile
from driversmith.engine.research.documents.parse import Description
from driversmith.engine.research.profile import build_profile
from driversmith.engine.research.summary import summarise

PET = {"$ref": "#/components/schemas/Pet"}
HOSTILE = [
    "a'b\"c\\d\ne",
    "__class__",
    "x" * 300,
    "{x}",
    "\u202e\u2028\x00",
    "日本",
    "import os",
    "${y}",
    "%s",
    "</script>",
    "",
]


def json_of(schema: Any) -> Any:
    return {"description": "ok", "content": {"application/json": {"schema": schema}}}


def shop() -> dict[str, Any]:
    """A description with a little of everything."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Shop",
            "version": "2",
            "description": "Pets.\n\nAt most 100 requests per minute.",
            "x-ratelimit": {"limit": 5},
        },
        "externalDocs": {"url": "https://docs.test"},
        "servers": [{"url": "https://{region}.test/v1", "variables": {"region": {"default": "eu", "enum": ["eu"]}}}],
        "security": [{"key": []}, {"oauth": ["read"]}],
        "paths": {
            "/pets": {
                "parameters": [{"$ref": "#/components/parameters/Page"}],
                "get": {
                    "operationId": "listPets",
                    "tags": ["pets"],
                    "parameters": [{"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 50}}],
                    "responses": {
                        "200": json_of({"type": "object", "properties": {"data": {"type": "array", "items": PET}}})
                    },
                },
                "post": {"requestBody": json_of(PET), "responses": {"201": json_of(PET)}},
            },
            "/pets/{petId}": {
                "get": {"responses": {"200": json_of(PET), "default": {"$ref": "#/components/responses/Error"}}},
                "delete": {"responses": {"204": {"description": "gone"}}, "security": []},
            },
            "/shops/{shop}/pets": {"get": {"responses": {"200": json_of({"type": "array", "items": PET})}}},
            "/upload": {"post": {"servers": [{"url": "https://upload.test"}], "responses": {}}},
        },
        "components": {
            "schemas": {
                "Pet": {
                    "type": "object",
                    "required": ["id"],
                    "properties": {"id": {"type": "integer"}, "owner": {"$ref": "#/components/schemas/Owner"}},
                    "discriminator": {"propertyName": "kind", "mapping": {"cat": "#/components/schemas/Cat"}},
                },
                "Cat": {"allOf": [PET, {"properties": {"lives": {"type": ["integer", "null"]}}}]},
                "Owner": {"anyOf": [{"type": "object", "properties": {"pets": {"items": PET}}}, {"type": "null"}]},
            },
            "parameters": {"Page": {"name": "page", "in": "query", "schema": {"type": "integer", "default": 1}}},
            "responses": {"Error": json_of({"type": "object"})},
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
                "oauth": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/t", "scopes": {"read": ""}}}},
            },
        },
    }


def described(document: dict[str, Any]) -> Description:
    return Description("https://eu.test/openapi.json", "OpenAPI 3.1.0", document, "0" * 64, 1)


def build(document: dict[str, Any], **options: Any) -> ApiProfile:
    return build_profile(described(document), api_name="Shop", base_url="https://eu.test/v1/", **options)


def test_everything_is_there() -> None:
    profile = build(shop())
    assert (profile.title, profile.version, profile.documentation_url) == ("Shop", "2", "https://docs.test")
    assert profile.description == "Pets. At most 100 requests per minute."
    assert profile.base_url == "https://eu.test/v1"
    assert [server.url for server in profile.servers] == ["https://eu.test/v1"]
    assert list(profile.objects) == ["pets", "shops_pets"]
    assert list(profile.objects["pets"].fields) == ["id", "owner", "lives"]
    assert profile.objects["pets"].pagination.style == "page"
    assert [auth.kind for auth in profile.auth] == ["api_key", "oauth2_client_credentials"]
    assert [entry.reason for entry in profile.skipped] == ["other_server"]
    assert profile.rate_limit is not None
    assert (profile.rate_limit.requests, profile.rate_limit.seconds) == (100, 60)


def test_every_pointer_leads_to_something() -> None:
    document = shop()
    profile = build(document)
    facts = [
        *profile.servers,
        *profile.auth,
        *profile.objects.values(),
        *profile.operations.values(),
        profile.rate_limit,
    ]
    for fact in facts:
        node: Any = document
        for step in fact.evidence.pointer.split("/")[1:]:  # type: ignore[union-attr]
            key = step.replace("~1", "/").replace("~0", "~")
            node = node[int(key)] if isinstance(node, list) else node[key]


def test_the_same_description_gives_the_same_bytes_and_is_left_as_it_was() -> None:
    document = shop()
    first, second = build(document), build(copy.deepcopy(document))
    assert first.to_json() == second.to_json()
    assert first.digest() == second.digest()
    assert document == shop()
    assert ApiProfile.model_validate_json(first.to_json()) == first


def test_only_selected_objects_are_taken() -> None:
    profile = build(shop(), objects=("pets",))
    assert list(profile.objects) == ["pets"]
    assert len(profile.operations) == 4
    assert ("GET /shops/{shop}/pets", "not_selected") in [(entry.operation, entry.reason) for entry in profile.skipped]
    assert list(build(shop(), objects=("shops_pets",)).objects) == ["shops_pets"]


def test_an_unknown_object_is_answered_with_those_that_are_there() -> None:
    with pytest.raises(InvalidArgumentError, match="no object 'pet'; it has: pets, shops_pets") as caught:
        build(shop(), objects=("pet",))
    assert caught.value.code == "unknown_objects"
    assert "'pets'" in caught.value.next_action


@pytest.mark.parametrize("paths", [{}, None, [], "x", {"/a": {}}, {"/a": {"get": 5}}, {"/{": {"get": {}}}])
def test_a_description_without_operations_is_refused(paths: Any) -> None:
    document = {**shop(), "paths": paths}
    with pytest.raises(DescriptionError, match=r"openapi\.json") as caught:
        build(document)
    assert caught.value.code == "no_operations"


def test_hostile_text_stays_on_one_printable_line() -> None:
    for text in HOSTILE:
        document = shop()
        document["info"] = {"title": text, "version": text, "description": text}
        document["paths"]["/pets"]["get"] |= {"operationId": text, "summary": text, "description": text, "tags": [text]}
        document["paths"]["/" + text] = {"get": {"parameters": [{"name": text, "in": "query", "description": text}]}}
        document["components"]["schemas"]["Pet"]["properties"][text] = {"enum": [text, text * 100], "description": text}
        document["components"]["securitySchemes"][text] = {"type": "apiKey", "in": "query", "name": text or "k"}
        document["security"].append({text: []})
        profile = build(document)
        assert profile.title.isprintable()
        assert all(name.isidentifier() and len(name) <= 60 for name in profile.operations)
        assert all(name.isidentifier() and name.isascii() and len(name) <= 60 for name in profile.objects)
        assert all(operation.summary.isprintable() for operation in profile.operations.values())
        assert all(c.argument.isidentifier() for auth in profile.auth for c in auth.credentials)
        profile.to_json()


@pytest.mark.parametrize("seed", range(8))
def test_wrong_types_anywhere_raise_nothing_unexpected(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    junk: list[Any] = [
        None, True, 0, -1.5, 1e308, 10**400, "", "x", [], {}, [[]], [{}], [None, "a"], {"$ref": "#/paths"}, {"$ref": 5},
        {"$ref": "#/components/schemas/Pet"}, {"type": []}, {"properties": []}, {"allOf": {}}, "https://[bad", *HOSTILE,
    ]  # fmt: skip
    for _ in range(60):
        document = json.loads(json.dumps(shop()))
        places = list(_places(document))
        for _ in range(chance.choice([1, 3, 12])):
            home, key = chance.choice(places)
            home[key] = copy.deepcopy(chance.choice(junk)) if chance.random() < 0.8 else chance.choice(places)[0]
        try:
            profile = build(document)
        except DriversmithError as error:
            assert error.code in {"no_operations", "description_invalid"}
        else:
            assert summarise(profile).operations == len(profile.operations)
            profile.to_json()


def _places(root: Any) -> Any:
    waiting: list[Any] = [root]
    while waiting:
        node = waiting.pop()
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield node, key
            if isinstance(value, (dict, list)):
                waiting.append(value)


def test_very_large_objects_are_cut() -> None:
    document = shop()
    document["components"]["schemas"]["Pet"]["properties"] = {
        f"f{n}": {"description": "word " * 100} for n in range(5_000)
    }
    profile = build(document)
    assert len(profile.objects["pets"].fields) == 200
    assert all(len(field.description) <= 200 for field in profile.objects["pets"].fields.values())


def test_warnings_stay_few() -> None:
    document = shop()
    document["paths"] |= {f"/x{n}/{{id{n}}}": {"get": {}} for n in range(300)}
    warnings = build(document).warnings
    assert len(warnings) == 41
    assert warnings[-1].endswith("more oddities of the description are not listed.")
