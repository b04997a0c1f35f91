"""The dashboard over HTTP: who sees what, and how a browser gets in."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from driversmith.engine.composition import open_engine
from driversmith.engine.errors import JournalError
from driversmith.engine.models.principal import LOCAL, Principal
from driversmith.engine.settings import Settings
from driversmith.server.http.access import Access, open_access
from driversmith.server.http.dashboard import local_dashboard
from driversmith.server.http.names import LOCAL_NAMES, Names
from driversmith.server.http.serve import http_app
from driversmith.server.http.tokens import KnownTokens, digest_of
from starlette.types import ASGIApp

from ...security.served import TOKENS, bearing
from ...stand_ins.engine import OpenedStandIn
from ...stand_ins.eventful import eventful

PERSON = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
OWN = "the-token-of-this-run-001"


@asynccontextmanager
async def _asking(app: ASGIApp) -> AsyncGenerator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


@asynccontextmanager
async def _living(app: ASGIApp) -> AsyncGenerator[httpx2.AsyncClient]:
    """The app with its lifespan, as a server runs it."""
    import anyio

    to_app, from_test = anyio.create_memory_object_stream[dict[str, str]](2)[::-1]
    started = anyio.Event()

    async def send(message: dict[str, str]) -> None:
        assert not message["type"].endswith("failed"), message
        if message["type"] == "lifespan.startup.complete":
            started.set()

    async with anyio.create_task_group() as tasks, to_app, from_test:
        tasks.start_soon(app, {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, to_app.receive, send)
        await from_test.send({"type": "lifespan.startup"})
        await started.wait()
        async with _asking(app) as client:
            yield client
        await from_test.send({"type": "lifespan.shutdown"})


def _settings(folder: Path) -> Settings:
    return Settings(
        home=folder / "home", output_dir=folder / "drivers", http_tokens=",".join(f"{n}={t}" for n, t in TOKENS.items())
    )


def _served(settings: Settings) -> ASGIApp:
    return http_app(settings, open_access(settings, loopback=True), Names(LOCAL_NAMES))


async def test_a_principal_sees_its_own_and_nothing_of_another(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    async with open_engine(settings) as engine:
        sessions = await eventful(engine._whole_journal, principal=Principal.of_token("alice"))
    async with _living(_served(settings)) as client:
        alices = (await client.get("/dashboard/data", headers=bearing("alice"))).json()
        bobs = await client.get("/dashboard/data", headers=bearing("bob"))
        refused = [
            await client.get(f"/dashboard/data?session={s}", headers=bearing("bob"))
            for s in (sessions[0], "s" + "0" * 19)
        ]
        story = (await client.get(f"/dashboard/data?session={sessions[1]}", headers=bearing("alice"))).json()["session"]
    assert [line["session_id"] for line in alices["sessions"]] == sessions[::-1]
    assert story["line"]["session_id"] == sessions[1]
    assert bobs.json()["metrics"]["sessions"]["total"] == 0
    for known in (*sessions, "Ferries", "ships"):
        assert known not in bobs.text
    assert {answer.status_code for answer in refused} == {404}
    assert (
        len({answer.text.replace(s, "") for answer, s in zip(refused, (sessions[0], "s" + "0" * 19), strict=True)}) == 1
    )


async def test_without_a_token_there_is_nothing_but_the_page_that_asks_for_one(tmp_path: Path) -> None:
    async with _asking(_served(_settings(tmp_path))) as client:
        for path in ("/dashboard", "/dashboard/data", "/dashboard/data?session=x", "/dashboard/", "/anything"):
            answer = await client.get(path)
            assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
        for path in ("/dashboard/data", "/mcp"):
            assert (await client.get(path, headers=PERSON)).headers["content-type"] == "application/json"
        page = await client.get("/dashboard", headers=PERSON)
        wrong = await client.get("/dashboard", headers={**PERSON, "Authorization": "Bearer nobodys"})
    assert page.status_code == wrong.status_code == 401 and page.headers["www-authenticate"].startswith("Bearer")
    assert 'data-token="wanted"' in page.text and page.text == wrong.text


async def test_the_page_comes_under_a_strict_policy_and_is_never_framed_or_kept(tmp_path: Path) -> None:
    async with _living(_served(_settings(tmp_path))) as client:
        page = await client.get("/dashboard", headers=bearing("alice"))
        data = await client.get("/dashboard/data", headers=bearing("alice"))
        wrong = await client.get("/dashboard/data?since=yesterday", headers=bearing("alice"))
        other = await client.post("/dashboard/data", headers=bearing("alice"))
    assert page.status_code == data.status_code == 200 and 'data-token=""' in page.text
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'") and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    for answer in (page, data):
        assert answer.headers["cache-control"] == "no-store" and answer.headers["x-content-type-options"] == "nosniff"
    assert wrong.status_code == 400 and "since" in wrong.json()["error"] and other.status_code == 405


@pytest.mark.parametrize("name", ["evil.example", "localhost.evil.example"])
async def test_no_other_site_reaches_the_local_dashboard_through_a_browser(tmp_path: Path, name: str) -> None:
    async with _asking(_local(tmp_path)) as client:
        assert (await client.get("/dashboard", headers={"Host": name})).status_code == 421
        assert (await client.get("/dashboard", headers={"Origin": f"http://{name}"})).status_code == 403


def _local(folder: Path, **given: OpenedStandIn) -> ASGIApp:
    access = Access(KnownTokens({digest_of(OWN): LOCAL}), own_token=OWN, secrets=(OWN,))
    return local_dashboard(Settings(home=folder / "home"), access, **given)


async def test_the_local_dashboard_has_the_local_users_sessions_for_its_token_alone(tmp_path: Path) -> None:
    async with open_engine(Settings(home=tmp_path / "home")) as engine:
        sessions = await eventful(engine._whole_journal)
        await eventful(engine._whole_journal, principal=Principal.of_token("bob"), words="bobs")
    async with _living(_local(tmp_path)) as client:
        page = await client.get("/dashboard", headers=PERSON)
        nothing = await client.get("/dashboard/data")
        data = await client.get("/dashboard/data", headers={"Authorization": f"Bearer {OWN}"})
        assert (await client.get("/")).headers["location"] == "/dashboard"
    assert page.status_code == 200 and "sessions" not in nothing.json() and nothing.status_code == 401
    assert [line["session_id"] for line in data.json()["sessions"]] == sessions[::-1]
    assert "bobs" not in data.text


async def test_a_journal_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    broken = OpenedStandIn(JournalError("The database is of a newer version.", next_action="Update driversmith."))
    async with _living(_local(tmp_path, engine_factory=broken)) as client:
        answer = await client.get("/dashboard/data", headers={"Authorization": f"Bearer {OWN}"})
    assert answer.status_code == 503 and "newer version" in answer.json()["error"]
