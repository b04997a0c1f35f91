"""The MCP surface over a stand-in engine, in memory, in both protocol eras."""

from pathlib import Path
from typing import Any

import anyio
import pytest
from driversmith.engine.errors import InvalidArgumentError, JournalError, SandboxUnavailableError
from driversmith.tools.registry import TOOLS
from mcp_types import CallToolResult, ResourceUpdatedNotification

from ..patience import LONG
from ..stand_ins.connection import ERAS, PETSTORE, answered, connected, refused, said

pytestmark = pytest.mark.parametrize("era", ERAS)


async def test_lists_all_tools_with_schemas_descriptions_and_annotations(tmp_path: Path, era: str) -> None:
    async with connected(tmp_path, era) as (client, _):
        tools = (await client.list_tools()).tools
    assert tuple(tool.name for tool in tools) == TOOLS
    for tool in tools:
        assert tool.description and tool.title and tool.annotations and tool.annotations.read_only_hint is not None
        assert tool.output_schema and tool.output_schema["type"] == "object"
        assert tool.input_schema["additionalProperties"] is False
        for name, argument in tool.input_schema["properties"].items():
            assert argument.get("description"), f"{tool.name}.{name} has no description"


async def test_tells_a_model_how_to_use_it_in_six_lines(tmp_path: Path, era: str) -> None:
    async with connected(tmp_path, era) as (client, _):
        assert client.instructions and len(client.instructions.splitlines()) == 6


async def test_generates_with_progress_that_always_increases(tmp_path: Path, era: str) -> None:
    told: list[tuple[float, float | None, str | None]] = []

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        told.append((progress, total, message))

    async with connected(tmp_path, era) as (client, _):
        result = await client.call_tool("generate_driver_supervised", PETSTORE, progress_callback=hear)
    found = answered(result)
    assert (found["status"], found["success"], found["driver_name"]) == ("succeeded", True, "petstore_driver")
    assert found["error"] is None, "nulls of the structured answer reach the client"
    assert "Verified: mock" in said(result) and '"Rex"' in said(result)
    assert [message for _, _, message in told] == ["Reading.", "Still reading.", "Writing."]
    figures = [progress for progress, _, _ in told]
    assert figures == sorted(set(figures)) and figures[-1] <= 1


@pytest.mark.parametrize(
    ("tool", "arguments", "doing"),
    [
        ("generate_driver_supervised", PETSTORE, "Writing."),
        ("get_session", {"session_id": None, "wait_seconds": 60}, "Writing."),
        ("get_session", {"session_id": None, "wait_seconds": 60, "view": "log"}, "Writing."),
        ("read_records", {"session_id": None, "object_name": "pets"}, "Reading pets."),
        ("submit_file", {"session_id": None, "path": "a/client.py", "content": ""}, "Checking a/client.py."),
        ("diagnose_failure", {"error_message": "odd"}, "Looking for the cause."),
        ("validate_file", {"file_path": "x.py", "content": ""}, "Check a file of a driver."),
    ],
)
async def test_whoever_waits_never_hears_nothing_for_long(
    tmp_path: Path, era: str, tool: str, arguments: dict[str, Any], doing: str
) -> None:
    told: list[tuple[float, str]] = []
    stalled = anyio.Event()

    async def hear(progress: float, total: float | None, message: str | None) -> None:
        told.append((progress, message or ""))
        if len(_signs(told, doing)) >= 3:
            engine.let_go.set()
            stalled.set()

    async with connected(tmp_path, era, heartbeat_seconds=0.02) as (client, engine):
        engine.hold = True
        begun = answered(await client.call_tool("generate_driver_supervised", {**PETSTORE, "wait_seconds": 0}))
        engine.stalled = stalled
        given = {name: begun["session_id"] if value is None else value for name, value in arguments.items()}
        with anyio.fail_after(LONG):
            await client.call_tool(tool, given, progress_callback=hear)
    assert len(_signs(told, doing)) >= 3
    figures = [progress for progress, _ in told]
    assert figures == sorted(set(figures)) and figures[-1] < 1


