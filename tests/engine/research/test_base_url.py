"""Where the API lives."""

from dataclasses import replace
from typing import Any

import pytest
from driversmith.engine.errors import FetchError, FetchTimeoutError
from driversmith.engine.research.base_url import candidate_base_urls, choose_base_url

OK = {"responses": {"200": {"description": "ok"}}}
GONE = (404, "application/json", "{}")
DATA = (200, "application/json", "[]")


def description(describe: Any, found_by: str, *servers: str, location: str = "https://api.test/openapi.json") -> Any:
    document = {
        "servers": [{"url": url} for url in servers],
        "paths": {"/pets/{id}": {"get": OK}, "/pets": {"get": OK}},
    }
    return replace(describe(document, location), found_by=found_by)


@pytest.mark.parametrize(
    ("found_by", "servers", "api_url", "expected"),
    [
        ("given", ["https://far.test/v1"], "http://localhost:4010/", "http://localhost:4010"),
        ("given", ["/v1"], "https://api.test/x?y=1#z", "https://api.test/x"),
        ("well_known", ["https://httpbin.org"], "http://127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("well_known", ["/api"], "https://api.test", "https://api.test"),
        ("api_url", ["/v1"], "https://api.test/openapi.json", "https://api.test/v1"),
        ("api_url", ["v1"], "https://api.test/openapi.json", "https://api.test/v1"),
        (
            "api_url",
            ["https://far.test", "https://api.test/v2/"],
            "https://api.test/openapi.json",
            "https://api.test/v2",
        ),
        (
            "api_url",
            ["https://far.test/a", "https://further.test"],
            "https://api.test/openapi.json",
            "https://far.test/a",
        ),
        ("api_url", [], "https://api.test/openapi.json", "https://api.test"),
        ("linked", ["https://far.test", "/v1"], "https://api.test/docs", "https://api.test/v1"),
        ("documentation", ["/v1"], "https://api.test/docs", "https://api.test/v1"),
        ("documentation", ["https://far.test"], "https://api.test/docs", "https://api.test"),
    ],
)
async def test_the_base_url_without_probing(
    describe: Any, *, found_by: str, servers: list[str], api_url: str, expected: str
) -> None:
    found = description(describe, found_by, *servers)
    assert (await choose_base_url(found, api_url=api_url)).url == expected
    assert candidate_base_urls(found, api_url)[0].url == expected


async def test_a_description_linked_from_another_host_keeps_to_the_page_s_own_server(describe: Any) -> None:
    found = description(
        describe, "linked", "https://far.test", "https://api.test/v1", location="https://cdn.test/s.json"
    )
    assert (await choose_base_url(found, api_url="https://api.test/docs")).url == "https://api.test/v1"


async def test_the_server_that_answers_better_wins(describe: Any, fetcher: Any) -> None:
    web = fetcher({"https://api.test/pets": GONE, "https://api.test/v1/pets": DATA})
    found = description(describe, "well_known", "/v1")
    base = await choose_base_url(found, api_url="https://api.test/", probe=web)
    assert base.url == "https://api.test/v1"
    assert "/pets answers better" in base.reason
    assert web.asked == ["https://api.test/pets", "https://api.test/v1/pets"]


async def test_the_path_of_a_server_elsewhere_is_tried_at_the_typed_origin(describe: Any, fetcher: Any) -> None:
    web = fetcher({"http://localhost:1/v2/pets": DATA})
    found = description(describe, "given", "https://petstore.test/v2")
    assert (await choose_base_url(found, api_url="http://localhost:1", probe=web)).url == "http://localhost:1/v2"
    assert all(url.startswith("http://localhost:1/") for url in web.asked)


@pytest.mark.parametrize(
    ("typed", "server"),
    [
        (DATA, DATA),
        ((401, "", ""), (401, "", "")),
        (GONE, GONE),
        ((401, "", ""), GONE),
        (DATA, FetchError("down")),
        ((500, "", ""), GONE),
    ],
)
async def test_as_typed_where_nothing_is_better(describe: Any, fetcher: Any, typed: Any, server: Any) -> None:
    web = fetcher({"https://api.test/pets": typed, "https://api.test/v1/pets": server})
    found = description(describe, "given", "/v1")
    assert (await choose_base_url(found, api_url="https://api.test", probe=web)).url == "https://api.test"


async def test_paths_that_repeat_the_typed_one_are_found_at_the_origin(describe: Any, fetcher: Any) -> None:
    found = description(describe, "well_known")
    web = fetcher({"https://api.test/pets": DATA}, GONE)
    assert (await choose_base_url(found, api_url="https://api.test/v1/", probe=web)).url == "https://api.test"
    page = fetcher({"https://api.test/pets": (200, "text/html", "<html>")}, GONE)
    assert (await choose_base_url(found, api_url="https://api.test/v1/", probe=page)).url == "https://api.test/v1"


@pytest.mark.parametrize(
    ("typed", "servers", "expected"),
    [
        ("https://api.test/v1/", [], "https://api.test"),
        ("https://api.test/v1", ["https://api.test"], "https://api.test"),
        ("https://api.test/inner/v1", ["https://far.test/"], "https://api.test/inner"),
        ("https://api.test/v1/pets", [], "https://api.test"),
        ("https://api.test/v1", ["https://far.test/v1"], "https://api.test/v1"),
        ("https://api.test/v", [], "https://api.test/v"),
        ("https://api.test/v2", [], "https://api.test/v2"),
    ],
)
async def test_what_every_path_begins_with_is_no_end_of_the_base_url(
    describe: Any, fetcher: Any, *, typed: str, servers: list[str], expected: str
) -> None:
    document = {
        "servers": [{"url": url} for url in servers],
        "paths": {"/v1/pets/{id}": {"get": OK}, "/v1/pets": {"get": OK}},
    }
    found = replace(describe(document), found_by="given")
    assert (await choose_base_url(found, api_url=typed)).url == expected
    twice = fetcher({f"{typed.rstrip('/')}/v1/pets": DATA}, GONE)
    assert (await choose_base_url(found, api_url=typed, probe=twice)).url == typed.rstrip("/")


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"https://docs.test/pets": DATA}, "https://docs.test"),
        ({"https://docs.test/v2/pets": DATA}, "https://docs.test/v2"),
        ({"https://docs.test/pets": (401, "", "")}, "https://docs.test"),
        ({"https://docs.test/pets": (200, "text/html", "<html>")}, "https://far.test/v2"),
        ({}, "https://far.test/v2"),
    ],
)
async def test_where_only_documentation_lives_the_api_is_at_its_server(
    describe: Any, fetcher: Any, answers: Any, expected: str
) -> None:
    found = description(describe, "documentation", "https://far.test/v2", location="https://docs.test/openapi.json")
    web = fetcher(answers, GONE)
    assert (await choose_base_url(found, api_url="https://docs.test/reference", probe=web)).url == expected


