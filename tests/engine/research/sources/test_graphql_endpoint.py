"""GraphQL endpoints: where they are looked for, how they are asked, and what is said where they tell nothing."""

import json
from typing import Any

import pytest
from driversmith.engine.errors import DescriptionError, ResearchError
from driversmith.engine.network.asking import ApiAsker
from driversmith.engine.network.credentials import OriginCredentials
from driversmith.engine.research.graphql import introspection
from driversmith.engine.research.study import study_api
from graphql import build_schema, graphql_sync

from tests.stand_ins.graphql_api import SDL

URL = "https://api.test"
JSON = "application/json"
TOLD = (200, JSON, {"data": graphql_sync(build_schema(SDL), introspection.QUERY).data})
NO_QUERY = (400, JSON, {"errors": [{"message": "Must provide query string."}]})
OFF = {"errors": [{"message": "GraphQL introspection is not allowed, but the query contained __schema or __type."}]}
SIGN_IN = {"errors": [{"message": "Unauthorized", "extensions": {"code": "UNAUTHENTICATED"}}], "data": None}
GRAPHIQL = "<html><title>GraphiQL</title><script>createGraphiQLFetcher({ url: '/internal/gql' })</script></html>"


async def study(web: Any, url: str = URL, *, live: bool = True, polite: bool = True, **given: Any) -> Any:
    keys = given.pop("credentials", None)
    asker = ApiAsker(web, origin=URL, most=20, credentials=keys and OriginCredentials(origin=URL, arguments=keys))
    found = await study_api(
        api_name="Harbour",
        api_url=url,
        fetcher=web,
        max_bytes=1 << 24,
        asker=asker if live else None,
        is_polite=polite,
        **given,
    )
    return found.profile


@pytest.mark.parametrize(
    ("typed", "pages", "base_url", "path"),
    [
        ("/graphql", {"/graphql": NO_QUERY, "POST /graphql": TOLD}, "", "/graphql"),
        ("", {"POST /graphql": TOLD}, "", "/graphql"),
        ("/shop/api", {"POST /shop/api/graphql": TOLD}, "/shop/api", "/graphql"),
        ("", {"": (200, "text/html", GRAPHIQL), "POST /internal/gql": TOLD}, "/internal", "/gql"),
        ("/query", {"/query": (405, "", ""), "POST /query": TOLD}, "", "/query"),
        ("/graphiql", {"/graphiql": (200, "text/html", "<html>graphiql"), "POST /graphql": TOLD}, "", "/graphql"),
        ("/api/2026-01/graphql.json", {"POST /api/2026-01/graphql.json": TOLD}, "/api/2026-01", "/graphql.json"),
    ],
)
async def test_an_endpoint_is_found_with_few_requests(
    fetcher: Any, typed: str, pages: dict[str, Any], base_url: str, path: str
) -> None:
    web = fetcher({key.replace("/", f"{URL}/", 1) if "/" in key else URL: page for key, page in pages.items()})
    profile = await study(web, URL + typed)
    assert profile.base_url == URL + base_url
    assert {operation.bare_path for operation in profile.operations.values()} == {path}
    assert len([asked for asked in web.asked if asked.startswith("POST")]) <= 2
    assert list(profile.objects)[:3] == ["ships", "ports", "crews"]


async def test_what_is_posted_changes_nothing(fetcher: Any) -> None:
    web = fetcher({f"POST {URL}/graphql": TOLD})
    await study(web, polite=False)
    assert {question["query"].split()[0] for question in web.questions} == {"query"}


async def test_an_api_that_shows_json_is_asked_nothing_of_graphql(fetcher: Any) -> None:
    web = fetcher({URL: (200, JSON, {"ships": f"{URL}/ships"}), f"{URL}/ships": (200, JSON, [{"id": 1}, {"id": 2}])})
    await study(web, polite=False)
    assert not [asked for asked in web.asked if asked.startswith("POST")]


async def test_without_leave_to_ask_the_api_nothing_is_posted(fetcher: Any) -> None:
    web = fetcher({f"{URL}/graphql": NO_QUERY, f"POST {URL}/graphql": TOLD})
    with pytest.raises(ResearchError, match="live=false"):
        await study(web, f"{URL}/graphql", live=False)
    assert not web.questions


@pytest.mark.parametrize("status", [200, 400])
async def test_introspection_that_is_switched_off_names_the_way_out(fetcher: Any, status: int) -> None:
    web = fetcher({f"{URL}/graphql": NO_QUERY, f"POST {URL}/graphql": (status, JSON, OFF)})
    with pytest.raises(DescriptionError, match="introspection is switched off") as caught:
        await study(web, f"{URL}/graphql")
    assert "schema.graphql" in caught.value.next_action


async def test_a_page_where_json_was_expected_is_no_endpoint(fetcher: Any) -> None:
    web = fetcher(
        {f"{URL}/graphql": (200, "text/html", "<html>hello"), f"POST {URL}/graphql": (200, "text/html", "<html>no")}
    )
    with pytest.raises(ResearchError) as caught:
        await study(web, f"{URL}/graphql")
    assert caught.value.code == "description_not_found"


@pytest.mark.parametrize("refusal", [(401, JSON, {"message": "Bad credentials"}), (200, JSON, SIGN_IN)])
async def test_a_credential_is_wanted_and_asked_for(fetcher: Any, refusal: Any) -> None:
    web = fetcher({f"{URL}/graphql": NO_QUERY, f"POST {URL}/graphql": refusal})
    with pytest.raises(ResearchError, match="wants a credential, and none is set") as caught:
        await study(web, f"{URL}/graphql")
    assert caught.value.code == "authentication_required"


@pytest.mark.parametrize("refusal", [(401, JSON, {"message": "Bad credentials"}), (200, JSON, SIGN_IN)])
async def test_the_users_token_is_tried_where_the_endpoint_refuses(fetcher: Any, refusal: Any) -> None:
    web = fetcher({f"{URL}/graphql": NO_QUERY, f"POST {URL}/graphql": refusal})
    post = web.post

    async def guarded(url: str, content: bytes, *, max_bytes: int, headers: Any = None) -> Any:
        is_known = any(value == "Bearer t0k" for value in (headers or {}).values())
        web.pages[f"POST {url}"] = type(web.pages[f"POST {url}"])(
            url,
            *(
                (200, {}, json.dumps(TOLD[2]).encode())
                if is_known
                else (refusal[0], {}, json.dumps(refusal[2]).encode())
            ),
        )
        return await post(url, content, max_bytes=max_bytes, headers=headers)

    web.post = guarded
    profile = await study(web, f"{URL}/graphql", credentials={"token": "t0k"})
    assert [(scheme.kind, scheme.parameter) for scheme in profile.auth] == [("bearer", "Authorization")]
    assert profile.operations["ships"].security
    assert "t0k" not in profile.model_dump_json()


async def test_a_schema_of_ones_own_is_placed_where_an_endpoint_answers(fetcher: Any, tmp_path: Any) -> None:
    (tmp_path / "harbour.graphql").write_text(SDL)
    web = fetcher({f"POST {URL}/api/graphql": (200, JSON, {"data": {"__typename": "Query"}})})
    profile = await study(web, spec=str(tmp_path / "harbour.graphql"))
    assert (profile.base_url, profile.operations["ships"].path) == (f"{URL}/api", "/graphql")
    elsewhere = await study(fetcher({}), f"{URL}/v2", spec=str(tmp_path / "harbour.graphql"), live=False)
    assert (elsewhere.base_url, elsewhere.operations["ships"].path) == (f"{URL}/v2", "/graphql")