def _signs(told: list[tuple[float, str]], doing: str) -> list[str]:
    messages = [message for _, message in told]
    return [m for m in messages if m.startswith("Still at work after ") and m.endswith(f" s: {doing}")]


async def test_links_the_log_and_the_client_of_a_driver(tmp_path: Path, era: str) -> None:
    async with connected(tmp_path, era) as (client, _):
        result = await client.call_tool("generate_driver_supervised", PETSTORE)
        links = answered(result)["links"]
        texts = [(await client.read_resource(uri)).contents[0].text for uri in links.values()]  # type: ignore[union-attr]
    assert list(links) == ["log", "petstore_driver/client.py"] and all(uri in said(result) for uri in links.values())
    assert "Reading." in texts[0] and "class PetstoreDriver" in texts[1]


async def test_answers_running_when_the_wait_is_over_and_attaches_again(tmp_path: Path, era: str) -> None:
    async with connected(tmp_path, era) as (client, engine):
        engine.hold = True
        first = await client.call_tool("generate_driver_supervised", {**PETSTORE, "wait_seconds": 0})
        engine.let_go.set()
        again = await client.call_tool("generate_driver_supervised", {**PETSTORE, "wait_seconds": 5})
    assert answered(first)["status"] == "running"
    assert "again with the same arguments" in said(first) and "get_session(" in said(first)
    assert answered(again)["session_id"] == answered(first)["session_id"] and answered(again)["success"]


async def test_a_cancelled_request_leaves_the_session_running(tmp_path: Path, era: str) -> None:
    async with connected(tmp_path, era) as (client, engine):
        engine.hold = True
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client.call_tool, "generate_driver_supervised", PETSTORE)
            with anyio.fail_after(LONG):
                await engine.held.wait()
            tasks.cancel_scope.cancel()
        listed = answered(await client.call_tool("query_history", {"kind": "sessions"}))["items"]
        assert [item["status"] for item in listed] == ["running"]
        engine.let_go.set()
        ended = await client.call_tool("get_session", {"session_id": listed[0]["session_id"], "wait_seconds": 5})
    assert answered(ended)["status"] == "succeeded"


async def test_cancels_a_session_for_good(tmp_path: Path, era: str) -> None:
    async with connected(tmp_path, era) as (client, engine):
        engine.hold = True
        session = answered(await client.call_tool("generate_driver_supervised", {**PETSTORE, "wait_seconds": 0}))
        ended = await client.call_tool("cancel_session", {"session_id": session["session_id"]})
    assert answered(ended)["status"] == "cancelled"


@pytest.mark.parametrize("view", ["summary", "profile", "log", "diagnostics", "files", "metrics"])
async def test_shows_every_view_of_a_session(tmp_path: Path, era: str, view: str) -> None:
    async with connected(tmp_path, era) as (client, _):
        session = answered(await client.call_tool("generate_driver_supervised", PETSTORE))["session_id"]
        result = await client.call_tool("get_session", {"session_id": session, "view": view})
    found = answered(result)
    assert found["session_id"] == session if view == "summary" else set(found) == {"items", "next_cursor"}
    assert said(result)


