"""How long until the server answers, and until there is a verified driver?

    python bench/start.py [--pairs N] [--sessions N] [--json]

Prints two tables of medians. The first: from the start of the process to the answer of `tools/list`, ours against an
empty MCPServer. Both are started in turns over stdio, with the same interpreter, an empty home and warm bytecode; the
median of the ratios pair by pair is what other load on the machine disturbs least.

The second: from the command, or from the tool's call, to the result, for an API on this machine of 12 operations and one
of 60. `command` is `driversmith generate`, its start and its exit included; `first call` is asked of a server that has
just listed its tools and has imported nothing else; `next call` of the same server, for another folder. CPU is that of
all threads and children, where /proc tells.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

LIMIT = 1.15
SESSION_LIMIT = 1.8
"""Seconds that a call may take for an API of 12 operations."""
OPERATIONS = (12, 60)
RECORDS = 30
EMPTY = "from mcp.server import MCPServer; MCPServer('empty').run()"
OURS = "from driversmith.server.entry import main; import sys; sys.argv[1:] = []; main()"
COMMAND = "from driversmith.server.entry import main; main()"
REQUESTS = (
    {
        "jsonrpc": "2.0",
        "id": 0,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": {"name": "bench", "version": "1"},
        },
    },
    {"jsonrpc": "2.0", "method": "notifications/initialized"},
    {"jsonrpc": "2.0", "id": 1, "method": "tools/list"},
)


@dataclass
class Start:
    """One start."""

    wall: float
    cpu: float
    tools: int


@dataclass
class VerifiedDriver:
    """One driver."""

    way: str
    operations: int
    wall: float
    cpu: float
    behaviours: int


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--pairs", type=int, default=15, help="of starts; 0 leaves their table out")
    options.add_argument("--sessions", type=int, default=5, help="of each kind and size; 0 leaves their table out")
    options.add_argument("--json", action="store_true", help="print the single measurements instead of the tables")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "DRIVERSMITH_HOME": home}
        started(EMPTY, environment), started(OURS, environment)  # bytecode and the database come to be
        pairs = [(started(EMPTY, environment), started(OURS, environment)) for _ in range(chosen.pairs)]
    drivers = [made for _ in range(chosen.sessions) for operations in OPERATIONS for made in all_made(operations)]
    if chosen.json:
        starts = [[asdict(empty), asdict(ours)] for empty, ours in pairs]
        print(json.dumps({"starts": starts, "drivers": [asdict(made) for made in drivers]}))
    else:
        print("\n\n".join([*([table(pairs)] if pairs else []), *([drivers_table(drivers)] if drivers else [])]))


def started(program: str, environment: dict[str, str]) -> Start:
    """Start a server, ask it for its tools, end it."""
    begun = time.perf_counter()
    with server(program, environment) as (process, tools):
        return Start(wall=time.perf_counter() - begun, cpu=cpu_seconds(process.pid), tools=len(tools["tools"]))


@contextmanager
def server(program: str, environment: dict[str, str]) -> Generator[tuple["subprocess.Popen[bytes]", Any]]:
    """A server that has answered with its tools; it ends with its input."""
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    ) as process:
        try:
            yield process, asked(process, *REQUESTS)
        finally:
            if process.stdin:
                process.stdin.close()


def asked(process: "subprocess.Popen[bytes]", *requests: dict[str, Any]) -> Any:
    """The result of the last of these requests."""
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the pipes are missing")
    process.stdin.write("".join(f"{json.dumps(request)}\n" for request in requests).encode())
    process.stdin.flush()
    for line in process.stdout:
        answer = json.loads(line)
        if answer.get("id") == requests[-1]["id"]:
            return answer["result"]
    raise RuntimeError("the server left before it answered")


def all_made(operations: int) -> list[VerifiedDriver]:
    """A driver by the command, and two by calls of one server."""
    with described_api(operations) as url, tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "DRIVERSMITH_HOME": f"{folder}/home"}
        environment["DRIVERSMITH_ALLOW_LOCAL"] = urlsplit(url).netloc
        drivers = [by_command(operations, url, f"{folder}/command", environment)]
        with server(OURS, environment) as (process, _):
            for way in ("first call", "next call"):
                drivers.append(by_call(way, operations, url, f"{folder}/{way}", process))
    return drivers


def by_command(operations: int, url: str, output: str, environment: dict[str, str]) -> VerifiedDriver:
    """`driversmith generate`, from its start to its exit."""
    command = [sys.executable, "-c", COMMAND, "generate", "Harbour", url, "--output", output, "--json"]
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    wall, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return VerifiedDriver("command", operations, wall, cpu, behaviours(json.loads(done.stdout)))


def by_call(way: str, operations: int, url: str, output: str, process: "subprocess.Popen[bytes]") -> VerifiedDriver:
    """From a call of the tool to its result."""
    Path(output).mkdir()
    arguments = {"api_name": "Harbour", "api_url": url, "output_dir": output, "wait_seconds": 45}
    call = {"name": "generate_driver_supervised", "arguments": arguments}
    before, begun = tree_seconds(process.pid), time.perf_counter()
    result = asked(process, {"jsonrpc": "2.0", "id": way, "method": "tools/call", "params": call})
    wall, cpu = time.perf_counter() - begun, tree_seconds(process.pid) - before
    return VerifiedDriver(way, operations, wall, cpu, behaviours(result["structuredContent"]))


def behaviours(result: dict[str, Any]) -> int:
    """How many behaviours a driver kept that came out right in every way."""
    verification = result["verification"]
    if result["status"] != "succeeded" or verification["level"] != "live" or verification["failed"]:
        raise RuntimeError(f"no driver that was verified live: {result}")
    return int(verification["passed"])


@contextmanager
def described_api(operations: int) -> Generator[str]:
    """The URL of the description of an API on loopback, of four operations an object: list, create, get, delete."""
    names = [f"object{number:02}s" for number in range(operations // 4)]
    described = json.dumps(description(names)).encode()
    page = [{"id": number, "name": f"number {number}", "size": 1.5} for number in range(1, RECORDS + 1)]

    class Api(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 64 << 10  # head and body in one packet: two wait 40 ms for each other on a connection that is kept

        def do_GET(self) -> None:
            parts, query = urlsplit(self.path).path.strip("/"), parse_qs(urlsplit(self.path).query)
            body, status = b"{}", 404
            if parts == "openapi.json":
                body, status = described, 200
            elif parts in names:
                size = int(query.get("per_page", ["20"])[0])
                first = (int(query.get("page", ["1"])[0]) - 1) * size
                body, status = json.dumps(page[first : first + size]).encode(), 200
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Api) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}/openapi.json"
        http.shutdown()


def description(names: list[str]) -> dict[str, Any]:
    """OpenAPI of collections with these names."""
    record = {"$ref": "#/components/schemas/Record"}
    fields = {"id": {"type": "integer"}, "name": {"type": "string"}, "size": {"type": "number"}}
    number = {"schema": {"type": "integer"}}
    paging = [{"name": name, "in": "query", **number} for name in ("page", "per_page")]
    identifier = [{"name": "id", "in": "path", "required": True, **number}]

    def holds(schema: dict[str, Any]) -> dict[str, Any]:
        return {"description": "Found.", "content": {"application/json": {"schema": schema}}}

    paths: dict[str, Any] = {}
    for name in names:
        body = {"required": True, "content": {"application/json": {"schema": record}}}
        paths[f"/{name}"] = {
            "get": {"parameters": paging, "responses": {"200": holds({"type": "array", "items": record})}},
            "post": {"requestBody": body, "responses": {"201": holds(record)}},
        }
        paths[f"/{name}/{{id}}"] = {
            "get": {"parameters": identifier, "responses": {"200": holds(record)}},
            "delete": {"parameters": identifier, "responses": {"204": {"description": "Gone."}}},
        }
    schemas = {"Record": {"type": "object", "required": ["id", "name"], "properties": fields}}
    info = {"title": "Harbour", "version": "1"}
    return {"openapi": "3.0.3", "info": info, "paths": paths, "components": {"schemas": schemas}}


def cpu_seconds(pid: int) -> float:
    """CPU seconds of all threads so far; NaN where the platform does not say."""
    threads = Path(f"/proc/{pid}/task")
    if not threads.exists():
        return float("nan")
    return sum(int(path.read_text().split()[0]) for path in threads.glob("*/schedstat")) / 1e9


def tree_seconds(pid: int) -> float:
    """CPU seconds of a process and of the children that it has seen end; NaN where the platform does not say."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return float("nan")
    ticks = stat.read_text().rpartition(")")[2].split()[11:15]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def table(pairs: list[tuple[Start, Start]]) -> str:
    """The table."""
    rows = [f"{'':14}{'empty':>10}{'driversmith':>14}{'ratio':>8}   ({len(pairs)} pairs; limit {LIMIT})"]
    for name in ("cpu", "wall"):
        empty, ours = ([getattr(start, name) for start in side] for side in zip(*pairs, strict=True))
        ratio = statistics.median(o / e for e, o in zip(empty, ours, strict=True))
        rows.append(
            f"{name + ' seconds':14}{statistics.median(empty):10.3f}{statistics.median(ours):14.3f}{ratio:8.2f}"
        )
    rows.append(f"{'tools':14}{pairs[0][0].tools:10}{pairs[0][1].tools:14}")
    return "\n".join(rows)


def drivers_table(drivers: list[VerifiedDriver]) -> str:
    """The table of sessions."""
    count = len(drivers) // (3 * len(OPERATIONS))
    first = f"to a driver ({count} each)"
    heads = [f"{size} operations" for size in OPERATIONS]
    rows = [f"{first:28}" + "".join(f"{head:>16}" for head in heads) + f"   (limit {SESSION_LIMIT} for a call of 12)"]
    for name in ("wall", "cpu"):
        for way in ("command", "first call", "next call"):
            cells = [
                statistics.median(getattr(made, name) for made in drivers if (made.way, made.operations) == (way, size))
                for size in OPERATIONS
            ]
            rows.append(f"{f'{way}, {name} seconds':28}" + "".join(f"{cell:16.2f}" for cell in cells))
    kept = [next(made.behaviours for made in drivers if made.operations == size) for size in OPERATIONS]
    return "\n".join([*rows, f"{'behaviours kept':28}" + "".join(f"{cell:16}" for cell in kept)])


if __name__ == "__main__":
    main()
