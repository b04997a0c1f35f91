"""The MCP client of a demo: calls tools, and reads every record of the driver that came of it."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from driversmith.engine.errors import DriversmithError
from driversmith.engine.models.session import SupervisedResult

from ..cli.terminal.progress import Watched

if TYPE_CHECKING:
    from mcp import Client

API_NAME = "Lighthouse Register"
RECORDS_A_PAGE = 500

Records = dict[str, list[dict[str, Any]]]
"""Object -> its records."""


class DemoClient:
    """Speaks to the server through an open MCP client."""

    def __init__(self, client: "Client") -> None:
        self._client = client

    async def call(self, tool: str, arguments: dict[str, Any], shown: Watched | None = None) -> dict[str, Any]:
        """The structured answer of a tool.

        Raises:
            DriversmithError: the tool answered with an error.
        """
        answer = await self._client.call_tool(tool, arguments, progress_callback=shown)
        if answer.is_error or answer.structured_content is None:
            raise DriversmithError(" ".join(getattr(block, "text", "") for block in answer.content).strip())
        return cast(dict[str, Any], answer.structured_content)

    async def read_everything(self, result: SupervisedResult, shown: Watched) -> Records:
        """All records of all objects of a session's driver; none where it has no driver."""
        if not result.success or not result.output_path:
            return {}
        records: Records = {}
        for name in _objects(Path(result.output_path)):
            shown.doing(f"Reading {name}.")
            records[name] = await self._read(result.session_id, name)
        return records

    async def _read(self, session_id: str, name: str) -> list[dict[str, Any]]:
        records: list[dict[str, Any]] = []
        arguments = {"session_id": session_id, "object_name": name, "limit": RECORDS_A_PAGE}
        cursor: str | None = None
        while True:
            page = await self.call("read_records", {**arguments, "cursor": cursor})
            records += page["records"]
            if (cursor := page["next_cursor"]) is None:
                return records


def _objects(project: Path) -> list[str]:
    return list(json.loads((project / "driver.json").read_text(encoding="utf-8"))["objects"])
