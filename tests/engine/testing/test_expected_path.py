"""Expected paths, worked out from the profile alone."""

from typing import Any
from urllib.parse import quote

import pytest
from driversmith.engine.models.profile import OperationProfile
from driversmith.engine.testing.expected_path import expected_fixed_query, expected_segments, path_difference

from .harbour import operation, parameter

PATH = [
    ({}, "a/b c", "/p/a%2Fb%20c"),
    ({"type": "array"}, [1, 2], "/p/1,2"),
    ({"type": "object"}, {"x": 1, "y": 2}, "/p/x,1,y,2"),
    ({"type": "object", "explode": True}, {"x": 1, "y": 2}, "/p/x=1,y=2"),
    ({"style": "label"}, "a", "/p/.a"),
    ({"style": "label", "type": "array", "explode": True}, [1, 2], "/p/.1.2"),
    ({"style": "label", "type": "object"}, {"x": 1, "y": 2}, "/p/.x,1,y,2"),
    ({"style": "label", "type": "object", "explode": True}, {"x": 1, "y": 2}, "/p/.x=1.y=2"),
    ({"style": "matrix"}, "a", "/p/;v=a"),
    ({"style": "matrix", "type": "array", "explode": True}, [1, 2], "/p/;v=1;v=2"),
    ({"style": "matrix", "type": "array", "explode": False}, [1, 2], "/p/;v=1,2"),
    ({"style": "matrix", "type": "object"}, {"x": 1}, "/p/;v=x,1"),
    ({"style": "matrix", "type": "object", "explode": True}, {"x": 1}, "/p/;x=1"),
]


def difference(described: OperationProfile, arguments: dict[str, Any], path: str) -> str:
    in_path = {p.name: (p, arguments[p.name]) for p in described.parameters}
    return path_difference(expected_segments("", described, in_path), path.split("/"))


@pytest.mark.parametrize(("values", "value", "path"), PATH)
def test_path_parameters_by_style(values: dict[str, Any], value: Any, path: str) -> None:
    described = operation("o", "GET", "/p/{v}", parameter("v", "path", **{"explode": False, **values}))
    assert difference(described, {"v": value}, path) == ""
    assert difference(described, {"v": value}, "/p/other")
    assert difference(described, {"v": value}, "/p/other/x")


@pytest.mark.parametrize(("values", "value"), [({"type": "array"}, ["a,b", "c"]), ({"type": "object"}, {"k": "a=b"})])
def test_what_stands_between_values_is_bare_and_inside_them_it_is_encoded(values: dict[str, Any], value: Any) -> None:
    described = operation("o", "GET", "/p/{v}", parameter("v", "path", explode=True, **values))
    right = "/p/a%2Cb,c" if isinstance(value, list) else "/p/k=a%3Db"
    assert difference(described, {"v": value}, right) == ""
    assert "expected" in difference(described, {"v": value}, right.replace("%2C", ",").replace("%3D", "="))
    assert "expected" in difference(described, {"v": value}, quote(right, safe="/%").replace("%25", "%"))


def test_a_plain_value_may_be_encoded_more_or_less() -> None:
    described = operation("o", "GET", "/a/{x}:{y}.json", parameter("x", "path"), parameter("y", "path"))
    for path in ("/a/1,2:b=c.json", "/a/1%2C2%3Ab%3Dc.json"):
        assert difference(described, {"x": "1,2", "y": "b=c"}, path) == ""


@pytest.mark.parametrize(("path", "sent"), [('/a"b', "/a%22b"), ("/häfen", "/h%C3%A4fen"), ("/a%2Bb", "/a+b")])
def test_the_fixed_part_of_a_path_counts_as_it_is_meant(path: str, sent: str) -> None:
    assert difference(operation("o", "GET", path), {}, sent) == ""


def test_a_slash_in_the_name_of_a_placeholder_separates_nothing() -> None:
    described = operation("o", "GET", "/a/{x/y}/b", parameter("x/y", "path"))
    assert difference(described, {"x/y": "1"}, "/a/1/b") == ""


def test_values_fill_the_fixed_query_encoded() -> None:
    described = operation("o", "GET", "/a?filter=id:{id}&flag", parameter("id", "path"))
    in_path = {p.name: (p, "a&b") for p in described.parameters}
    assert expected_fixed_query(described, in_path) == ["filter=id:a%26b", "flag"]
