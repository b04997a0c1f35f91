"""The API itself, where nobody describes it."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest
from driversmith.engine.errors import FetchError, ResearchError
from driversmith.engine.models.profile import ApiProfile
from driversmith.engine.network import asking
from driversmith.engine.network.asking import ApiAsker
from driversmith.engine.network.credentials import OriginCredentials
from driversmith.engine.research.sources import live_api
from driversmith.engine.research.study import study_api

from ....patience import LONG

URL = "https://api.test"
SHIPS = [{"id": n, "name": f"ship {n}", "launched": None} for n in range(1, 4)]
JSON = "application/json"

Study = Callable[..., Awaitable[ApiProfile]]


@pytest.fixture
def study(fetcher: Any) -> Study:
    """The profile of an API that is a map of path -> body, or (status, content type, body), or a page."""

    async def study(
        pages: dict[str, Any],
        typed: str = "",
        *,
        most: int = 60,
        credentials: OriginCredentials | None = None,
        live: bool = True,
        polite: bool = False,
        said: list[str] | None = None,
    ) -> ApiProfile:
        given = {URL + path: page if _is_page(page) else (200, JSON, page) for path, page in pages.items()}
        study.web = web = fetcher(given)  # type: ignore[attr-defined]
        asker = ApiAsker(web, origin=URL, most=most, credentials=credentials)
        found = await study_api(
            api_name="Harbour",
            api_url=URL + typed,
            fetcher=web,
            max_bytes=64 << 20,
            asker=asker if live else None,
            is_polite=polite,
            progress=said.append if said is not None else None,
        )
        study.asked = asker.asked  # type: ignore[attr-defined]
        return found.profile

    return study


def _is_page(page: Any) -> bool:
    return page is None or isinstance(page, (tuple, FetchError)) or hasattr(page, "status")


def reads(profile: ApiProfile) -> dict[str, str]:
    """Object -> where it is read."""
    return {
        name: profile.operations[o.operations["read"]].path
        for name, o in profile.objects.items()
        if "read" in o.operations
    }


async def test_a_url_that_is_a_collection_is_read_as_one(study: Study) -> None:
    profile = await study({"/v1/ships": SHIPS}, "/v1/ships")
    assert profile.base_url == f"{URL}/v1"
    assert reads(profile) == {"ships": "/ships"}
    fields = profile.objects["ships"].fields
    assert {name: (field.type, field.nullable) for name, field in fields.items()}["id"] == ("integer", False)
    assert profile.objects["ships"].identifier == "id"


async def test_what_is_known_is_known_by_what_the_api_showed(study: Study) -> None:
    profile = await study({"": {"ships": "/ships"}, "/ships": {"data": SHIPS, "next": f"{URL}/ships?page=2"}})
    described = profile.objects["ships"]
    assert (described.record_path, described.pagination.style, described.pagination.next_path) == (
        ("data",),
        "next_url",
        ("next",),
    )
    assert profile.operations[described.operations["read"]].evidence.kind == "observed"
    assert profile.facts_evidence["/objects/ships/pagination"].kind == "observed"
    assert profile.operations[described.operations["read"]].evidence.pointer == f"{URL}/ships"
    assert "No description was found" in profile.warnings[0]
    assert not profile.is_described


async def test_roots_below_roots_are_followed(study: Study) -> None:
    pages = {
        "": {"apis": [{"name": "fleet", "url": "/fleet"}]},
        "/fleet": {"_links": {"ships": "/fleet/ships"}},
        "/fleet/ships": {"items": SHIPS},
    }
    assert reads(await study(pages)) == {"ships": "/fleet/ships"}


async def test_an_api_below_a_usual_path_is_found_where_its_host_shows_nothing(study: Study) -> None:
    profile = await study({"/api/v1": {"resources": ["ships"]}, "/api/v1/ships": SHIPS})
    assert profile.base_url == f"{URL}/api/v1"
    assert reads(profile) == {"ships": "/ships"}


async def test_one_record_by_its_identifier_is_tried(study: Study) -> None:
    profile = await study({"/ships": SHIPS, "/ships/1": SHIPS[0]}, "/ships")
    operation = profile.operation("ships", "read_one")
    assert operation is not None
    assert operation.path == "/ships/{id}"


async def test_names_that_only_a_template_tells_become_operations_and_are_not_asked(study: Study) -> None:
    pages = {"": {"ships_url": f"{URL}/ships{{?page,per_page}}", "ship_url": f"{URL}/ships/{{id}}"}, "/ships": SHIPS}
    profile = await study(pages)
    operation = profile.operation("ships", "read_one")
    assert operation is not None
    assert operation.evidence.kind == "quoted"
    assert profile.objects["ships"].pagination.position_parameter == "page"


async def test_nothing_is_asked_whose_path_speaks_of_doing_something(study: Study) -> None:
    pages = {"": {"ships": "/ships", "reset": "/reset", "gone": "/session/delete", "bye": "/logout"}, "/ships": SHIPS}
    profile = await study(pages)
    asked = study.web.asked  # type: ignore[attr-defined]
    assert not [url for url in asked if url.endswith(("/reset", "/delete", "/logout"))]
    assert any("/reset" in warning for warning in profile.warnings)


async def test_live_false_asks_nothing_and_says_what_to_give(study: Study) -> None:
    with pytest.raises(ResearchError) as caught:
        await study({"": {"ships": "/ships"}, "/ships": SHIPS}, live=False)
    assert caught.value.code == "description_not_found"
    assert "live=false" in caught.value.message
    assert "spec=" in caught.value.next_action
    assert f"{URL}/ships" not in study.web.asked  # type: ignore[attr-defined]


async def test_the_budget_is_kept_and_shown(study: Study) -> None:
    pages = {"": {f"r{n}": f"/r{n}" for n in range(30)}, **{f"/r{n}": SHIPS for n in range(30)}}
    said: list[str] = []
    profile = await study(pages, most=5, said=said)
    assert study.asked == 5  # type: ignore[attr-defined]
    assert any("5 GETs of 5 allowed" in line for line in said)
    assert any("there may be more collections" in warning for warning in profile.warnings)


async def test_few_requests_leave_some_for_proof_and_look_at_few_places(study: Study) -> None:
    await study({"": {"ships": "/ships", "ports": "/ports"}, "/ships": SHIPS, "/ports": SHIPS}, most=8, polite=True)
    assert len(study.web.asked) <= 7  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("given", "header", "value", "kind"),
    [
        ({"api_key": "k-1"}, "x-api-key", "k-1", "api_key"),
        ({"token": "t-1"}, "authorization", "Bearer t-1", "bearer"),
        ({"username": "u", "password": "p"}, "authorization", "Basic dTpw", "basic"),
    ],
)
async def test_a_credential_goes_where_the_refusal_says(
    page: Any, given: dict[str, str], header: str, value: str, kind: str
) -> None:
    challenge = {"bearer": "Bearer", "basic": 'Basic realm="x"'}.get(kind, "")

    class Guarded:
        async def get(self, url: str, *, max_bytes: int, headers: Any = None) -> Any:
            sent = {name.lower(): text for name, text in (headers or {}).items()}
            if sent.get(header) != value:
                told = {"www-authenticate": challenge} if challenge else {}
                return page(url, 401, told, b'{"message": "no X-API-Key header"}')
            bodies = {URL: {"ships": "/ships"}, f"{URL}/": {"ships": "/ships"}, f"{URL}/ships": SHIPS}
            return (
                page(url, 200, {"content-type": JSON}, json.dumps(bodies[url]).encode())
                if url in bodies
                else page(url, 404)
            )

    web = Guarded()
    asker = ApiAsker(web, origin=URL, most=20, credentials=OriginCredentials(origin=URL, arguments=given))
    profile = (await study_api(api_name="Harbour", api_url=URL, fetcher=web, max_bytes=1 << 20, asker=asker)).profile
    assert reads(profile) == {"ships": "/ships"}
    (scheme,) = profile.auth
    assert (scheme.kind, scheme.evidence.kind) == (kind, "observed")
    assert "k-1" not in profile.to_json()
    assert "t-1" not in profile.to_json()


async def test_without_a_credential_the_refusal_is_told(study: Study) -> None:
    with pytest.raises(ResearchError) as caught:
        await study({"": (200, JSON, {"ships": "/ships"}), "/ships": (401, JSON, {"error": "no token"})})
    assert caught.value.code == "authentication_required"
    assert "driversmith credentials set" in caught.value.next_action


async def test_a_key_that_was_typed_into_the_url_becomes_a_credential(study: Study) -> None:
    typed = "/v1/ships?api_key=k-93817362&sort=name"
    profile = await study({typed: SHIPS}, typed)
    assert "93817362" not in profile.to_json()
    assert reads(profile) == {"ships": "/ships?sort=name"}
    assert [(scheme.location, scheme.parameter) for scheme in profile.auth] == [("query", "api_key")]


class TestBadInput:
    async def test_an_error_page_with_status_200_is_nothing(self, study: Study) -> None:
        page = (200, "text/html", "<html><h1>Something went wrong</h1>")
        with pytest.raises(ResearchError, match="none of its answers"):
            await study({"": page, "/api": page, "/v1": page})

    async def test_an_error_in_json_with_status_200_is_nothing(self, study: Study) -> None:
        with pytest.raises(ResearchError):
            await study({"/ships": {"error": {"message": "no"}, "items": []}}, "/ships")

    async def test_an_api_that_dies_half_way_keeps_what_was_found(self, study: Study) -> None:
        pages: dict[str, Any] = {"": {f"r{n}": f"/r{n}" for n in range(9)}, "/r0": SHIPS}
        pages |= {f"/r{n}": FetchError("connection reset") for n in range(1, 9)}
        profile = await study(pages)
        assert list(reads(profile)) == ["r0"]
        assert any("stopped answering" in warning for warning in profile.warnings)

    async def test_a_rate_limit_ends_asking(self, study: Study, page: Any) -> None:
        limit = page(f"{URL}/b", 429, {"retry-after": "3600"}, b"{}")
        profile = await study({"": {"a": "/a", "b": "/b", "c": "/c"}, "/a": SHIPS, "/b": limit, "/c": SHIPS})
        assert "c" not in reads(profile)
        assert any("too much was asked" in warning for warning in profile.warnings)

    async def test_an_answer_that_is_too_large_is_told_and_passed_over(self, study: Study) -> None:
        large = FetchError("larger than 8 MiB", code="description_too_large")
        profile = await study({"": {"a": "/a", "b": "/b"}, "/a": large, "/b": SHIPS})
        assert list(reads(profile)) == ["b"]
        assert any("/a answers with more than 8 MiB" in warning for warning in profile.warnings)

    async def test_a_slow_api_is_given_up(self, study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(asking, "SECONDS", 0.01)
        pages: dict[str, Any] = {"": {f"r{n}": f"/r{n}" for n in range(9)}, "/r0": SHIPS}
        pages |= {f"/r{n}": None for n in range(1, 9)}
        profile = await study(pages)
        assert list(reads(profile)) == ["r0"]

    async def test_the_whole_has_an_end_in_time(self, study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(live_api, "SECONDS", 0.05)
        with anyio.fail_after(LONG):
            profile = await study({"": {"a": "/a", "b": "/b"}, "/a": SHIPS, "/b": None})
        assert list(reads(profile)) == ["a"]

    async def test_nesting_without_end_is_no_json(self, study: Study) -> None:
        deep = "[" * 200_000
        profile = await study({"": {"a": "/a", "b": "/b"}, "/a": (200, JSON, deep), "/b": SHIPS})
        assert list(reads(profile)) == ["b"]

    async def test_links_to_other_hosts_are_not_followed(self, study: Study) -> None:
        await study({"": {"a": "/a", "b": "http://169.254.169.254/latest", "c": "https://other.test/c"}, "/a": SHIPS})
        assert all(url.startswith(URL) for url in study.web.asked)  # type: ignore[attr-defined]

    async def test_a_wrong_content_type_makes_no_difference(self, study: Study) -> None:
        assert reads(await study({"/ships": (200, "text/html", SHIPS)}, "/ships")) == {"ships": "/ships"}
