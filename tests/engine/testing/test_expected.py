"""Expected requests, worked out from the profile alone."""

import sys
from pathlib import Path
from typing import Any

import pytest
from driversmith.engine.models.profile import BodyProfile, FieldProfile
from driversmith.engine.testing.expected import differences, expected_request
from driversmith.engine.testing.loopback import Seen

sys.path.insert(0, str(Path(__file__).parent))
from harbour import operation, parameter


def seen(target: str, method: str = "GET", body: bytes = b"", **headers: str) -> Seen:
    named = tuple((name.replace("_", "-").lower(), value) for name, value in headers.items())
    return Seen(method, target, named, body, 0.0, 1)


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
PATH = [
    ({}, "a/b c", "/p/a%2Fb%20c"),
    ({"type": "array"}, [1, 2], "/p/1,2"),
    ({"type": "object", "explode": True}, {"x": 1, "y": 2}, "/p/x=1,y=2"),
    ({"style": "label"}, "a", "/p/.a"),
    ({"style": "label", "type": "array", "explode": True}, [1, 2], "/p/.1.2"),
    ({"style": "matrix"}, "a", "/p/;v=a"),
    ({"style": "matrix", "type": "array", "explode": True}, [1, 2], "/p/;v=1;v=2"),
    ({"style": "matrix", "type": "array", "explode": False}, [1, 2], "/p/;v=1,2"),
    ({"style": "matrix", "type": "object", "explode": True}, {"x": 1}, "/p/;x=1"),
]


@pytest.mark.parametrize(("values", "value", "query"), QUERY)
def test_query_parameters_by_style(values: dict[str, Any], value: Any, query: str):
    described = operation("o", "GET", "/p", parameter("v", **values))
    expected = expected_request("/base", described, {"v": value})
    assert differences(expected, seen(f"/base/p?{query}"), described) == []
    assert differences(expected, seen("/base/p?v=other"), described)


@pytest.mark.parametrize(("values", "value", "path"), PATH)
def test_path_parameters_by_style(values: dict[str, Any], value: Any, path: str):
    values = {"explode": False, **values}
    described = operation("o", "GET", "/p/{v}", parameter("v", "path", **values))
    expected = expected_request("", described, {"v": value})
    assert differences(expected, seen(path), described) == []
    assert differences(expected, seen("/p/other/x"), described)


def test_defaults_of_required_parameters_are_expected_where_nothing_is_given():
    described = operation("o", "GET", "/p", parameter("v", required=True, default="2024"), parameter("w", default="x"))
    assert differences(expected_request("", described, {}), seen("/p?v=2024"), described) == []
    assert differences(expected_request("", described, {"v": "2025"}), seen("/p?v=2025"), described) == []


def test_parts_of_a_segment_and_fixed_queries_are_kept():
    described = operation("o", "GET", "/a/{x}:{y}.json?action=go", parameter("x", "path"), parameter("y", "path"))
    expected = expected_request("", described, {"x": "1", "y": "2"})
    assert differences(expected, seen("/a/1:2.json?action=go"), described) == []
    assert differences(expected, seen("/a/1:2.json"), described)


def test_headers_cookies_and_keys_in_the_query():
    described = operation("o", "GET", "/p", parameter("X-T", "header", argument="t"), parameter("c", "cookie"))
    expected = expected_request("", described, {"t": "1", "c": "2"})
    assert differences(expected, seen("/p?key=k", x_t="1", cookie="c=2"), described, hidden=["key"]) == []
    assert len(differences(expected, seen("/p?key=k"), described)) == 3


@pytest.mark.parametrize(
    ("media_type", "kind", "value", "body", "content_type"),
    [
        ("application/json", "json", {"a": [1]}, b'{"a": [1]}', "application/json"),
        ("application/vnd.x+json; v=1", "json", 3, b"3", "application/vnd.x+json"),
        ("application/x-www-form-urlencoded", "form", {"a": True}, b"a=true", "application/x-www-form-urlencoded"),
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


@pytest.mark.parametrize(("path", "sent"), [('/a"b', "/a%22b"), ("/häfen", "/h%C3%A4fen"), ("/a%2Bb", "/a+b")])
def test_the_fixed_part_of_a_path_counts_as_it_is_meant(path: str, sent: str):
    described = operation("o", "GET", path)
    assert differences(expected_request("", described, {}), seen(sent), described) == []
