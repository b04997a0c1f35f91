"""The tools of one driver, over an engine that notes what it is asked."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from driversmith.engine.api import Engine
from driversmith.engine.models.principal import LOCAL
from driversmith.engine.models.profile import ApiProfile
from driversmith.engine.models.records import RecordPage
from driversmith.engine.settings import Settings
from driversmith.server.driver_app import create_driver_server
from driversmith.tools.driver.read import MOST_NAMED
from driversmith.tools.driver.served import ServedDriver
from mcp import Client

from ...engine.generation import profiles

PROJECT = Path("/drivers/petstore_driver")


class Noting:
    """As much of an engine as these tools need."""

    principal = LOCAL

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.answer: Any = {"ok": True}

    def redact(self, text: str) -> str:
        return text

    def subscribe(self, _: object) -> Any:
        return lambda: None

    async def read_driver_page(self, project: Path, object_name: str, **how: Any) -> RecordPage:
        self.calls.append((object_name, {"project": project, **how}))
        records: list[Any] = [{"id": n} for n in range(how["after"], min(how["after"] + how["limit"], 3))]
        return RecordPage(records=records, done=how["after"] + how["limit"] >= 3, reading="ab")

    async def call_driver(self, project: Path, operation: str, **how: Any) -> Any:
        self.calls.append((operation, {"project": project, **how}))
        return self.answer


@asynccontextmanager
async def opened(engine: Noting, profile: ApiProfile, *, write: bool = False) -> AsyncGenerator[Client]:
    @asynccontextmanager
    async def factory(_: Settings) -> AsyncGenerator[Engine]:
        yield cast("Engine", engine)

    served = ServedDriver(PROJECT, profile, ("127.0.0.1:80",), write)
    async with Client(create_driver_server(served, Settings(), engine_factory=factory)) as client:
        yield client


async def told(client: Client, tool: str, **arguments: Any) -> Any:
    answer = await client.call_tool(tool, arguments)
    assert not answer.is_error, answer.content
    return answer.structured_content


async def test_a_read_goes_on_by_its_cursor_where_the_last_page_ended() -> None:
    engine = Noting()
    async with opened(engine, profiles.petstore()) as client:
        first = await told(client, "read", object_name="pets", limit=2, params={"status": "sold"})
        last = await told(
            client, "read", object_name="pets", limit=2, params={"status": "sold"}, cursor=first["next_cursor"]
        )
        other = await client.call_tool("read", {"object_name": "orders", "cursor": first["next_cursor"]})
    assert [record["id"] for record in first["records"] + last["records"]] == [0, 1, 2]
    assert last["next_cursor"] is None
    assert other.is_error
    name, how = engine.calls[1]
    assert (name, how["after"], how["reading"], how["project"]) == ("pets", 2, "ab", PROJECT)
    assert (how["params"], how["allow_local"]) == ({"status": "sold"}, ("127.0.0.1:80",))


async def test_a_long_answer_is_called_for_once() -> None:
    engine = Noting()
    engine.answer = ["é" * 100] * 1000
    async with opened(engine, profiles.petstore()) as client:
        page = await told(client, "call_operation", operation="get_inventory")
        text = page["part"]
        while page["next_cursor"]:
            page = await told(client, "call_operation", operation="get_inventory", cursor=page["next_cursor"])
            text += page["part"]
    assert json.loads(text) == engine.answer
    assert [name for name, _ in engine.calls] == ["get_inventory"]


@pytest.mark.parametrize("write", [False, True])
async def test_operations_that_change_something_are_shown_where_they_may_be_called(write: bool) -> None:
    engine = Noting()
    async with opened(engine, profiles.petstore(), write=write) as client:
        found = await told(client, "find_operations", words="POST pets")
        await told(client, "call_operation", operation="add_pet", params={"body": {}})
    assert bool(found["items"]) is write
    assert engine.calls[0][1]["changes"] is write


async def test_a_thousand_objects_and_operations_are_pages() -> None:
    listing = [profiles.operation(f"list_{n}", f"GET /things_{n}", profiles.parameter("q" * 60)) for n in range(1000)]
    objects = [profiles.thing(f"thing_{n}", {"read": f"list_{n}"}) for n in range(1000)]
    assert len(objects) > MOST_NAMED
    async with opened(Noting(), profiles.profile("Large", listing, objects)) as client:
        tools = (await client.list_tools()).tools
        assert len(json.dumps([tool.model_dump(mode="json") for tool in tools])) < 12_000
        for tool in ("list_objects", "find_operations"):
            names: list[str] = []
            cursor = None
            while not names or cursor:
                page = await told(client, tool, cursor=cursor)
                names += [item.get("object") or item["operation"] for item in page["items"]]
                cursor = page["next_cursor"]
                assert len(json.dumps(page)) < 32_000
            assert len(names) == 1000
        (one,) = (await told(client, "list_objects", words="THING_777"))["items"]
        assert one["takes"] == {"q" * 60: "string"}
