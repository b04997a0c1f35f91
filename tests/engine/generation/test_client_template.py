"""The driver's class: verbs, names, environment, capabilities, and a real server."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
import pytest
from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.models.profile import ApiProfile

from . import profiles
from .conftest import Rig

Make = Callable[[ApiProfile], Rig]


def test_records_are_created_changed_and_deleted(rig: Make) -> None:
    found = rig(profiles.petstore())
    driver = found.open([httpx2.Response(201, json={"pet": {"id": 1}}), httpx2.Response(204), httpx2.Response(204)])
    assert driver.create("pets", {"name": "Rex"}) == {"id": 1}
    assert driver.update("pets", 1, {"name": "Max"}) == {}
    assert driver.delete("pets", "a/b") is None
    assert [(r.method, r.url.raw_path.decode()) for r in found.requests] == [
        ("POST", "/v1/pets"),
        ("PUT", "/v1/pets/1"),
        ("DELETE", "/v1/pets/a%2Fb"),
    ]
    assert json.loads(found.requests[1].content) == {"name": "Max"}


@pytest.mark.parametrize(
    ("body", "record"), [({"other": 1}, {"other": 1}), ([{"id": 1}], {"id": 1}), (7, {"value": 7})]
)
def test_what_a_write_answers_is_never_an_error(rig: Make, body: Any, record: Any) -> None:
    assert rig(profiles.petstore()).open(lambda _: httpx2.Response(200, json=body)).create("pets", {}) == record


def test_a_record_without_a_place_in_the_path_carries_its_id(rig: Make) -> None:
    profile = profiles.petstore()
    change = profiles.operation("change_pet", "PUT /pets", body=profiles.JSON_BODY)
    remove = profiles.operation("remove_pet", "DELETE /pets", profiles.parameter("id", required=True))
    found = rig(
        profile.model_copy(update={"operations": {**profile.operations, "change_pet": change, "remove_pet": remove}})
    )
    driver = found.open()
    driver.update("pets", 7, {"name": "Rex"})
    driver.delete("pets", 7)
    assert json.loads(found.requests[0].content) == {"id": 7, "name": "Rex"}
    assert found.paths[1] == "/v1/pets?id=7"


def test_data_for_an_operation_without_a_body_goes_to_its_parameters(rig: Make) -> None:
    profile = profiles.petstore()
    add = profiles.operation("add_pet", "POST /pets", profiles.parameter("name"))
    found = rig(profile.model_copy(update={"operations": {**profile.operations, "add_pet": add}}))
    found.open().create("pets", {"name": "Rex"})
    assert found.paths == ["/v1/pets?name=Rex"]


def test_a_verb_that_the_api_has_not_is_named(rig: Make) -> None:
    found = rig(profiles.petstore())
    driver = found.open()
    with pytest.raises(found.NotSupportedError, match="only read") as caught:
        driver.create("orders", {})
    assert caught.value.details == {"method": None, "path": None, "supported": ["read"]}
    other = rig(profiles.stations())
    with pytest.raises(other.NotSupportedError, match="only create"):
        other.open().read("bookings")


def test_read_only_apis_write_nothing(rig: Make) -> None:
    found = rig(profiles.messages())
    for call in (
        lambda d: d.create("messages", {}),
        lambda d: d.update("messages", 1, {}),
        lambda d: d.delete("messages", 1),
    ):
        with pytest.raises(found.NotSupportedError):
            call(found.open())


@pytest.mark.parametrize("call", ["read", "get_fields", "create"])
def test_an_unknown_object_is_answered_with_suggestions(rig: Make, call: str) -> None:
    found = rig(profiles.petstore())
    arguments: list[Any] = [{}] if call == "create" else []
    with pytest.raises(found.ObjectNotFoundError, match="list_objects") as caught:
        getattr(found.open(), call)("pet", *arguments)
    assert caught.value.suggestions[0] == "pets"


def test_an_unknown_operation_is_answered_with_suggestions(rig: Make) -> None:
    found = rig(profiles.petstore())
    with pytest.raises(found.ObjectNotFoundError) as caught:
        found.open().call_operation("get_pets")
    assert "get_pet" in caught.value.suggestions


def test_it_tells_what_it_can_do(rig: Make) -> None:
    driver = rig(profiles.petstore()).open()
    found = driver.get_capabilities()
    assert (found.read, found.create, found.update, found.delete) == (True, True, True, True)
    assert found.pagination == {"pets": "page", "orders": "none", "inventory": "none", "settings": "none"}
    assert (found.auth, found.max_page_size) == (["api_key"], 50)
    assert driver.list_objects() == ["pets", "orders", "inventory", "settings"]
    assert len(driver.list_operations()) == 12
    with pytest.raises(AttributeError):
        found.read = False


def test_it_tells_the_fields_of_an_object(rig: Make) -> None:
    fields = rig(profiles.petstore()).open().get_fields("pets")
    assert fields["id"] == {
        "type": "integer",
        "required": True,
        "nullable": False,
        "description": "Unique in the store.",
    }
    assert fields["tag"] == {"type": "string", "required": False, "nullable": True, "description": ""}


def test_the_environment_sets_it_up(rig: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATIONS_BASE_URL", "http://env.test")
    monkeypatch.setenv("STATIONS_CLIENT_ID", "id")
    monkeypatch.setenv("STATIONS_CLIENT_SECRET", "")
    monkeypatch.setenv("STATIONS_TOKEN_URL", "http://env.test/token")
    seen: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return httpx2.Response(200, json={"access_token": "t", "data": []})

    found = rig(profiles.stations())
    with found.driver_class.from_env(transport=httpx2.MockTransport(answer), client_secret="s") as driver:
        driver.read("stations")
    assert [str(r.url) for r in seen] == ["http://env.test/token", "http://env.test/stations"]


def test_an_empty_variable_is_no_credential(rig: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PETSTORE_API_KEY", "")
    found = rig(profiles.petstore())
    seen: list[httpx2.Request] = []
    transport = httpx2.MockTransport(lambda r: (seen.append(r), httpx2.Response(200, json={"data": []}))[1])
    with found.driver_class.from_env(transport=transport) as driver:
        driver.read("pets")
    assert "X-API-Key" not in seen[0].headers


def test_the_connection_is_checked_by_one_record(rig: Make) -> None:
    found = rig(profiles.petstore())
    found.open(lambda _: httpx2.Response(200, json={"data": []})).check_connection()
    assert found.paths == ["/v1/pets?per_page=1&page=1"]
    with pytest.raises(found.AuthenticationError):
        found.open(lambda _: httpx2.Response(401)).check_connection()


@pytest.mark.parametrize(
    ("status", "passes"), [(200, True), (404, True), (429, True), (401, False), (403, False), (500, False)]
)
def test_the_connection_is_checked_by_the_base_url_where_nothing_can_be_read(
    rig: Make, status: int, passes: bool
) -> None:
    found = rig(profiles.calls_only())
    driver = found.open(lambda _: httpx2.Response(status), max_retries=0)
    if passes:
        driver.check_connection()
    else:
        with pytest.raises(found.DriverError):
            driver.check_connection()
    assert found.paths == ["/v1"]


def test_an_unreachable_server_fails_the_check(rig: Make) -> None:
    found = rig(profiles.calls_only())
    with pytest.raises(found.DriverConnectionError):
        found.open(lambda _: httpx2.ConnectError("refused"), max_retries=0).check_connection()


class Lighthouse(BaseHTTPRequestHandler):
    """Three pages of repositories with the Link header, for those who know the password."""

    def do_GET(self) -> None:
        if self.headers.get("Authorization") != "Basic bWU6c2VjcmV0":
            self.send_error(401)
            return
        number = int(httpx2.URL(self.path).params.get("page", 1))
        body = json.dumps([{"id": number}]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if number < 3:
            self.send_header("Link", f'</v1/users/octo/repos?page={number + 1}>; rel="next"')
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing goes to stderr."""


