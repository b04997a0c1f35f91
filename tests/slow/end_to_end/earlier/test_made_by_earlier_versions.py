"""Databases, sessions and drivers of earlier versions are read, gone on with and made anew by this one."""

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from driversmith.engine import open_engine
from driversmith.server.app import create_server
from mcp import Client

from ....end_to_end.healing.tiny import CLIENT
from ....end_to_end.shop import RECORDS, Shop
from ....patience import LONG
from ....server.cli.conftest import Command
from ....stand_ins.connection import answered
from ....stand_ins.messages_api import StandInMessages
from ....stand_ins.messages_script import Asked
from .made import Made

STANDING = {
    "succeeded": "succeeded",
    "failed": "failed",
    "waiting": "waiting_for_host",
    "killed asking": "interrupted",
    "killed running": "interrupted",
}
PETS = '''\
    def pets(self, *, limit: int | None = None) -> list[Record]:
        """All pets of the shop, or the first `limit`."""
        return self.read("pets", limit=limit)
'''
VIEWS = ("summary", "profile", "log", "diagnostics", "files", "metrics")


@asynccontextmanager
async def served(made: Made) -> AsyncGenerator[Client]:
    async with Client(create_server(made.settings)) as client:
        yield client


async def told(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """The structured answer of a tool."""
    with anyio.fail_after(LONG):
        return answered(await client.call_tool(tool, arguments))


async def items(client: Client, tool: str, **arguments: Any) -> list[Any]:
    """The items of all pages."""
    page = await told(client, tool, **arguments)
    found = page["items"]
    while page["next_cursor"]:
        page = await told(client, tool, **arguments, cursor=page["next_cursor"])
        found += page["items"]
    return found


def as_it_was_asked_for(context: list[str]) -> str:
    """What a host writes that goes by the words of the earlier version: that version's client, with a method more."""
    (told,) = [text for text in context if text.startswith("# The template's client")]
    client = told.partition("```python\n")[2].rpartition("```")[0]
    return client.replace("    def close(self)", f"{PETS}\n    def close(self)")


async def test_sessions_are_listed_as_they_were_left(made: Made) -> None:
    async with served(made) as client:
        listed = await items(client, "query_history", kind="sessions")
        failed = await items(client, "query_history", kind="sessions", status="failed")
    standing = {made.sessions[name]: status for name, status in STANDING.items()}
    assert {session["session_id"]: session["status"] for session in listed} == standing
    assert [session["session_id"] for session in failed] == [made.sessions["failed"]]


@pytest.mark.parametrize("name", STANDING)
async def test_every_view_of_a_session_is_shown(name: str, made: Made) -> None:
    session = made.sessions[name]
    async with served(made) as client:
        summary = await told(client, "get_session", session_id=session)
        views = {view: await items(client, "get_session", session_id=session, view=view) for view in VIEWS[1:]}
        uri = f"driversmith://sessions/{session}"
        for shown in (uri, f"{uri}/log", f"{uri}/diagnostics"):
            assert (await client.read_resource(shown)).contents
        texts = [await client.read_resource(file["uri"]) for file in views["files"]]
    assert summary["status"] == STANDING[name]
    assert views["profile"] and views["log"] and views["metrics"]
    assert len(texts) == len(views["files"]) > 0
    assert len(views["diagnostics"]) == (2 if name == "failed" else 0)


async def test_a_failure_still_says_why_and_what_to_do(made: Made) -> None:
    async with served(made) as client:
        summary = await told(client, "get_session", session_id=made.sessions["failed"])
        diagnoses = await items(client, "query_history", kind="diagnostics")
        diagnosis = await told(client, "diagnose_failure", session_id=made.sessions["failed"])
        metrics = await items(client, "query_history", kind="metrics")
    assert summary["error"]["code"] == "model_key_rejected"
    assert "ANTHROPIC_API_KEY" in summary["error"]["next_action"]
    assert [found["diagnosis"]["fix_strategy"] for found in diagnoses] == ["abort", "prompt_adjustment"]
    assert diagnosis["fix_strategy"] == "abort"
    assert metrics


async def test_a_session_that_waits_takes_its_file_and_goes_on_to_a_driver(
    made: Made, right: Mapping[str, str]
) -> None:
    session = made.sessions["waiting"]
    async with served(made) as client:
        wanted = (await told(client, "get_session", session_id=session))["host_request"]
        assert wanted["path"] == CLIENT
        files = {**right, CLIENT: as_it_was_asked_for(wanted["context"])}
        for _ in range(20):
            path = wanted["path"]
            handed = await told(client, "submit_file", session_id=session, path=path, content=files[path])
            if handed["result"]:
                break
            wanted = handed["next_request"]
    assert handed["result"]["success"], handed["result"]["error"]
    assert {f["author"] for f in handed["result"]["files"] if f["path"] == CLIENT} == {"host"}


def test_a_session_whose_process_died_goes_on_where_it_was(made: Made, command: Command) -> None:
    resumed = command("resume", made.sessions["killed running"], "--json")
    assert (resumed.code, resumed.json["status"]) == (0, "succeeded"), resumed
    shown = command("show", made.sessions["killed running"], "--json").json
    assert shown["resumed"] == 1
    assert not Path(shown["request"]["spec"]).exists(), "what was researched is not researched again"


async def test_a_session_that_died_asking_pays_for_no_answer_twice(
    made: Made, right: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def reply(asked: Asked) -> str:
        return right.get(asked.task.path, '{"corrections": []}')

    session = made.sessions["killed asking"]
    async with StandInMessages(reply) as api:
        for name, value in api.environment.items():
            monkeypatch.setenv(name, value)
        async with open_engine(made.settings) as engine:
            assert (await engine.resume(session)).session_id == session
            with anyio.fail_after(LONG):
                result = await engine.wait(session, seconds=None)
    assert result.success, result.error
    assert CLIENT not in {asked.task.path for asked in api.asked}
    assert {file.author for file in result.files if file.path == CLIENT} == {"model"}


def test_records_are_read_through_a_driver(made: Made, command: Command) -> None:
    read = command("read", str(made.driver), "pets", "--json")
    assert (read.code, read.json) == (0, RECORDS["pets"]), read.err


async def test_records_are_read_through_the_driver_of_a_session(made: Made) -> None:
    async with served(made) as client:
        found = await told(client, "read_records", session_id=made.sessions["succeeded"], object_name="toys")
    assert found["records"] == RECORDS["toys"]


def test_nothing_is_found_in_a_driver_that_was_right(made: Made, command: Command) -> None:
    validated = command("validate", str(made.driver), "--json")
    assert validated.code == 0, validated.out
    assert validated.json["ok"], validated.json["findings"]


def test_a_driver_is_made_anew_around_what_was_edited(made: Made, shop: Shop, command: Command) -> None:
    readme = made.driver / "README.md"
    edited = readme.read_text("utf-8") + "\nOur own words.\n"
    readme.write_text(edited, "utf-8")
    (made.driver / "shop_driver" / "exceptions.py").unlink()
    output = str(made.driver.parent)
    anew = command(
        "generate", "Shop", shop.base_url, "--output", output, "--engine", "template", "--live", "false", "--json"
    )
    assert (anew.code, anew.json["output_path"]) == (0, str(made.driver)), anew
    assert readme.read_text("utf-8") == edited
    assert "README.md" in " ".join(anew.json["notes"])
    assert (made.driver / "shop_driver" / "exceptions.py").is_file()
    assert json.loads((made.driver / "driver.json").read_text("utf-8"))["verification"]["level"] == "mock"
    assert command("read", str(made.driver), "toys", "--json").json == RECORDS["toys"]
