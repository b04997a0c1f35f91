"""Where a driver puts arguments, and what it refuses to send."""

import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from email.parser import BytesParser
from enum import Enum
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest
from driversmith.engine.models.profile import ApiProfile, BodyProfile

from . import profiles
from .conftest import Rig

Make = Callable[[ApiProfile], Rig]


def sent(found: Rig, **arguments: Any) -> httpx2.Request:
    found.open().call_operation("styles", **{"plain": "p", "label": "l", "matrix": "m", **arguments})
    return found.requests[-1]


@pytest.mark.parametrize(
    ("arguments", "wire"),
    [
        ({"many": ["a", "b c"]}, "many=a&many=b%20c"),
        ({"joined": ["a", "b"]}, "joined=a,b"),
        ({"spaced": ["a", "b"]}, "spaced=a%20b"),
        ({"piped": ["a", "b"]}, "piped=a|b"),
        ({"filter": {"a": 1, "b": {"c": [2, 3]}}}, "filter[a]=1&filter[b][c]=2&filter[b][c]=3"),
        ({"spread": {"x": 1, "y": True}}, "x=1&y=true"),
        ({"query": {"a": [1]}}, "query=%7B%22a%22:%20[1]%7D"),
        ({"target": "a/b:c&d=e+f"}, "target=a/b:c%26d=e%2Bf"),
        ({"from_": "é"}, "from=%C3%A9"),
        ({"many": [], "joined": None}, ""),
    ],
)
def test_query_parameters_are_written_in_their_style(rig: Make, arguments: dict[str, Any], wire: str) -> None:
    assert sent(rig(profiles.calls_only()), **arguments).url.query.decode() == wire


@pytest.mark.parametrize(
    ("label", "matrix", "path"),
    [
        ("l", "m", "/v1/styles/p/x.l/y;matrix=m"),
        (["a", "b"], ["c", "d"], "/v1/styles/p/x.a.b/y;matrix=c;matrix=d"),
        ({"k": 1}, {"k": 1, "j": 2}, "/v1/styles/p/x.k=1/y;k=1;j=2"),
    ],
)
def test_paths_are_written_in_their_style(rig: Make, label: Any, matrix: Any, path: str) -> None:
    request = sent(rig(profiles.calls_only()), label=label, matrix=matrix)
    assert request.url.raw_path.decode() == path


RGB: dict[str, Any] = {"R": 100, "G": "a,b"}
"""A value as the examples of OpenAPI have it, with one delimiter in it."""
ONE_STYLE = [
    ({"location": "path", "style": "simple", "explode": False}, "/v1/p/R,100,G,a%2Cb"),
    ({"location": "path", "style": "simple", "explode": True}, "/v1/p/R=100,G=a%2Cb"),
    ({"location": "path", "style": "label", "explode": False}, "/v1/p/.R,100,G,a%2Cb"),
    ({"location": "path", "style": "label", "explode": True}, "/v1/p/.R=100.G=a%2Cb"),
    ({"location": "path", "style": "matrix", "explode": False}, "/v1/p/;v=R,100,G,a%2Cb"),
    ({"location": "path", "style": "matrix", "explode": True}, "/v1/p/;R=100;G=a%2Cb"),
    ({"location": "path", "json_encoded": True}, "/v1/p/%7B%22R%22%3A%20100%2C%20%22G%22%3A%20%22a%2Cb%22%7D"),
    ({"location": "query"}, "/v1/p?R=100&G=a,b"),
    ({"location": "query", "explode": False}, "/v1/p?v=R,100,G,a%2Cb"),
    ({"location": "query", "style": "spaceDelimited", "explode": False}, "/v1/p?v=R%20100%20G%20a%2Cb"),
    ({"location": "query", "style": "pipeDelimited", "explode": False}, "/v1/p?v=R|100|G|a%2Cb"),
    ({"location": "query", "style": "deepObject"}, "/v1/p?v[R]=100&v[G]=a,b"),
    ({"location": "query", "json_encoded": True}, "/v1/p?v=%7B%22R%22:%20100,%20%22G%22:%20%22a,b%22%7D"),
    ({"location": "header", "style": "simple", "explode": False}, "R,100,G,a,b"),
    ({"location": "header", "style": "simple", "explode": True}, "R=100,G=a,b"),
    ({"location": "header", "json_encoded": True}, '{"R": 100, "G": "a,b"}'),
    ({"location": "cookie"}, "R=100; G=a,b"),
    ({"location": "cookie", "explode": False}, "v=R,100,G,a%2Cb"),
    ({"location": "cookie", "json_encoded": True}, "v={%22R%22:%20100,%20%22G%22:%20%22a,b%22}"),
]


