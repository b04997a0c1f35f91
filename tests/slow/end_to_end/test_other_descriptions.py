"""Descriptions of other kinds than OpenAPI, through the command line, each to a driver that reads a server's records in order."""

import json
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import anyio
import pytest
from driversmith.engine.network.loopback import LoopbackServer, Request, Response

from ...patience import LONG

SHIPS = [{"id": n, "name": f"ship {n}", "built": f"19{n:02}-01-02"} for n in range(1, 61)]
PORTS = [{"code": f"P{chr(65 + n)}X", "city": f"city {n}"} for n in range(7)]
SECRETS = {
    "bearer": "tok-7f3a9c1e5b2d8846",
    "cookie": "c00kie-51aa9e3377",
    "query": "qkey-93ab12cd45ef",
    "password": "correct-horse-battery",
    "answer": "refresh-88cc77dd66ee",
    "header": "hdr-key-24681357",
    "path": "d3adb33fd3adb33fd3adb33f",
}
OPTIONS = ("--engine", "template", "--live", "true", "--json", "--output")


def _page(query: dict[str, str], size: int = 20) -> tuple[list[Any], int]:
    page = int(query.get("page", 1))
    return SHIPS[(page - 1) * size : page * size], page


def _answer(request: Request, asked: list[str]) -> Response:
    url = urlsplit(request.target)
    query = {name: values[-1] for name, values in parse_qs(url.query).items()}
    asked.append(f"{request.method} {request.target}")
    body: Any = None
    if url.path == "/v1/ships":
        rows, _ = _page(query, int(query.get("per_page", 20)))
        body = {"data": rows, "total": len(SHIPS)}
    elif url.path.startswith("/v1/ships/") and url.path[10:].isdecimal():
        body = next((ship for ship in SHIPS if str(ship["id"]) == url.path[10:]), None)
    elif url.path == "/v1/ports":
        body = PORTS
    content = json.dumps({"error": "none"} if body is None else body).encode()
    return Response(404 if body is None else 200, content, (("Content-Type", "application/json"),))


@asynccontextmanager
async def served(answer: Any = _answer) -> AsyncGenerator[tuple[str, list[str]]]:
    asked: list[str] = []
    async with LoopbackServer(lambda request: answer(request, asked)) as server:
        yield server.url, asked


async def told(tmp_path: Path, *arguments: str) -> Any:
    """What a command prints, as JSON."""
    environment = {**os.environ, "DRIVERSMITH_HOME": str(tmp_path / "home")}
    code = "from driversmith.server.entry import main; main()"
    with anyio.fail_after(LONG):
        ran = await anyio.run_process([sys.executable, "-c", code, *arguments], check=False, env=environment)
    assert ran.returncode == 0, ran.stderr.decode() + ran.stdout.decode()
    return json.loads(ran.stdout)


async def generated(tmp_path: Path, url: str, spec: Path | str) -> Any:
    named = ["--spec", str(spec)] if spec else []
    result = await told(tmp_path, "generate", "Harbour", url, *named, *OPTIONS, str(tmp_path / "out"))
    assert result["success"], result
    return result


async def records(tmp_path: Path, result: Any, name: str) -> list[Any]:
    read = await told(tmp_path, "read", result["output_path"], name, "--limit", "1000", "--json")
    assert isinstance(read, list)
    return cast("list[Any]", read)


def nowhere(tmp_path: Path, *secrets: str) -> None:
    """No file below the folder, but the description itself, holds one of these."""
    for path in tmp_path.rglob("*"):
        if path.is_file() and not path.name.startswith("given."):
            content = path.read_bytes()
            found = [secret for secret in secrets if secret.encode() in content]
            assert not found, f"{path}: {found}"


