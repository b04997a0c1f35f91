"""Two users of one server, over real HTTP: neither reads, cancels, lists, resumes, hands in to, learns from, or hears of
what the other one does; and without a token there is nothing at all."""

import json
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import httpx2
import pytest
from driversmith.engine.composition import open_engine
from driversmith.engine.errors import FetchError
from mcp import MCPError
from mcp.server.auth.provider import AccessToken

from ...patience import LONG
from ...security.served import LATEST, TOKENS, Served, bearing, served
from ...stand_ins.activities import ActivitiesStandIn
from ...stand_ins.connection import ERAS, answered, refused

PETS: dict[str, Any] = {
    "api_name": "Pets",
    "api_url": "https://pets.example",
    "engine": "template",
    "max_supervisor_attempts": 1,
}
NOBODYS = "s0000000000000000000"
"""As long as an id that was given out."""


def _by_id(session: str) -> list[tuple[str, dict[str, Any]]]:
    """Every request that takes the id of a session."""
    tools = [
        *(
            ("get_session", {"view": view})
            for view in ("summary", "profile", "log", "diagnostics", "files", "metrics", "story")
        ),
        ("get_session", {"wait_seconds": 1}),
        ("get_session", {"cursor": "told-1"}),
        ("get_session", {"view": "files", "path": "pets_driver/client.py"}),
        ("cancel_session", {}),
        ("submit_file", {"path": "pets_driver/client.py", "content": "import os\n"}),
        ("submit_file", {"path": "facts.json", "content": '{"corrections": []}'}),
        ("read_records", {"object_name": "pets"}),
        ("diagnose_failure", {}),
    ]
    calls = [
        ("tools/call", {"name": name, "arguments": {"session_id": session, **arguments}}) for name, arguments in tools
    ]
    uris = ["", "/log", "/diagnostics", "/files/pets_driver/client.py", "/files/nothing"]
    return calls + [("resources/read", {"uri": f"driversmith://sessions/{session}{uri}"}) for uri in uris]


async def _started(server: Served, name: str, **arguments: Any) -> str:
    """A session of somebody's, which nobody waits for."""
    async with server.client(name) as client:
        asked = {**PETS, **arguments, "wait_seconds": 0}
        return answered(await client.call_tool("generate_driver_supervised", asked))["session_id"]


async def _made(server: Served, name: str, **arguments: Any) -> dict[str, Any]:
    """A finished session of somebody's."""
    async with server.client(name) as client:
        asked = {**PETS, **arguments, "wait_seconds": LONG}
        return answered(await client.call_tool("generate_driver_supervised", asked))


async def _listed(server: Served, name: str, kind: str = "sessions", **arguments: Any) -> list[dict[str, Any]]:
    async with server.client(name) as client:
        return answered(await client.call_tool("query_history", {"kind": kind, **arguments}))["items"]


