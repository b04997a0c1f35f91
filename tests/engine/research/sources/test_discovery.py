"""Finding the description of an API."""

from pathlib import Path
from typing import Any

import anyio
import pytest
from driversmith.engine.errors import (
    AddressRefusedError,
    DescriptionError,
    FetchError,
    FetchTimeoutError,
    InvalidArgumentError,
    ResearchError,
)
from driversmith.engine.research.sources import discovery
from driversmith.engine.research.sources.discovery import AT_ORIGIN, WELL_KNOWN, find_description

from tests.patience import LONG

SPEC = {"openapi": "3.0.0", "info": {"title": "T", "version": "1"}, "paths": {}}
JSON = (200, "application/json", SPEC)
HTML = (200, "text/html", "<!doctype html><p>Hello")
REFUSED = FetchError("connection refused")


async def find(fetcher: Any, api_url: str = "https://api.test", spec: str | None = None, **options: Any) -> Any:
    return await find_description(api_url=api_url, spec=spec, fetcher=fetcher, max_bytes=10_000, **options)


async def test_the_url_itself_may_be_the_description(fetcher: Any) -> None:
    web = fetcher({"https://api.test/v1/spec": JSON})
    found = await find(web, "https://api.test/v1/spec")
    assert (found.location, found.found_by) == ("https://api.test/v1/spec", "api_url")
    assert web.asked == ["https://api.test/v1/spec"]


async def test_the_final_url_is_the_location_and_queries_are_not_kept(fetcher: Any, page: Any) -> None:
    web = fetcher(
        {"https://api.test/x?key=secret": page("https://cdn.test/y.json?key=secret", 200, {}, b'{"openapi":"3.0.0"}')}
    )
    found = await find(web, "https://user:pw@api.test/x?key=secret#frag")
    assert found.location == "https://cdn.test/y.json"


async def test_usual_places_are_tried_below_the_path_and_then_at_the_origin(fetcher: Any) -> None:
    web = fetcher({"https://api.test/v3/api-docs": JSON})
    said: list[str] = []
    found = await find(web, "https://api.test/shop/", progress=said.append)
    assert found.found_by == "well_known"
    assert web.asked == [
        "https://api.test/shop/",
        *(f"https://api.test/shop{path}" for path in WELL_KNOWN),
        *(f"https://api.test{path}" for path in WELL_KNOWN),
    ]
    assert len(said) == len(web.asked)


async def test_the_search_stops_at_the_first_hit(fetcher: Any) -> None:
    web = fetcher({"https://api.test/openapi.yaml": (200, "text/yaml", "openapi: 3.0.0\npaths: {}")})
    await find(web)
    assert web.asked == ["https://api.test", "https://api.test/openapi.json", "https://api.test/openapi.yaml"]


@pytest.mark.parametrize(
    ("html", "target"),
    [
        ('<link rel="service-desc" href="/s.json">', "https://api.test/s.json"),
        ('<link rel=service-desc href="/s.json"><![nonsense[', "https://api.test/s.json"),
        ("<LINK href='s.json' REL='alternate Service-Desc'>", "https://api.test/docs/s.json"),
        ('<link rel=service-desc href="https://cdn.test/s.json#x">', "https://cdn.test/s.json"),
        (
            '<link rel=service-desc href="javascript:alert(1)"><link rel=service-desc href="/s.json">',
            "https://api.test/s.json",
        ),
        (
            '<link rel="service-desc"><link rel=service-desc href="http://[bad"><a rel=service-desc href="/s.json">',
            "https://api.test/s.json",
        ),
    ],
)
async def test_a_link_in_a_page_is_followed(fetcher: Any, html: str, target: str) -> None:
    web = fetcher({"https://api.test/docs/": (200, "text/html", f"<html>{html}"), target: JSON})
    found = await find(web, "https://api.test/docs/")
    assert (found.location, found.found_by) == (target, "linked")


