"""What an answer tells beside its data: status, headers, and that the API gives an operation up; keys of writes."""

import warnings
from collections.abc import Callable
from uuid import UUID

import httpx2
import pytest
from driversmith.engine.models.profile import ApiProfile

from . import profiles
from .conftest import Rig
from .profiles import operation, parameter, thing

Make = Callable[[ApiProfile], Rig]
OK = httpx2.Response(200, json={"data": [{"id": 1}]})


def payments(*keys: str) -> ApiProfile:
    headers = [parameter(key, argument=key.replace("-", "_"), location="header", required=True) for key in keys]
    made = operation("create_payment", "POST /payments", *headers, body=profiles.JSON_BODY)
    return profiles.profile("Bank", [made], [thing("payments", {"create": "create_payment"})])


def test_a_raw_call_gives_status_and_headers_beside_the_data(rig: Make) -> None:
    answer = httpx2.Response(202, json={"a": 1}, headers={"X-Request-Id": "r-7", "X-Left": "3"})
    found = rig(profiles.petstore()).open([answer]).call_operation_raw("list_pets")
    assert (found.data, found.status, found.request_id) == ({"a": 1}, 202, "r-7")
    assert found.headers["x-left"] == "3"


def test_an_error_tells_the_id_of_its_request(rig: Make) -> None:
    found = rig(profiles.petstore())
    with pytest.raises(found.DriverError) as caught:
        found.open([httpx2.Response(404, headers={"Request-Id": "r-9"})]).call_operation("list_pets")
    assert caught.value.details["request_id"] == "r-9"


@pytest.mark.parametrize(
    "headers", [{"Deprecation": "@1688169599"}, {"Sunset": "Sat, 31 Dec 2033 23:59:59 GMT"}, {"Deprecation": "true"}]
)
def test_what_an_answer_calls_deprecated_is_told_once(rig: Make, headers: dict[str, str]) -> None:
    driver = rig(profiles.petstore()).open(lambda _: httpx2.Response(200, json={"data": []}, headers=headers))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for view in (driver, driver, driver.with_options(timeout=3)):
            view.read("pets")
    (warning,) = caught
    name, value = next(iter(headers.items()))
    assert f"deprecated. {name}: {value}" in str(warning.message)


def test_what_the_description_calls_deprecated_is_told_once(rig: Make) -> None:
    profile = profiles.petstore()
    old = profile.operations["list_pets"].model_copy(update={"deprecated": True})
    found = rig(profile.model_copy(update={"operations": profile.operations | {"list_pets": old}}))
    driver = found.open(lambda _: OK)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        driver.read("pets", limit=1)
        driver.call_operation("list_pets")
    assert ["list_pets" in str(warning.message) for warning in caught] == [True]


@pytest.mark.parametrize("key", ["Idempotency-Key", "X-Idempotency-Key"])
def test_a_write_that_takes_a_key_gets_one_and_is_sent_again_with_it(rig: Make, key: str) -> None:
    found = rig(payments(key))
    driver = found.open([httpx2.Response(503), OK, OK])
    driver.create("payments", {"amount": 3})
    driver.create("payments", {"amount": 3})
    first, again, other = (request.headers[key] for request in found.requests)
    assert first == again != other
    assert UUID(first)


def test_a_key_that_the_caller_gives_is_sent(rig: Make) -> None:
    found = rig(payments("Idempotency-Key"))
    found.open([OK]).create("payments", {"amount": 3}, Idempotency_Key="mine")
    assert found.requests[0].headers["Idempotency-Key"] == "mine"


def test_a_write_without_such_a_key_is_sent_once(rig: Make) -> None:
    found = rig(payments())
    with pytest.raises(found.ServerError):
        found.open(lambda _: httpx2.Response(503)).create("payments", {"amount": 3})
    assert len(found.requests) == 1
