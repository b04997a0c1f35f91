"""A description that somebody wrote from pages: what they say of it stays, what nobody proves goes."""

import json
from typing import Any

import pytest
import yaml
from driversmith.engine.models.documentation import JudgedDescription
from driversmith.engine.research.pages.draft import joined, judge_draft
from driversmith.engine.research.pages.reading import SavedPage, text_of

PAGE = """<h1>Ships</h1><p>Base URL: https://api.ships.dev/v1</p><h2>GET /ships/:id</h2><p>With <code>fields</code>.</p>
<h2>POST /ships</h2><p>Sends a <code>name</code>, needs the header <code>X-Ship-Key</code>.</p>
<p>There is more at https://data.ships.dev/dump too.</p>"""
OK = {"200": {"description": ""}}


class Api:
    """Answers the paths that it has with data, and any other as it was told."""

    def __init__(self, *paths: str, other: int = 404) -> None:
        self.paths = paths
        self.other = other
        self.asked: list[str] = []

    async def __call__(self, url: str) -> Any:
        self.asked.append(url)
        status = 200 if url in self.paths else self.other

        class Answer:
            headers = {"content-type": "application/json"}
            content = b"[]"

        answer: Any = Answer()
        answer.status, answer.url = status, url
        return answer


async def judge(paths: dict[str, Any], page: str = PAGE, api: Api | None = None, **more: Any) -> JudgedDescription:
    text = yaml.safe_dump({"openapi": "3.0.0", "info": {"title": "Ships", "version": "1"}, "paths": paths, **more})
    pages = [text_of(SavedPage(page.encode(), "https://ships.dev/docs"))]
    return await judge_draft(text, pages, api_url="https://ships.dev/docs", ask=api, most=6 if api else 0)


def operations(judged: JudgedDescription) -> list[str]:
    document = json.loads(judged.document or '{"paths": {}}')
    found = [(path, method) for path, item in document["paths"].items() for method in item if method != "servers"]
    return sorted(f"{method.upper()} {path}" for path, method in found)


async def test_what_the_pages_say_is_quoted_and_the_rest_dropped() -> None:
    get = {"get": {"responses": OK}}
    judged = await judge(
        {
            "/ships/{shipId}": {**get, "delete": {"responses": OK}},
            "/ships": {"post": {"responses": OK}},
            "/captains": get,
            "/ships/{id}/cargo": get,
        },
        servers=[{"url": "https://api.ships.dev/v1"}],
    )
    assert operations(judged) == ["GET /ships/{shipId}", "POST /ships"]
    assert {e.known_by for e in judged.known.values()} == {"quoted"}
    assert sorted(entry.operation for entry in judged.dropped) == [
        "DELETE /ships/{shipId}",
        "GET /captains",
        "GET /ships/{id}/cargo",
    ]
    assert "GET /captains: no page says that" in [finding.message for finding in judged.findings]


async def test_a_host_that_no_page_names_is_replaced() -> None:
    judged = await judge({"/ships/{id}": {"get": {"responses": OK}}}, servers=[{"url": "https://api.invented.dev/v1"}])
    assert json.loads(judged.document)["servers"] == [{"url": "https://api.ships.dev/v1"}]
    assert judged.findings[0].code == "host-not-proven"


async def test_an_answer_proves_what_no_page_says() -> None:
    api = Api("https://api.ships.dev/v1/ports")
    paths = {"/ports": {"get": {"responses": OK}}, "/berths": {"get": {"responses": OK}}}
    judged = await judge({**paths, "/ports/delete": {"get": {"responses": OK}}}, api=api)
    assert operations(judged) == ["GET /ports"]
    assert [e.known_by for e in judged.known.values()] == ["observed"]
    assert not any("delete" in url for url in api.asked)


async def test_an_api_that_answers_to_anything_proves_nothing() -> None:
    judged = await judge({"/ports": {"get": {"responses": OK}}}, api=Api(other=200))
    assert (judged.document, judged.dropped[0].detail) == ("", "no page says that, and the API answers to any path")


async def test_names_that_no_page_has_go() -> None:
    schema = {"type": "object", "required": ["name", "mass"], "properties": {"name": {}, "mass": {}}}
    parameters = [{"name": n, "in": "query", "required": True, "schema": {}} for n in ("fields", "colour")]
    answer = {
        "200": {"description": "", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Ship"}}}}
    }
    schemes = {
        "key": {"type": "apiKey", "in": "header", "name": "X-Ship-Key"},
        "b": {"type": "http", "scheme": "bearer"},
    }
    judged = await judge(
        {"/ships/{id}": {"get": {"parameters": parameters, "responses": answer}}},
        components={"schemas": {"Ship": schema}, "securitySchemes": schemes},
        security=[{"key": []}, {"b": []}],
    )
    document = json.loads(judged.document)
    ship = document["components"]["schemas"]["Ship"]
    assert (list(ship["properties"]), ship["required"]) == (["name"], ["name"])
    assert [p["name"] for p in document["paths"]["/ships/{id}"]["get"]["parameters"]] == ["fields", "id"]
    assert (list(document["components"]["securitySchemes"]), document["security"]) == (["key"], [{"key": []}])


@pytest.mark.parametrize("text", ["", "I am sorry.", "openapi: [", "swagger: '2.0'\npaths: {}", "- a\n- b"])
async def test_what_is_no_description_is_said(text: str) -> None:
    judged = await judge_draft(text, [], api_url="https://ships.dev")
    assert (judged.unusable, len(judged.findings), judged.document) == (True, 1, "")


async def test_a_parameter_alone_is_no_quote() -> None:
    judged = await judge({"/{anything}/{more}": {"get": {"responses": OK}}})
    assert operations(judged) == []


async def test_several_drafts_and_the_rules_are_one() -> None:
    first = await judge(
        {"/ships/{id}": {"get": {"responses": OK, "summary": "mine"}}, "/none": {"get": {"responses": OK}}}
    )
    second = await judge({"/ships/{shipId}": {"get": {"responses": OK}}, "/ships": {"post": {"responses": OK}}})
    whole = joined([first, second])
    assert operations(whole) == ["GET /ships/{id}", "POST /ships"]
    assert (len(whole.known), [d.operation for d in whole.dropped]) == (2, ["GET /none"])