@pytest.mark.parametrize(
    "link", ['</s.json>; rel="service-desc"', '</x>; rel=next, </s.json>; type="a/b"; rel=service-desc']
)
async def test_a_link_in_a_header_is_followed(fetcher: Any, page: Any, link: str) -> None:
    start = page("https://api.test", 200, {"link": link, "content-type": "application/json"}, b"{}")
    found = await find(fetcher({"https://api.test": start, "https://api.test/s.json": JSON}))
    assert (found.location, found.found_by) == ("https://api.test/s.json", "well_known")


@pytest.mark.parametrize(
    ("api_url", "target", "found_by"),
    [
        ("https://api.test/docs/", "https://api.test/s.json", "documentation"),
        ("https://api.test/docs/", "https://cdn.test/s.json", "linked"),
        ("https://api.test", "https://api.test/s.json", "well_known"),
        ("https://api.test", "https://cdn.test/s.json", "linked"),
    ],
)
async def test_what_a_page_shows_is_read(fetcher: Any, api_url: str, target: str, found_by: str) -> None:
    html = (200, "text/html", f"<html><script>SwaggerUIBundle({{url: '{target}', dom_id: '#ui'}})</script>")
    found = await find(fetcher({api_url: html, target: JSON}), api_url)
    assert (found.location, found.found_by) == (target, found_by)


async def test_the_usual_page_that_shows_a_description_is_looked_at_last(fetcher: Any) -> None:
    html = (200, "text/html", "<html><redoc spec-url='/hidden/s.json'></redoc>")
    web = fetcher({"https://api.test/docs": html, "https://api.test/hidden/s.json": JSON})
    assert (await find(web)).found_by == "well_known"
    assert web.asked == [
        "https://api.test",
        *(f"https://api.test{p}" for p in (*WELL_KNOWN, *AT_ORIGIN)),
        web.asked[-1],
    ]


async def test_a_page_below_the_place_of_the_description_is_documentation(fetcher: Any) -> None:
    web = fetcher({"https://api.test/docs": HTML, "https://api.test/openapi.json": JSON})
    assert (await find(web, "https://api.test/docs")).found_by == "documentation"
    root = fetcher({"https://api.test": HTML, "https://api.test/openapi.json": JSON})
    assert (await find(root)).found_by == "well_known"


async def test_nothing_found_says_what_was_tried(fetcher: Any) -> None:
    web = fetcher(
        {"https://api.test": HTML, "https://api.test/openapi.json": (200, "application/json", {"asyncapi": "2.0"})}
    )
    with pytest.raises(ResearchError) as caught:
        await find(web)
    assert caught.value.code == "description_not_found"
    assert "https://api.test: HTTP 200, text/html: is a web page" in caught.value.message
    assert "AsyncAPI 2.0" in caught.value.message
    assert "https://api.test/v3/api-docs: HTTP 404" in caught.value.message
    assert "spec=" in caught.value.next_action


async def test_a_broken_description_is_not_passed_over(fetcher: Any) -> None:
    web = fetcher({"https://api.test/openapi.json": (200, "application/json", '{"openapi": "3.0.0", "paths": {')})
    with pytest.raises(DescriptionError, match="line 1"):
        await find(web)


async def test_all_refused_asks_for_credentials(fetcher: Any) -> None:
    with pytest.raises(ResearchError) as caught:
        await find(fetcher({}, (401, "text/plain", "no")))
    assert caught.value.code == "authentication_required"


async def test_a_dead_host_is_left_alone_after_two_requests(fetcher: Any) -> None:
    web = fetcher({}, REFUSED)
    with pytest.raises(FetchError) as caught:
        await find(web)
    assert caught.value is REFUSED
    assert len(web.asked) == 2


async def test_one_slow_page_does_not_end_the_search(fetcher: Any) -> None:
    web = fetcher({"https://api.test": REFUSED, "https://api.test/openapi.json": JSON})
    assert (await find(web)).found_by == "well_known"


