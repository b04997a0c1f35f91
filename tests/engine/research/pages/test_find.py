"""From a URL to what its documentation says: pages that are followed, endpoints that are asked, what counts as evidence."""

import json
from typing import Any

import pytest
from driversmith.engine.errors import FetchError, ResearchError
from driversmith.engine.models.documentation import Documentation, DocumentationPage
from driversmith.engine.network.asking import ApiAsker
from driversmith.engine.network.credentials import OriginCredentials
from driversmith.engine.research.pages.find import FromPages, documentation_of, find_documented, judge_description
from driversmith.engine.research.study import study_api

HTML = "text/html; charset=utf-8"
HOME = "https://ships.dev"
START = f"""<title>Ships</title><p>Base URL: {HOME}/v1</p><h2>GET /ships</h2><p>All ships.</p>
<h2>GET /fleet/delete</h2><p>Ends the fleet.</p><p>See <a href="/docs/ports">ports</a>, <a href="/blog">blog</a>,
<a href="/v1/ships">/ships</a>, <a href="https://elsewhere.dev/docs/api">other docs</a>.</p>"""
PORTS = "<h2>GET /ports/{code}</h2><pre>curl https://ships.dev/v1/ports/HAM</pre>"
PAGES: dict[str, Any] = {f"{HOME}/docs": (200, HTML, START), f"{HOME}/docs/ports": (200, HTML, PORTS)}


async def find(web: Any, url: str = f"{HOME}/docs", **options: Any) -> FromPages:
    found = await find_documented(url, fetcher=web, max_bytes=1 << 20, **{"may_ask": True, **options})
    assert found is not None
    return found


async def test_pages_are_followed_within_the_same_documentation(fetcher: Any) -> None:
    web = fetcher(PAGES)
    found = await find(web, may_ask=False)
    assert sorted(found.description.document["paths"]) == ["/fleet/delete", "/ports/{code}", "/ships"]
    assert web.asked == [f"{HOME}/docs", f"{HOME}/docs/ports"]
    assert found.description.format == "documentation (2 pages)"


async def test_endpoints_are_asked_but_none_that_does_something(fetcher: Any) -> None:
    web = fetcher({**PAGES, f"{HOME}/v1/ships": (200, "application/json", {"ships": [{"id": 1, "name": "Ada"}]})})
    found = await find(web)
    assert web.asked[2:] == [f"{HOME}/v1/ships", f"{HOME}/v1/ports/HAM"]
    known = {pointer: evidence.known_by for pointer, evidence in found.evidence.items()}
    assert known == {
        "#/paths/~1ships/get": "observed",
        "#/paths/~1fleet~1delete/get": "quoted",
        "#/paths/~1ports~1{code}/get": "quoted",
    }
    assert "a GET found nothing there" in found.notes[-1]
    answer = found.description.document["paths"]["/ships"]["get"]["responses"]["200"]["content"]["application/json"]
    assert list(answer["schema"]["properties"]["ships"]["items"]["properties"]) == ["id", "name"]


async def test_an_argument_that_the_api_demands_is_required(fetcher: Any) -> None:
    page = f"<h2>Weather</h2><pre>curl {HOME}/v1/weather?city=Rome</pre>"
    web = fetcher(
        {
            f"{HOME}/docs": (200, HTML, page),
            f"{HOME}/v1/weather": (400, "application/json", {"error": "city?"}),
            f"{HOME}/v1/weather?city=Rome": (200, "application/json", {"data": [{"t": 1}]}),
        }
    )
    found = await find(web)
    (parameter,) = found.description.document["paths"]["/v1/weather"]["get"]["parameters"]
    assert (parameter["name"], parameter["required"], parameter["example"]) == ("city", True, "Rome")


@pytest.mark.parametrize("answers", [f"{HOME}/v1/ships", "http://127.0.0.1:5000/v1/ships"])
async def test_the_api_lives_where_it_answers(fetcher: Any, answers: str) -> None:
    page = f"<pre>curl {HOME}/v1/ships</pre>"
    web = fetcher({"http://127.0.0.1:5000/docs": (200, HTML, page), answers: (200, "application/json", [{"id": 1}])})
    found = await find(web, "http://127.0.0.1:5000/docs")
    assert found.base_url == answers.removesuffix("/v1/ships")


async def test_a_page_is_looked_for_beside_a_url_that_is_none(fetcher: Any) -> None:
    web = fetcher({**PAGES, f"{HOME}/v1": (404, "application/json", {})})
    assert (await find(web, f"{HOME}/v1", may_ask=False)).description.location == f"{HOME}/docs"


@pytest.mark.parametrize("page", [(200, HTML, "<p>Welcome</p>"), (404, HTML, START), FetchError("gone")])
async def test_where_no_page_tells_an_endpoint_nothing_is_found(fetcher: Any, page: Any) -> None:
    found = await find_documented(HOME, fetcher=fetcher({HOME: page}), max_bytes=1 << 20, may_ask=True)
    assert found is None


