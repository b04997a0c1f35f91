"""Resources, prompts and completions over a stand-in engine, in both protocol eras."""

import json
import re
from pathlib import Path

import pytest
from driversmith.engine.journal.ownership import this_process
from driversmith.engine.models.diagnosis import Diagnosis
from driversmith.engine.models.driver import DriverFile
from driversmith.engine.views.pages import PAGE
from mcp import MCPError
from mcp_types import INVALID_PARAMS, PromptReference, TextContent

from tests.stand_ins.connection import ERAS, PETSTORE, answered, connected

pytestmark = pytest.mark.parametrize("era", ERAS)
LONG = "a long story " * 60
DIAGNOSIS = Diagnosis(
    error_type="logic",
    fault_kind="record_path",
    root_cause="",
    can_fix=True,
    fix_strategy="prompt_adjustment",
    fix_description="Read the records elsewhere.",
    confidence=0.9,
)
PLAIN = ["driversmith://sessions", "driversmith://diagnostics", "driversmith://metrics", "ui://driversmith/dashboard"]


async def _read(client, uri: str):
    (content,) = (await client.read_resource(uri)).contents
    return content


async def test_everything_listed_can_be_read(tmp_path: Path, era: str) -> None:
    async with connected(tmp_path, era) as (client, _):
        await client.call_tool("generate_driver_supervised", PETSTORE)
        listed = (await client.list_resources()).resources
        assert [resource.uri for resource in listed[:4]] == PLAIN
        for resource in listed:
            content = await _read(client, resource.uri)
            assert content.mime_type == resource.mime_type
            if "html" in content.mime_type:
                assert content.text.startswith("<!doctype html>")
                continue
            for line in content.text.splitlines() if "ndjson" in content.mime_type else [content.text]:
                json.loads(line)


async def test_the_app_of_the_dashboard_is_a_page_that_wants_nothing_of_its_host(tmp_path: Path, era: str) -> None:
    async with connected(tmp_path, era) as (client, _):
        (tool,) = [tool for tool in (await client.list_tools()).tools if tool.meta]
        content = await _read(client, tool.meta["ui"]["resourceUri"])
    assert tool.name == "query_history" and content.mime_type == "text/html;profile=mcp-app"
    assert content.meta == {"ui": {"prefersBorder": True}} and 'data-feed="app"' in content.text


async def test_the_templates_are_those_of_the_design(tmp_path: Path, era: str) -> None:
    async with connected(tmp_path, era) as (client, _):
        templates = (await client.list_resource_templates()).resource_templates
    assert [template.uri_template for template in templates] == [
        "driversmith://sessions{?status,api_name,limit,cursor}",
        "driversmith://diagnostics{?error_type,api_name,limit,cursor}",
        "driversmith://metrics{?since}",
        "driversmith://sessions/{session_id}",
        "driversmith://sessions/{session_id}/log",
        "driversmith://sessions/{session_id}/diagnostics",
        "driversmith://sessions/{session_id}/archive",
        "driversmith://sessions/{session_id}/files/{+path}",
    ]
    assert all(template.description for template in templates)


async def test_a_session_its_log_and_its_files_are_read_from_the_journal(tmp_path: Path, era: str) -> None:
    async with connected(tmp_path, era) as (client, _):
        session = answered(await client.call_tool("generate_driver_supervised", PETSTORE))["session_id"]
        uri = f"driversmith://sessions/{session}"
        whole = json.loads((await _read(client, uri)).text)
        log = (await _read(client, f"{uri}/log")).text.splitlines()
        file = await _read(client, f"{uri}/files/petstore_driver/client.py")
        diagnoses = json.loads((await _read(client, f"{uri}/diagnostics")).text)
    assert whole["result"]["success"] and whole["request"]["api_name"] == "Petstore"
    assert [json.loads(line)["seq"] for line in log] == [1, 2, 3]
    assert file.text.startswith("class PetstoreDriver") and file.mime_type == "text/plain"
    assert diagnoses == {"items": [], "next_cursor": None}


async def test_sessions_come_filtered_and_in_pages(tmp_path: Path, era: str) -> None:
    async with connected(tmp_path, era) as (client, _):
        for number in range(3):
            await client.call_tool("generate_driver_supervised", {**PETSTORE, "api_name": f"Api {number}"})
        first = json.loads((await _read(client, "driversmith://sessions?limit=2&status=succeeded")).text)
        rest = json.loads((await _read(client, f"driversmith://sessions?limit=2&cursor={first['next_cursor']}")).text)
        named = json.loads((await _read(client, "driversmith://sessions?api_name=Api%201")).text)
    assert [item["api_name"] for item in first["items"] + rest["items"]] == ["Api 2", "Api 1", "Api 0"]
    assert rest["next_cursor"] is None
    assert [item["api_name"] for item in named["items"]] == ["Api 1"]


