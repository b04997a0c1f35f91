"""Links to descriptions in headers, pages and JSON, and what viewers are configured to load."""

import json
from typing import Any

import pytest
from driversmith.engine.errors import ResearchError
from driversmith.engine.research.sources.discovery import find_description

URL = "https://api.test"
SPEC = {"openapi": "3.0.0", "info": {"title": "T", "version": "1"}, "paths": {}}
JSON = "application/json"
THERE = f"{URL}/hidden/api.json"


async def find(web: Any, typed: str = URL) -> Any:
    return await find_description(api_url=typed, spec=None, fetcher=web, max_bytes=1 << 20)


@pytest.mark.parametrize(
    "body",
    [
        {"links": [{"rel": "service-desc", "href": "/hidden/api.json"}]},
        {"links": {"service-desc": "/hidden/api.json"}},
        {"_links": {"service-desc": {"href": "/hidden/api.json"}}},
        {"linkset": [{"anchor": "/", "service-desc": [{"href": "/hidden/api.json", "type": "application/json"}]}]},
        {"name": "Harbour", "openapi_url": "/hidden/api.json", "documentation": "/handbook"},
        {"swagger": "/hidden/api.json"},
    ],
)
async def test_json_at_the_root_leads_to_the_description(fetcher: Any, body: Any) -> None:
    found = await find(fetcher({URL: (200, JSON, body), THERE: (200, JSON, SPEC)}))
    assert found.location == THERE


@pytest.mark.parametrize(
    "html",
    [
        "<link rel=service-desc href=/hidden/api.json>",
        "<a rel='nofollow service-doc' href=/hidden/api.json>",
        "<link rel=api-catalog href=/hidden/api.json>",
    ],
)
async def test_so_does_a_page(fetcher: Any, html: str) -> None:
    assert (await find(fetcher({URL: (200, "text/html", f"<html>{html}"), THERE: (200, JSON, SPEC)}))).location == THERE


async def test_the_catalogue_of_a_host_is_read(fetcher: Any) -> None:
    linkset = {
        "linkset": [{"anchor": f"{URL}/v1", "service-doc": [{"href": "/handbook"}], "service-desc": [{"href": THERE}]}]
    }
    web = fetcher(
        {f"{URL}/.well-known/api-catalog": (200, "application/linkset+json", linkset), THERE: (200, JSON, SPEC)}
    )
    assert (await find(web)).location == THERE


async def test_documentation_that_shows_the_description_is_followed(fetcher: Any, page: Any) -> None:
    start = page(URL, 200, {"link": '</handbook>; rel="service-doc"', "content-type": JSON}, b"{}")
    shown = (200, "text/html", "<html><redoc spec-url='/hidden/api.json'></redoc>")
    assert (await find(fetcher({URL: start, f"{URL}/handbook": shown, THERE: (200, JSON, SPEC)}))).location == THERE


async def test_a_viewers_own_script_says_what_it_loads(fetcher: Any) -> None:
    page = "<html><div id=swagger-ui></div><script src=./swagger-ui-bundle.js></script><script src=./swagger-initializer.js></script>"
    script = (
        "window.onload = function() { window.ui = SwaggerUIBundle({ url: '/hidden/api.json', dom_id: '#swagger-ui' }) }"
    )
    pages = {
        f"{URL}/docs/": (200, "text/html", page),
        f"{URL}/docs/swagger-initializer.js": (200, "text/javascript", script),
    }
    assert (await find(fetcher({**pages, THERE: (200, JSON, SPEC)}), f"{URL}/docs/")).location == THERE


async def test_springdocs_settings_lead_on(fetcher: Any) -> None:
    page = "<html><div id=swagger-ui></div><script src=./swagger-initializer.js></script>"
    script = 'SwaggerUIBundle({ "configUrl" : "/v3/api-docs/swagger-config", dom_id: "#swagger-ui" })'
    settings = {"configUrl": "/v3/api-docs/swagger-config", "urls": [{"url": "/hidden/api.json", "name": "ships"}]}
    pages = {
        f"{URL}/swagger-ui/index.html": (200, "text/html", page),
        f"{URL}/swagger-ui/swagger-initializer.js": (200, "text/javascript", script),
        f"{URL}/v3/api-docs/swagger-config": (200, JSON, settings),
        THERE: (200, JSON, SPEC),
    }
    assert (await find(fetcher(pages))).location == THERE


async def test_pages_that_lead_to_each_other_end(fetcher: Any) -> None:
    pages = {
        f"{URL}/{a}": (200, JSON, {"links": {"service-doc": f"/{b}"}}) for a, b in (("a", "b"), ("b", "c"), ("c", "a"))
    }
    with pytest.raises(ResearchError):
        await find(fetcher({URL: (200, JSON, {"docs": "/a"}), **pages}))


async def test_records_are_no_links_to_descriptions(fetcher: Any) -> None:
    records = [{"id": n, "docs": f"/ships/{n}/docs"} for n in range(50)]
    web = fetcher({URL: (200, JSON, json.dumps(records))})
    with pytest.raises(ResearchError):
        await find(web)
    assert sum("/ships/" in url for url in web.asked) <= 6
