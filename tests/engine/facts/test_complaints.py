"""What an error asks for, in the shapes of the usual frameworks."""

from typing import Any

import pytest
from driversmith.engine.facts.complaints import Demand, demands


def only(body: Any) -> Demand:
    (demand,) = demands(body)
    return demand


@pytest.mark.parametrize(
    "body",
    [
        {"detail": [{"type": "missing", "loc": ["query", "unit"], "msg": "Field required"}]},  # FastAPI
        {"detail": [{"loc": ["query", "unit"], "msg": "field required", "type": "value_error.missing"}]},
        {"unit": ["This field is required."]},  # Django REST
        {"message": "Required request parameter 'unit' for method parameter type String is not present"},  # Spring
        {"title": "Bad Request", "detail": "Required parameter 'unit' is not present.", "instance": "/ships"},
        {"status": 400, "error": "param is missing or the value is empty: unit"},  # Rails
        {"message": "The given data was invalid.", "errors": {"unit": ["The unit field is required."]}},  # Laravel
        {
            "errors": [{"type": "field", "msg": "Invalid value", "path": "unit", "location": "query"}]
        },  # express-validator
        {"errors": [{"msg": "unit is required", "param": "unit", "location": "query"}]},
        {
            "title": "One or more validation errors occurred.",
            "errors": {"unit": ["The unit field is required."]},
        },  # ASP.NET
        {"errors": [{"source": {"parameter": "unit"}, "title": "Missing", "detail": "unit is required"}]},  # JSON:API
        {"message": '"unit" is required', "validation": {"source": "query", "keys": ["unit"]}},  # hapi
        {"message": "querystring must have required property 'unit'", "error": "Bad Request"},  # Fastify
        {"error": {"details": [{"fieldViolations": [{"field": "unit", "description": "unit must be set"}]}]}},  # Google
        {"errors": [{"code": "missing_field", "field": "unit"}]},
        {"success": False, "message": "Missing parameter: unit"},
        {"detail": "Missing required query parameters: unit"},
        "unit is required",
    ],
)
def test_a_missing_parameter_is_named_by_every_framework(body: Any):
    assert (only(body).name, only(body).missing) == ("unit", True)
    assert only(body).place in (None, "query")


@pytest.mark.parametrize(
    "body",
    [
        {
            "detail": [
                {"loc": ["query", "unit"], "msg": "Input should be 'kg' or 'lb'", "ctx": {"expected": "'kg' or 'lb'"}}
            ]
        },
        {"error": "Parameter 'unit' must be one of: kg, lb"},
        {"error": "Invalid value for 'unit'. Allowed values: kg, lb"},
        {"message": '"unit" must be one of [kg, lb]', "validation": {"source": "query", "keys": ["unit"]}},
        {"message": "unit is required, use one of: kg, lb"},
    ],
)
def test_allowed_values_are_read_in_their_order(body: Any):
    assert (only(body).name, only(body).values) == ("unit", ("kg", "lb"))


@pytest.mark.parametrize(
    ("body", "values"),
    [
        ({"error": "Missing required header X-Api-Version. Supported versions: 1, 2"}, ("1", "2")),
        ({"error": "Please send the header X-Api-Version: 2"}, ("2",)),
        ({"detail": [{"loc": ["header", "X-Api-Version"], "msg": "field required", "type": "missing"}]}, ()),
        ({"message": "Required request header 'X-Api-Version' for method parameter is not present"}, ()),
    ],
)
def test_a_header_is_known_as_one(body: Any, values: tuple[str, ...]):
    assert only(body) == Demand("X-Api-Version", "header", values, missing=True)


def test_a_value_beside_its_parameter_is_told():
    (demand,) = demands({"error": "The api-version query parameter is required, such as api-version=2024-05-01."})
    assert (demand.name, demand.values) == ("api-version", ("2024-05-01",))


@pytest.mark.parametrize(
    "body",
    [
        {"error": "not found"},
        {"message": "Internal Server Error"},
        {"message": "The request could not be processed. Please try again."},
        {"message": "You need to upgrade your plan."},
        {"error": "page must be an integer"},
        {"detail": [{"loc": ["body", "unit"], "msg": "field required", "type": "missing"}]},
        {"errors": []},
        [],
        None,
        7,
    ],
)
def test_what_names_no_parameter_of_ours_asks_for_nothing(body: Any):
    assert demands(body) == []


def test_a_body_without_end_is_read_to_a_limit():
    deep: Any = "unit is required"
    for _ in range(2_000):
        deep = {"error": deep}
    assert demands(deep) == []
    assert len(demands({f"field_{n}": ["This field is required."] for n in range(10_000)})) <= 4
