"""Name and URL in, all records out, in the weakest host: text only, cut at 20,000 tokens, 60 seconds a call, no resources."""

import json
import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from driversmith.engine.composition import open_engine
from driversmith.engine.settings import Settings
from driversmith.server.app import create_server
from mcp import Client

from ...end_to_end import shop as shops
from ...stand_ins.connection import ERAS
from ...stand_ins.weak_host import WeakHost

OBJECTS = 150
FIELDS = 12
LARGE = {f"object_{n}": [{"id": i, "name": f"{n} of {i}"} for i in range(1, 4)] for n in range(OBJECTS)}
LARGE["object_7"] = [{"id": i, "name": f"record {i}", "text": "a long story " * 40} for i in range(1, 400)]
LARGE["object_8"] = [{"id": 1, "rows": ["y" * 900] * 200}, {"id": 2, "rows": []}]
VIEWS = ("profile", "log", "files", "diagnostics", "metrics")


def description(records: dict[str, Any]) -> dict[str, Any]:
    """An OpenAPI document with much to say of each object."""
    described = shops._description()
    number = {"schema": {"type": "integer"}, "in": "query"}
    properties = {"id": {"type": "integer"}, "name": {"type": "string"}} | {
        f"field_{n}": {"type": "string", "description": f"What field {n} says of the object, in a whole sentence."}
        for n in range(FIELDS)
    }
    for name in records:
        schema = {"type": "object", "properties": properties}
        listed = {"type": "object", "properties": {"data": {"type": "array", "items": schema}}}
        described["paths"][f"/{name}"] = {
            "get": {
                "summary": f"All of {name}",
                "parameters": [{"name": "per_page", **number}, {"name": "page", **number}],
                "responses": {"200": {"description": "", "content": {"application/json": {"schema": listed}}}},
            },
            "post": {
                "requestBody": {"content": {"application/json": {"schema": schema}}},
                "responses": {"201": {"description": "", "content": {"application/json": {"schema": schema}}}},
            },
        }
    return described


@contextmanager
def opened(size: str) -> Generator[shops.Shop]:
    """The shop, with as many objects as a small or a large API has."""
    with pytest.MonkeyPatch.context() as patch, shops.open_shop() as shop:
        if size == "large":
            described = description(LARGE)
            patch.setattr(shops, "RECORDS", {**shops.RECORDS, **LARGE})
            patch.setattr(shops, "_description", lambda: described)
        yield shop


@pytest.mark.parametrize(("size", "era"), [*(("small", era) for era in ERAS), ("large", "legacy")])
async def test_name_and_url_in_all_records_out(tmp_path: Path, size: str, era: str) -> None:
    with opened(size) as shop:
        settings = Settings(
            home=tmp_path / "home", output_dir=tmp_path / "drivers", allow_local=frozenset({shop.address})
        )
        async with Client(create_server(settings, engine_factory=open_engine), mode=era) as client:
            host = WeakHost(client)
            text = await host.call("generate_driver_supervised", api_name="Shop", api_url=shop.base_url)
            session = _session_of(text)
            while "goes on by itself" in text:
                text = await host.call("get_session", session_id=session, wait_seconds=45)
            assert text.startswith("Succeeded") and "Verified: live" in text, text[:2_000]
            told = {view: await host.whole("get_session", session_id=session, view=view) for view in VIEWS}
            objects = re.findall(r"^object (\w+):", told["profile"], re.MULTILINE)
            assert len(objects) == (152 if size == "large" else 2)
            wanted = ["object_7", "object_8", "pets"] if size == "large" else objects
            for name in wanted:
                assert await _records(host, session, name) == shops.RECORDS[name], name
            project = tmp_path / "drivers" / "shop_driver"
            files = re.findall(r"^(\S+) \(\d+ bytes, by", told["files"], re.MULTILINE)
            for path in files:
                assert await _file(host, session, path) == (project / path).read_text("utf-8"), path
            await _looks_around(host, project, session)
            for resource in (await client.list_resources()).resources:
                if not str(resource.uri).startswith("ui://"):  # which no model reads
                    await host.resource(str(resource.uri))
            await _asked_to_write(host, shop, str(tmp_path / "mine"))
            profile = await host.resource(f"driversmith://sessions/{session}/files/profile.json")
    parts = [re.sub(r"\n\[Part \d+ of [^\n]*\]\n$", "\n", part) for part in profile]
    assert json.loads("".join(parts))["objects"].keys() == set(objects)
    assert (len(profile) > 10) == (size == "large")


async def _records(host: WeakHost, session: str, name: str) -> list[dict[str, Any]]:
    """All records of an object: the lines of its pages, and the parts of records that are longer than a page."""
    records: list[dict[str, Any]] = []
    part = ""
    async for text in host.pages("read_records", session_id=session, object_name=name, limit=1000):
        if "is longer than a page: part" in text:
            part += text.partition("\n\n")[2]
            number, parts = re.search(r"part (\d+) of (\d+)", text).groups()  # type: ignore[union-attr]
            if number == parts:
                records.append(json.loads(part))
                part = ""
        else:
            records += [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    return records


async def _file(host: WeakHost, session: str, path: str) -> str:
    pages = host.pages("get_session", session_id=session, view="files", path=path)
    return "".join([text.partition("\n\n")[2] async for text in pages])


async def _looks_around(host: WeakHost, project: Path, session: str) -> None:
    """Every other tool, with much to answer."""
    client = project / "shop_driver" / "client.py"
    wrong = client.read_text("utf-8") + "".join(f"value_{n} = missing_{n}\n" for n in range(900))
    checked = await host.whole("validate_file", file_path=str(client), content=wrong, driver_root=str(project))
    assert {f"missing_{n}" for n in range(900)} <= set(re.findall(r"missing_\d+", checked))
    asked = {"error_message": "NameError: name 'missing_7' is not defined", "file_path": "client.py"}
    diagnosed = await host.whole("diagnose_failure", **asked, content=wrong)
    assert "missing_7" in diagnosed
    for kind in ("sessions", "diagnostics", "metrics"):
        assert await host.whole("query_history", kind=kind)
    assert "Succeeded" in await host.call("cancel_session", session_id=session)
    result = await host.whole("get_session", session_id=session, cursor="result-1")
    assert '"session_id"' in result


async def _asked_to_write(host: WeakHost, shop: shops.Shop, folder: str) -> None:
    """Engine host: its request comes in parts, each with the way to the next."""
    told = {"api_name": "Shop", "api_url": shop.base_url, "output_dir": folder, "engine": "host"}
    text = await host.call("generate_driver_supervised", **told)
    session = _session_of(text)
    while "goes on by itself" in text:
        text = await host.call("get_session", session_id=session, wait_seconds=45)
    assert f'submit_file(session_id="{session}", path="facts.json"' in text
    seen: set[str] = set()
    while following := set(re.findall(r'Go on with get_session\(session_id="\w+", cursor="(part-\d+)"\)', text)):
        assert len(following) == 1 and following.isdisjoint(seen)
        seen |= following
        text = await host.call("get_session", session_id=session, cursor=following.pop())
    await host.call("submit_file", session_id=session, path="facts.json", content='{"corrections": []}')
    await host.call("cancel_session", session_id=session)


def _session_of(text: str) -> str:
    found = re.search(r"\b(s1\w{15,})\b", text)
    assert found is not None, text[:500]
    return found[1]
