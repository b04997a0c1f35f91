"""A request without a principal goes no further, however it came so far."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from driversmith.server.app import create_server
from driversmith.server.middleware.principals import acting_principal
from mcp import Client, MCPError
from mcp.server.context import ServerRequestContext

from ...stand_ins.engine import OpenedStandIn, settings_in


@pytest.mark.parametrize("request_", [None, SimpleNamespace(scope={}), SimpleNamespace(scope={"user": object()})])
async def test_it_is_refused_before_anything_is_asked(request_: Any) -> None:
    async def next_one(_: object) -> None:
        raise AssertionError("it went further")

    ctx = cast("ServerRequestContext[Any, Any]", SimpleNamespace(request=request_))
    with pytest.raises(MCPError, match="Authentication required"):
        await acting_principal(ctx, next_one)


async def test_a_server_of_principals_answers_nobody_in_memory(tmp_path: Path) -> None:
    server = create_server(settings_in(tmp_path), engine_factory=OpenedStandIn(), authenticated=True)
    with pytest.raises((MCPError, ExceptionGroup)):
        async with Client(server) as client:
            await client.list_tools()
