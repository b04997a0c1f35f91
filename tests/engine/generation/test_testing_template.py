"""The fake that a driver brings for its user's own tests: it pages as the API does, keeps what it is sent, and refuses."""

import asyncio
import importlib
import sys
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from driversmith.engine.models.profile import ApiProfile, PaginationProfile, ResponseProfile

from . import profiles
from .conftest import Rig
from .profiles import operation, parameter, path, thing

Make = Callable[[ApiProfile], Rig]
FIVE = [{"id": n} for n in range(1, 6)]


def opened(rig: Rig, records: Any = None, *, twin: bool = False, more: Any = None, **options: Any) -> tuple[Any, Any]:
    """A driver, and the fake that it speaks to."""
    fake = importlib.import_module(f"{rig.package.__name__}.testing").FakeApi(records, **options)
    name = rig.driver_class.__name__
    made = getattr(rig.package, f"Async{name}" if twin else name)
    return made(transport=fake, max_retries=0, **(more or {})), fake


PAGINGS: dict[str, dict[str, Any]] = {
    "page": {"style": "page", "position_parameter": "p", "size_parameter": "n", "first": 1},
    "page from 0": {"style": "page", "position_parameter": "p", "first": 0},
    "offset": {"style": "offset", "position_parameter": "o", "size_parameter": "n", "max_size": 3},
    "flag": {"style": "page", "position_parameter": "p", "first": 1, "more_path": ("more",)},
    "last": {"style": "page", "position_parameter": "p", "first": 1, "last_path": ("end",)},
    "total": {"style": "page", "position_parameter": "p", "size_parameter": "n", "first": 1, "total_path": ("sum",)},
    "cursor": {"style": "cursor", "position_parameter": "after", "next_path": ("meta", "next")},
    "cursor in a header": {"style": "cursor", "position_parameter": "after", "next_header": "X-Next"},
    "after the last record": {"style": "cursor", "position_parameter": "after", "next_path": ("items", "id")},
    "link": {"style": "link_header"},
    "url": {"style": "next_url", "next_path": ("next",)},
}


@pytest.mark.parametrize("kind", PAGINGS)
def test_pages_come_in_the_style_of_the_api(rig: Make, kind: str) -> None:
    names = ("p", "n", "o", "after")
    listing = operation("list", "GET /things", *map(parameter, names))
    paging = PaginationProfile.model_validate(PAGINGS[kind])
    things = thing("things", {"read": "list"}, record_path=("items",), pagination=paging)
    driver, fake = opened(rig(profiles.profile("Paged", [listing], [things])), {"things": FIVE}, page_size=2)
    batches = list(driver.read_batched("things", batch_size=2))
    assert [record for batch in batches for record in batch] == FIVE
    assert len(fake.requests) >= 3
    assert driver.read("things", limit=3) == FIVE[:3]


SHAPES: dict[str, tuple[dict[str, Any], list[Any]]] = {
    "map": ({"shape": "map"}, [{"key": "a", "n": 1}]),
    "table": ({"shape": "table", "record_path": ("rows",), "columns_path": ("names",)}, FIVE),
    "columns": ({"shape": "columns", "record_path": ("daily",)}, FIVE),
    "features": ({"shape": "features", "record_path": ("features",)}, [{"id": 7, "name": "x", "geometry": None}]),
    "edges": ({"inner_path": ("node",), "record_path": ("edges",)}, FIVE),
    "record": ({"shape": "record"}, FIVE[:1]),
}


@pytest.mark.parametrize("kind", SHAPES)
def test_records_stand_in_the_shape_of_the_api(rig: Make, kind: str) -> None:
    facts, records = SHAPES[kind]
    made = profiles.profile("Shaped", [operation("list", "GET /x")], [thing("x", {"read": "list"}, **facts)])
    driver, _ = opened(rig(made), {"x": records})
    assert driver.read("x") == records


@pytest.mark.parametrize("media", ["text/csv", "text/tab-separated-values", "application/x-ndjson"])
def test_records_come_in_the_form_of_the_api(rig: Make, media: str) -> None:
    response = ResponseProfile(media_type=media, kind="text", type="string")
    made = profiles.profile("Text", [operation("list", "GET /x", response=response)], [thing("x", {"read": "list"})])
    records = [{"name": 'a "b"', "note": "é, ü"}]
    driver, _ = opened(rig(made), {"x": records})
    assert driver.read("x") == records


def test_what_is_sent_to_it_is_there_afterwards(rig: Make) -> None:
    driver, fake = opened(rig(profiles.petstore()), {"pets": [{"id": 1, "name": "Rex"}]}, more={"api_key": "k"})
    made = driver.create("pets", {"name": "Zoë"})
    assert made == {"id": 2, "name": "Zoë"}
    assert driver.read("pets", petId=2) == [made]
    assert driver.update("pets", 2, {"name": "Zo"})["name"] == "Zo"
    driver.delete("pets", 1)
    assert driver.read("pets") == [{"id": 2, "name": "Zo"}]
    assert fake.records["pets"] == [{"id": 2, "name": "Zo"}]


def test_the_records_of_a_caller_stay_as_they_are(rig: Make) -> None:
    seeds = [{"id": 1, "name": "Rex"}]
    driver, _ = opened(rig(profiles.petstore()), {"pets": seeds})
    driver.update("pets", 1, {"name": "Max"})
    assert seeds == [{"id": 1, "name": "Rex"}]


def test_unknown_ids_paths_and_objects_are_not_found(rig: Make) -> None:
    found = rig(profiles.petstore())
    driver, _ = opened(found, {"pets": FIVE})
    for call in (
        lambda: driver.read("pets", petId=9),
        lambda: driver.update("pets", 9, {}),
        lambda: driver.delete("pets", 9),
        lambda: driver.call_endpoint("GET", "/nothing/pets"),
        lambda: opened(found, {"cats": []}),
    ):
        with pytest.raises(found.exceptions.ObjectNotFoundError):
            call()