async def test_the_log_of_a_session_comes_in_pages(tmp_path: Path, era: str) -> None:
    async with connected(tmp_path, era) as (client, engine):
        engine.messages = [(None, f"line {number}") for number in range(450)]
        session = answered(await client.call_tool("generate_driver_supervised", PETSTORE))["session_id"]
        seen: list[int] = []
        cursor = None
        while True:
            arguments = {"session_id": session, "view": "log", "cursor": cursor}
            page = answered(await client.call_tool("get_session", arguments))
            seen += [item["seq"] for item in page["items"]]
            if (cursor := page["next_cursor"]) is None:
                break
    assert seen == list(range(1, 451))


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("generate_driver_supervised", {**PETSTORE, "wait_secs": 1}, "Did you mean wait_seconds?"),
        ("generate_driver_supervised", {"api_url": "https://x.test"}, "api_name is missing"),
        ("generate_driver_supervised", {**PETSTORE, "wait_seconds": "abc"}, "a number from 0 to 600; you gave 'abc'"),
        (
            "generate_driver_supervised",
            {**PETSTORE, "engine": "gpt"},
            "one of template, model, host or auto; you gave 'gpt'",
        ),
        ("generate_driver_supervised", {**PETSTORE, "objects": [1]}, "objects must be a list of at most 500 texts"),
        ("generate_driver_supervised", {**PETSTORE, "output_dir": "drivers"}, "an absolute path"),
        ("generate_driver_supervised", {**PETSTORE, "spec": "api.json"}, "an http(s) URL or an absolute path"),
        (
            "generate_driver_supervised",
            {**PETSTORE, "spec": "/home/me/api.md"},
            "known kind (.curl .edmx .gql .graphql .graphqls .har .json .sh .xml .yaml .yml);",
        ),
        ("generate_driver_supervised", {"api_name": "", "api_url": "u"}, "api_name must be"),
        ("generate_driver_supervised", {"api_name": "class/../x", "api_url": "https://u.test"}, "'/'"),
        ("validate_file", {"file_path": "relative.py"}, "an absolute path"),
        ("validate_file", {"file_path": "/home/me/secret.pem"}, "known kind"),
        ("validate_file", {}, "file_path is missing; validate_file needs file_path"),
        ("diagnose_failure", {}, "session_id, or error_message"),
        ("submit_file", {"session_id": "s1"}, "path and content are missing"),
        ("submit_file", {"session_id": "s1", "path": "a.py", "content": ""}, "no session 's1'"),
        ("get_session", {"session_id": "s1"}, "no session 's1'"),
        ("get_session", {"session_id": "s1", "view": "everything"}, "view must be one of summary"),
        (
            "read_records",
            {"session_id": "s1", "object_name": "pets", "limit": 0},
            "limit must be a whole number from 1 to 1000",
        ),
        ("read_records", {"session_id": "s1", "object_name": "pets", "fields": "id"}, "fields must be a list"),
        ("read_records", {"session_id": "s1", "object_name": "pets", "cursor": "7"}, "next_cursor of the page before"),
        ("get_session", {"session_id": "s1", "path": "a.py"}, "path applies to view='files' only"),
        ("cancel_session", {"session_id": ["s1"]}, "session_id must be a text"),
        ("query_history", {"kind": "sessions", "status": "done"}, "status must be one of queued"),
        ("query_history", {"kind": "sessions", "since": "yesterday"}, "ISO 8601"),
        ("query_history", {"kind": "sessions", "cursor": "x"}, "next_cursor of the page before"),
        ("query_history", {"kind": "metrics", "status": "failed"}, "status does not apply to kind='metrics'"),
    ],
)
async def test_wrong_arguments_are_refused_in_words(
    tmp_path: Path, era: str, tool: str, arguments: dict[str, object], words: str
) -> None:
    async with connected(tmp_path, era) as (client, _):
        text = refused(await client.call_tool(tool, arguments))
    assert words in text
    assert "Error executing" not in text and "pydantic" not in text


async def test_a_boolean_is_no_number(tmp_path: Path, era: str) -> None:
    async with connected(tmp_path, era) as (client, engine):
        checked = 0
        for tool in (await client.list_tools()).tools:
            needed = {"session_id": "s1", "object_name": "pets", "kind": "sessions", **PETSTORE}
            required = {name: needed[name] for name in tool.input_schema.get("required", []) if name in needed}
            for name, schema in tool.input_schema["properties"].items():
                if {option.get("type") for option in schema.get("anyOf", [schema])} <= {"integer", "number", "null"}:
                    text = refused(await client.call_tool(tool.name, {**required, name: True}))
                    assert f"{name} must be a" in text and "you gave 'true'" in text
                    checked += 1
        assert checked >= 8 and not engine.calls