SILENT = FetchTimeoutError("https://api.test did not answer in time.")


async def test_a_silent_host_costs_one_whole_time_out_and_is_then_left_alone(
    fetcher: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discovery, "SECOND_CHANCE_SECONDS", 0.01)
    web = fetcher({"https://api.test": SILENT, "https://api.test/openapi.json": None})
    with anyio.fail_after(LONG), pytest.raises(FetchError) as caught:
        await find(web)
    assert caught.value is SILENT
    assert web.asked == ["https://api.test", "https://api.test/openapi.json"]


async def test_a_host_whose_root_hangs_gets_a_second_chance(fetcher: Any) -> None:
    web = fetcher({"https://api.test": SILENT, "https://api.test/openapi.json": JSON})
    assert (await find(web)).found_by == "well_known"


async def test_a_host_that_falls_silent_after_its_first_page_is_left_alone(
    fetcher: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discovery, "SECOND_CHANCE_SECONDS", 0.01)
    web = fetcher(
        {"https://api.test": HTML, "https://api.test/openapi.json": SILENT, "https://api.test/openapi.yaml": None}
    )
    with anyio.fail_after(LONG), pytest.raises(ResearchError) as caught:
        await find(web)
    assert len(web.asked) == 3
    assert "did not answer in time" in caught.value.message and "longer than 0.01 seconds" in caught.value.message


async def test_a_refused_address_ends_the_search_unless_it_was_only_linked(fetcher: Any) -> None:
    refused = AddressRefusedError("private address")
    with pytest.raises(AddressRefusedError):
        await find(fetcher({}, refused))
    html = (200, "text/html", '<html><link rel=service-desc href="http://10.0.0.1/s.json">')
    web = fetcher({"https://api.test": html, "http://10.0.0.1/s.json": refused, "https://api.test/swagger.json": JSON})
    assert (await find(web)).location == "https://api.test/swagger.json"


async def test_a_given_url_is_read_and_nothing_else(fetcher: Any) -> None:
    web = fetcher({"https://docs.test/s.json": JSON})
    found = await find(web, spec=" https://docs.test/s.json ")
    assert (found.location, found.found_by, web.asked) == (
        "https://docs.test/s.json",
        "given",
        ["https://docs.test/s.json"],
    )
    same = await find(web, "https://docs.test/s.json", spec="https://docs.test/s.json")
    assert same.found_by == "api_url"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((404, "", ""), "description_not_found"),
        ((400, "", ""), "description_not_found"),
        ((429, "", ""), "unreachable"),
        ((500, "", ""), "unreachable"),
        ((403, "", ""), "authentication_required"),
        (HTML, "description_invalid"),
        ((200, "", b"x" * 20_000), "description_too_large"),
        (REFUSED, "unreachable"),
    ],
)
async def test_a_given_url_that_gives_no_description_is_an_error(fetcher: Any, answer: Any, code: str) -> None:
    with pytest.raises(ResearchError) as caught:
        await find(fetcher({"https://docs.test/s": answer}), spec="https://docs.test/s")
    assert caught.value.code == code


async def test_a_given_file_is_read_without_the_network(fetcher: Any, tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text("swagger: '2.0'\npaths: {}")
    web = fetcher({})
    found = await find(web, spec=str(path))
    assert (found.location, found.format, web.asked) == ("spec.yaml", "Swagger 2.0", [])


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.test",
        "ftp://api.test",
        "http://",
        "https://a b.test",
        "http://[::1",
        "file:///etc/passwd",
        "http://a.test:x",
    ],
)
async def test_api_url_must_be_a_url(fetcher: Any, url: str) -> None:
    with pytest.raises(InvalidArgumentError, match="api_url"):
        await find(fetcher({}), url)


async def test_spec_must_be_a_url_or_a_path(fetcher: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="spec"):
        await find(fetcher({}), spec="https://")
    with pytest.raises(InvalidArgumentError, match="spec"):
        await find(fetcher({}), spec="openapi.json")
