"""Serving on stdio over a stand-in engine: what reaches the wire, and how it leaves."""

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ...patience import LONG

ROOT = Path(__file__).parents[3]
PROGRAM = """
import os, sys, time
sys.path.insert(0, sys.argv[1])
from contextlib import asynccontextmanager
from pathlib import Path
from driversmith.server import leaving
from driversmith.server.stdio import serve_stdio
from tests.stand_ins.engine import OpenedStandIn, settings_in

@asynccontextmanager
async def noisy(settings):
    async with OpenedStandIn()(settings) as engine:
        print("a stray line")
        os.write(1, b"a stray line on the descriptor\\n")
        os.system("echo a stray line of a child")
        engine.hold = True
        try:
            yield engine
        finally:
            print("engine closed", file=sys.stderr)
            if sys.argv[3] == "stuck":
                time.sleep(3600)

if sys.argv[3] != "stuck":  # a busy machine is not what cuts it off
    leaving.GRACE_SECONDS = 3600.0
sys.exit(serve_stdio(settings_in(Path(sys.argv[2])), engine_factory=noisy))
"""
REQUESTS = (
    {
        "jsonrpc": "2.0",
        "id": 0,
        "method": "initialize",
        "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}},
    },
    {"jsonrpc": "2.0", "method": "notifications/initialized"},
    {"jsonrpc": "2.0", "id": 1, "method": "tools/list"},
)


@contextmanager
def _started(folder: Path, behaviour: str = "well") -> "Generator[subprocess.Popen[bytes]]":
    """A server that has answered its first requests; killed at the end where it still runs."""
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(ROOT), str(folder), behaviour],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            assert process.stdin and process.stdout
            for request in REQUESTS:
                process.stdin.write(f"{json.dumps(request)}\n".encode())
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == 0
            assert json.loads(process.stdout.readline())["id"] == 1
            yield process
        finally:
            process.kill()


def _ended(process: "subprocess.Popen[bytes]") -> tuple[int, str, str]:
    """Exit code, and the rest of its output; what holds the process up for longer than `LONG` is a failure."""
    code = process.wait(LONG)
    assert process.stdout and process.stderr
    return code, process.stdout.read().decode(), process.stderr.read().decode()


def test_stray_output_does_not_reach_the_wire(tmp_path: Path) -> None:
    with _started(tmp_path) as process:
        assert process.stdin
        process.stdin.close()
        code, out, err = _ended(process)
        assert (code, out) == (0, "")
        assert err.count("a stray line") == 3 and "engine closed" in err


@pytest.mark.skipif(sys.platform == "win32", reason="signals cannot be sent to one process on Windows")
@pytest.mark.parametrize(("number", "expected"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_closes_the_engine_first(tmp_path: Path, number: signal.Signals, expected: int) -> None:
    with _started(tmp_path) as process:
        process.send_signal(number)
        code, out, err = _ended(process)
        assert (code, out) == (expected, "")
        assert "engine closed" in err and "Traceback" not in err


@pytest.mark.skipif(sys.platform == "win32", reason="signals cannot be sent to one process on Windows")
def test_an_engine_that_does_not_close_is_not_waited_for(tmp_path: Path) -> None:
    with _started(tmp_path, "stuck") as process:
        process.send_signal(signal.SIGTERM)
        code, _, err = _ended(process)
        assert code == 0
        assert "without waiting any longer" in err


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell closes them")
@pytest.mark.parametrize("closed", ["<&-", ">&-"])
def test_a_closed_stdin_or_stdout_is_said_in_a_sentence(tmp_path: Path, closed: str) -> None:
    environment = {**os.environ, "DRIVERSMITH_HOME": str(tmp_path)}
    command = f"{shlex.quote(sys.executable)} -m driversmith.server {closed}"
    shell = ["sh", "-c", command]
    done = subprocess.run(shell, capture_output=True, text=True, env=environment, timeout=LONG, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "driversmith: MCP needs stdin and stdout, and one of them is closed.\n"


def test_a_large_message_arrives_whole(tmp_path: Path) -> None:
    with _started(tmp_path) as process:
        assert process.stdin and process.stdout
        arguments = {"file_path": "a.py", "content": "x" * 1_500_000}
        call = {
            "jsonrpc": "2.0",
            "id": 2,
            "method": "tools/call",
            "params": {"name": "validate_file", "arguments": arguments},
        }
        process.stdin.write(f"{json.dumps(call)}\n".encode())
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        process.stdin.close()
        assert answer["id"] == 2 and answer["result"]["structuredContent"]["ok"] is False
        assert _ended(process)[0] == 0


def test_a_client_that_dies_leaves_no_traceback(tmp_path: Path) -> None:
    with _started(tmp_path) as process:
        assert process.stdin and process.stdout and process.stderr
        process.stdout.close()
        process.stdin.write(b'{"jsonrpc": "2.0", "id": 5, "method": "tools/list"}\n')
        process.stdin.close()
        assert process.wait(LONG) == 0
        assert "Traceback" not in process.stderr.read().decode()