def _entry(url: str, body: Any, *, method: str = "GET", sent: Any = None, kind: str = "application/json") -> Any:
    request: dict[str, Any] = {
        "method": method,
        "url": url,
        "headers": [
            {"name": "Authorization", "value": f"Bearer {SECRETS['bearer']}"},
            {"name": "Cookie", "value": f"session={SECRETS['cookie']}; theme=dark"},
            {"name": "X-Api-Key", "value": SECRETS["header"]},
        ],
        "cookies": [{"name": "session", "value": SECRETS["cookie"]}],
    }
    if sent is not None:
        request["postData"] = {"mimeType": "application/json", "text": json.dumps(sent)}
    content = {"mimeType": kind, "text": body if isinstance(body, str) else json.dumps(body)}
    headers = [{"name": "Set-Cookie", "value": f"session={SECRETS['cookie']}; Path=/"}]
    return {"request": request, "response": {"status": 200, "headers": headers, "content": content}}


def recording(url: str) -> Any:
    entries = [
        _entry(f"{url}/", "<html></html>", kind="text/html"),
        _entry(f"{url}/app.js", "let x = 1", kind="application/javascript"),
        _entry(
            f"{url}/v1/ships?page=1&per_page=20&api_key={SECRETS['query']}", {"data": SHIPS[:20], "total": len(SHIPS)}
        ),
        _entry(f"{url}/v1/ships?page=2&per_page=20", {"data": SHIPS[20:40], "total": len(SHIPS)}),
        _entry(f"{url}/v1/ships/7", SHIPS[6]),
        _entry(f"{url}/v1/ports", PORTS),
        _entry(f"{url}/v1/sessions/{SECRETS['path']}", {"ok": True}),
        _entry(
            f"{url}/v1/login",
            {"refresh_token": SECRETS["answer"]},
            method="POST",
            sent={"user": "ada", "password": SECRETS["password"]},
        ),
        _entry(f"{url}/v1/ships/7", {}, method="DELETE"),
        *(_entry(f"https://tracker-{n}.example/collect/{SECRETS['path']}", {"ok": 1}) for n in range(9)),
    ]
    return {"log": {"version": "1.2", "creator": {"name": "test", "version": "1"}, "entries": entries}}


async def test_a_recording_becomes_a_driver_and_its_secrets_are_found_nowhere(tmp_path: Path) -> None:
    async with served() as (url, asked):
        spec = tmp_path / "given.har"
        spec.write_text(json.dumps(recording(url)))
        result = await generated(tmp_path, f"{url}/v1", spec)
        assert result["verification"]["objects"]["ships"]["level"] == "live"
        assert await records(tmp_path, result, "ships") == SHIPS
        assert await records(tmp_path, result, "ports") == PORTS
        assert {line.partition(" ")[0] for line in asked} == {"GET"}
    nowhere(tmp_path, *SECRETS.values())


def collection(url: str) -> Any:
    script: Any = [{"listen": "prerequest", "script": {"exec": ["pm.sendRequest('http://evil.example')"]}}]
    saved: Any = {"code": 200, "body": json.dumps({"data": SHIPS[:3], "total": 60}), "header": []}
    page = [{"key": "page", "value": "1"}, {"key": "per_page", "value": "20", "disabled": True}]
    ships = {"raw": "{{baseUrl}}/ships?page=1&per_page=20", "host": ["{{baseUrl}}"], "path": ["ships"], "query": page}
    ship = {"raw": "{{baseUrl}}/ships/:id", "host": ["{{baseUrl}}"], "path": ["ships", ":id"]}
    folder: list[Any] = [
        {"name": "All ships", "request": {"method": "GET", "url": ships}, "response": [saved], "event": script},
        {"name": "One ship", "request": {"method": "GET", "url": ship}, "response": []},
        {
            "name": "New ship",
            "request": {
                "method": "POST",
                "url": "{{baseUrl}}/ships",
                "body": {"mode": "raw", "raw": json.dumps({"name": "x", "password": SECRETS["password"]})},
            },
        },
    ]
    return {
        "info": {
            "name": "Harbour",
            "description": f"Send Authorization: Bearer {SECRETS['bearer']}",
            "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
        },
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": SECRETS["bearer"], "type": "string"}]},
        "variable": [{"key": "baseUrl", "value": f"{url}/v1"}, {"key": "apiKey", "value": SECRETS["header"]}],
        "event": script,
        "item": [
            {"name": "Ships", "item": folder},
            {"name": "Ports", "request": {"method": "GET", "url": "{{baseUrl}}/ports"}},
        ],
    }