async def test_the_list_of_resources_comes_in_pages(tmp_path: Path, era: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("driversmith.server.middleware.pages.PAGE", 2)
    uris: list[str] = []
    async with connected(tmp_path, era) as (client, _):
        for number in range(3):
            await client.call_tool("generate_driver_supervised", {**PETSTORE, "api_name": f"Api {number}"})
        cursor = None
        while True:
            page = await client.list_resources(cursor=cursor)
            uris += [resource.uri for resource in page.resources]
            if (cursor := page.next_cursor) is None:
                break
    assert uris[:4] == PLAIN
    assert len(uris) == len(set(uris)) == 10


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("driversmith://sessions/s0", "no session 's0'"),
        ("driversmith://sessions/s0/log", "no session 's0'"),
        ("driversmith://sessions/s0/diagnostics", "no session 's0'"),
        ("driversmith://sessions/s0/files/client.py", "no session 's0'"),
        ("driversmith://sessions/s0/files/../../etc/passwd", "Unknown resource"),
        ("driversmith://sessions?limit=many", "limit must be a whole number"),
        ("driversmith://sessions?status=done", "status must be one of queued"),
        ("driversmith://sessions?cursor=x", "cursor"),
        ("driversmith://diagnostics?error_type=x", "error_type must be one of formatting"),
        ("driversmith://metrics?since=x", "ISO 8601"),
        ("driversmith://nothing", "Unknown resource"),
    ],
)
async def test_what_does_not_exist_is_refused_in_words(tmp_path: Path, era: str, uri: str, words: str) -> None:
    async with connected(tmp_path, era) as (client, _):
        with pytest.raises(MCPError) as raised:
            await client.read_resource(uri)
    assert raised.value.error.code == INVALID_PARAMS
    assert words in raised.value.error.message


async def test_a_missing_file_names_those_that_there_are(tmp_path: Path, era: str) -> None:
    async with connected(tmp_path, era) as (client, _):
        session = answered(await client.call_tool("generate_driver_supervised", PETSTORE))["session_id"]
        with pytest.raises(MCPError, match="Its files: petstore_driver"):
            await client.read_resource(f"driversmith://sessions/{session}/files/setup.py")


@pytest.mark.parametrize("listing", ["list_tools", "list_prompts", "list_resource_templates", "list_resources"])
async def test_a_cursor_that_nobody_gave_out_is_refused(tmp_path: Path, era: str, listing: str) -> None:
    async with connected(tmp_path, era) as (client, _):
        with pytest.raises(MCPError, match="Invalid cursor") as raised:
            await getattr(client, listing)(cursor="made up")
    assert raised.value.error.code == INVALID_PARAMS


async def test_prompts_say_what_to_do(tmp_path: Path, era: str) -> None:
    async with connected(tmp_path, era) as (client, _):
        assert [prompt.name for prompt in (await client.list_prompts()).prompts] == ["create_driver", "repair_driver"]
        made = await client.get_prompt("create_driver", {"api_name": "Open-Meteo", "api_url": "https://open-meteo.com"})
        texts = []
        for arguments in ({}, {"session_id": "s1"}, {"error": "KeyError: 'id'"}):
            (message,) = (await client.get_prompt("repair_driver", arguments)).messages
            assert isinstance(message.content, TextContent)
            texts.append(message.content.text)
    assert isinstance(made.messages[0].content, TextContent)
    assert "api_name='Open-Meteo'" in made.messages[0].content.text
    assert "query_history" in texts[0] and "session_id='s1'" in texts[1] and "KeyError: 'id'" in texts[2]


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("create_driver", {"api_name": "x"}, "needs api_url"),
        ("create_driver", {"api_name": "x", "api_url": "u", "api_key": "k"}, "no argument 'api_key'"),
        ("repair_driver", {"session": "s"}, "Did you mean session_id?"),
        ("destroy_driver", {}, "There is no prompt"),
    ],
)
async def test_wrong_arguments_of_prompts_are_refused_in_words(
    tmp_path: Path, era: str, name: str, arguments: dict[str, str], words: str
) -> None:
    async with connected(tmp_path, era) as (client, _):
        with pytest.raises(MCPError) as raised:
            await client.get_prompt(name, arguments)
    assert raised.value.error.code == INVALID_PARAMS and words in raised.value.error.message


async def test_session_ids_are_completed(tmp_path: Path, era: str) -> None:
    async with connected(tmp_path, era) as (client, _):
        session = answered(await client.call_tool("generate_driver_supervised", PETSTORE))["session_id"]
        reference = PromptReference(name="repair_driver")
        found = await client.complete(reference, {"name": "session_id", "value": session[:3]})
        none = await client.complete(reference, {"name": "session_id", "value": "zz"})
        other = await client.complete(reference, {"name": "error", "value": ""})
    assert found.completion.values == [session]
    assert none.completion.values == [] and other.completion.values == []


