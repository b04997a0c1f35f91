"""An API may be called, and may say, what it likes: its driver passes our own checks and keeps the contract."""

import json
from pathlib import Path
from typing import Any

import pytest
from driversmith.engine.generation.manifest import manifest
from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.models.driver import Verification
from driversmith.engine.models.findings import Finding
from driversmith.engine.models.profile import ApiProfile
from driversmith.engine.research.documents.parse import parse_description
from driversmith.engine.research.profile import build_profile
from driversmith.engine.sandbox.process import ProcessSandbox
from driversmith.engine.testing.contract_suite import run_contract
from driversmith.engine.validation.inspection import inspect
from driversmith.engine.validation.package import validate_package

PYTHONS = (
    "compile exec eval open __import__ breakpoint getattr input globals os sys subprocess print type id list str"
    " dict property self None class async lambda object int len json time httpx2 Any __init__ __globals__"
)
UNFINISHED = "todo todos TODO FIXME placeholder lorem_ipsum tbd xxx hack stub not_implemented"
SENTENCES = [
    "TODO: write this",
    "TODO",
    "Fixme!",
    "[TODO](https://x.example) later",
    "not implemented yet",
    "A placeholder",
    "...",
    "Coming soon",
    "Lorem ipsum dolor sit amet, to be documented",
    "your_api_key_here",
    "npm install things",
    "Raises `ThingError`",
    "Send sk_test_4eC39HqLyjWDarjtT1zdp7dcAAAA or AKIAIOSFODNN7ABCDEFG",
    "TODO: " + "more and more words " * 40,
]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_prose_of_the_description_is_no_finding(sentence: str) -> None:
    assert found(profile_of(described(sentence=sentence), "Things")) == []


@pytest.mark.parametrize("name", ["todo", "Todos", "TODO", "FIXME", "Lorem Ipsum", "Coming Soon", "placeholder"])
def test_an_api_may_be_called_so(name: str) -> None:
    assert found(profile_of(described(title=name), name)) == []


@pytest.mark.parametrize("names", [PYTHONS, UNFINISHED])
async def test_names_of_the_description_are_no_finding(names: str) -> None:
    profile = profile_of(described(names=names.split()), "Things")
    assert set(profile.objects["things"].fields) >= set(names.split())
    report = await validate_package(files_of(profile), profile=profile)
    assert list(report.findings) == []


async def test_a_driver_with_such_names_runs(tmp_path: Path) -> None:
    names = ["compile", "exec", "eval", "open", "breakpoint", "__import__", "os", "class", "self", "todo", "TODO"]
    profile = profile_of(described(names=names), "Things")
    bundle = write_driver(profile)
    for file in bundle.files:
        (tmp_path / file.path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file.path).write_text(file.text, encoding="utf-8")
    report = await run_contract(
        tmp_path, profile, package=bundle.project, class_name=bundle.class_name, sandbox=ProcessSandbox()
    )
    assert [(b.name, b.subject, b.expected, b.received) for b in report.broken] == []
    assert set(report.operations_called) == set(profile.operations)


def test_an_example_that_looks_like_a_key_is_the_apis() -> None:
    document = described()
    known = {"name": "token", "in": "query", "required": True, "schema": {"type": "string"}}
    document["paths"]["/things"]["get"]["parameters"].append({**known, "example": "abcdef0123456789abcdef"})
    profile = profile_of(document, "Things")
    assert 'token="abcdef0123456789abcdef"' in write_driver(profile)["examples/read_records.py"].text
    assert found(profile) == []


def found(profile: ApiProfile) -> list[Finding]:
    return inspect(files_of(profile), whole=True, profile=profile)


def files_of(profile: ApiProfile) -> dict[str, str]:
    bundle = write_driver(profile)
    files = {file.path: file.text for file in bundle.files}
    return {**files, "driver.json": manifest(profile, bundle, Verification())}


def profile_of(document: dict[str, Any], name: str) -> ApiProfile:
    description = parse_description(json.dumps(document).encode(), location="x.json", max_bytes=1 << 20)
    return build_profile(description, api_name=name, base_url="https://things.example")


def described(*, title: str = "Things", sentence: str = "Things.", names: list[str] | None = None) -> dict[str, Any]:
    """An API that says the sentence wherever prose may stand, and uses the names for all that it has."""
    words = names or ["colour"]
    typed = {"type": "string", "description": sentence}
    thing = {"type": "object", "required": words[:2], "properties": {"number": typed, **dict.fromkeys(words, typed)}}
    answer = {"description": sentence, "content": {"application/json": {"schema": thing}}}
    listed = {"description": sentence, "content": {"application/json": {"schema": {"type": "array", "items": thing}}}}
    told = {"summary": sentence, "description": sentence}
    queries = [{"name": word, "in": "query", **told, "schema": typed} for word in words]
    body = {"required": True, "content": {"application/json": {"schema": thing}}}
    document: dict[str, Any] = {
        "openapi": "3.0.3",
        "info": {"title": title if sentence == "Things." else sentence, "version": "1", "description": sentence},
        "paths": {
            "/things": {
                "get": {"operationId": "getThings", **told, "parameters": queries, "responses": {"200": listed}},
                "post": {"operationId": "addThing", **told, "requestBody": body, "responses": {"200": answer}},
            }
        },
    }
    for word in names or []:
        document["paths"][f"/{word}"] = {
            "get": {"operationId": word, "parameters": [dict(queries[0])], "responses": {"200": listed}}
        }
        document["paths"][f"/{word}/run"] = {
            "post": {"operationId": f"{word}Run", **told, "requestBody": body, "responses": {"200": answer}}
        }
    return document
