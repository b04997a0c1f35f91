"""The mock of a described API."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from driversmith.engine.network.loopback import Response
from driversmith.engine.testing.mock.credentials import make_credentials, spellings
from driversmith.engine.testing.mock.pages import PageRules
from driversmith.engine.testing.mock.records import RecordMaker
from driversmith.engine.testing.mock.server import MockServer, Script

from ....stand_ins.doors import client_of
from ..harbour import harbour_profile


@pytest.fixture
async def mock() -> AsyncIterator[MockServer]:
    profile, maker = harbour_profile(), RecordMaker(1)
    async with MockServer(profile, credentials=make_credentials(profile, maker), maker=maker) as server:
        yield server


@pytest.fixture
async def client(mock: MockServer) -> AsyncIterator[httpx2.AsyncClient]:
    token = make_credentials(harbour_profile(), RecordMaker(1))["token"]
    async with client_of(mock.door, base_url=mock.base_url, headers={"Authorization": f"Bearer {token}"}) as client:
        yield client


def served(mock: MockServer, name: str, count: int) -> list[dict[str, Any]]:
    mock.records[name] = RecordMaker(2).records(count, harbour_profile().objects[name].fields, "id")
    return mock.records[name]


async def test_the_path_of_the_base_url_is_kept(mock: MockServer):
    assert mock.base_url == harbour_profile().base_url
    assert mock.base_url.endswith("/v2")


async def test_pages_by_number(mock: MockServer, client: httpx2.AsyncClient):
    records = served(mock, "ships", 5)
    pages = [
        (await client.get("/ships", params={"per_page": 2, "page": number})).json()["data"] for number in (1, 2, 3, 4)
    ]
    assert pages == [records[:2], records[2:4], records[4:], []]
    assert len((await client.get("/ships", params={"per_page": 1000})).json()["data"]) == 5


async def test_pages_by_offset_with_a_cap_that_nobody_documented(mock: MockServer, client: httpx2.AsyncClient):
    records = served(mock, "berths", 5)
    mock.script.pages = PageRules(cap=3)
    body = (await client.get("/ports/p/berths", params={"limit": 100, "offset": 1})).json()
    assert body["result"]["items"] == records[1:4]


async def test_pages_by_cursor_end_as_the_scenario_says(mock: MockServer, client: httpx2.AsyncClient):
    records = served(mock, "events", 4)
    mock.script.pages = PageRules(cap=3, end="null")
    first = (await client.get("/events")).json()
    last = (await client.get("/events", params={"cursor": first["meta"]["next"]})).json()
    assert first["events"] + last["events"] == records
    assert last["meta"]["next"] is None
    assert (await client.get("/events", params={"cursor": "unknown"})).status_code == 400


async def test_pages_by_link_header_never_give_the_key_back(mock: MockServer, client: httpx2.AsyncClient):
    records = served(mock, "cranes", 4)
    key = make_credentials(harbour_profile(), RecordMaker(1))["api_key"]
    first = await client.get("/cranes", params={"api_key": key})
    following = first.links["next"]["url"]
    assert "api_key" not in following
    last = await client.get(f"{mock.origin}{following}")
    assert first.json() + last.json() == records
    assert "next" not in last.links


@pytest.mark.parametrize(
    ("path", "page", "skipped"),
    [("cranes", "1", 0), ("cranes", "2", 3), ("tugs", "0", 0), ("tugs", "1", 0), ("tugs", "2", 3), ("tugs", "x", 0)],
)
async def test_whoever_asks_for_a_later_page_by_number_does_not_get_the_first(
    mock: MockServer, client: httpx2.AsyncClient, path: str, page: str, skipped: int
):
    records = served(mock, path, 7)
    body = (await client.get(f"/{path}", params={"page": page})).json()
    assert (body if path == "cranes" else body["results"]) == records[skipped : skipped + 3]


async def test_a_position_that_the_caller_must_give_skips_nothing():
    profile, maker = harbour_profile(), RecordMaker(1)
    listing = profile.operations["list_tugs"]
    position = listing.parameters[0].model_copy(update={"required": True})
    listing = listing.model_copy(update={"parameters": (position,), "security": ()})
    profile = profile.model_copy(update={"operations": {**profile.operations, "list_tugs": listing}})
    async with (
        MockServer(profile, credentials=make_credentials(profile, maker), maker=maker) as mock,
        client_of(mock.door, base_url=mock.base_url) as client,
    ):
        records = served(mock, "tugs", 4)
        assert (await client.get("/tugs", params={"page": "1711"})).json()["results"] == records[:3]


async def test_next_urls_can_point_to_another_origin(mock: MockServer, client: httpx2.AsyncClient):
    served(mock, "tugs", 4)
    mock.script.pages = PageRules(cap=3, origin=mock.other_origin)
    assert (await client.get("/tugs")).json()["next"].startswith(mock.other_origin + "/v2/tugs?")


async def test_single_records_and_maps(mock: MockServer, client: httpx2.AsyncClient):
    (record,) = served(mock, "tide", 1)
    assert (await client.get("/tide")).json() == record
    records = served(mock, "prices", 2)
    assert list((await client.get("/prices")).json()["prices"].values()) == records


@pytest.mark.parametrize(
    ("headers", "params", "status"),
    [
        ({}, {}, 401),
        ({}, {"api_key": "wrong"}, 401),
        ({"Authorization": "Bearer wrong"}, {}, 401),
        ({"Authorization": "Bearer {token}"}, {}, 200),
    ],
)
async def test_credentials_must_be_right_and_at_their_place(
    mock: MockServer, headers: dict[str, str], params: dict[str, str], status: int
):
    credentials = make_credentials(harbour_profile(), RecordMaker(1))
    headers = {name: value.format(**credentials) for name, value in headers.items()}
    async with client_of(mock.door, base_url=mock.base_url) as bare:
        assert (await bare.get("/tide", headers=headers, params=params)).status_code == status


async def test_tokens_are_given_for_client_credentials_and_can_be_refused(mock: MockServer):
    credentials = make_credentials(harbour_profile(), RecordMaker(1))
    async with client_of(mock.door, base_url=mock.base_url) as bare:
        form = {"grant_type": "client_credentials"}
        assert (await bare.post(mock.token_url, data=form)).status_code == 401
        pair = (credentials["client_id"], credentials["client_secret"])
        token = (await bare.post(mock.token_url, data=form, auth=pair)).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        assert (await bare.get("/tide", headers=headers)).status_code == 200
        mock.refuse_last_token()
        assert (await bare.get("/tide", headers=headers)).status_code == 401
        assert (len(mock.token_log), len(mock.log)) == (2, 2)


async def test_the_script_goes_first_and_then_the_api_answers(mock: MockServer, client: httpx2.AsyncClient):
    mock.script = Script(first=[Response(503), Response(429)])
    assert [(await client.get("/tide")).status_code for _ in range(3)] == [503, 429, 200]
    mock.script = Script(always=Response(500))
    assert [(await client.get("/tide")).status_code for _ in range(2)] == [500, 500]


async def test_redirects_lead_to_the_same_answer(mock: MockServer, client: httpx2.AsyncClient):
    records = served(mock, "tide", 1)
    for origin in ("", mock.origin, mock.other_origin):
        mock.script = Script(first=[Response(302)], redirect=origin)
        response = await client.get("/tide", params={"api_key": "x"}, follow_redirects=True)
        assert response.json() == records[0]
    assert len(mock.other_log) == 1
    assert "api_key" not in mock.other_log[0].target


async def test_a_driver_without_end_is_told_so(mock: MockServer, client: httpx2.AsyncClient):
    mock.script.pages = PageRules(stuck=True)
    statuses = [(await client.get("/events")).status_code for _ in range(70)]
    assert statuses[0] == 200
    assert statuses[-1] == 400


async def test_unknown_paths_and_methods_are_404(mock: MockServer, client: httpx2.AsyncClient):
    assert (await client.get("/no/such/path")).status_code == 404
    assert (await client.patch("/tide")).status_code == 404


async def test_reset_forgets_all_but_the_count(mock: MockServer, client: httpx2.AsyncClient):
    await client.get("/tide")
    mock.reset()
    assert (mock.log, mock.requests) == ([], 1)


def test_a_credential_is_found_in_every_spelling():
    found = spellings({"username": "u+/", "password": "p"})
    assert {"u+/", "u%2B%2F", "dSsvOnA="} <= found


@pytest.mark.parametrize("path", ['/quays "1"', "/häfen", "/a%2Bb", "/a+b", "/a%20b"])
async def test_an_operation_is_found_however_a_client_escapes_its_path(path: str):
    profile, maker = harbour_profile(), RecordMaker(1)
    moved = profile.operations["list_ships"].model_copy(update={"path": path})
    profile = profile.model_copy(update={"operations": {**profile.operations, "list_ships": moved}})
    credentials = make_credentials(profile, maker)
    headers = {"Authorization": f"Bearer {credentials['token']}"}
    async with (
        MockServer(profile, credentials=credentials, maker=maker) as mock,
        client_of(mock.door, base_url=mock.base_url, headers=headers) as client,
    ):
        assert (await client.get(path)).status_code == 200
