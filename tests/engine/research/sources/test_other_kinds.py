"""Other kinds of description than OpenAPI, by their bytes alone. End to end: tests/slow/end_to_end/test_other_descriptions.py."""

import json
from typing import Any

import pytest
from driversmith.engine.errors import DescriptionError
from driversmith.engine.models.profile import ApiProfile
from driversmith.engine.research.documents.parse import Description
from driversmith.engine.research.evidence import with_evidence
from driversmith.engine.research.profile import build_profile
from driversmith.engine.research.sources.registry import is_meant_as_one, read_description

URL = "https://api.example.com"
POSTMAN = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
ODATA = 'xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"'


def read(content: str | dict[str, Any], url: str = URL) -> Description:
    given = content if isinstance(content, str) else json.dumps(content)
    return read_description(given.encode(), location="given", max_bytes=1 << 24, api_url=url)


def profile(content: str | dict[str, Any], url: str = URL) -> ApiProfile:
    described = read(content, url)
    return with_evidence(build_profile(described, api_name="Harbour", base_url=described.base_url or url), described)


def entry(method: str, url: str, body: Any = None, *, status: int = 200, kind: str = "application/json") -> Any:
    content = {"mimeType": kind, "text": json.dumps(body)}
    return {
        "request": {"method": method, "url": url, "headers": []},
        "response": {"status": status, "content": content},
    }


def recording(*entries: Any) -> dict[str, Any]:
    return {"log": {"version": "1.2", "creator": {"name": "test"}, "entries": list(entries)}}


def collection(*items: Any, **beside: Any) -> dict[str, Any]:
    return {"info": {"name": "Harbour", "schema": POSTMAN}, "item": list(items), **beside}


def operations(made: ApiProfile) -> list[str]:
    return [operation.signature for operation in made.operations.values()]


def test_of_ten_hosts_that_of_the_api_is_taken_and_the_rest_told() -> None:
    others = [entry("GET", f"https://t{n}.example/x", {}) for n in range(9) for _ in range(3)]
    made = read(recording(*others, entry("GET", f"{URL}/ships", [{"id": 1}])))
    assert list(made.document["paths"]) == ["/ships"]
    assert made.base_url == URL
    assert "10 hosts" in made.notes[0]


def test_where_nothing_went_to_the_api_the_host_most_asked_is_taken() -> None:
    made = read(recording(entry("GET", f"{URL}/ships", [{"id": 1}])), "http://127.0.0.1:8000")
    assert list(made.document["paths"]) == ["/ships"]
    assert made.base_url == "", "the API that was typed may be a copy of it"


def test_pages_scripts_failures_and_deeds_are_no_operations() -> None:
    made = read(
        recording(
            entry("GET", f"{URL}/", "<html>", kind="text/html"),
            entry("GET", f"{URL}/app.js", "x", kind="application/javascript"),
            entry("GET", f"{URL}/gone", {"error": 1}, status=404),
            entry("OPTIONS", f"{URL}/ships", {}),
            entry("GET", f"{URL}/logout", {}),
            entry("GET", f"{URL}/ships", [{"id": 1}]),
            entry("DELETE", f"{URL}/ships/1", {}),
        )
    )
    assert {path: list(item) for path, item in made.document["paths"].items()} == {
        "/ships": ["get"],
        "/ships/{ship_id}": ["delete"],
    }
    assert any("/logout" in note for note in made.notes)


def test_what_was_recorded_is_known_as_observed_and_values_stay_behind() -> None:
    made = profile(recording(entry("GET", f"{URL}/ships?owner=ada&limit=5", {"data": [{"id": 1, "name": "Argo"}]})))
    assert made.objects["ships"].record_path == ("data",)
    assert made.operations["list_ships"].evidence.kind == "observed"
    assert "Argo" not in made.model_dump_json()


def test_folders_variables_and_path_variables_of_a_collection_are_read() -> None:
    items = {"name": "F", "item": [{"name": "One", "request": {"method": "GET", "url": "{{host}}/ships/:id/{{part}}"}}]}
    made = profile(collection(items, variable=[{"key": "host", "value": f"{URL}/v2"}]))
    assert operations(made) == ["GET /v2/ships/{id}/{part}"]


@pytest.mark.parametrize(
    ("auth", "kind", "parameter"),
    [
        ({"type": "bearer", "bearer": [{"key": "token", "value": "s3cr3t-value"}]}, "bearer", "Authorization"),
        (
            {"type": "basic", "basic": {"username": "s3cr3t-value", "password": "s3cr3t-value"}},
            "basic",
            "Authorization",
        ),
        (
            {"type": "apikey", "apikey": [{"key": "key", "value": "X-Key"}, {"key": "value", "value": "s3cr3t-value"}]},
            "api_key",
            "X-Key",
        ),
    ],
)
def test_the_scheme_of_a_collection_is_kept_and_its_value_is_not(auth: Any, kind: str, parameter: str) -> None:
    item = {"name": "s3cr3t-value", "request": {"method": "GET", "url": f"{URL}/ships?q=s3cr3t-value"}}
    made = profile(collection(item, auth=auth))
    assert [(scheme.kind, scheme.parameter) for scheme in made.auth] == [(kind, parameter)]
    assert "s3cr3t" not in made.model_dump_json()


