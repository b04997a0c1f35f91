"""Records that are written otherwise than as a list in JSON: tables, lines, columns side by side, features on a map."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.models.profile import ApiProfile
from driversmith.engine.research.documents.parse import parse_description
from driversmith.engine.research.profile import build_profile

from ...patience import LONG
from .test_template_driver import contract_of, failures

TEXT, NUMBER = {"type": "string"}, {"type": "number"}


def an_object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def a_list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def read(media_type: str, schema: dict[str, Any] | None, *parameters: str) -> dict[str, Any]:
    query = [{"name": n, "in": "query", "schema": {"type": "integer"} if n == "page" else TEXT} for n in parameters]
    content = {media_type: {} if schema is None else {"schema": schema}}
    return {"get": {"parameters": query, "responses": {"200": {"description": "", "content": content}}}}


def harbour() -> ApiProfile:
    row = an_object(name=TEXT, tonnes={"type": "integer"}, afloat={"type": "boolean"}, note=TEXT)
    feature = an_object(
        type={"const": "Feature"}, id=TEXT, geometry=an_object(type=TEXT), properties=an_object(id=TEXT, depth=NUMBER)
    )
    hourly = an_object(time=a_list(TEXT), tide=a_list(NUMBER))
    current = an_object(time=TEXT, tide=NUMBER)
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Harbour", "version": "1"},
        "paths": {
            "/ships.csv": read("text/csv", a_list(row), "page"),
            "/berths": read("text/tab-separated-values", TEXT),
            "/log": read("application/x-ndjson", row, "page"),
            "/areas": read("application/geo+json", an_object(type=TEXT, features=a_list(feature))),
            "/buoys": read("application/geo+json", None),
            "/tides": read(
                "application/json",
                an_object(latitude=NUMBER, hourly=hourly, hourly_units=an_object(time=TEXT), current=current),
                "hourly",
                "current",
            ),
            "/candles": read("application/json", an_object(s=TEXT, t=a_list(NUMBER), close=a_list(NUMBER))),
        },
    }
    description = parse_description(json.dumps(document).encode(), location="harbour.json", max_bytes=1 << 20)
    return build_profile(description, api_name="Harbour", base_url="https://harbour.example/api")


def test_descriptions_tell_in_what_form_records_come():
    profile = harbour()
    found = {name: (o.shape, o.record_path, tuple(o.fields)) for name, o in profile.objects.items()}
    assert found == {
        "ships": ("list", (), ("name", "tonnes", "afloat", "note")),
        "berths": ("list", (), ()),
        "log": ("list", (), ("name", "tonnes", "afloat", "note")),
        "areas": ("features", ("features",), ("feature_id", "geometry", "id", "depth")),
        "buoys": ("features", ("features",), ()),
        "tides": ("columns", ("hourly",), ("time", "tide")),
        "candles": ("columns", (), ("t", "close")),
    }
    assert profile.objects["tides"].other_keys == ("current",)


async def test_the_contract_holds_for_all_of_them(tmp_path: Path):
    report = await contract_of(harbour(), tmp_path)
    assert failures(report) == []
    proven = {(b.name, b.subject) for b in report.behaviours}
    assert {("read-every-page", "ships"), ("read-every-page", "log"), ("read-records", "areas")} <= proven
    assert report.unittests
    assert not report.unittests.failed


def test_its_files_are_laid_out_as_ruff_would(tmp_path: Path):
    for file in write_driver(harbour()).files:
        target = tmp_path / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.text, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--diff", "--isolated", "--no-cache", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=LONG,
    )
    assert run.returncode == 0, run.stdout
