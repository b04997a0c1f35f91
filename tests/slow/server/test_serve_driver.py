"""`driversmith serve-driver`: a driver as an MCP server, spoken to by real clients."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from ...patience import LONG
from .serving_driver import COUNT, KEY, Store, command_of, driver_of, environment_of, store


@pytest.fixture
def server() -> Iterator[Store]:
    with store() as opened:
        yield opened


@pytest.fixture
def project(server: Store, tmp_path: Path) -> Path:
    return driver_of(server, tmp_path)


def client(project: Path, *more: str) -> Client:
    command, *args = command_of(project, *more)
    return Client(stdio_client(StdioServerParameters(command=command, args=args, env=environment_of(project))))


async def told(client: Client, tool: str, **arguments: Any) -> Any:
    answer = await client.call_tool(tool, arguments)
    text = " ".join(getattr(block, "text", "") for block in answer.content)
    if answer.is_error:
        return text
    assert max(len(text), len(json.dumps(answer.structured_content))) < 60_000
    return answer.structured_content


async def test_an_agent_reads_two_pages_of_a_real_api(project: Path, server: Store) -> None:
    async with client(project) as opened:
        tools = {tool.name: tool for tool in (await opened.list_tools()).tools}
        assert set(tools) == {"list_objects", "read", "find_operations", "call_operation"}
        assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools.values())
        assert tools["read"].input_schema["properties"]["object_name"]["enum"] == [
            "pets",
            "orders",
            "inventory",
            "settings",
        ]
        (pets,) = (await told(opened, "list_objects", words="PETS tags"))["items"]
        assert pets["takes"]["status"] == "string"
        first = await told(opened, "read", object_name="pets", limit=3)
        second = await told(opened, "read", object_name="pets", limit=3, cursor=first["next_cursor"])
        found = first["records"] + second["records"]
        assert ([pet["id"] for pet in found], second["next_cursor"]) == ([1, 2, 3, 4, 5], None)
        assert KEY not in json.dumps(found)
        picked = await told(opened, "read", object_name="pets", limit=1, fields=["name"])
        assert picked["records"] == [{"name": "Zoë 1"}]
        assert "Did you mean object_name?" in await told(opened, "read", object="pets")
        assert "one of pets, orders, inventory or settings" in await told(opened, "read", object_name="cats")
    assert {line.partition(" ")[0] for line in server.seen} == {"GET"}


async def test_what_changes_something_waits_for_leave(project: Path, server: Store) -> None:
    async with client(project) as opened:
        found = await told(opened, "find_operations", words="pet")
        assert "get_pet" in [item["operation"] for item in found["items"]]
        assert "add_pet" not in [item["operation"] for item in found["items"]]
        refusal = await told(opened, "call_operation", operation="add_pet", params={"body": {"id": 9}})
        assert "POST /pets may change something" in refusal and "--write" in refusal
    assert server.seen == []
    async with client(project, "--write") as opened:
        tools = {tool.name: tool for tool in (await opened.list_tools()).tools}
        annotations = tools["call_operation"].annotations
        assert annotations and annotations.destructive_hint
        made = await told(opened, "call_operation", operation="add_pet", params={"body": {"id": 9}})
        assert made["value"] == {"id": 9}
    assert len(server.pets) == COUNT + 1


async def test_a_long_answer_comes_in_parts_of_one_call(project: Path, server: Store) -> None:
    async with client(project) as opened:
        parts: list[str] = []
        cursor = None
        while not parts or cursor:
            page = await told(opened, "call_operation", operation="get_inventory", cursor=cursor)
            parts.append(page["part"])
            cursor = page["next_cursor"]
        assert json.loads("".join(parts)) == {"sold": "x" * 90_000}
        assert "leave it out" in await told(opened, "call_operation", operation="get_inventory", cursor="ab.7")
    assert len(server.seen) == 1


@pytest.mark.parametrize("way", ["closed", "ctrl-c"])
def test_it_ends_cleanly_and_leaves_no_child(project: Path, way: str) -> None:
    start = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}}
    call = {"name": "read", "arguments": {"object_name": "pets", "limit": 2}}
    requests = [
        {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": start},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call},
    ]
    pipe = subprocess.PIPE
    environment = {**os.environ, **environment_of(project)}
    with subprocess.Popen(command_of(project), env=environment, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdin and process.stdout and process.stderr
        process.stdin.write("".join(f"{json.dumps(request)}\n" for request in requests).encode())
        process.stdin.flush()
        while json.loads(process.stdout.readline()).get("id") != 1:
            pass
        children = _below(process.pid)
        assert children  # the read is kept open for its next page
        if way == "closed":
            process.stdin.close()
        else:
            process.send_signal(signal.SIGINT)
        assert process.wait(LONG) == (0 if way == "closed" else 130)
        assert b"Traceback" not in process.stderr.read()
        ends = time.monotonic() + 5  # whoever adopts them has to notice
        while children & _running() and time.monotonic() < ends:
            time.sleep(0.05)
        assert children & _running() == set()


def _below(parent: int) -> set[int]:
    """The processes that a process started, and those that these did."""
    own = {pid for pid, above in _parents().items() if above == parent}
    return own.union(*(_below(pid) for pid in own))


def _running() -> set[int]:
    return set(_parents())


def _parents() -> dict[int, int]:
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True, timeout=LONG)
    return {int(pid): int(above) for pid, above in map(str.split, listed.stdout.splitlines())}


def test_a_folder_without_a_driver_is_refused_before_anything_is_served(tmp_path: Path) -> None:
    environment = {**os.environ, "DRIVERSMITH_HOME": str(tmp_path)}
    done = subprocess.run(
        command_of(tmp_path), env=environment, capture_output=True, text=True, timeout=LONG, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "holds no driver that driversmith made" in done.stderr