async def test_arguments_given_as_null_or_as_json_in_a_string_are_understood(tmp_path: Path, era: str) -> None:
    async with connected(tmp_path, era) as (client, engine):
        await client.call_tool(
            "generate_driver_supervised", {**PETSTORE, "engine": None, "objects": '["pets"]', "live": False}
        )
        await client.call_tool("validate_file", {"file_path": "driver.json", "content": '{"a": 1}'})
    request = engine.calls[0][1]["request"]
    assert (request.engine, request.objects, request.live) == ("auto", ("pets",), "false")
    assert engine.calls[-1][1]["content"] == '{"a": 1}', "a text that is JSON stays the text"


async def test_an_error_of_the_engine_is_told_with_what_to_do(tmp_path: Path, era: str) -> None:
    async with connected(tmp_path, era) as (client, engine):
        for error in (
            InvalidArgumentError("api_url is odd.", next_action="Give another."),
            SandboxUnavailableError("No child can be started.", next_action="Raise the limit of processes."),
            ExceptionGroup("tasks", [InvalidArgumentError("api_url is odd.", next_action="Give another.")]),
        ):
            engine.raises = error
            text = refused(await client.call_tool("generate_driver_supervised", PETSTORE))
            assert text in {"api_url is odd. Give another.", "No child can be started. Raise the limit of processes."}


async def test_a_fault_of_ours_is_counted_and_told_as_one(
    tmp_path: Path, era: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(tmp_path, era) as (client, engine):
        engine.raises = RuntimeError("secret path")
        text = refused(await client.call_tool("validate_file", {"file_path": "x.py", "content": ""}))
        metrics = answered(await client.call_tool("query_history", {"kind": "metrics"}))["items"][0]
    assert "fault of driversmith" in text and "log" in text and "secret path" not in text
    assert metrics["unhandled_exceptions"] == 1
    assert "secret path" in caplog.text


async def test_an_engine_that_cannot_be_opened_says_so_in_every_answer(tmp_path: Path, era: str) -> None:
    refusal = JournalError("The session database is of a newer version.", next_action="Update driversmith.")
    async with connected(tmp_path, era, refusal=refusal) as (client, _):
        assert (await client.list_tools()).tools
        text = refused(await client.call_tool("get_session", {"session_id": "s1"}))
        with pytest.raises(Exception, match="newer version"):
            await client.read_resource("driversmith://sessions")
        with pytest.raises(Exception, match="newer version"):
            await client.list_resources()
    assert text == "The session database is of a newer version. Update driversmith."


async def test_an_older_client_hears_of_changes_while_it_waits(tmp_path: Path, era: str) -> None:
    heard: list[str] = []

    async def hear(message: object) -> None:
        if isinstance(message, ResourceUpdatedNotification):
            heard.append(message.params.uri)

    async with connected(tmp_path, era, client={"message_handler": hear}) as (client, _):
        session = answered(await client.call_tool("generate_driver_supervised", PETSTORE))["session_id"]
        with anyio.fail_after(LONG):
            while era == "legacy" and not heard:  # noqa: ASYNC110 - nobody tells when a handler has been called
                await anyio.sleep(0.01)
        await anyio.wait_all_tasks_blocked()
    assert set(heard) == ({f"driversmith://sessions/{session}/log"} if era == "legacy" else set())


async def test_over_http_paths_outside_the_configured_folders_are_refused(tmp_path: Path, era: str) -> None:
    allowed = tmp_path / "allowed"
    allowed.mkdir()
    calls: list[CallToolResult] = []
    async with connected(tmp_path, era, transport="http", read_roots=(allowed,)) as (client, _):
        for arguments in (
            {"output_dir": str(tmp_path)},
            {"spec": "/etc/spec.json"},
            {"output_dir": str(allowed / ".." / "x")},
        ):
            calls.append(await client.call_tool("generate_driver_supervised", {**PETSTORE, **arguments}))
        calls.append(await client.call_tool("validate_file", {"file_path": str(tmp_path / "x.py")}))
        calls.append(await client.call_tool("validate_file", {"file_path": "x.py", "content": "", "driver_root": "/"}))
        inside = await client.call_tool("generate_driver_supervised", {**PETSTORE, "output_dir": str(allowed)})
    assert all("DRIVERSMITH_READ_ROOTS" in refused(call) for call in calls)
    assert answered(inside)["success"]