@pytest.mark.parametrize("kind", ["object", "any"])
@pytest.mark.parametrize(("values", "wire"), ONE_STYLE)
def test_a_dict_is_written_right_where_no_other_parameter_has_a_style(
    rig: Make, values: dict[str, Any], wire: str, kind: str
) -> None:
    place = values["location"]
    described = profiles.parameter("v", **{"type": kind, "required": place == "path", **values})
    asked = profiles.operation("ask", "GET /p/{v}" if place == "path" else "GET /p", described)
    found = rig(profiles.profile("Colours", [asked], []))
    found.open().call_operation("ask", v=RGB)
    seen = {"header": found.requests[0].headers.get("v"), "cookie": found.requests[0].headers.get("Cookie")}
    assert seen.get(place, found.paths[0]) == wire


@pytest.mark.parametrize(
    ("values", "wire"),
    [
        ({"location": "path", "style": "simple", "explode": False}, "/v1/p/a%2Cb,c"),
        ({"location": "path", "style": "label", "explode": True}, "/v1/p/.a%2Cb.c"),
        ({"location": "path", "style": "matrix", "explode": True}, "/v1/p/;v=a%2Cb;v=c"),
        ({"location": "path", "style": "matrix", "explode": False}, "/v1/p/;v=a%2Cb,c"),
        ({"location": "path", "style": "pipeDelimited", "explode": False}, "/v1/p/a%2Cb%7Cc"),
        ({"location": "query", "style": "tabDelimited", "explode": False}, "/v1/p?v=a%2Cb%09c"),
        ({"location": "header", "style": "pipeDelimited", "explode": False}, "a,b|c"),
        ({"location": "query"}, "/v1/p?v=a,b&v=c"),
        ({"location": "header", "style": "simple", "explode": False}, "a,b,c"),
        ({"location": "cookie"}, "v=a,b; v=c"),
        ({"location": "cookie", "explode": False}, "v=a%2Cb,c"),
    ],
)
def test_a_list_is_written_right_where_no_other_parameter_has_a_style(
    rig: Make, values: dict[str, Any], wire: str
) -> None:
    place = values["location"]
    described = profiles.parameter("v", type="array", items="string", required=place == "path", **values)
    asked = profiles.operation("ask", "GET /p/{v}" if place == "path" else "GET /p", described)
    found = rig(profiles.profile("Lists", [asked], []))
    found.open().call_operation("ask", v=["a,b", "c"])
    seen = {"header": found.requests[0].headers.get("v"), "cookie": found.requests[0].headers.get("Cookie")}
    assert seen.get(place, found.paths[0]) == wire


def test_two_dicts_may_have_a_key_in_common(rig: Make) -> None:
    both = [profiles.parameter(name, type="object") for name in ("one", "two")]
    found = rig(profiles.profile("Twins", [profiles.operation("ask", "GET /p", *both)], []))
    found.open().call_operation("ask", one={"k": 1}, two={"k": 2})
    assert found.paths == ["/v1/p?k=1&k=2"]


def test_what_is_in_every_call_goes_out_as_it_is_spelled_before_all_else(rig: Make) -> None:
    described = profiles.operation(
        "ask",
        "GET /things/{id}?q=a%2Fb+c&filter=of:{id}&flag",
        profiles.path("id"),
        profiles.parameter("page", type="integer"),
    )
    bare = profiles.operation("bare", "GET /things/{id}", profiles.path("id"))
    scheme = profiles.api_key("query", "key")
    for auth in ((), (scheme,)):
        secured = {"security": (("key",),)} if auth else {}
        operations = [o.model_copy(update=secured) for o in (described, bare)]
        found = rig(profiles.profile("Things", operations, [], auth=auth))
        driver = found.open(api_key="a/b+") if auth else found.open()
        driver.call_operation("ask", id="x&y?z", page=2)
        driver.call_operation("bare", id="1")
        key = "key=a%2Fb%2B" if auth else ""
        assert found.paths == [
            f"/v1/things/x%26y%3Fz?q=a%2Fb+c&filter=of:x%26y%3Fz&flag&page=2{key and '&' + key}",
            f"/v1/things/1{key and '?' + key}",
        ]
        with pytest.raises(found.InvalidRequestError):
            driver.call_operation("ask", id="..")