@pytest.fixture
def lighthouse() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Lighthouse) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        server.shutdown()
        thread.join()


def test_it_reads_from_a_real_server(rig: Make, lighthouse: str) -> None:
    found = rig(profiles.repositories())
    with found.driver_class(lighthouse, username="me", password="secret") as driver:
        assert driver.read("repos", user="octo") == [{"id": 1}, {"id": 2}, {"id": 3}]
    with found.driver_class(lighthouse) as driver, pytest.raises(found.AuthenticationError):
        driver.read("repos", user="octo")


def test_nobody_at_the_door_is_a_connection_error(rig: Make) -> None:
    found = rig(profiles.repositories())
    with found.driver_class("http://127.0.0.1:1", max_retries=0) as driver, pytest.raises(found.DriverConnectionError):
        driver.read("repos", user="octo")


def test_what_a_read_takes_is_told(rig: Make) -> None:
    driver = rig(profiles.petstore()).open()
    assert driver.get_parameters("pets") == {
        "page": {"type": "integer", "required": False},
        "per_page": {"type": "integer", "required": False},
        "status": {"type": "string", "required": False},
        "tags": {"type": "array", "required": False},
        "petId": {"type": "integer", "required": False},
    }
    assert driver.get_parameters("orders") == {"petId": {"type": "integer", "required": True}}
    with pytest.raises(Exception, match="No object is called 'no such'"):
        driver.get_parameters("no such")


def test_what_a_read_demands_stands_in_the_readme() -> None:
    readme = write_driver(profiles.petstore())["README.md"].text
    assert "| `orders` | read | `petId` | none |" in readme


@pytest.mark.parametrize("kind", profiles.ALL)
def test_what_is_told_to_be_required_is_what_a_read_refuses_to_go_without(kind: str, rig: Make) -> None:
    found = rig(profiles.ALL[kind]())
    driver = found.open(lambda _: httpx2.Response(500), max_retries=0)
    for name in driver.list_objects():
        demanded = [argument for argument, told in driver.get_parameters(name).items() if told["required"]]
        try:
            driver.read(name)
        except found.InvalidRequestError as error:
            assert all(argument in str(error) for argument in demanded)
            assert demanded
        except (found.ServerError, found.NotSupportedError):
            assert not demanded
