"""The plain demo: a driver made and read through the real server over stdio."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from driversmith.engine.models.session import SupervisedResult

from ..cli.terminal.console import stderr, stdout
from ..cli.terminal.progress import Watched
from ..cli.terminal.records import print_records
from ..cli.terminal.result import print_result
from .client import API_NAME, DemoClient, Records

if TYPE_CHECKING:
    from mcp.client.stdio import StdioServerParameters

    from .api import DemoApi

WAIT_SECONDS = 45
ROWS = 3


class MakingShow:
    """One run of the plain demo, and what came of it."""

    def __init__(self, home: Path, folder: Path) -> None:
        self._home = home
        self._folder = folder
        self.result: SupervisedResult | None = None
        self.records: Records = {}
        self.requests = 0

    @property
    def ok(self) -> bool:
        """Whether there is a verified driver, and every object of it gave records."""
        return bool(self.result and self.result.success and self.records and all(self.records.values()))

    async def run(self, shown: Watched) -> None:
        """Start the API and the server, make the driver, read everything, stop both."""
        from mcp import Client

        from .api import serve_demo_api

        shown.doing("Starting the server.")
        async with serve_demo_api() as api:
            async with Client(self._server(api)) as opened:
                client = DemoClient(opened)
                self.result = await self._generated(client, api, shown)
                self.records = await client.read_everything(self.result, shown)
            self.requests = len(api.requests)

    def told(self) -> dict[str, Any]:
        """What happened, as JSON."""
        return {
            "ok": self.ok,
            "result": self.result.model_dump(mode="json") if self.result else None,
            "records": {name: len(records) for name, records in self.records.items()},
            "requests": self.requests,
        }

    def print(self, seconds: float) -> None:
        """The records and how the driver was verified; or why there is none."""
        result = self.result
        if result is None or not result.success:
            if result is not None:
                print_result(stderr(), result)
            return
        console = stdout()
        for name, records in self.records.items():
            print_records(console, f"{name}: {len(records)} records", records, rows=ROWS)
            console.print()
        found = result.verification
        total = sum(map(len, self.records.values()))
        console.print(
            f"{result.driver_name}: {total} records of {len(self.records)} objects read over MCP", style="bold green"
        )
        console.print(f"  driver:   {result.output_path}", markup=False, soft_wrap=True)
        console.print(
            f"  verified: {found.level}; contract {found.passed} passed, {found.failed} failed; "
            f"isolation {found.held_by}"
        )
        console.print(f"  time:     {seconds:.1f} s, {self.requests} requests to the demo API")

    def _server(self, api: "DemoApi") -> "StdioServerParameters":
        """The real server in a process of its own, with a home that holds only the demo's key."""
        from driversmith.engine.network.addresses import typed_pair
        from driversmith.engine.network.credentials_file import set_credential
        from mcp.client.stdio import StdioServerParameters

        set_credential(self._home / "credentials.toml", api.url, "api_key", api.key)
        return StdioServerParameters(
            command=sys.executable,
            args=["-m", "driversmith.server"],
            env={"DRIVERSMITH_HOME": str(self._home), "DRIVERSMITH_ALLOW_LOCAL": typed_pair(api.url)},
        )

    async def _generated(self, client: DemoClient, api: "DemoApi", shown: Watched) -> SupervisedResult:
        arguments: dict[str, Any] = {"api_name": API_NAME, "api_url": api.url, "output_dir": str(self._folder)}
        while True:
            answer = await client.call("generate_driver_supervised", {**arguments, "wait_seconds": WAIT_SECONDS}, shown)
            result = SupervisedResult.model_validate(answer)
            if result.status not in {"queued", "running"}:
                return result