def test_a_required_parameter_with_a_default_is_sent_unless_the_caller_says_otherwise(rig: Make) -> None:
    described = profiles.operation(
        "list_zones",
        "GET /zones",
        profiles.parameter("api-version", required=True, enum=("2024-01-01",), default="2024-01-01"),
        profiles.parameter("X-Deep", location="header", required=True, type="boolean", default=False, style="simple"),
        profiles.parameter("size", type="integer", default=10),
    )
    found = rig(profiles.profile("Zones", [described], [profiles.thing("zones", {"read": "list_zones"})]))
    driver = found.open(lambda _: httpx2.Response(200, json=[]))
    driver.read("zones")
    driver.call_operation("list_zones", **{"api-version": "2025", "X-Deep": True, "size": None})
    assert found.paths == ["/v1/zones?api-version=2024-01-01", "/v1/zones?api-version=2025"]
    assert [request.headers["X-Deep"] for request in found.requests] == ["false", "true"]


def test_an_api_without_credentials_may_say_so_of_some_operations_only(rig: Make) -> None:
    operations = [
        profiles.operation("list_zones", "GET /zones", security=((),)),
        profiles.operation("list_areas", "GET /areas"),
    ]
    found = rig(profiles.profile("Zones", operations, [profiles.thing("zones", {"read": "list_zones"})]))
    assert found.open(lambda _: httpx2.Response(200, json=[{"id": 1}])).read("zones") == [{"id": 1}]


def test_headers_and_cookies_go_to_their_place(rig: Make) -> None:
    request = sent(rig(profiles.calls_only()), **{"X-Tags": ["a", "b"], "session": "a b;c"})
    assert request.headers["X-Tags"] == "a,b"
    assert request.headers["Cookie"] == "session=a%20b%3Bc"


@pytest.mark.parametrize("value", ["a/b", "../../etc", "a?b=c", "a#b", "%2e%2e", "a%2Fb", "a\\b", "é", "{label}"])
def test_a_value_never_changes_the_path(rig: Make, value: str) -> None:
    request = sent(rig(profiles.calls_only()), plain=value)
    assert request.url.raw_path.count(b"/") == 5
    assert not request.url.query
    assert request.url.path == f"/v1/styles/{value}/x.l/y;matrix=m"


@pytest.mark.parametrize("value", ["", ".", "..", []])
def test_a_value_that_would_change_the_path_is_refused(rig: Make, value: Any) -> None:
    found = rig(profiles.calls_only())
    with pytest.raises(found.InvalidRequestError):
        sent(found, plain=value)
    assert found.requests == []


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\x00b", "\ud800"])
def test_a_header_cannot_be_broken_apart(rig: Make, value: str) -> None:
    found = rig(profiles.calls_only())
    with pytest.raises(found.InvalidRequestError) as caught:
        sent(found, **{"X-Tags": value})
    assert "Evil" not in str(caught.value)
    assert found.requests == []


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (date(2026, 1, 31), "2026-01-31"),
        (datetime(2026, 1, 31, 12, tzinfo=UTC), "2026-01-31T12:00:00%2B00:00"),
        (False, "false"),
        (1.5, "1.5"),
    ],
)
def test_values_are_spelt_as_apis_expect(rig: Make, value: Any, text: str) -> None:
    assert sent(rig(profiles.calls_only()), target=value).url.query.decode() == f"target={text}"


def test_missing_and_unknown_arguments_are_named(rig: Make) -> None:
    found = rig(profiles.petstore())
    driver = found.open()
    with pytest.raises(found.InvalidRequestError, match="petId is missing") as caught:
        driver.read("orders")
    assert caught.value.details["missing"] == ["petId"]
    assert caught.value.details["known"] == ["petId"]
    assert caught.value.details["method"] == "GET"
    assert caught.value.details["path"] == "/pets/{petId}/orders"
    with pytest.raises(found.InvalidRequestError, match="stauts is unknown; it takes page, per_page, status, tags"):
        driver.read("pets", stauts="sold")
    with pytest.raises(found.InvalidRequestError, match="body is missing"):
        driver.call_operation("add_pet")
    assert found.requests == []


def test_a_value_outside_an_enum_is_the_servers_business(rig: Make) -> None:
    found = rig(profiles.petstore())
    found.open(lambda _: httpx2.Response(200, json={"data": []})).read("pets", status="new")
    assert found.requests[0].url.params["status"] == "new"


def test_json_goes_out_as_json(rig: Make) -> None:
    found = rig(profiles.petstore())
    found.open().call_operation("add_pet", body={"name": "é"})
    request = found.requests[0]
    assert json.loads(request.content) == {"name": "é"}
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Accept"] == "application/json"


