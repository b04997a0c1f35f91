"""Objects that are read by POST: what is always in the body, what callers give, and the page that is wanted."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.models.profile import ApiProfile
from driversmith.engine.network.loopback import Request
from driversmith.engine.proof.questions import Questions
from driversmith.engine.research.documents.parse import parse_description
from driversmith.engine.research.profile import build_profile

from ...patience import LONG
from .test_template_driver import contract_of, failures

TEXT = {"type": "string"}
SHIPS = "query Ships($first: Int, $after: String, $flag: String) { ships { nodes { id } pageInfo { endCursor } } }"
CREWS = "query Crews { crews { nodes { id } } }"


def asking(properties: dict[str, Any], answer: dict[str, Any], *, reads: bool = True) -> dict[str, Any]:
    """An operation with POST whose body and answer have these members."""
    body = {"type": "object", "properties": properties, "required": [*properties]}
    content = {"application/json": {"schema": {"type": "object", "properties": answer}}}
    return {
        "x-driversmith-read": reads,
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {"200": {"description": "", "content": content}},
    }


def an_object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def records(**more: Any) -> dict[str, Any]:
    return {"type": "array", "items": an_object(id={"type": "integer"}, name=TEXT, **more)}


def harbour() -> ApiProfile:
    variables = an_object(first={"type": "integer", "maximum": 3}, after=TEXT, flag=TEXT)
    ships = an_object(nodes=records(), pageInfo=an_object(endCursor=TEXT, hasNextPage={"type": "boolean"}))
    filters = an_object(status={"type": "string", "enum": ["open", "sold"]}, tags={"type": "array", "items": TEXT})
    paging = an_object(cursor=TEXT, limit={"type": "integer", "default": 2})
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Harbour", "version": "1"},
        "paths": {
            "/graphql#ships": {"post": asking({"query": {"const": SHIPS}, "variables": variables}, {"ships": ships})},
            "/graphql#crews": {"post": asking({"query": {"const": CREWS}}, {"crews": records()})},
            "/berths/search": {
                "post": asking({"filter": filters, "paging": paging}, {"results": records(), "next_cursor": TEXT})
            },
            "/pilots/list": {
                "post": asking({"page": {"type": "integer"}, "page.size": {"type": "integer"}}, {"data": records()})
            },
            "/tugs/search": {"post": asking({"name": TEXT}, {"data": records()}, reads=False)},
        },
    }
    description = parse_description(json.dumps(document).encode(), location="harbour.json", max_bytes=1 << 20)
    return build_profile(description, api_name="Harbour", base_url="https://harbour.example/api")


def post(path: str, body: bytes) -> Request:
    return Request("POST", path, (), body, 0.0, 0)


async def test_an_object_is_read_by_post_page_by_page(tmp_path: Path):
    report = await contract_of(harbour(), tmp_path)
    assert failures(report) == []
    proven = {(b.name, b.subject) for b in report.behaviours}
    assert {("read-every-page", name) for name in ("ships", "search", "list")} <= proven
    assert {name for name, subject in proven if name.startswith(("rate-limit", "server-error"))}
    assert report.unittests
    assert not report.unittests.failed


def test_its_files_are_laid_out_as_ruff_would(tmp_path: Path):
    for file in write_driver(harbour()).files:
        if file.path.endswith(".py"):
            path = tmp_path / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(file.text)
    for command in (["format", "--diff"], ["check"]):
        run = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--isolated", "--no-cache", str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
            timeout=LONG,
        )
        assert run.returncode == 0, run.stdout


def test_a_body_of_members_is_taken_apart_into_arguments_paging_and_what_never_changes():
    profile = harbour()
    ships, search = profile.objects["ships"], profile.objects["search"]
    operation = profile.operations[ships.operations["read"]]
    assert operation.body
    assert (operation.body.argument, operation.body.fixed) == (None, {"query": SHIPS})
    assert ships.filters == ("flag",)
    assert ships.pagination.position_parameter == "variables.after"
    assert ships.pagination.next_path == ("ships", "pageInfo", "endCursor")
    assert ships.pagination.more_path == ("ships", "pageInfo", "hasNextPage")
    assert (search.pagination.position_in, search.pagination.size_parameter) == ("body", "paging.limit")
    assert search.filters == ("status", "tags")


def test_only_a_post_that_is_marked_as_a_read_may_be_asked_of_the_real_api():
    profile = harbour()
    may_ask = Questions(profile)
    assert may_ask(post("/api/graphql", json.dumps({"query": SHIPS, "variables": {"first": 2}}).encode()))
    assert not may_ask(post("/api/graphql", json.dumps({"query": "mutation { sink }"}).encode()))
    assert not may_ask(post("/api/graphql", b"{"))
    assert may_ask(post("/api/berths/search", b"{}"))
    assert not may_ask(post("/api/tugs/search", b"{}"))
    assert "tugs" not in " ".join(o.signature for o in profile.operations.values() if o.is_safe)
