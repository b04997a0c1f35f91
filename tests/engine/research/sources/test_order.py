"""All sources, one after the other."""

from typing import Any

import pytest
from driversmith.engine.errors import ResearchError
from driversmith.engine.network.asking import ApiAsker
from driversmith.engine.research.catalogue.entries import Catalogue, CatalogueSource, Entry
from driversmith.engine.research.study import study_api

URL = "https://api.test"
LISTS = CatalogueSource("a list", "https://lists.test", "CC0-1.0", "2026-11-29")
LIST = {
    "responses": {"200": {"content": {"application/json": {"schema": {"type": "array", "items": {"type": "object"}}}}}}
}
DESCRIBED = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {"/described": {"get": LIST}}}
JSON = "application/json"


def known(*titles: str) -> Any:
    return lambda: Catalogue(
        Entry("api.test/" + t, t, "1", (URL,), (("openapi", f"https://lists.test/{t}.json"),), LISTS) for t in titles
    )


async def study(
    web: Any, *, catalogue: Any = None, live: bool = True, polite: bool = False, name: str = "Harbour"
) -> Any:
    asker = ApiAsker(web, origin=URL, most=20)
    return (
        await study_api(
            api_name=name,
            api_url=URL,
            fetcher=web,
            max_bytes=1 << 20,
            asker=asker if live else None,
            is_polite=polite,
            catalogue=catalogue,
        )
    ).profile


async def test_the_hosts_own_description_counts_before_the_catalogue_and_the_api_itself(fetcher: Any) -> None:
    web = fetcher({URL: (200, JSON, {"ships": "/ships"}), f"{URL}/openapi.json": (200, JSON, DESCRIBED)})
    profile = await study(web, catalogue=known("Harbour"))
    assert list(profile.objects) == ["described"]
    assert not any("lists.test" in url for url in web.asked)


async def test_the_catalogue_counts_before_the_api_itself_and_is_told_as_a_hypothesis(fetcher: Any) -> None:
    web = fetcher({URL: (200, JSON, {"ships": "/ships"}), "https://lists.test/Harbour.json": (200, JSON, DESCRIBED)})
    profile = await study(web, catalogue=known("Harbour"))
    assert (list(profile.objects), profile.base_url) == (["described"], URL)
    assert profile.source.location == "https://lists.test/Harbour.json"
    assert "2026-11-29" in profile.warnings[0]
    assert profile.is_described


async def test_several_apis_of_the_catalogue_are_listed_and_none_is_taken(fetcher: Any) -> None:
    web = fetcher({f"https://lists.test/{name}.json": (200, JSON, DESCRIBED) for name in ("Ships", "Ports")})
    with pytest.raises(ResearchError) as caught:
        await study(web, catalogue=known("Ships", "Ports"))
    assert "Ships at https://api.test; Ports at https://api.test" in caught.value.message
    assert not any("lists.test" in url for url in web.asked)
    assert (await study(web, catalogue=known("Ships", "Ports"), name="Ports")).source.location.endswith("/Ports.json")


async def test_a_description_of_the_catalogue_that_is_gone_leaves_the_api_itself(fetcher: Any) -> None:
    web = fetcher({URL: (200, JSON, {"ships": "/ships"}), f"{URL}/ships": (200, JSON, [{"id": 1}])})
    profile = await study(web, catalogue=known("Harbour"))
    assert list(profile.objects) == ["ships"]


async def test_where_few_requests_may_go_out_the_api_is_asked_before_most_places(fetcher: Any) -> None:
    web = fetcher({URL: (200, JSON, {"ships": "/ships"}), f"{URL}/ships": (200, JSON, [{"id": 1}])})
    await study(web, polite=True)
    assert web.asked == [
        URL,
        f"{URL}/openapi.json",
        f"{URL}/.well-known/api-catalog",
        f"{URL}/swagger.json",
        f"{URL}/ships",
    ]


async def test_the_other_places_are_looked_at_where_the_api_shows_nothing(fetcher: Any) -> None:
    web = fetcher({f"{URL}/swagger/v1/swagger.json": (200, JSON, DESCRIBED)})
    assert list((await study(web, polite=True)).objects) == ["described"]


async def test_a_description_counts_before_an_api_that_shows_single_records_alone(fetcher: Any) -> None:
    status = {"status": "up", "version": "1", "since": "2026-11-29", "region": "eu"}
    pages = {URL: (200, JSON, status)}
    web = fetcher({**pages, f"{URL}/swagger/v1/swagger.json": (200, JSON, DESCRIBED)})
    assert list((await study(web, polite=True)).objects) == ["described"]
    assert not (await study(fetcher(pages), polite=True)).is_described


SHIPS = [{"id": n, "name": f"ship {n}"} for n in range(1, 4)]
PAGE = f"""<h1>Harbour</h1><p>Base URL: {URL}</p><h2>GET /ships</h2><p>All ships of the harbour.</p>
<h3>Query parameters</h3><table><tr><th>Parameter</th><th>Type</th><th>Description</th></tr>
<tr><td>berth</td><td>integer</td><td>Only those at this berth.</td></tr></table>
<h2>GET /ports</h2><p>All ports.</p><h2>GET /cranes</h2><p>All cranes.</p>"""
HTML = "text/html"