@pytest.mark.parametrize("body", [{"a": float("nan")}, {"a": object()}, {"a": {1, 2}}])
def test_what_is_no_json_is_refused(rig: Make, body: Any) -> None:
    found = rig(profiles.petstore())
    with pytest.raises(found.InvalidRequestError):
        found.open().call_operation("add_pet", body=body)


def test_forms_go_out_encoded(rig: Make) -> None:
    found = rig(profiles.petstore())
    found.open(lambda _: httpx2.Response(200, text="token")).call_operation(
        "log_in", body={"user": "a&b", "n": [1, True]}
    )
    assert found.requests[0].content == b"user=a%26b&n=1&n=true"
    assert found.requests[0].headers["Content-Type"] == "application/x-www-form-urlencoded"
    with pytest.raises(found.InvalidRequestError, match="no dict"):
        found.driver.call_operation("log_in", body="user=a")


def test_files_go_out_as_parts(rig: Make) -> None:
    found = rig(profiles.petstore())
    found.open().call_operation(
        "upload_photo", petId=1, body={"photo": "text", "note": "n", "other": b"\x00\xff", "x": [1, 2]}
    )
    request = found.requests[0]
    assert [(name, file, content) for name, file, _, content in parts_of(request)] == [
        ("photo", "photo", b"text"),
        ("note", None, b"n"),
        ("other", "other", b"\x00\xff"),
        ("x", None, b"1"),
        ("x", None, b"2"),
    ]


def parts_of(request: httpx2.Request) -> list[tuple[object, str | None, str, bytes]]:
    """Name, name of the file, media type and content of each part."""
    head = b"Content-Type: " + request.headers["Content-Type"].encode() + b"\r\n\r\n"
    return [
        (
            part.get_param("name", header="content-disposition"),
            part.get_filename(),
            str(part["Content-Type"] or ""),
            cast("bytes", part.get_payload(decode=True)),
        )
        for part in BytesParser().parsebytes(head + request.content).walk()
        if not part.is_multipart()
    ]


def test_files_are_bytes_paths_open_files_or_named_contents(rig: Make, tmp_path: Path) -> None:
    image = tmp_path / "sea.png"
    image.write_bytes(b"\x89PNG")
    body: dict[str, Any] = {
        "photo": [image, io.BytesIO(b"abc"), ("a.bin", b"\x00"), ("b.txt", "text", "text/markdown")],
        "other": bytearray(b"xy"),
        "left_out": None,
        "about": {"a": date(2026, 1, 2)},
    }
    found = rig(profiles.petstore())
    with image.open("rb") as opened:
        found.open().call_operation("upload_photo", petId=1, body={**body, "opened": opened})
    assert parts_of(found.requests[0]) == [
        ("photo", "sea.png", "image/png", b"\x89PNG"),
        ("photo", "photo", "application/octet-stream", b"abc"),
        ("photo", "a.bin", "application/octet-stream", b"\x00"),
        ("photo", "b.txt", "text/markdown", b"text"),
        ("other", "other", "application/octet-stream", b"xy"),
        ("about", None, "application/json", b'{"a": "2026-01-02"}'),
        ("opened", "sea.png", "image/png", b"\x89PNG"),
    ]


def test_a_file_that_is_not_there_is_refused_before_anything_is_sent(rig: Make, tmp_path: Path) -> None:
    found = rig(profiles.petstore())
    with pytest.raises(found.InvalidRequestError, match="gone"):
        found.open().call_operation("upload_photo", petId=1, body={"photo": tmp_path / "gone.png"})
    assert not found.requests


def posting(body: BodyProfile) -> ApiProfile:
    return profiles.profile("Forms", [profiles.operation("post", "POST /p", body=body)], [])


def test_fields_of_forms_are_written_as_the_description_says(rig: Make) -> None:
    fields = ("deep", {"style": "deepObject"}), ("ids", {"explode": False}), ("tsv", {"explode": False})
    written = [profiles.parameter(name, type="any", **how) for name, how in fields]
    written[2] = written[2].model_copy(update={"style": "tabDelimited"})
    media_type = "application/x-www-form-urlencoded"
    found = rig(posting(BodyProfile(kind="form", media_type=media_type, type="object", written=tuple(written))))
    given = {
        "deep": {"a": {"b": 1}, "no": None},
        "ids": ["x,y", "z"],
        "tsv": ["1", "2"],
        "rest": ["a", "b"],
        "no": None,
    }
    found.open().call_operation("post", body={**given, "dict": {"k": 1}})
    assert found.requests[0].content == b"deep[a][b]=1&ids=x%2Cy,z&tsv=1%092&rest=a&rest=b&dict=%7B%22k%22:%201%7D"


