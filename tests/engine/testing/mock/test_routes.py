"""Which operation a request is for."""

from typing import Any
from urllib.parse import parse_qsl

import pytest
from driversmith.engine.models.profile import Evidence, OperationProfile, ParameterProfile, ResponseProfile
from driversmith.engine.testing.mock.routes import Routes

from tests.counting import calls
from tests.engine.generation import profiles


def routes(*signatures: str, base_path: str = "") -> Routes:
    values: dict[str, Any] = {"response": ResponseProfile(), "evidence": Evidence(pointer="#")}
    made = [
        OperationProfile(name=signature, method=signature.partition(" ")[0], path=signature.partition(" ")[2], **values)
        for signature in signatures
    ]
    return Routes(base_path, made)


def test_requests_to_one_path_are_told_apart_by_the_header_that_names_what_is_asked() -> None:
    values: dict[str, Any] = {"response": ResponseProfile(), "evidence": Evidence(pointer="#"), "method": "POST"}
    named = {"location": "header", "argument": "target", "required": True}
    made = [
        OperationProfile(
            name=name, path="/", parameters=(ParameterProfile(name="X-Target", enum=(f"S.{name}",), **named),), **values
        )
        for name in ("ListApps", "CreateApp")
    ]
    found = Routes("", made).find("POST", "/", headers=(("x-target", "S.CreateApp"),))
    assert found and found.name == "CreateApp"
    assert Routes("", made[:1]).find("POST", "/", headers=(("x-target", "S.CreateApp"),)) is None
    assert Routes("", made[:1]).find("POST", "/") is None


@pytest.mark.parametrize(
    ("signature", "path"),
    [
        ("GET /pets", "/pets"),
        ("GET /pets/", "/pets/"),
        ("GET /pets/{id}", "/pets/7"),
        ("GET /pets/{id}", "/pets/"),
        ("GET /pets/{id}.json", "/pets/7.json"),
        ("GET /{a}-{b}/x", "/1-2/x"),
        ("GET /odd{a/b}", "/odd7"),
        ("GET /sp ace/{id}", "/sp%20ace/7"),
        ("GET /a%2Fb", "/a%2Fb"),
        ("GET /a(1)?x=1", "/a%281%29?x=1"),
        ("GET /a?x=a%2Fb&flag", "/a?more=1&flag=&x=a/b"),
        ("GET /a?filter=id:{id}", "/a?filter=id:7"),
        ("GET /ä", "/%C3%A4"),
    ],
)
def test_a_path_leads_to_its_operation(signature: str, path: str) -> None:
    path, _, query = path.partition("?")
    found = routes(signature, base_path="/v1").find("GET", f"/v1{path}", parse_qsl(query, keep_blank_values=True))
    assert found and found.name == signature


@pytest.mark.parametrize(
    ("signature", "request_line"),
    [
        ("GET /pets", "POST /pets"),
        ("GET /pets", "GET /pets/"),
        ("GET /pets", "GET /petz"),
        ("GET /pets/{id}", "GET /pets/7/toys"),
        ("GET /pets/{id}.json", "GET /pets/7.xml"),
    ],
)
def test_another_path_leads_nowhere(signature: str, request_line: str) -> None:
    assert routes(signature).find(*request_line.split(" ", 1)) is None


def test_a_request_without_what_is_in_every_call_is_for_another_operation() -> None:
    found = routes("GET /answers", "GET /answers?beta=true", "GET /answers?beta=true&v=2", "GET /rest?method=a")

    def named(query: str, path: str = "/answers") -> str:
        operation = found.find("GET", path, parse_qsl(query), preferred="GET /rest?method=a")
        return operation.signature if operation else ""

    assert named("") == named("beta=false") == "GET /answers"
    assert named("page=2&beta=true") == "GET /answers?beta=true"
    assert named("v=2&beta=true") == "GET /answers?beta=true&v=2"
    assert named("method=a", "/rest") == "GET /rest?method=a"
    assert named("method=b", "/rest") == named("", "/rest") == ""


def test_of_several_the_one_with_the_fewest_placeholders_is_meant_unless_another_is_expected() -> None:
    found = routes("GET /pets/{id}", "GET /{kind}/{id}", "GET /pets/mine")

    def named(preferred: str | None = None) -> str:
        operation = found.find("GET", "/pets/mine", preferred=preferred)
        return operation.name if operation else ""

    assert named() == "GET /pets/mine"
    assert named("GET /{kind}/{id}") == "GET /{kind}/{id}"
    assert named("GET /users") == "GET /pets/mine"


def test_finding_one_of_thousands_is_as_much_work_as_one_of_ten() -> None:
    def work(size: int) -> int:
        many = [f"{method} /parent{n}/things/{{id}}" for n in range(size) for method in ("GET", "PUT")]
        found = routes(*many)
        return calls(lambda: found.find("GET", "/parent3/things/7", preferred="PUT /parent4/things/{id}"))

    work(10)  # what is compiled once
    assert work(3000) <= work(10) + 5


def test_a_get_that_nothing_shares_its_path_with_needs_no_header_to_be_known() -> None:
    kind = profiles.parameter("X-Kind", location="header", argument="kind", required=True, enum=("a",))
    other = profiles.parameter("X-Kind", location="header", argument="kind", required=True, enum=("b",))
    one = profiles.operation("read_a", "GET /things", kind)
    assert Routes("", [one]).find("GET", "/things") == one
    assert Routes("", [one, profiles.operation("read_b", "GET /things", other)]).find("GET", "/things") is None