async def _all_pages(client, uri: str) -> list[str]:
    """The texts of a resource and of its further pages, none longer than one."""
    texts: list[str] = []
    cursor = ""
    while cursor is not None:
        texts.append((await _read(client, f"{uri}{cursor and f'?cursor={cursor}'}")).text)
        assert len(texts[-1].encode()) <= PAGE + 200
        found = re.search(r'"next_cursor": "([^"]+)"|\?cursor=(\d+)\]$', texts[-1].rstrip())
        cursor = (found[1] or found[2]) if found else None
    return texts


async def test_a_long_file_comes_in_parts_whose_last_line_names_the_next(tmp_path: Path, era: str) -> None:
    text = "".join(f"line {n} {LONG}\n" for n in range(200))
    async with connected(tmp_path, era) as (client, engine):
        session = await _session(client, engine)
        await engine.journal.store_files(session, 1, [DriverFile(path="a/b.py", text=text)])
        parts = await _all_pages(client, f"driversmith://sessions/{session}/files/a/b.py")
        with pytest.raises(MCPError, match="cursor must be"):
            await client.read_resource(f"driversmith://sessions/{session}/files/a/b.py?cursor=99")
    lines = [line for part in parts for line in part.splitlines(keepends=True)]
    assert "".join(line for line in lines if line.startswith("line ")) == text
    assert [line for line in lines if line.startswith("[")] == [
        *(
            f"[Part {n} of {len(parts)} of a/b.py; the next: driversmith://sessions/{session}/files/a/b.py?cursor={n + 1}]\n"
            for n in range(1, len(parts))
        ),
        f"[Part {len(parts)} of {len(parts)} of a/b.py, the last]\n",
    ]


async def test_a_long_log_comes_in_pages_of_whole_lines_and_parts_of_a_long_one(tmp_path: Path, era: str) -> None:
    async with connected(tmp_path, era) as (client, engine):
        session = await _session(client, engine)
        for number in range(60):
            data = {"text": "x" * 70_000} if number == 30 else {}
            await engine.journal.append_event(session, 1, "step.progress", f"line {number} {LONG}", data=data)
        pages = await _all_pages(client, f"driversmith://sessions/{session}/log")
    lines = [json.loads(line) for page in pages for line in page.splitlines()]
    events = [line for line in lines if "message" in line]
    assert [event["message"].split()[1] for event in events if event["message"].startswith("line ")] == [
        str(n) for n in range(60) if n != 30
    ]
    long = json.loads("".join(line["text"] for line in lines if "part" in line))
    assert long["data"] == {"text": "x" * 70_000}
    assert next(line["next"] for line in lines if "next" in line).startswith(
        f"driversmith://sessions/{session}/log?cursor="
    )


async def test_a_long_session_comes_in_parts_of_its_json(tmp_path: Path, era: str) -> None:
    async with connected(tmp_path, era) as (client, engine):
        session = await _session(client, engine)
        await engine.journal.record_attempt(
            session, 1, 1, engine="template", outcome="failed", elapsed_seconds=1.0, data={"text": "x" * 70_000}
        )
        pages = await _all_pages(client, f"driversmith://sessions/{session}")
    whole = json.loads("".join(json.loads(page)["text"] for page in pages))
    assert whole["session_id"] == session and whole["attempts"][0]["data"]["text"] == "x" * 70_000


async def test_many_long_diagnoses_come_in_pages(tmp_path: Path, era: str) -> None:
    async with connected(tmp_path, era) as (client, engine):
        session = await _session(client, engine)
        for number in range(30):
            found = DIAGNOSIS.model_copy(update={"root_cause": f"cause {number} {LONG * (60 if number == 7 else 3)}"})
            await engine.journal.add_diagnosis(session, found, fingerprint=f"f{number}")
        for uri in (f"driversmith://sessions/{session}/diagnostics", "driversmith://diagnostics"):
            items = [item for page in await _all_pages(client, uri) for item in json.loads(page)["items"]]
            long = json.loads("".join(item["text"] for item in items if "part" in item))
            causes = [item["diagnosis"]["root_cause"].split()[1] for item in items if "part" not in item]
            assert long["diagnosis"]["root_cause"].startswith("cause 7 ")
            assert causes == [str(number) for number in reversed(range(30)) if number != 7]


async def _session(client, engine) -> str:
    """A session that this process works on."""
    engine.hold = True
    begun = answered(await client.call_tool("generate_driver_supervised", {**PETSTORE, "wait_seconds": 0}))
    await engine.journal.claim(begun["session_id"], this_process(), lease_seconds=60)
    return begun["session_id"]