def _bare(answer: httpx2.Response, session: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers but for the time, and body of an answer, without the id that was asked for."""
    headers = {name: value for name, value in answer.headers.items() if name not in ("date", "mcp-session-id")}
    return answer.status_code, headers, answer.content.replace(session.encode(), b"SESSION")


@pytest.mark.parametrize("status", ["running", "succeeded", "failed"])
@pytest.mark.parametrize("era", ERAS)
async def test_anothers_id_is_answered_byte_for_byte_like_one_that_nobody_gave_out(
    tmp_path: Path, era: str, status: str
) -> None:
    activities = ActivitiesStandIn()
    if status == "running":
        activities.gates["research"] = anyio.Event()
    if status == "failed":
        activities.faults["research"] = [FetchError("The host does not answer.", code="unreachable")]
    async with served(tmp_path, activities=activities) as server:
        if status == "running":
            alices = await _started(server, "alice")
            await activities.until("research")
        else:
            alices = (await _made(server, "alice"))["session_id"]
        connection = await server.opened("bob") if era == "legacy" else ""

        async def asked(method: str, params: dict[str, Any]) -> httpx2.Response:
            if connection:
                return await server.asked_on(connection, "bob", method, params)
            return await server.asked("bob", method, params)

        for (method, of_alice), (_, of_nobody) in zip(_by_id(alices), _by_id(NOBODYS), strict=True):
            foreign, unknown = await asked(method, of_alice), await asked(method, of_nobody)
            assert _bare(foreign, alices) == _bare(unknown, NOBODYS), (method, of_alice)
            assert "There is no session" in foreign.text, (method, of_alice)
        (found,) = await _listed(server, "alice")
        assert (found["session_id"], found["status"]) == (alices, status), "nothing that bob asked for did anything"


async def test_lists_show_ones_own_alone(tmp_path: Path) -> None:
    async with served(tmp_path) as server:
        ids = {name: (await _made(server, name))["session_id"] for name in TOKENS}
        for name, other in (("alice", "bob"), ("bob", "alice")):
            assert [item["session_id"] for item in await _listed(server, name)] == [ids[name]]
            async with server.client(name) as client:
                uris = [str(resource.uri) for resource in (await client.list_resources()).resources]
                texts = [(await client.read_resource(uri)).contents[0].text for uri in uris]  # type: ignore[union-attr]
                reference = {"type": "ref/resource", "uri": "driversmith://sessions/{session_id}"}
                completed = await server.asked(
                    name, "completion/complete", {"ref": reference, "argument": {"name": "session_id", "value": "s"}}
                )
            assert any(ids[name] in uri for uri in uris) and any(ids[name] in text for text in texts)
            assert ids[name] in completed.text
            assert ids[other] not in " ".join([*uris, *texts, completed.text])


async def test_a_cursor_of_anothers_list_shows_nothing_of_it(tmp_path: Path) -> None:
    async with served(tmp_path) as server:
        for number in range(3):
            await _made(server, "alice", api_name=f"Pets {number}")
        async with server.client("alice") as client:
            page = answered(await client.call_tool("query_history", {"kind": "sessions", "limit": 1}))
        assert page["next_cursor"]
        assert await _listed(server, "bob", cursor=page["next_cursor"]) == []


async def test_metrics_count_what_is_ones_own(tmp_path: Path) -> None:
    fault = FetchError("The host does not answer.", code="unreachable")
    async with served(tmp_path, activities=ActivitiesStandIn(faults={"research": [fault]})) as server:
        await _made(server, "alice")
        (alices,), (bobs,) = [await _listed(server, name, "metrics") for name in ("alice", "bob")]
        nothing = await _listed(server, "bob", "diagnostics")
        something = await _listed(server, "alice", "diagnostics")
    assert alices["sessions"]["total"] == 1 and alices["diagnoses"]["count"] > 0 and something
    assert bobs["sessions"]["total"] == 0 and bobs["diagnoses"]["count"] == 0 and nothing == []
    assert bobs["findings_by_code"] == {} and bobs["tokens"]["calls"] == 0


async def test_the_same_arguments_attach_to_ones_own_session_alone(tmp_path: Path) -> None:
    activities = ActivitiesStandIn(gates={"research": anyio.Event()})
    async with served(tmp_path, activities=activities) as server:
        alices = await _started(server, "alice")
        bobs = await _started(server, "bob")
        assert alices != bobs
        assert (await _started(server, "alice"), await _started(server, "bob")) == (alices, bobs)
        activities.gates["research"].set()
        made = {name: await _made(server, name) for name in TOKENS}
    assert {name: found["session_id"] for name, found in made.items()} == {"alice": alices, "bob": bobs}
    assert made["alice"]["output_path"] != made["bob"]["output_path"]


async def test_an_interrupted_session_is_resumed_for_its_own_alone(tmp_path: Path) -> None:
    activities = ActivitiesStandIn(gates={"research": anyio.Event()})
    async with served(tmp_path, activities=activities) as server:
        alices = await _started(server, "alice")
        await activities.until("research")
    async with served(tmp_path) as server:
        assert [item["status"] for item in await _listed(server, "alice")] == ["interrupted"]
        bobs = await _made(server, "bob")
        assert bobs["session_id"] != alices
        assert [item["status"] for item in await _listed(server, "alice")] == ["interrupted"]
        resumed = await _made(server, "alice")
        assert (resumed["session_id"], resumed["success"]) == (alices, True)


async def test_anothers_session_in_the_same_folder_is_neither_named_nor_stopped(tmp_path: Path) -> None:
    activities = ActivitiesStandIn(gates={"research": anyio.Event()})
    together = {"output_dir": str(tmp_path / "shared")}
    async with served(tmp_path, activities=activities, read_roots=(tmp_path / "shared",)) as server:
        alices = await _started(server, "alice", **together)
        async with server.client("bob") as client:
            text = refused(await client.call_tool("generate_driver_supervised", {**PETS, **together}))
        assert "output_dir" in text and alices not in text and "alice" not in text
        assert [item["status"] for item in await _listed(server, "alice")] == ["running"]


async def test_the_folders_of_others_are_nobodys_roots(tmp_path: Path) -> None:
    async with served(tmp_path, read_roots=(tmp_path / "drivers",)) as server:
        project = (await _made(server, "alice"))["output_path"]
        async with server.client("bob") as client:
            for name in ("pets_driver/client.py", "pets_driver/nothing.py"):
                call = {"file_path": str(Path(project) / name)}
                assert "DRIVERSMITH_READ_ROOTS" in refused(await client.call_tool("validate_file", call))
        async with server.client("alice") as client:
            answered(await client.call_tool("validate_file", {"file_path": f"{project}/pets_driver/client.py"}))


async def test_what_failed_for_one_teaches_the_other_nothing(tmp_path: Path) -> None:
    fault = {"error_message": "httpx2.ConnectError: [Errno 111] Connection refused"}
    failing = ActivitiesStandIn(faults={"research": [FetchError("refused", code="unreachable") for _ in range(2)]})
    async with served(tmp_path, activities=failing) as server:
        first = await _made(server, "alice")
        async with server.client("alice") as client:
            again = answered(await client.call_tool("generate_driver_supervised", {**PETS, "api_name": "Cats"}))
            seen = answered(await client.call_tool("diagnose_failure", {"session_id": again["session_id"]}))
            assert first["session_id"] in {similar["session_id"] for similar in seen["similar"]}
        async with server.client("bob") as client:
            failing.faults["research"] = [FetchError("refused", code="unreachable")]
            own = answered(await client.call_tool("generate_driver_supervised", PETS))
            seen = answered(await client.call_tool("diagnose_failure", {"session_id": own["session_id"]}))
            assert seen["similar"] == []
            assert answered(await client.call_tool("diagnose_failure", fault))["similar"] == []


async def test_nobody_hears_of_anothers_sessions(tmp_path: Path) -> None:
    activities = ActivitiesStandIn(gates={"research": anyio.Event()})
    heard: dict[str, list[str]] = {"alice": [], "bob": []}
    async with served(tmp_path, activities=activities) as server, anyio.create_task_group() as tasks:
        alices = await _started(server, "alice")
        uris = [f"driversmith://sessions/{alices}", f"driversmith://sessions/{alices}/log", "driversmith://sessions"]
        uris += ["driversmith://diagnostics", "driversmith://metrics"]
        listening = {name: anyio.Event() for name in TOKENS}
        ended, bobs_heard = anyio.Event(), anyio.Event()

        async def listen(name: str) -> None:
            async with (
                server.client(name) as client,
                client.listen(resource_subscriptions=uris) as subscription,
            ):
                listening[name].set()
                async for event in subscription:
                    heard[name].append(str(event.uri))  # type: ignore[union-attr]
                    if name == "alice" and set(heard[name]) >= set(uris):
                        ended.set()
                    if name == "bob":
                        bobs_heard.set()

        for name in TOKENS:
            tasks.start_soon(listen, name)
        with anyio.fail_after(LONG):
            for event in listening.values():
                await event.wait()
            activities.gates["research"].set()
            await ended.wait()
            bobs = await _made(server, "bob", api_name="Birds")
            await bobs_heard.wait()  # his own reached him: of what was published before, nothing did
        assert bobs["session_id"] != alices
        assert not [uri for uri in heard["bob"] if alices in uri]
        tasks.cancel_scope.cancel()


async def test_what_one_subscribes_to_before_anything_of_ones_own_happens_stays_silent(tmp_path: Path) -> None:
    activities = ActivitiesStandIn(gates={"research": anyio.Event()})
    async with served(tmp_path, activities=activities) as server:
        alices = await _started(server, "alice")
        uris = ["driversmith://sessions", f"driversmith://sessions/{alices}"]
        async with server.client("bob") as bob, bob.listen(resource_subscriptions=uris) as subscription:
            async with server.client("alice") as alice, alice.listen(resource_subscriptions=uris) as hers:
                activities.gates["research"].set()
                with anyio.fail_after(LONG):
                    async for _ in hers:
                        break
            with anyio.move_on_after(0.2) as silence:
                async for event in subscription:
                    raise AssertionError(event)
        assert silence.cancelled_caught


async def test_a_connection_is_used_by_whoever_opened_it_alone(tmp_path: Path) -> None:
    async with served(tmp_path) as server:
        alices = await server.opened("alice")
        mine = await server.asked_on(alices, "alice", "tools/list", {})
        foreign = await server.asked_on(alices, "bob", "tools/list", {})
        unknown = await server.asked_on("0" * len(alices), "bob", "tools/list", {})
        assert mine.status_code == 200 and foreign.status_code == 404
        assert _bare(foreign, alices) == _bare(unknown, "0" * len(alices))
        headers = {"Mcp-Session-Id": alices, "MCP-Protocol-Version": "2025-06-18", "Accept": "text/event-stream"}
        for method in ("GET", "DELETE"):
            answer = await server.raw.request(method, server.url, headers={**headers, **bearing("bob")})
            assert answer.status_code == 404
        assert (await server.asked_on(alices, "alice", "tools/list", {})).status_code == 200


async def test_without_a_token_there_is_nothing(tmp_path: Path) -> None:
    async with served(tmp_path) as server:
        await _made(server, "alice")
        connection = await server.opened("alice")
        origin = server.url.removesuffix("/mcp")
        wrong = ["", "Bearer", "Bearer x", f"Bearer {TOKENS['alice']}x", f"Basic {TOKENS['alice']}"]
        wrong += [TOKENS["alice"], f"Bearer {TOKENS['alice'][:-1]}", f"Bearer {TOKENS['alice'].upper()}"]
        wrong += ["Bearer local", "Bearer token:alice", "Bearer null"]
        told: set[tuple[int, str, bytes]] = set()
        for method, path in (
            ("POST", "/mcp"),
            ("GET", "/mcp"),
            ("DELETE", "/mcp"),
            ("GET", "/metrics"),
            ("GET", "/"),
            ("GET", "/.well-known/oauth-protected-resource"),
            ("POST", f"/mcp?access_token={TOKENS['alice']}"),
        ):
            for value in wrong:
                headers = {"Authorization": value} if value else {}
                answer = await server.raw.request(
                    method,
                    origin + path,
                    headers={**headers, "Mcp-Session-Id": connection, "MCP-Protocol-Version": LATEST},
                    content=b'{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
                )
                told.add((answer.status_code, answer.headers["www-authenticate"], answer.content))
    ((status, _, body),) = told
    assert status == 401
    assert set(json.loads(body)) == {"error", "error_description"}


async def test_a_client_without_a_token_cannot_connect(tmp_path: Path) -> None:
    from mcp import Client

    async with served(tmp_path) as server:
        for era in ERAS:
            with pytest.raises((MCPError, httpx2.HTTPError, ExceptionGroup)):
                async with Client(server.url, mode=era) as client:
                    await client.list_tools()


FOREIGN = [
    ("Host", "evil.example", 421),
    ("Host", "127.0.0.1:1@evil.example", 421),
    ("Host", "127.0.0.1.evil.example", 421),
    ("Origin", "http://evil.example", 403),
    ("Origin", "null", 403),
    ("Origin", "http://127.0.0.1@evil.example", 403),
    ("Origin", "http://127.0.0.1:80@evil.example", 403),
    ("Origin", "http://localhost:x@evil.example:80", 403),
    ("Origin", "http://[::1]:9@evil.example", 403),
    ("Origin", "http://user@127.0.0.1:80", 403),
    ("Origin", "http://127.0.0.1:80/evil", 403),
    ("Origin", "http://127.0.0.1:80.evil.example", 403),
    ("Origin", "http://127.0.0.1:", 403),
    ("Origin", "file://127.0.0.1", 403),
]


async def test_pages_of_other_sites_are_refused_even_with_a_token(tmp_path: Path) -> None:
    async with served(tmp_path) as server:
        for header, value, status in FOREIGN:
            answer = await server.raw.post(server.url, json={}, headers={**bearing("alice"), header: value})
            assert answer.status_code == status, value
        fine = {"Origin": server.url.removesuffix("/mcp"), "MCP-Protocol-Version": LATEST}
        passed = await server.raw.post(server.url, json={}, headers={**bearing("alice"), **fine})
    assert passed.status_code not in (401, 403, 421)


async def test_what_the_user_of_the_machine_made_is_nobodys_over_http(tmp_path: Path) -> None:
    home = {"home": tmp_path / "home", "output_dir": tmp_path / "drivers"}
    async with served(tmp_path, no_token=True) as server:
        async with httpx2.AsyncClient(timeout=LONG), _unnamed(server) as client:
            own = answered(await client.call_tool("generate_driver_supervised", {**PETS, "wait_seconds": LONG}))
        async with open_engine(server.settings.model_copy(update=home)) as engine:
            assert [r.session_id for r in (await engine.journal.sessions()).items] == [own["session_id"]]
    assert own["output_path"] == str(tmp_path / "drivers" / "pets_driver")
    async with served(tmp_path) as server:
        assert await _listed(server, "alice") == []
        foreign = await server.asked("alice", *_by_id(own["session_id"])[0])
        assert "There is no session" in foreign.text


async def test_one_user_can_neither_fill_the_queue_nor_take_all_turns(tmp_path: Path) -> None:
    activities = ActivitiesStandIn(gates={"research": anyio.Event()})
    limits = {"concurrent_sessions": 2, "principal_unfinished": 3}
    async with served(tmp_path, activities=activities, **limits) as server:
        for number in range(3):
            await _started(server, "alice", api_name=f"Pets {number}")
        async with server.client("alice") as client:
            asked = {**PETS, "api_name": "One more", "wait_seconds": 0}
            text = refused(await client.call_tool("generate_driver_supervised", asked))
        assert "unfinished sessions" in text and "cancel_session" in text
        bobs = await _started(server, "bob")
        with anyio.fail_after(LONG):
            while [item["status"] for item in await _listed(server, "bob")] != ["running"]:
                await anyio.lowlevel.checkpoint()
        statuses = sorted(item["status"] for item in await _listed(server, "alice"))
        assert statuses == ["queued", "queued", "running"], "one of two turns is half"
        assert [item["session_id"] for item in await _listed(server, "bob")] == [bobs]


def test_a_token_shows_in_no_repr() -> None:
    from driversmith.engine.models.principal import Principal
    from driversmith.server.http.tokens import PrincipalToken

    token = PrincipalToken.of(Principal.of_token("alice"))
    assert isinstance(token, AccessToken) and token.token == ""


def _unnamed(server: Served) -> Any:
    from mcp import Client

    return Client(server.url)
