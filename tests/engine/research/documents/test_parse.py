"""What is an API description, and why something is none."""

import json
import re

import pytest
from driversmith.engine.errors import DescriptionError
from driversmith.engine.research.documents.parse import Description, parse_description

TINY = {"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {}}


def parse(content: bytes | str, *, max_bytes: int = 1 << 20) -> Description:
    data = content.encode() if isinstance(content, str) else content
    return parse_description(data, location="spec.json", max_bytes=max_bytes)


def refusal(content: bytes | str) -> DescriptionError:
    with pytest.raises(DescriptionError) as caught:
        parse(content)
    assert "spec.json" in caught.value.message
    assert caught.value.next_action
    return caught.value


def test_json_and_yaml_give_the_same_document() -> None:
    as_yaml = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths: {}\n"
    assert parse(as_yaml).document == parse(json.dumps(TINY)).document == TINY
    assert parse(as_yaml).format == "OpenAPI 3.0.3"


def test_an_unquoted_version_is_still_a_version() -> None:
    assert parse("swagger: 2.0\npaths: {}").format == "Swagger 2.0"
    assert parse("swagger: 2.0\npaths: {}").is_swagger2
    assert parse("openapi: 3.1\npaths: {}").format == "OpenAPI 3.1"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_every_encoding_of_unicode_is_read(encoding: str) -> None:
    assert parse(json.dumps(TINY).encode(encoding)).document == TINY


def test_latin_1_is_read_where_the_text_is_no_utf_8() -> None:
    assert parse("openapi: 3.0.0\ninfo: {title: Bücher}".encode("latin-1")).document["info"]["title"] == "Bücher"


def test_nan_is_read_as_null_and_the_last_of_duplicate_keys_counts() -> None:
    document = parse('{"openapi": "3.0.0", "x": NaN, "y": -Infinity, "z": 1, "z": 2}').document
    assert (document["x"], document["y"], document["z"]) == (None, None, 2)


def test_half_a_surrogate_pair_is_replaced_everywhere() -> None:
    document = parse(r'{"openapi": "3.0.0", "a\ud800": ["\udfff", {"b": "\ud83d\ude00"}]}').document
    assert document["a?"] == ["?", {"b": "\N{GRINNING FACE}"}]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b" \n\t ", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"# only a comment\n", "is empty"),
        (b"\x00\x01\x02\x03", "binary"),
        (b"\x1f\x8b\x08\x00\x00", "gzip"),
        (b"PK\x03\x04....\xff\xfe", "zip"),
        (b"%PDF-1.7\n\xe2\xe3\xcf\xd3\x00", "PDF"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (b"  <!-- hello --><HTML lang=en>", "web page"),
        (b'<?xml version="1.0"?><wsdl:definitions/>', "WSDL"),
        (b'<?xml version="1.0"?><edmx:Edmx/>', "OData"),
        (b"<a/>", "XML"),
        (b"#%RAML 1.0\ntitle: x", "RAML"),
        (b"FORMAT: 1A\n# Polls", "API Blueprint"),
        (b"type Query {\n  pets: [Pet]\n}", "GraphQL"),
        (b'{"data": {"__schema": {}}}', "GraphQL"),
        (b'{"asyncapi": "2.6.0", "info": {}}', "AsyncAPI 2.6.0"),
        (b'{"info": {"_postman_id": "1"}, "item": []}', "Postman"),
        (b'{"swaggerVersion": "1.2"}', "Swagger 1.2"),
        (b'{"swagger": "1.2"}', "Swagger 1.2"),
        (b'{"openapi": "4.0.0"}', "OpenAPI 4.0.0"),
        (b'{"arazzo": "1.0.0"}', "Arazzo"),
        (b'{"$schema": "x"}', "JSON Schema"),
        (b'{"kind": "discovery#restDescription", "discoveryVersion": "v1"}', "Google"),
        (b'{"log": {"entries": []}}', "HAR"),
        (b'{"name": "left-pad", "main": "x.js"}', "its keys are 'name', 'main'"),
        (b'{"openapi": ["3.0.0"], "paths": {}}', "its keys are 'openapi', 'paths'"),
        (b"{}", "empty object"),
        (b"[1, 2]", "a list"),
        (b"Hello, world", "plain text"),
        (b'"text"', "plain text"),
    ],
)
def test_what_is_no_description_is_named(content: bytes, words: str) -> None:
    assert words in refusal(content).message


def test_broken_json_is_placed() -> None:
    error = refusal('{"openapi": "3.0.0",\n "paths": {"/a": }}')
    assert "line 2, column 18" in error.message
    assert error.code == "description_invalid"


def test_truncated_json_says_that_it_ends_there() -> None:
    assert "as if cut off" in refusal('{"openapi": "3.0.0", "paths": {"/a": ').message
    assert "Unterminated string" in refusal('{"openapi": "3.0').message


def test_truncated_yaml_is_placed() -> None:
    error = refusal('openapi: 3.0.0\npaths:\n  /a: {get: "unclo')
    assert "line 3" in error.message


@pytest.mark.parametrize(
    "text",
    [
        '{"openapi": "3.0.0", "paths": {},}',
        '{"openapi": "3.0.0", "paths": {}, \n}',
        '{"openapi": "3.0.0", "tags": [1, 2,], "paths": {}}',
        '{"openapi": "3.0.0", "tags": [1, 2 ,\n ], "paths": {}}',
        '{"openapi": "3.0.0", # the version\n "paths": {}}',
        '{openapi: "3.0.0", "paths": {}}',
    ],
)
def test_almost_json_is_read_as_yaml(text: str) -> None:
    assert parse(text).document["paths"] == {}


@pytest.mark.parametrize("text", ['{"openapi": "3.0.0",, "paths": {}}', '{"openapi": "3.0.0", "paths": {,}}'])
def test_a_comma_in_front_of_nothing_is_told_as_broken_json(text: str) -> None:
    assert "not valid JSON at line 1" in refusal(text).message


def test_a_large_description_is_refused_by_its_size() -> None:
    with pytest.raises(DescriptionError, match="at most 10 bytes") as caught:
        parse(json.dumps(TINY), max_bytes=10)
    assert caught.value.code == "description_too_large"
    assert {"DRIVERSMITH_MAX_DESCRIPTION_BYTES", "(objects)"} <= set(re.split(r"[ ,]", caught.value.next_action))


def test_a_bomb_of_values_is_counted_before_it_is_built() -> None:
    with pytest.raises(DescriptionError, match="more than 6,000,000 values") as caught:
        parse('{"openapi": "3.0.0", "x": [' + "[]," * 3_500_000 + "1]}", max_bytes=64 << 20)
    assert caught.value.code == "description_too_large"


def test_a_bomb_of_brackets_is_an_error() -> None:
    assert "too deeply" in refusal('{"openapi":' + "[" * 200_000).message


@pytest.mark.parametrize(
    "deep", ["a: " + "[" * 5_000, "a: " + "{b: " * 5_000, "a:\n  " + "- " * 1_500, "a: " + "[" * 600 + "]" * 600]
)
def test_yaml_that_nests_deeply_is_told_as_such_whatever_the_parser_says(deep: str) -> None:
    assert "nests deeper than 400 levels" in refusal(f"openapi: 3.0.0\n{deep}").message


def test_an_integer_of_many_digits_is_an_error() -> None:
    assert "not valid JSON" in refusal('{"openapi": ' + "1" * 5_000 + "}").message
