"""The demo's own API: what it promises in its description is what it does."""

from collections.abc import AsyncGenerator

import httpx2
import pytest
from driversmith.server.demo.api import KEY_HEADER, DemoApi, serve_demo_api


@pytest.fixture
async def api() -> AsyncGenerator[DemoApi]:
    async with serve_demo_api() as api:
        yield api


@pytest.fixture
async def client(api: DemoApi) -> AsyncGenerator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=api.url, trust_env=False) as client:
        yield client


async def test_it_describes_itself_in_openapi_3_1(client: httpx2.AsyncClient) -> None:
    description = (await client.get("/openapi.json")).json()
    assert description["openapi"].startswith("3.1")
    for path in description["paths"]:
        assert (await client.get(f"/v1{path.replace('{lighthouse_id}', '1')}")).status_code in {200, 401}


async def test_lighthouses_come_page_by_page(client: httpx2.AsyncClient) -> None:
    read: list[int] = []
    for page in range(1, 10):
        answer = (await client.get("/v1/lighthouses", params={"page": page, "per_page": 99})).json()
        assert len(answer["items"]) <= 20
        read += [item["id"] for item in answer["items"]]
    assert read == list(range(1, answer["total"] + 1))
    assert len(read) == 44
    assert (await client.get("/v1/lighthouses/7")).json()["id"] == 7
    assert (await client.get("/v1/lighthouses/700")).status_code == 404


async def test_the_logbook_comes_by_cursor_and_only_with_the_key(api: DemoApi, client: httpx2.AsyncClient) -> None:
    for path in ("/v1/logbook", "/v1/keepers"):
        assert (await client.get(path)).status_code == 401
        assert (await client.get(path, headers={KEY_HEADER: "wrong"})).status_code == 401
    cursor: str | None = ""
    read: list[str] = []
    while cursor is not None:
        answer = await client.get("/v1/logbook", params={"cursor": cursor, "limit": 10}, headers={KEY_HEADER: api.key})
        read += [entry["id"] for entry in answer.json()["entries"]]
        cursor = answer.json()["next_cursor"]
    assert read == sorted(set(read))
    assert len(read) == 68


async def test_a_new_entry_can_be_read_back(api: DemoApi, client: httpx2.AsyncClient) -> None:
    headers = {KEY_HEADER: api.key}
    assert (await client.post("/v1/logbook", json={}, headers=headers)).status_code == 400
    entry = {"lighthouse_id": 3, "date": "2026-11-22", "note": "All quiet."}
    made = await client.post("/v1/logbook", json=entry, headers=headers)
    assert (made.status_code, made.json()["note"]) == (201, "All quiet.")
    page = await client.get("/v1/logbook", params={"cursor": made.json()["id"]}, headers=headers)
    assert page.json()["entries"] == [made.json()]


async def test_odd_requests_get_answers_not_failures(api: DemoApi, client: httpx2.AsyncClient) -> None:
    assert (await client.get("/")).status_code == 404
    assert (await client.delete("/v1/coasts")).status_code == 405
    for query in ("page=-1", "page=x", "per_page=0", "page=99999999999999999999"):
        assert (await client.get(f"/v1/lighthouses?{query}")).status_code == 200
    assert api.requests[0] == "GET /"
