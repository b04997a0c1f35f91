"""Servers of a description."""

from typing import Any

import pytest
from driversmith.engine.research.openapi.servers import origin, own_servers, resolved, servers_of


@pytest.mark.parametrize(
    ("document", "urls"),
    [
        ({"servers": [{"url": "https://a.test/v1/"}, {"url": "/v2"}]}, ["https://a.test/v1/", "/v2"]),
        (
            {"servers": [{"url": "https://{h}/{b}", "variables": {"h": {"default": "a.test"}, "b": {"enum": ["x"]}}}]},
            ["https://a.test/x"],
        ),
        ({"servers": [{"url": "https://a.test/{b}"}]}, ["https://a.test/{b}"]),
        (
            {
                "servers": [
                    {"url": 5},
                    {},
                    "x",
                    {"url": "https://[bad"},
                    {"url": "http://a b"},
                    {"url": "https://a.test"},
                ]
            },
            ["5", "https://a.test"],
        ),
        ({"servers": {"url": "https://a.test"}}, []),
        ({}, []),
        (
            {"swagger": "2.0", "host": "a.test", "basePath": "/v1", "schemes": ["http", "https", "ws"]},
            ["https://a.test/v1", "http://a.test/v1"],
        ),
        ({"swagger": "2.0", "host": "a.test"}, ["https://a.test"]),
        ({"swagger": "2.0", "host": "https://a.test/x", "basePath": "y/"}, ["https://a.test/x/y"]),
        ({"swagger": "2.0", "basePath": "/v1"}, ["/v1"]),
        ({"swagger": "2.0", "basePath": "/", "schemes": [["http"]]}, []),
        ({"swagger": "2.0", "host": [], "basePath": {}}, []),
    ],
)
def test_servers_are_read(describe: Any, document: Any, urls: list[str]) -> None:
    assert [server.url for server in servers_of(describe(document))] == urls


def test_without_absolute_servers_the_commonest_of_the_operations_is_the_api_s_own(describe: Any) -> None:
    near, far = [{"url": "https://near.test/v1"}], [{"url": "https://far.test"}]
    paths = {"/a": {"servers": near, "get": {}}, "/b": {"get": {"servers": near}}, "/c": {"get": {"servers": far}}}
    assert [s.url for s in own_servers(describe({"paths": paths}))] == ["https://near.test/v1"]
    assert [s.url for s in own_servers(describe({"paths": paths, "servers": far}))] == ["https://far.test"]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://A.test/x", "https://a.test:443"),
        ("http://a.test:8080", "http://a.test:8080"),
        ("http://user:pw@a.test", "http://a.test:80"),
        ("/v1", ""),
        ("ftp://a.test", ""),
        ("http://a.test:99999", ""),
        ("http://[::1", ""),
    ],
)
def test_an_origin_has_its_port(url: str, expected: str) -> None:
    assert origin(url) == expected


def test_relative_servers_are_resolved() -> None:
    assert resolved("/v1/", "https://a.test/docs/openapi.json?x=1") == "https://a.test/v1"
    assert resolved("v1", "https://a.test/docs/openapi.json") == "https://a.test/docs/v1"
    assert resolved("https://u:p@b.test/v1#x", "https://a.test") == "https://b.test/v1"
    assert resolved("/v1", "petstore.json") == ""
