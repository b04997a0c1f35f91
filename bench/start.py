"""How long from the start of the process to the answer of `tools/list`, ours against an empty MCPServer?

    python bench/start.py [--pairs N] [--json]

Both are started in turns over stdio, with the same interpreter, an empty home and warm bytecode. Prints one table:
medians of wall time and of CPU time (all threads, where /proc tells), and the median of the ratios pair by pair, which
other load on the machine disturbs least.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

LIMIT = 1.15
EMPTY = "from mcp.server import MCPServer; MCPServer('empty').run()"
OURS = "from driversmith.server.entry import main; import sys; sys.argv[1:] = []; main()"
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


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--pairs", type=int, default=15)
    options.add_argument("--json", action="store_true", help="print the single measurements instead of the table")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "DRIVERSMITH_HOME": home}
        started(EMPTY, environment), started(OURS, environment)  # bytecode and the database come to be
        pairs = [(started(EMPTY, environment), started(OURS, environment)) for _ in range(chosen.pairs)]
    if chosen.json:
        print(json.dumps([[asdict(empty), asdict(ours)] for empty, ours in pairs]))
    else:
        print(table(pairs))


def started(program: str, environment: dict[str, str]) -> Start:
    """Start a server, ask it for its tools, end it."""
    begun = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the pipes are missing")
        process.stdin.write("".join(f"{json.dumps(request)}\n" for request in REQUESTS).encode())
        process.stdin.flush()
        for line in process.stdout:
            answer = json.loads(line)
            if answer.get("id") == 1:
                wall = time.perf_counter() - begun
                found = Start(wall=wall, cpu=cpu_seconds(process.pid), tools=len(answer["result"]["tools"]))
                process.stdin.close()
                return found
    raise RuntimeError("the server left before it answered")


def cpu_seconds(pid: int) -> float:
    """CPU seconds of all threads so far; NaN where the platform does not say."""
    threads = Path(f"/proc/{pid}/task")
    if not threads.exists():
        return float("nan")
    return sum(int(path.read_text().split()[0]) for path in threads.glob("*/schedstat")) / 1e9


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


if __name__ == "__main__":
    main()
