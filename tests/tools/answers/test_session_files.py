"""Files of a session in a chat: which there are, and each of them whole."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from driversmith.engine.journal.ownership import this_process
from driversmith.engine.models.driver import DriverFile
from driversmith.engine.models.visible import visible
from mcp import Client
from mcp_types import CallToolResult

from tests.stand_ins.connection import ERAS, PETSTORE, answered, connected, refused, said
from tests.stand_ins.engine import EngineStandIn

TEXTS = {
    "README.md": "# Petstore\n\nA line with two ends\r\nand no last one",
    "empty.py": "",
    "petstore_driver/client.py": "".join(f"def method_{n}(self) -> None: ...\n" for n in range(3_000)),
    "profile.json": json.dumps({"description": "ü漢🙂 \u2028" * 5_000}, ensure_ascii=False),
}


async def _session(client: Client, engine: EngineStandIn, texts: dict[str, str]) -> str:
    engine.hold = True
    begun = answered(await client.call_tool("generate_driver_supervised", {**PETSTORE, "wait_seconds": 0}))
    await engine.journal.claim(begun["session_id"], this_process(), lease_seconds=60)
    files = [DriverFile(path=path, text=text) for path, text in texts.items()]
    await engine.journal.store_files(begun["session_id"], 1, files)
    return begun["session_id"]


def _cursor(result: CallToolResult) -> str | None:
    """As the text tells it, before the file's own text begins."""
    found = re.search(r"^More: call again with cursor='([^']+)'\.$", said(result).partition("\n\n")[0], re.MULTILINE)
    return found[1] if found else None


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("path", TEXTS)
async def test_a_file_can_be_had_whole_from_the_texts_alone(tmp_path: Path, path: str, era: str) -> None:
    async with connected(tmp_path, era) as (client, engine):
        session = await _session(client, engine, TEXTS)
        told, structured, cursor, number = "", "", None, 0
        while cursor or not number:
            number += 1
            result = await client.call_tool(
                "get_session", {"session_id": session, "view": "files", "path": path, "cursor": cursor}
            )
            found = answered(result)
            (item,) = found["items"]
            head, _, text = said(result).partition("\n\n")
            assert f"part {number} of {item['parts']}" in head or (item["parts"] == 1 and "whole" in head)
            assert (item["path"], item["part"]) == (path, number)
            assert len(said(result).encode()) < 32_000 and len(json.dumps(found, ensure_ascii=False).encode()) < 32_000
            told, structured, cursor = told + text, structured + item["text"], _cursor(result)
            assert found["next_cursor"] == cursor
    assert structured == TEXTS[path]
    assert told == visible(TEXTS[path])


async def test_the_list_says_how_to_read_one(tmp_path: Path) -> None:
    async with connected(tmp_path) as (client, engine):
        session = await _session(client, engine, TEXTS)
        text = said(await client.call_tool("get_session", {"session_id": session, "view": "files"}))
    assert text.startswith("4 files. Give path to read one.\n") and "README.md (" in text


async def test_a_long_list_comes_in_pages_that_the_text_leads_through(tmp_path: Path) -> None:
    texts = {f"petstore_driver/module_{n}.py": "" for n in range(450)}
    async with connected(tmp_path) as (client, engine):
        session = await _session(client, engine, texts)
        seen: list[str] = []
        cursor, begun = None, False
        while cursor or not begun:
            begun = True
            page = said(
                await client.call_tool("get_session", {"session_id": session, "view": "files", "cursor": cursor})
            )
            seen += re.findall(r"^(\S+) \(0 bytes", page, re.MULTILINE)
            more = re.search(r"cursor='([^']+)'", page)
            cursor = more[1] if more else None
    assert seen == sorted(texts)


async def test_a_file_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    async with connected(tmp_path) as (client, engine):
        session = await _session(client, engine, TEXTS)
        for path in ("petstore_driver/cliend.py", "../../etc/passwd", "/README.md"):
            text = refused(
                await client.call_tool("get_session", {"session_id": session, "view": "files", "path": path})
            )
            assert path in text and "petstore_driver/client.py" in text
        empty = await client.call_tool("get_session", {"session_id": session, "view": "files", "path": "client.py"})
        assert "Did you mean petstore_driver/client.py?" in refused(empty)


async def test_a_cursor_of_another_text_is_refused(tmp_path: Path) -> None:
    arguments: dict[str, Any] = {"view": "files", "path": "petstore_driver/client.py"}
    async with connected(tmp_path) as (client, engine):
        arguments["session_id"] = session = await _session(client, engine, TEXTS)
        cursor = answered(await client.call_tool("get_session", arguments))["next_cursor"]
        other = await client.call_tool("get_session", {**arguments, "path": "profile.json", "cursor": cursor})
        assert "another text" in refused(other)
        for made_up in ("7", "x", "2.", "9999." + cursor.partition(".")[2], "0." + cursor.partition(".")[2]):
            text = refused(await client.call_tool("get_session", {**arguments, "cursor": made_up}))
            assert "next_cursor of the page before" in text
        await engine.journal.store_files(session, 1, [DriverFile(path=arguments["path"], text="new\n" * 30_000)])
        text = refused(await client.call_tool("get_session", {**arguments, "cursor": cursor}))
        assert "written anew" in text
