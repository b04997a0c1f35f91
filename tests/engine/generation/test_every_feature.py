"""One driver with all that templates can write, so that no part of them stands in another's way."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest
from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.models.profile import ApiProfile, BodyProfile, PaginationProfile, ResponseProfile

from ...patience import LONG
from . import profiles
from .profiles import operation, parameter, thing

PAGING: dict[str, Any] = {
    "style": "page",
    "position_parameter": "page",
    "size_parameter": "size",
    "max_size": 3,
    "first": 1,
}
ENDS: dict[str, Any] = {"last_path": ("last",), "pages_path": ("pages",), "total_path": ("total",)}
CURSOR = {"style": "cursor", "position_parameter": "paging.cursor", "position_in": "body", "next_path": ("next",)}


def every() -> ApiProfile:
    """The operations and objects of all profiles here, under names of their own, and what none of them has."""
    operations, objects = {}, {}
    for kind, make in profiles.ALL.items():
        found = make()
        for name, described in found.operations.items() if kind != "hostile" else ():
            operations[f"{kind}_{name}"] = described.model_copy(update={"name": f"{kind}_{name}"})
        for name, held in found.objects.items() if kind != "hostile" else ():
            verbs = {verb: f"{kind}_{called}" for verb, called in held.operations.items()}
            objects[f"{kind}_{name}"] = held.model_copy(update={"name": f"{kind}_{name}", "operations": verbs})
    text = ResponseProfile(media_type="text/csv", kind="text", type="string")
    events = ResponseProfile(media_type="text/event-stream", kind="text", type="string")
    json_body = BodyProfile(media_type="application/json", kind="json", argument=None, fixed={"q": "x"})
    styled = (parameter("a", type="any", style="deepObject", allow_reserved=True),)
    joined = (parameter("a", type="array", explode=False),)
    for made in (
        operation("list_csv", "GET /csv", response=text),
        operation("watch", "GET /watch", response=events),
        operation("pay", "POST /pay", parameter("Idempotency-Key", argument="key", location="header"), deprecated=True),
        operation("list_columns", "GET /columns"),
        operation("list_features", "GET /features"),
        operation("list_edges", "GET /edges"),
        operation("list_pages", "GET /pages", parameter("page"), parameter("size")),
        operation("search", "POST /search", parameter("paging.cursor", location="body"), body=json_body).model_copy(
            update={"only_reads": True, "base_path": "/beta"}
        ),
        operation("fill", "POST /fill", body=BodyProfile(media_type="a/b", kind="form", type="object", written=styled)),
        operation(
            "send",
            "POST /send",
            body=BodyProfile(
                media_type="multipart/form-data", kind="multipart", written=joined, part_types={"b": "a/b"}
            ),
        ),
        operation("stream", "POST /stream", body=BodyProfile(media_type="application/x-ndjson", kind="text")),
    ):
        operations[made.name] = made
    for held in (
        thing("csv", {"read": "list_csv"}),
        thing("columns", {"read": "list_columns"}, shape="columns"),
        thing("features", {"read": "list_features"}, shape="features", record_path=("features",)),
        thing("edges", {"read": "list_edges"}, inner_path=("node",)),
        thing("pages", {"read": "list_pages"}, record_path=("items",), pagination=PaginationProfile(**PAGING, **ENDS)),
        thing(
            "search", {"read": "search"}, record_path=("items",), pagination=PaginationProfile.model_validate(CURSOR)
        ),
    ):
        objects[held.name] = held
    update = {"operations": operations, "objects": objects, "headers": {"X-A": "b"}, "error_path": ("error",)}
    return profiles.petstore().model_copy(update=update)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("every")
    for file in write_driver(every()).files:
        (root / file.path).parent.mkdir(parents=True, exist_ok=True)
        (root / file.path).write_text(file.text, "utf-8")
    return root


@pytest.mark.parametrize(
    "command",
    [["ruff", "format", "--isolated", "--no-cache", "--diff"], ["ruff", "check", "--isolated", "--select=F,E9,B,PL"]],
)
def test_ruff_has_nothing_to_say_of_it(folder: Path, command: list[str]) -> None:
    ignored = ["--ignore=PLR,PLC0415"] if "check" in command else []
    done = subprocess.run(
        [sys.executable, "-m", *command, *ignored, str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=LONG,
    )
    assert done.returncode == 0, done.stdout


def test_its_own_tests_pass(folder: Path) -> None:
    command = [sys.executable, "-m", "unittest", "discover", "tests"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=LONG)
    assert done.returncode == 0, done.stderr


def test_each_form_of_records_is_read(rig: Any) -> None:
    found = rig(every())
    csv = httpx2.Response(200, text="a\n1\n", headers={"Content-Type": "text/csv"})
    answers = {
        "csv": csv,
        "columns": httpx2.Response(200, json={"a": [1]}),
        "features": httpx2.Response(200, json={"features": [{"type": "Feature", "properties": {"a": 1}}]}),
        "edges": httpx2.Response(200, json=[{"node": {"a": 1}}]),
        "pages": httpx2.Response(200, json={"items": [{"a": 1}], "last": True}),
        "search": httpx2.Response(200, json={"items": [{"a": 1}], "next": None}),
    }
    read = {name: found.open([answer]).read(name) for name, answer in answers.items()}
    assert read == {name: [{"a": "1" if name == "csv" else 1}] for name in answers}
    assert found.paths[-1] == "/beta/search"