async def test_a_page_for_people_is_worse_than_data(describe: Any, fetcher: Any) -> None:
    web = fetcher({"https://api.test/pets": (200, "text/html", "<html>"), "https://api.test/v1/pets": (401, "", "")})
    found = description(describe, "given", "/v1")
    assert (await choose_base_url(found, api_url="https://api.test", probe=web)).url == "https://api.test/v1"


async def test_at_most_three_requests_are_made(describe: Any, fetcher: Any) -> None:
    web = fetcher({}, GONE)
    found = description(describe, "given", *(f"/v{n}" for n in range(9)))
    await choose_base_url(found, api_url="https://api.test", probe=web)
    assert len(web.asked) == 3


async def test_a_silent_origin_is_asked_once(describe: Any, fetcher: Any) -> None:
    web = fetcher({}, FetchTimeoutError("nothing came"))
    found = description(describe, "given", *(f"/v{n}" for n in range(9)))
    assert (await choose_base_url(found, api_url="https://api.test", probe=web)).url == "https://api.test"
    assert len(web.asked) == 1


async def test_nothing_is_asked_where_no_get_is_plain(describe: Any, fetcher: Any) -> None:
    required = {"parameters": [{"name": "q", "in": "query", "required": True}], **OK}
    document = {
        "servers": [{"url": "/v1"}],
        "paths": {"/a": {"get": required}, "/b/{c}": {"get": OK}, "/d": {"post": OK}},
    }
    web = fetcher({})
    await choose_base_url(describe(document), api_url="https://api.test", probe=web)
    assert web.asked == []