@pytest.mark.parametrize("base", ["", "/v1"])
async def test_a_postman_collection_becomes_a_driver(tmp_path: Path, base: str) -> None:
    async with served() as (url, asked):
        spec = tmp_path / "given.json"
        spec.write_text(json.dumps(collection(url)))
        result = await generated(tmp_path, url + base, spec)
        assert await records(tmp_path, result, "ships") == SHIPS
        assert await records(tmp_path, result, "ports") == PORTS
        assert {line.partition(" ")[0] for line in asked} == {"GET"}
    nowhere(tmp_path, *SECRETS.values())


async def test_a_file_of_curl_commands_becomes_a_driver(tmp_path: Path) -> None:
    async with served() as (url, asked):
        spec = tmp_path / "given.sh"
        spec.write_text(
            f"""#!/bin/sh
# The first ships
curl -s -H 'Authorization: Bearer {SECRETS["bearer"]}' \\
  "{url}/v1/ships?page=1&per_page=20&api_key={SECRETS["query"]}" | jq .
curl {url}/v1/ships/42 -b 'session={SECRETS["cookie"]}'
curl -XPOST {url}/v1/ships --json '{{"name": "Argo", "password": "{SECRETS["password"]}"}}' -u "ada:{SECRETS["answer"]}"
curl -G {url}/v1/ports -d limit=5
"""
        )
        result = await generated(tmp_path, f"{url}/v1", spec)
        assert await records(tmp_path, result, "ships") == SHIPS
        assert await records(tmp_path, result, "ports") == PORTS
        assert {line.partition(" ")[0] for line in asked} == {"GET"}
    nowhere(tmp_path, *SECRETS.values())


def discovery(url: str) -> Any:
    """Items by page token, under a service path, with 64-bit numbers as texts."""
    ship = {"id": {"type": "string", "format": "int64"}, "name": {"type": "string"}, "built": {"type": "string"}}
    listed = {"items": {"type": "array", "items": {"$ref": "Ship"}}, "nextPageToken": {"type": "string"}}
    paging = {
        "pageToken": {"type": "string", "location": "query"},
        "maxResults": {"type": "integer", "format": "uint32", "minimum": "1", "maximum": "25", "location": "query"},
    }
    by_id = {"shipId": {"type": "string", "location": "path", "required": True}}
    methods = {
        "list": {
            "id": "harbour.ships.list",
            "path": "ships",
            "httpMethod": "GET",
            "parameters": paging,
            "response": {"$ref": "ShipList"},
        },
        "get": {
            "id": "harbour.ships.get",
            "path": "ships/{shipId}",
            "flatPath": "ships/{shipId}",
            "httpMethod": "GET",
            "parameters": by_id,
            "response": {"$ref": "Ship"},
        },
        "insert": {"id": "harbour.ships.insert", "path": "ships", "httpMethod": "POST", "request": {"$ref": "Ship"}},
    }
    return {
        "kind": "discovery#restDescription",
        "discoveryVersion": "v1",
        "id": "harbour:v2",
        "name": "harbour",
        "version": "v2",
        "title": "Harbour API",
        "rootUrl": f"{url}/",
        "servicePath": "harbour/v2/",
        "parameters": {"alt": {"type": "string", "location": "query", "default": "json"}},
        "schemas": {
            "Ship": {"id": "Ship", "type": "object", "properties": ship},
            "ShipList": {"id": "ShipList", "type": "object", "properties": listed},
        },
        "resources": {"ships": {"methods": methods}},
    }


TEXTS = [{**ship, "id": str(ship["id"])} for ship in SHIPS]


def _google(request: Request, asked: list[str]) -> Response:
    url = urlsplit(request.target)
    query = {name: values[-1] for name, values in parse_qs(url.query).items()}
    asked.append(f"{request.method} {request.target}")
    body: Any = None
    if url.path == "/harbour/v2/ships":
        start, size = int(query.get("pageToken", "t0")[1:]), min(int(query.get("maxResults", 10)), 25)
        more = {"nextPageToken": f"t{start + size}"} if start + size < len(TEXTS) else {}
        body = {"items": TEXTS[start : start + size], **more}
    content = json.dumps({"error": "none"} if body is None else body).encode()
    return Response(404 if body is None else 200, content, (("Content-Type", "application/json"),))