def test_records_are_made_where_none_are_given(rig: Make) -> None:
    driver, fake = opened(rig(profiles.petstore()))
    pets = driver.read("pets")
    assert [pet["id"] for pet in pets] == [1, 2, 3]
    assert {type(pet["name"]) for pet in pets} == {str}
    assert fake.records["pets"] == pets


AUTHS = {
    "header": profiles.api_key(),
    "query": profiles.api_key("query", "key"),
    "cookie": profiles.api_key("cookie", "sid"),
    "prefix": profiles.api_key("header", "Authorization", "Token "),
}


@pytest.mark.parametrize("kind", AUTHS)
def test_wrong_credentials_are_refused(rig: Make, kind: str) -> None:
    found = rig(profiles.petstore(AUTHS[kind]))
    key = {"api_key": "s+e/c r=t" if kind != "cookie" else "s+e/c"}
    assert opened(found, {"pets": FIVE}, credentials=key, more=key)[0].read("pets") == FIVE
    for given in ({"api_key": "other"}, {}):
        driver, _ = opened(found, {"pets": FIVE}, credentials=key, more=given)
        with pytest.raises(found.exceptions.AuthenticationError):
            driver.read("pets")
        assert driver.call_operation("get_inventory") is not None


@pytest.mark.parametrize("kind", ["basic", "oauth2_client_credentials"])
def test_passwords_and_tokens_are_looked_at_too(rig: Make, kind: Any) -> None:
    arguments = ("username", "password") if kind == "basic" else ("client_id", "client_secret")
    credentials = tuple(profiles.Credential(argument=a, env=a.upper(), scheme="s") for a in arguments)
    scheme = profiles.AuthScheme(
        name="s", kind=kind, token_url="/token", credentials=credentials, evidence=profiles.EVIDENCE
    )
    listing = operation("list", "GET /things", security=(("s",),))
    found = rig(profiles.profile("Closed", [listing], [thing("things", {"read": "list"})], auth=(scheme,)))
    good = dict.fromkeys(arguments, "x:y")
    assert opened(found, {"things": FIVE}, credentials=good, more=good)[0].read("things") == FIVE
    driver, _ = opened(found, {"things": FIVE}, credentials=good, more={**good, arguments[1]: "wrong"})
    with pytest.raises(found.exceptions.AuthenticationError):
        driver.read("things")


def test_answers_of_the_test_come_first(rig: Make) -> None:
    found = rig(profiles.petstore())
    driver, fake = opened(found, {"pets": FIVE})
    fake.answers = [httpx2.Response(429, headers={"Retry-After": "7"}), httpx2.ConnectError("cut")]
    with pytest.raises(found.exceptions.RateLimitError):
        driver.read("pets")
    with pytest.raises(found.exceptions.DriverConnectionError):
        driver.read("pets")
    assert driver.read("pets") == FIVE
    fake.replies["log_in"] = "token"
    assert driver.call_operation("log_in", body={}) == "token"


def test_it_stands_in_for_the_network_of_the_twin_as_well(rig: Make) -> None:
    async def run() -> Any:
        driver, _ = opened(rig(profiles.petstore()), {"pets": FIVE}, twin=True, page_size=2)
        async with driver:
            await driver.create("pets", {"id": 6})
            return await driver.read("pets")

    assert asyncio.run(run()) == [*FIVE, {"id": 6}]


def test_an_operation_is_found_by_all_that_it_fixes(rig: Make) -> None:
    body = profiles.BodyProfile(media_type="application/json", kind="json", argument=None)
    cats, dogs = (body.model_copy(update={"fixed": {"query": kind}}) for kind in ("cats", "dogs"))
    operations = [
        operation("list_cats", "POST /query", body=cats).model_copy(update={"only_reads": True}),
        operation("list_dogs", "POST /query", body=dogs).model_copy(update={"only_reads": True}),
        operation("list_old", "GET /a").model_copy(update={"fixed_query": "kind=old", "path": "/a?kind=old"}),
        operation("list_one", "GET /a/{id}", path("id")),
    ]
    objects = [thing(name, {"read": f"list_{name}"}) for name in ("cats", "dogs", "old")]
    driver, _ = opened(
        rig(profiles.profile("Odd", operations, objects)), {n: [{"id": n}] for n in ("cats", "dogs", "old")}
    )
    assert [driver.read(name) for name in ("cats", "dogs", "old")] == [[{"id": n}] for n in ("cats", "dogs", "old")]


def test_an_identifier_may_stand_in_brackets_and_hold_anything(rig: Make) -> None:
    listing = operation("list", "GET /Products")
    one = operation("one", "GET /Products({id})", path("id", type="string"))
    products = thing("products", {"read": "list", "read_one": "one"}, identifier="sku")
    records = [{"sku": "a/b ü"}, {"sku": "c"}]
    driver, fake = opened(rig(profiles.profile("OData", [listing, one], [products])), {"products": records})
    assert driver.read("products", id="a/b ü") == records[:1]
    assert driver.read("products") == records
    assert len(fake.requests) == 2


def test_no_module_of_the_driver_loads_it(rig: Make) -> None:
    found = rig(profiles.petstore())
    found.open([httpx2.Response(200, json={"data": []})]).read("pets")
    package = found.package.__name__
    loaded = {name.removeprefix(f"{package}.") for name in sys.modules if name.startswith(package)}
    assert {"_records", "_transport"} <= loaded
    assert not {"testing", "_pages", "__main__"} & loaded
