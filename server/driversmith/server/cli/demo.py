"""`driversmith demo`: the whole way on one machine, through the real server over stdio; no key, no network."""

import json
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer
from driversmith.engine.errors import DriversmithError
from driversmith.engine.models.session import SupervisedResult

from .console import FAILED, INTERRUPTED, SUCCESS, complain, print_json, stderr, stdout
from .interrupt import run_async
from .progress import ProgressShown, shown_progress
from .result import print_result, records_table

if TYPE_CHECKING:
    from mcp import Client
    from mcp.client.stdio import StdioServerParameters

    from ..demo_api import DemoApi

API_NAME = "Lighthouse Register"
FOLDER = "driversmith-demo"
WAIT_SECONDS = 45
MOST_RECORDS = 500
ROWS = 3


def demo(
    as_json: Annotated[bool, typer.Option("--json", help="Print what happened as JSON, and nothing else.")] = False,
) -> None:
    """Show it all: a small real API on this machine, its driver made over MCP, and its records read."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="driversmith-demo-", ignore_cleanup_errors=True) as home:
        show = _Show(Path(home), _fresh_folder())
        try:
            with shown_progress("demo", quiet=as_json) as shown:
                run_async(lambda: show.run(shown))
        except KeyboardInterrupt:
            complain("Interrupted; everything is stopped.")
            raise typer.Exit(INTERRUPTED) from None
        finally:
            with suppress(OSError):  # something is in it, as there should be
                show.folder.rmdir()
    seconds = time.monotonic() - started
    if as_json:
        print_json({**show.told(), "seconds": round(seconds, 2)})
    else:
        _print(show, seconds)
    raise typer.Exit(SUCCESS if show.ok else FAILED)


class _Show:
    """One run of the demo and what came of it."""

    def __init__(self, home: Path, folder: Path) -> None:
        self._home = home
        self.folder = folder
        self.result: SupervisedResult | None = None
        self.records: dict[str, list[dict[str, Any]]] = {}
        self.requests = 0

    @property
    def ok(self) -> bool:
        """Whether there is a verified driver, and every object of it gave records."""
        return bool(self.result and self.result.success and self.records and all(self.records.values()))

    async def run(self, shown: ProgressShown) -> None:
        """Start the API and the server, make the driver, read everything, stop both."""
        from mcp import Client

        from ..demo_api import serve_demo_api

        async with serve_demo_api() as api:
            async with Client(self._server(api)) as client:
                self.result = await self._generated(client, api, shown)
                if self.result.success and self.result.output_path:
                    for name in _objects(Path(self.result.output_path)):
                        self.records[name] = await self._read(client, self.result.session_id, name)
            self.requests = len(api.requests)

    def told(self) -> dict[str, Any]:
        """What happened, as JSON."""
        return {
            "ok": self.ok,
            "result": self.result.model_dump(mode="json") if self.result else None,
            "records": {name: len(records) for name, records in self.records.items()},
            "requests": self.requests,
        }

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

    async def _generated(self, client: "Client", api: "DemoApi", shown: ProgressShown) -> SupervisedResult:
        arguments: dict[str, Any] = {"api_name": API_NAME, "api_url": api.url, "output_dir": str(self.folder)}
        while True:
            answer = await _call(
                client, "generate_driver_supervised", {**arguments, "wait_seconds": WAIT_SECONDS}, shown
            )
            result = SupervisedResult.model_validate(answer)
            if result.status not in {"queued", "running"}:
                return result

    async def _read(self, client: "Client", session_id: str, name: str) -> list[dict[str, Any]]:
        arguments = {"session_id": session_id, "object_name": name, "limit": MOST_RECORDS}
        return cast(list[dict[str, Any]], (await _call(client, "read_records", arguments))["records"])


async def _call(
    client: "Client", tool: str, arguments: dict[str, Any], shown: ProgressShown | None = None
) -> dict[str, Any]:
    answer = await client.call_tool(tool, arguments, progress_callback=shown)
    if answer.is_error or answer.structured_content is None:
        raise DriversmithError(" ".join(getattr(block, "text", "") for block in answer.content).strip())
    return cast(dict[str, Any], answer.structured_content)


def _objects(project: Path) -> list[str]:
    return list(json.loads((project / "driver.json").read_text(encoding="utf-8"))["objects"])


def _fresh_folder() -> Path:
    """A new folder below the current one, or where that cannot be written, a temporary one."""
    for number in range(1, 1000):
        folder = Path.cwd() / (FOLDER if number == 1 else f"{FOLDER}-{number}")
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        except OSError:
            break
        return folder
    return Path(tempfile.mkdtemp(prefix=f"{FOLDER}-"))


def _print(show: _Show, seconds: float) -> None:
    result = show.result
    if result is None or not result.success:
        if result is not None:
            print_result(stderr(), result)
        return
    console = stdout()
    for name, records in show.records.items():
        console.print(records_table(f"{name}: {len(records)} records", records, rows=ROWS))
        console.print()
    found = result.verification
    total = sum(map(len, show.records.values()))
    console.print(
        f"{result.driver_name}: {total} records of {len(show.records)} objects read over MCP", style="bold green"
    )
    console.print(f"  driver:   {result.output_path}", markup=False, soft_wrap=True)
    console.print(
        f"  verified: {found.level}; contract {found.passed} passed, {found.failed} failed; isolation {found.isolation}"
    )
    console.print(f"  time:     {seconds:.1f} s, {show.requests} requests to the demo API")
