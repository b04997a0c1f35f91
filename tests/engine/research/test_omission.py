"""A profile without the operations that were not proven is whole: nothing in it names what is gone."""

from typing import Any

from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.research.omission import without_operations

from .conftest import Study

PET = {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}}


def _json(schema: Any) -> Any:
    return {"200": {"description": "ok", "content": {"application/json": {"schema": schema}}}}


def _shop() -> dict[str, Any]:
    page = {"name": "page", "in": "query", "schema": {"type": "integer", "default": 1}}
    return {
        "paths": {
            "/pets": {
                "get": {
                    "operationId": "list_pets",
                    "parameters": [page],
                    "security": [{"key": []}],
                    "responses": _json({"type": "object", "properties": {"data": {"type": "array", "items": PET}}}),
                },
                "post": {
                    "operationId": "add_pet",
                    "requestBody": {"content": {"application/json": {"schema": PET}}},
                    "security": [{"other": []}],
                    "responses": _json(PET),
                },
            },
            "/toys": {"get": {"operationId": "list_toys", "security": [{"key": []}], "responses": _json(PET)}},
        },
        "components": {
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
                "other": {"type": "apiKey", "in": "header", "name": "X-Other"},
            }
        },
    }


def test_an_object_loses_the_verbs_that_are_gone_and_what_belonged_to_them(study: Study) -> None:
    whole = study(_shop())
    assert (whole.objects["pets"].record_path, whole.objects["pets"].pagination.style) == (("data",), "page")
    left = without_operations(whole, {"list_pets": "read-records: expected 3 items; received 1 items"})
    assert set(left.operations) == {"add_pet", "list_toys"}
    pets = left.objects["pets"]
    assert pets.operations == {"create": "add_pet"}
    assert (pets.record_path, pets.pagination.style, pets.filters) == ((), "none", ())
    assert [(s.operation, s.reason, s.detail) for s in left.skipped] == [
        ("GET /pets", "not_proven", "read-records: expected 3 items; received 1 items")
    ]
    assert left.objects["toys"] == whole.objects["toys"]


def test_an_object_without_a_verb_goes(study: Study) -> None:
    left = without_operations(study(_shop()), {"list_toys": "why"})
    assert set(left.objects) == {"pets"}


def test_a_scheme_that_nothing_uses_goes_and_the_other_key_has_the_plain_name(study: Study) -> None:
    whole = study(_shop())
    assert {c.argument for scheme in whole.auth for c in scheme.credentials} == {"key", "other"}
    left = without_operations(whole, {"add_pet": "why"})
    assert [(c.argument, c.required) for scheme in left.auth for c in scheme.credentials] == [("api_key", True)]


def test_the_templates_write_a_driver_for_what_is_left(study: Study) -> None:
    whole = study(_shop())
    for name in whole.operations:
        bundle = write_driver(without_operations(whole, {name: "it is broken"}))
        readme = bundle["README.md"].text
        assert whole.operations[name].signature in readme, "what is left out is listed"
        assert "not_proven" in readme


def test_names_that_the_api_has_not_change_nothing(study: Study) -> None:
    whole = study(_shop())
    assert without_operations(whole, {"nobody": "why"}).operations == whole.operations
