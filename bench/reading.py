"""How fast does a driver read, beside a client that does nothing but ask?

    python bench/reading.py [--records N] [--readers N] [--runs N] [--json]

A server in a process of its own answers pages of 100 small records. Readers, all in one process and each with its own part of the
records, read them page by page: with the asynchronous twin, with plain httpx2 (the same pages, the bodies parsed as JSON), and one
after the other with the synchronous driver. The ways take turns; the table shows the median of records a second, and the ratio to
plain httpx2 in the same run. Run it alone: other load shows in every figure.
"""

import argparse
import asyncio
import importlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import anyio
import httpx2
from driversmith.engine.generation.template_engine import write_driver
from driversmith.engine.network.loopback import LoopbackServer, Request, Response
from driversmith.engine.research.documents.parse import parse_description
from driversmith.engine.research.profile import build_profile
from rich.console import Console
from rich.table import Table

SIZE = 100
RECORD = {"id": {"type": "integer"}, "name": {"type": "string"}, "tide": {"type": "number"}}
ITEMS = {"type": "array", "items": {"type": "object", "properties": RECORD}}
PARAMETERS = [
    *({"name": n, "in": "query", "schema": {"type": "integer"}} for n in ("page", "reader")),
    {"name": "per_page", "in": "query", "schema": {"type": "integer", "default": SIZE, "maximum": SIZE}},
]
ANSWER = {"type": "object", "properties": {"items": ITEMS, "has_more": {"type": "boolean"}}}
DESCRIPTION = {
    "openapi": "3.0.3",
    "info": {"title": "Tides", "version": "1"},
    "paths": {
        "/tides": {
            "get": {
                "operationId": "listTides",
                "parameters": PARAMETERS,
                "responses": {"200": {"description": "", "content": {"application/json": {"schema": ANSWER}}}},
            }
        }
    },
}


async def serve(pages: int) -> None:
    """Answer until the parent closes our input; the URL goes to our output."""
    bodies = [
        json.dumps(
            {
                "items": [{"id": page * SIZE + n, "name": f"harbour {n}", "tide": n / 7} for n in range(SIZE)],
                "has_more": page < pages,
            }
        ).encode()
        for page in range(pages + 1)
    ]

    def answer(request: Request) -> Response:
        page = int(request.parameter("page") or 1)
        return Response(200, bodies[min(page, pages)], (("Content-Type", "application/json"),))

    async with LoopbackServer(answer) as server:
        print(server.url, flush=True)
        await anyio.to_thread.run_sync(sys.stdin.read)


def driver_module(work: Path) -> Any:
    """The package of a driver for the server."""
    description = parse_description(json.dumps(DESCRIPTION).encode(), location="tides.json", max_bytes=10**6)
    bundle = write_driver(build_profile(description, api_name="Tides", base_url="http://api.test"))
    for file in bundle.files:
        (work / file.path).parent.mkdir(parents=True, exist_ok=True)
        (work / file.path).write_text(file.text, "utf-8")
    sys.path.insert(0, str(work))
    return importlib.import_module(bundle.project)


async def by_twin(package: Any, url: str, readers: int) -> int:
    async def one(reader: int) -> int:
        return sum([len(batch) async for batch in driver.read_batched("tides", batch_size=SIZE, reader=reader)])

    async with package.AsyncTidesDriver(url) as driver:
        return sum(await asyncio.gather(*map(one, range(readers))))


async def by_httpx(_: Any, url: str, readers: int) -> int:
    async def one(reader: int) -> int:
        page = count = 0
        more = True
        while more:
            page += 1
            asked = {"page": page, "per_page": SIZE, "reader": reader}
            body = json.loads((await client.get(f"{url}/tides", params=asked)).content)
            count, more = count + len(body["items"]), body["has_more"]
        return count

    async with httpx2.AsyncClient() as client:
        return sum(await asyncio.gather(*map(one, range(readers))))


async def by_driver(package: Any, url: str, readers: int) -> int:
    with package.TidesDriver(url) as driver:
        return sum(len(batch) for n in range(readers) for batch in driver.read_batched("tides", reader=n))


WAYS: dict[str, Callable[[Any, str, int], Coroutine[Any, Any, int]]] = {
    "plain httpx2, asynchronous": by_httpx,
    "asynchronous twin": by_twin,
    "driver, one after the other": by_driver,
}


def main() -> None:
    parser = argparse.ArgumentParser(description="How fast does a driver read?")
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--readers", type=int, default=8)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    pages = max(1, arguments.records // (SIZE * arguments.readers))
    if arguments.serve:
        asyncio.run(serve(arguments.serve))
        return
    command = [sys.executable, __file__, "--serve", str(pages)]
    speeds: dict[str, list[float]] = {name: [] for name in WAYS}
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server,
    ):
        try:
            url = (server.stdout.readline() if server.stdout else "").strip()
            package = driver_module(Path(folder))
            for _ in range(arguments.runs):
                for name, read in WAYS.items():
                    begun = time.perf_counter()
                    count = asyncio.run(read(package, url, arguments.readers))
                    if count != pages * SIZE * arguments.readers:
                        sys.exit(f"{name} read {count} records.")
                    speeds[name].append(count / (time.perf_counter() - begun))
        finally:
            server.terminate()
    plain = speeds["plain httpx2, asynchronous"]
    ratios = {
        name: statistics.median(s / p for s, p in zip(found, plain, strict=True)) for name, found in speeds.items()
    }
    if arguments.json:
        json.dump({"records_a_second": speeds, "ratios": ratios}, sys.stdout, indent=1)
        return
    table = Table("", "records a second", "to plain httpx2", title=f"{pages * SIZE * arguments.readers:,} records")
    for name, found in speeds.items():
        table.add_row(name, f"{statistics.median(found):,.0f}", f"{ratios[name]:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