@pytest.mark.parametrize("base", ["", "/harbour/v2"])
async def test_a_google_discovery_document_becomes_a_driver(tmp_path: Path, base: str) -> None:
    async with served(_google) as (url, asked):
        spec = tmp_path / "given.json"
        spec.write_text(json.dumps(discovery(url)))
        result = await generated(tmp_path, url + base, spec)
        assert await records(tmp_path, result, "ships") == TEXTS
        assert {line.partition(" ")[0] for line in asked} == {"GET"}


METADATA = """<?xml version="1.0" encoding="utf-8"?>
<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">
  <edmx:DataServices>
    <Schema Namespace="Harbour.Model" Alias="Self" xmlns="http://docs.oasis-open.org/odata/ns/edm">
      <EntityType Name="Thing" Abstract="true">
        <Key><PropertyRef Name="id"/></Key><Property Name="id" Type="Edm.Int32" Nullable="false"/>
      </EntityType>
      <EntityType Name="Ship" BaseType="Self.Thing">
        <Property Name="name" Type="Edm.String"/><Property Name="built" Type="Edm.Date"/>
        <NavigationProperty Name="Home" Type="Self.Port"/>
      </EntityType>
      <EntityType Name="Port">
        <Key><PropertyRef Name="code"/></Key>
        <Property Name="code" Type="Edm.String" Nullable="false"/><Property Name="city" Type="Edm.String"/>
      </EntityType>
      <EntityContainer Name="Harbour">
        <EntitySet Name="Ships" EntityType="Self.Ship"/><EntitySet Name="Ports" EntityType="Harbour.Model.Port"/>
      </EntityContainer>
    </Schema>
  </edmx:DataServices>
</edmx:Edmx>
"""


def _odata(request: Request, asked: list[str]) -> Response:
    url = urlsplit(request.target)
    query = {name: values[-1] for name, values in parse_qs(url.query).items()}
    asked.append(f"{request.method} {request.target}")
    if url.path == "/odata/$metadata":
        return Response(200, METADATA.encode(), (("Content-Type", "application/xml"),))
    if url.path == "/odata":
        context = f"http://{request.header('host')}/odata/$metadata"
        root = {"@odata.context": context, "value": [{"name": "Ships", "url": "Ships", "kind": "EntitySet"}]}
        return Response(200, json.dumps(root).encode(), (("Content-Type", "application/json"),))
    rows = {"/odata/Ships": SHIPS, "/odata/Ports": PORTS}.get(url.path)
    body: Any = None
    if rows is not None:
        start, top = int(query.get("$skip", 0)), int(query.get("$top", 1000))
        given = rows[start : start + min(top, 25)]
        host = request.header("host")
        more = (
            {"@odata.nextLink": f"http://{host}{url.path}?$skip={start + 25}"}
            if top > 25 and start + 25 < len(rows)
            else {}
        )
        body = {"@odata.context": f"http://{host}/odata/$metadata#Ships", "value": given, **more}
    content = json.dumps({"error": {"code": "404"}} if body is None else body).encode()
    return Response(404 if body is None else 200, content, (("Content-Type", "application/json"),))


@pytest.mark.parametrize("how", ["file", "url", "api_url"])
async def test_an_odata_metadata_document_becomes_a_driver(tmp_path: Path, how: str) -> None:
    async with served(_odata) as (url, asked):
        spec = tmp_path / "given.xml"
        spec.write_text(METADATA)
        named = {"file": str(spec), "url": f"{url}/odata/$metadata", "api_url": ""}[how]
        result = await generated(tmp_path, f"{url}/odata", named)
        assert await records(tmp_path, result, "Ships") == SHIPS
        assert await records(tmp_path, result, "Ports") == PORTS
        assert {line.partition(" ")[0] for line in asked} == {"GET"}
