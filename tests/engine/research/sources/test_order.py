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
