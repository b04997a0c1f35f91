"""Expected requests, worked out from the profile alone."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from driversmith.engine.models.profile import BodyProfile, FieldProfile
from driversmith.engine.network.loopback import Request
from driversmith.engine.testing.expected import differences, expected_request

from .harbour import operation, parameter


def seen(target: str, method: str = "GET", body: bytes = b"", **headers: str) -> Request:
    named = tuple((name.replace("_", "-").lower(), value) for name, value in headers.items())
    return Request(method, target, named, body, 0.0, 1)


QUERY = [
    ({}, "a", "v=a"),
    ({"type": "boolean"}, True, "v=true"),
    ({"type": "array"}, ["a", "b"], "v=a&v=b"),
    ({"type": "array", "explode": False}, ["a", "b"], "v=a%2Cb"),
    ({"type": "array", "explode": False, "style": "spaceDelimited"}, [1, 2], "v=1%202"),
    ({"type": "array", "explode": False, "style": "pipeDelimited"}, [1, 2], "v=1%7C2"),
    ({"type": "object"}, {"x": 1, "y": 2}, "x=1&y=2"),
    ({"type": "object", "explode": False}, {"x": 1, "y": 2}, "v=x,1,y,2"),
    ({"type": "object", "style": "deepObject"}, {"x": 1}, "v%5Bx%5D=1"),
    ({"type": "object", "json_encoded": True}, {"x": [1, 2]}, "v=%7B%22x%22%3A%20%5B1%2C2%5D%7D"),
]


@pytest.mark.parametrize(("values", "value", "query"), QUERY)
def test_query_parameters_by_style(values: dict[str, Any], value: Any, query: str):
    described = operation("o", "GET", "/p", parameter("v", **values))
    expected = expected_request("/base", described, {"v": value})
    assert differences(expected, seen(f"/base/p?{query}"), described) == []
    assert differences(expected, seen("/base/p?v=other"), described)


def test_defaults_of_required_parameters_are_expected_where_nothing_is_given():
    described = operation("o", "GET", "/p", parameter("v", required=True, default="2024"), parameter("w", default="x"))
    assert differences(expected_request("", described, {}), seen("/p?v=2024"), described) == []
    assert differences(expected_request("", described, {"v": "2025"}), seen("/p?v=2025"), described) == []


def test_what_is_in_every_call_goes_out_as_it_is_spelled():
    described = operation("o", "GET", "/a?q=a%2Fb&flag", parameter("page"))
    expected = expected_request("", described, {"page": "1"})
    for query in ("q=a%2Fb&flag&page=1", "page=1&flag&q=a/b"):
        assert differences(expected, seen(f"/a?{query}"), described) == []
    for query in ("page=1", "q=a%2Fb&page=1", "q=a%2Fb&flag=&page=1", "q=a%252Fb&flag&page=1", "q=a%2Fb&q=a%2Fb&flag"):
        assert differences(expected, seen(f"/a?{query}"), described)


def test_headers_cookies_and_keys_in_the_query():
    described = operation("o", "GET", "/p", parameter("X-T", "header", argument="t"), parameter("c", "cookie"))
    expected = expected_request("", described, {"t": "1", "c": "2"})
    assert differences(expected, seen("/p?key=k", x_t="1", cookie="c=2"), described, hidden=["key"]) == []
    assert len(differences(expected, seen("/p?key=k"), described)) == 3


VALUES = [{"b": [1, {"c": None}], "a": "x y"}, ["a", "b"], "text", 7, True, 1.5]
SPELLINGS = [{}, {"indent": 1}, {"separators": (",", ":")}, {"sort_keys": True}]


@pytest.mark.parametrize("value", VALUES)
def test_json_is_compared_by_value_wherever_it_stands(value: Any):
    places = ("path", "query", "header", "cookie")
    parameters = [parameter(f"in-{place}", place, type="any", json_encoded=True) for place in places]
    described = operation("o", "GET", "/a/x{in-path}.y", *parameters)
    expected = expected_request("", described, {f"in-{place}": value for place in places})

    def sent(text: str) -> Request:
        spelled = quote(text, safe="")
        line = text.replace("\n", " ")
        return seen(f"/a/x{spelled}.y?in-query={spelled}", in_header=line, cookie=f"in-cookie={spelled}")

    for spelling in SPELLINGS:
        assert differences(expected, sent(json.dumps(value, **spelling)), described) == []
    assert len(differences(expected, sent(json.dumps([value])), described)) == 4
    assert len(differences(expected, sent("R,1"), described)) == 4


@pytest.mark.parametrize(
    ("values", "pairs"),
    [
        ({"explode": True}, "a=1; b=x%2Cy"),
        ({"explode": False}, "c=a,1,b,x%2Cy"),
    ],
)
def test_a_dict_in_cookies_is_one_cookie_a_key_or_one_for_all(values: dict[str, Any], pairs: str):
    described = operation("o", "GET", "/p", parameter("c", "cookie", type="object", **values))
    expected = expected_request("", described, {"c": {"a": 1, "b": "x,y"}})
    assert differences(expected, seen("/p", cookie=f"other=1; {pairs}"), described) == []
    assert differences(expected, seen("/p", cookie="c=a=1,b=x"), described)


def test_a_list_in_cookies_comes_again_and_again():
    described = operation("o", "GET", "/p", parameter("c", "cookie", type="array"))
    expected = expected_request("", described, {"c": ["a", "b"]})
    assert differences(expected, seen("/p", cookie="c=a; c=b"), described) == []
    assert differences(expected, seen("/p", cookie="c=a,b"), described)


def test_a_dict_in_a_header_is_a_flat_list():
    described = operation("o", "GET", "/p", parameter("X-C", "header", type="object", explode=False))
    expected = expected_request("", described, {"X-C": {"R": 1, "G": 2}})
    assert differences(expected, seen("/p", x_c="R,1,G,2"), described) == []
    assert differences(expected, seen("/p", x_c='{"R": 1, "G": 2}'), described)


def parts(*pairs: tuple[str, str]) -> bytes:
    head = '--B\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    return ("".join(head.format(*pair) for pair in pairs) + "--B--\r\n").encode()


def test_json_in_a_part_is_compared_by_value_and_a_list_is_a_part_an_item():
    body = BodyProfile(media_type="multipart/form-data", kind="multipart", type="object")
    described = operation("o", "POST", "/p", body=body)
    expected = expected_request("", described, {"body": {"meta": {"a": 1, "b": [2]}, "tags": ["x", "y"]}})

    def found(*pairs: tuple[str, str]) -> list[str]:
        sent = seen("/p", "POST", parts(*pairs), content_type="multipart/form-data; boundary=B")
        return differences(expected, sent, described)

    for text in ('{"a": 1, "b": [2]}', '{"b":[2],"a":1}'):
        assert found(("meta", text), ("tags", "x"), ("tags", "y")) == []
    assert found(("meta", '{"a": 2, "b": [2]}'), ("tags", "x"), ("tags", "y"))
    assert found(("meta", '{"a": 1, "b": [2]}'), ("tags", '["x", "y"]'))


@pytest.mark.parametrize(
    ("media_type", "kind", "value", "body", "content_type"),
    [
        ("application/json", "json", {"a": [1]}, b'{"a": [1]}', "application/json"),
        ("application/vnd.x+json; v=1", "json", 3, b"3", "application/vnd.x+json"),
        ("application/x-www-form-urlencoded", "form", {"a": True}, b"a=true", "application/x-www-form-urlencoded"),
        (
            "application/x-www-form-urlencoded",
            "form",
            {"a": ["x", 1], "b": {"k": [1, 2]}},
            b"a=x&a=1&b=%7B%22k%22:+[1,+2]%7D",
            "application/x-www-form-urlencoded",
        ),
        ("text/plain", "text", "é", "é".encode(), "text/plain; charset=utf-8"),
        ("*/*", "binary", b"\x00", b"\x00", "application/octet-stream"),
        (
            "multipart/form-data",
            "multipart",
            {"f": b"\x00", "n": 1},
            b'--B\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n\x00\r\n'
            b'--B\r\nContent-Disposition: form-data; name="n"\r\n\r\n1\r\n--B--\r\n',
            "multipart/form-data; boundary=B",
        ),
    ],
)
def test_bodies_by_kind(media_type: str, kind: Any, value: Any, body: bytes, content_type: str):
    described = operation(
        "o",
        "POST",
        "/p",
        body=BodyProfile(media_type=media_type, kind=kind, fields={"a": FieldProfile()}),
    )
    expected = expected_request("", described, {"body": value})
    assert differences(expected, seen("/p", "POST", body, content_type=content_type), described) == []
    assert differences(expected, seen("/p", "POST", b"other", content_type=content_type), described)


def test_a_body_that_nobody_asked_for_is_a_difference():
    described = operation("o", "GET", "/p")
    assert differences(expected_request("", described, {}), seen("/p", body=b"x"), described)