async def test_a_page_that_came_back_completes_what_the_api_showed(fetcher: Any) -> None:
    root = {"ships": "/ships", "documentation": f"{URL}/guide"}
    web = fetcher({URL: (200, JSON, root), f"{URL}/ships": (200, JSON, SHIPS), f"{URL}/guide": (200, HTML, PAGE)})
    profile = await study(web, polite=True)
    ships = profile.operations[profile.objects["ships"].operations["read"]]
    assert [(p.name, p.type) for p in ships.parameters] == [("berth", "integer")]
    assert (ships.evidence.kind, profile.operations["get_ports"].evidence.kind) == ("observed", "quoted")
    assert web.asked.count(f"{URL}/guide") == 1


async def test_a_page_at_the_url_completes_a_description_that_has_little_of_it(fetcher: Any) -> None:
    page = PAGE + f'<link rel="service-desc" href="{URL}/openapi.json">'
    thin = {**DESCRIBED, "paths": {"/ships": {"get": {"responses": {"200": {"description": ""}}}}}}
    web = fetcher({f"{URL}": (200, HTML, page), f"{URL}/openapi.json": (200, JSON, thin)})
    profile = await study(web)
    assert sorted(operation.path for operation in profile.operations.values()) == ["/cranes", "/ports", "/ships"]
    assert [p.name for p in profile.operations["get_ships"].parameters] == ["berth"]
    assert web.asked == [URL, f"{URL}/openapi.json"]


async def test_a_page_adds_nothing_to_a_description_that_stands(fetcher: Any) -> None:
    page = PAGE + f'<link rel="service-desc" href="{URL}/openapi.json">'
    whole = {**DESCRIBED, "paths": {path: {"get": LIST} for path in ("/ships", "/ports", "/boats")}}
    web = fetcher({f"{URL}": (200, HTML, page), f"{URL}/openapi.json": (200, JSON, whole)})
    profile = await study(web, catalogue=known("Harbour"))
    assert sorted(profile.objects) == ["boats", "ports", "ships"]
    assert all(operation.evidence.kind == "described" for operation in profile.operations.values())
    assert web.asked == [URL, f"{URL}/openapi.json"]


async def test_what_the_root_lists_beyond_the_description_is_asked_for(fetcher: Any) -> None:
    root = {"ships": "/ships", "ports": "/ports", "described": "/described"}
    web = fetcher(
        {
            URL: (200, JSON, root),
            f"{URL}/openapi.json": (200, JSON, DESCRIBED),
            **{f"{URL}/{name}": (200, JSON, SHIPS) for name in root},
        }
    )
    profile = await study(web, polite=True)
    assert sorted(profile.objects) == ["described", "ports", "ships"]
    assert profile.is_described


async def test_a_catalogue_that_is_out_of_date_is_contradicted_by_the_api(fetcher: Any) -> None:
    old = {
        **DESCRIBED,
        "servers": [{"url": "https://old.test/v1"}],
        "paths": {"/described": {"get": LIST}, "/ships": {"get": LIST}},
    }
    root = {name: f"/v2/{name}" for name in ("ships", "ports", "cranes")}
    answers = {f"{URL}/v2/{name}": (200, JSON, {"data": SHIPS, "next": None}) for name in root}
    web = fetcher({URL: (200, JSON, root), "https://lists.test/Harbour.json": (200, JSON, old), **answers})
    profile = await study(web, catalogue=known("Harbour"))
    assert profile.base_url == f"{URL}/v2"
    assert profile.objects["ships"].record_path == ("data",)
    (contradiction,) = [c for c in profile.contradictions if c.fact == "/objects/ships/records"]
    assert contradiction.described == {"record_path": [], "shape": "list", "item_path": []}
    assert contradiction.observed == {"record_path": ["data"], "shape": "list", "item_path": []}


async def test_a_description_without_operations_leaves_the_others(fetcher: Any) -> None:
    empty = {**DESCRIBED, "paths": {}}
    web = fetcher(
        {
            URL: (200, JSON, {"ships": "/ships"}),
            f"{URL}/openapi.json": (200, JSON, empty),
            f"{URL}/ships": (200, JSON, SHIPS),
        }
    )
    assert list((await study(web)).objects) == ["ships"]


async def test_an_api_that_sends_everybody_to_https_lives_there(fetcher: Any, page: Any) -> None:
    web = fetcher(
        {
            "http://api.test": page("https://api.test/", 200, {"content-type": JSON}, b"{}"),
            "http://api.test/openapi.json": (200, JSON, DESCRIBED),
        }
    )
    found = await study_api(api_name="Harbour", api_url="http://api.test", fetcher=web, max_bytes=1 << 20)
    assert found.profile.base_url == "https://api.test"


async def test_a_description_at_the_url_itself_is_no_root(fetcher: Any) -> None:
    whole = {**DESCRIBED, "servers": [{"url": f"{URL}/live"}, {"url": f"{URL}/sandbox"}]}
    web = fetcher({URL: (200, JSON, whole)})
    profile = await study(web)
    assert list(profile.objects) == ["described"]
    assert f"{URL}/sandbox" not in web.asked