async def test_research_takes_pages_where_there_is_no_description(fetcher: Any) -> None:
    web = fetcher({**PAGES, f"{HOME}/v1/ships": (200, "application/json", {"ships": [{"id": 1}]})})
    profile, prose = await study_api(
        api_name="Ships",
        api_url=f"{HOME}/docs",
        fetcher=web,
        max_bytes=1 << 20,
        asker=ApiAsker(web, origin=HOME, most=10),
    )
    assert profile.base_url == f"{HOME}/v1"
    assert (sorted(profile.objects), len(profile.operations)) == (["ports", "ships"], 3)
    assert profile.operations["get_ships"].evidence.known_by == "observed"
    assert profile.operations["get_ships"].evidence.pointer == f"{HOME}/docs"
    assert "There is no description: 3 operations were read from pages" in profile.warnings[0]
    assert "All ships." not in [p.text for p in prose.passages]  # too short to quote from
    assert any("Base URL" in passage.text for passage in prose.passages)


async def test_research_says_so_where_pages_tell_nothing(fetcher: Any) -> None:
    web = fetcher({HOME: (200, HTML, "<p>Welcome</p>")})
    with pytest.raises(ResearchError) as refused:
        await study_api(api_name="Ships", api_url=HOME, fetcher=web, max_bytes=1 << 20)
    assert refused.value.code == "description_not_found"


async def test_where_nothing_answers_the_api_lives_where_its_pages_say(fetcher: Any) -> None:
    web = fetcher({"http://127.0.0.1:5000/docs": (200, HTML, f"<pre>curl {HOME}/v1/ships</pre>")})
    assert (await find(web, "http://127.0.0.1:5000/docs")).base_url == HOME


async def test_a_draft_lives_where_the_api_answers(fetcher: Any) -> None:
    here = "http://127.0.0.1:5000"
    page = DocumentationPage(url=f"{here}/docs", text="", source=f"<p>Ask {HOME}/v1/ships for all.</p>")
    draft = (
        "openapi: 3.0.3\ninfo: {title: S}\nservers: [{url: 'https://ships.dev/v1'}]\n"
        "paths: {/ships: {get: {responses: {}}}}\n"
    )
    web = fetcher({f"{here}/v1/ships": (200, "application/json", [{"id": 1}])})
    judged = await judge_description(draft, Documentation(pages=(page,)), api_url=f"{here}/docs", fetcher=web, most=6)
    assert json.loads(judged.document)["servers"] == [{"url": here}]
    assert [evidence.known_by for evidence in judged.known.values()] == ["observed"]


async def test_endpoints_are_confirmed_with_the_users_credentials_where_the_api_refuses(page: Any) -> None:
    class Guarded:
        async def get(self, url: str, *, max_bytes: int, headers: Any = None) -> Any:
            if url == f"{HOME}/docs":
                return page(url, 200, {"content-type": HTML}, START.encode())
            if (headers or {}).get("authorization") != "Bearer t-1":
                return page(url, 401, {"www-authenticate": "Bearer"}, b"{}")
            return page(url, 200, {"content-type": "application/json"}, b'[{"id": 1}]')

    given = OriginCredentials(origin=HOME, arguments={"token": "t-1"})
    asker = ApiAsker(Guarded(), origin=HOME, most=10, credentials=given)
    found = await study_api(api_name="Ships", api_url=f"{HOME}/docs", fetcher=Guarded(), max_bytes=1 << 20, asker=asker)
    assert found.profile.operations["get_ships"].evidence.known_by == "observed"
    assert [scheme.kind for scheme in found.profile.auth] == ["bearer"]
    assert "t-1" not in found.profile.to_json()


async def test_pages_that_came_back_are_not_fetched_again_for_an_author(fetcher: Any) -> None:
    web = fetcher(PAGES)
    pages: dict[str, Any] = {}
    await study_api(api_name="Ships", api_url=f"{HOME}/docs", fetcher=web, max_bytes=1 << 20, pages=pages)
    before = list(web.asked)
    documentation = await documentation_of(
        f"{HOME}/docs", fetcher=web, max_bytes=1 << 20, is_polite=True, say=lambda _: None, kept=pages
    )
    assert len(documentation.pages) == 2
    assert web.asked == before


async def test_a_collection_whose_name_is_a_verb_is_asked_where_the_page_lists_it(fetcher: Any) -> None:
    page = f"<p>Base URL: {HOME}/v1</p><h2>GET /order</h2><p>All orders.</p><h2>GET /logout</h2><p>Bye.</p>"
    web = fetcher({f"{HOME}/docs": (200, HTML, page), f"{HOME}/v1/order": (200, "application/json", [{"id": 1}])})
    found = await find(web)
    assert web.asked == [f"{HOME}/docs", f"{HOME}/v1/order"]
    assert found.evidence["#/paths/~1order/get"].known_by == "observed"