def test_a_list_goes_out_as_lines_of_json_where_that_is_the_media_type(rig: Make) -> None:
    found = rig(posting(BodyProfile(kind="text", media_type="application/x-ndjson")))
    found.open().call_operation("post", body=[{"a": 1}, {"b": "\n"}])
    assert found.requests[0].content == b'{"a": 1}\n{"b": "\\n"}\n'
    found.driver.call_operation("post", body='{"a": 1}')
    assert found.requests[1].content == b'{"a": 1}'


class Colour(Enum):
    RED = "red"
    ONE = 1


def test_members_of_enums_and_dates_go_out_by_their_values(rig: Make) -> None:
    found = rig(profiles.calls_only())
    assert sent(found, many=[Colour.RED, Colour.ONE, date(2026, 1, 2)]).url.query == b"many=red&many=1&many=2026-01-02"
    found = rig(profiles.petstore())
    found.open().call_operation("add_pet", body={"colour": Colour.ONE, "on": date(2026, 1, 2)})
    assert json.loads(found.requests[0].content) == {"colour": 1, "on": "2026-01-02"}


def test_reserved_characters_pass_where_the_description_lets_them(rig: Make) -> None:
    asked = profiles.operation("ask", "GET /p", profiles.parameter("q", type="any", allow_reserved=True))
    found = rig(profiles.profile("Reserved", [asked], []))
    found.open().call_operation("ask", q="a/b?c=d;e&f#g+h%41%")
    assert found.requests[0].url.query == b"q=a/b?c=d;e%26f%23g%2Bh%41%25"


def test_an_operation_below_another_path_of_the_origin_is_asked_there(rig: Make) -> None:
    beta = profiles.operation("beta", "GET /p").model_copy(update={"base_path": "/beta"})
    found = rig(profiles.profile("Two", [beta, profiles.operation("now", "GET /p")], []))
    for name in ("beta", "now"):
        found.open().call_operation(name)
    assert found.paths == ["/beta/p", "/v1/p"]


def test_text_and_bytes_go_out_as_they_are(rig: Make) -> None:
    found = rig(profiles.calls_only())
    driver = found.open([httpx2.Response(200, text="LOUD"), httpx2.Response(204)])
    assert driver.call_operation("shout", body="é") == "LOUD"
    driver.call_operation("store", body=b"\x00\xff")
    assert [r.content for r in found.requests] == ["é".encode(), b"\x00\xff"]
    assert [r.headers["Content-Type"] for r in found.requests] == ["text/plain", "application/octet-stream"]


def test_answers_come_back_in_their_kind(rig: Make) -> None:
    answers = [
        httpx2.Response(200, text="token"),
        httpx2.Response(200, content=b"\x89PNG", headers={"Content-Type": "image/png"}),
        httpx2.Response(200),
    ]
    driver = rig(profiles.petstore()).open(answers)
    assert driver.call_operation("log_in", body={}) == "token"
    assert driver.call_operation("get_logo") == b"\x89PNG"
    assert driver.call_operation("ping") is None


def test_any_endpoint_below_the_base_url_can_be_called(rig: Make) -> None:
    found = rig(profiles.petstore())
    driver = found.open(lambda _: httpx2.Response(200, json=[1]), api_key="k")
    assert driver.call_endpoint("post", "new/{thing}?a=1", params={"b": [1, 2], "c": None}, json={"x": 1}) == [1]
    request = found.requests[0]
    assert (request.method, request.headers["X-API-Key"]) == ("POST", "k")
    assert json.loads(request.content) == {"x": 1}
    assert dict(request.url.params.multi_items()) == {"a": "1", "b": "2"}


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "http://evil.test/"), ("GET", "/../admin"), ("GET", "/a/%2e%2e/b"), ("GET", "/a\r\nb"), ("G T", "/")],
)
def test_an_endpoint_elsewhere_is_refused(rig: Make, method: str, path: str) -> None:
    found = rig(profiles.petstore())
    with pytest.raises(found.InvalidRequestError):
        found.open(api_key="k").call_endpoint(method, path)
    assert found.requests == []


@pytest.mark.parametrize("path", ["//evil.test/x", "@evil.test", "/\\evil.test"])
def test_a_tricky_path_stays_at_the_base_url(rig: Make, path: str) -> None:
    found = rig(profiles.petstore())
    found.open().call_endpoint("GET", path)
    assert found.requests[0].url.host == "api.test"
    assert found.paths[0].startswith("/v1/")