def test_a_scheme_that_signs_each_request_is_told_and_left_out() -> None:
    made = profile('curl -H "Authorization: AWS4-HMAC-SHA256 Credential=AKIA1234" https://api.example.com/ships')
    assert made.auth == ()
    assert any("AWS4-HMAC-SHA256" in warning for warning in made.warnings)
    assert "AKIA" not in made.model_dump_json()


@pytest.mark.parametrize(
    ("command", "signature"),
    [
        ("curl https://api.example.com/ships", "GET /ships"),
        ("$ curl -sSL 'https://api.example.com/ships?x=1' | jq .", "GET /ships"),
        ("curl -XDELETE https://api.example.com/ships/7", "DELETE /ships/{ship_id}"),
        ('curl https://api.example.com/ships \\\n  -d \'{\n"name": "Argo"}\'', "POST /ships"),
        ("curl $BASE/ships/$ID", "GET /ships/{ID}"),
        ("curl -G https://api.example.com/ships -d page=1", "GET /ships"),
        ("curl --request=PUT --url https://api.example.com/ships/7 -F file=@x", "PUT /ships/{ship_id}"),
        ("curl -o out.json -w '%{http_code}' https://api.example.com/ships", "GET /ships"),
    ],
)
def test_commands_are_read_as_curl_reads_them(command: str, signature: str) -> None:
    assert operations(profile(f"#!/bin/sh\n{command}\n")) == [signature]


def test_a_discovery_document_is_read_with_its_paging_and_its_types() -> None:
    listed = {"items": {"type": "array", "items": {"$ref": "Ship"}}, "nextPageToken": {"type": "string"}}
    ship = {"id": {"type": "string", "format": "int64"}, "name": {"type": "string"}}
    method = {
        "id": "h.ships.list",
        "path": "v1/{+parent}/ships",
        "flatPath": "v1/ports/{portsId}/ships",
        "httpMethod": "GET",
        "parameters": {
            "parent": {"type": "string", "location": "path", "required": True},
            "pageToken": {"type": "string", "location": "query"},
            "pageSize": {"type": "integer", "location": "query", "maximum": "50"},
        },
        "response": {"$ref": "List"},
    }
    made = profile(
        {
            "discoveryVersion": "v1",
            "rootUrl": f"{URL}/",
            "servicePath": "",
            "schemas": {
                "Ship": {"type": "object", "properties": ship},
                "List": {"type": "object", "properties": listed},
            },
            "resources": {"ports": {"resources": {"ships": {"methods": {"list": method}}}}},
        }
    )
    assert operations(made) == ["GET /v1/ports/{portsId}/ships"]
    ships = made.objects["ships"]
    assert (ships.record_path, ships.pagination.style, ships.pagination.max_size) == (("items",), "cursor", 50)


def metadata(inner: str, version: str = "4.0") -> str:
    schema = f'<Schema Namespace="N" Alias="A" xmlns="http://docs.oasis-open.org/odata/ns/edm">{inner}</Schema>'
    return f'<?xml version="1.0"?><edmx:Edmx Version="{version}" {ODATA}><edmx:DataServices>{schema}</edmx:DataServices></edmx:Edmx>'


def test_entity_sets_follow_the_protocol() -> None:
    made = profile(
        metadata(
            '<EntityType Name="Base"><Key><PropertyRef Name="Code"/></Key><Property Name="Code" Type="Edm.String"/></EntityType>'
            '<EntityType Name="Ship" BaseType="A.Base"><Property Name="Built" Type="Edm.Date"/></EntityType>'
            '<EntityContainer Name="C"><EntitySet Name="Ships" EntityType="N.Ship"/></EntityContainer>'
        )
    )
    ships = made.objects["Ships"]
    assert (ships.record_path, ships.identifier) == (("value",), "Code")
    assert (ships.pagination.style, ships.pagination.next_path) == ("next_url", ("@odata.nextLink",))
    assert list(ships.fields) == ["Code", "Built"]
    assert "GET /Ships('{Code}')" in operations(made)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (metadata("", "1.0"), "version 4 can be read"),
        (metadata(""), "no entity set"),
        ('{"log":{"version":"1.2","entries":[{"request":{"url":"https://a.b/?key=SECRET"', "not valid JSON"),
        (json.dumps(recording()), "no request to an API"),
        (json.dumps(collection({"request": {"url": {"raw": 5}}}, None, {"item": 7})), "no request to an API"),
        ("curl 'unclosed", "no command whose URL"),
        ('{"discoveryVersion": "v1", "schemas": [1]}', "no method"),
        ("type Query { ships: [Ship] }", "no field that can be read"),
        ('{"data": {"__schema": {"types": []}}}', "no field that can be read"),
    ],
)
def test_what_cannot_be_read_is_said_without_quoting_it(content: str, message: str) -> None:
    with pytest.raises(DescriptionError, match=message) as error:
        read(content)
    assert "SECRET" not in str(error.value)


@pytest.mark.parametrize(
    "content",
    [
        b'{"openapi": "3.1.0", "info": {"description": "curl https://a.b"}}',
        b'{"kind": "discovery#directoryList", "discoveryVersion": "v1", "items": []}',
        b'{"log": "x"}',
        b"<feed/>",
        b"# curls\nships: 1",
    ],
)
def test_what_is_another_kind_is_left_to_others(content: bytes) -> None:
    from driversmith.engine.research.sources import curl, google_discovery, har, odata, postman

    assert not any(source.is_meant(content) for source in (curl, google_discovery, har, odata, postman))
    assert is_meant_as_one(content) is (b'"openapi"' in content)
