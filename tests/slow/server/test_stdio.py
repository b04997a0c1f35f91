"""Serving on stdio over a stand-in engine: what reaches the wire, and how it leaves."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PROGRAM = """
import os, sys, time
sys.path.insert(0, sys.argv[1])
from contextlib import asynccontextmanager
from pathlib import Path
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
                time.sleep(60)

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


def _started(folder: Path, behaviour: str = "well") -> "subprocess.Popen[bytes]":
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(ROOT), str(folder), behaviour],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin and process.stdout
    for request in REQUESTS:
        process.stdin.write(f"{json.dumps(request)}\n".encode())
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["id"] == 0
    assert json.loads(process.stdout.readline())["id"] == 1
    return process


def _ended(process: "subprocess.Popen[bytes]") -> tuple[int, float, str, str]:
    begun = time.monotonic()
    code = process.wait(5)
    took = time.monotonic() - begun
    assert process.stdout and process.stderr
    with process:
        return code, took, process.stdout.read().decode(), process.stderr.read().decode()


def test_stray_output_does_not_reach_the_wire(tmp_path: Path) -> None:
    process = _started(tmp_path)
    assert process.stdin
    process.stdin.close()
    code, _, out, err = _ended(process)
    assert (code, out) == (0, "")
    assert err.count("a stray line") == 3 and "engine closed" in err


@pytest.mark.skipif(sys.platform == "win32", reason="signals cannot be sent to one process on Windows")
@pytest.mark.parametrize(("number", "expected"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_closes_the_engine_first(tmp_path: Path, number: signal.Signals, expected: int) -> None:
    process = _started(tmp_path)
    process.send_signal(number)
    code, took, out, err = _ended(process)
    assert (code, out) == (expected, "")
    assert took < 3 and "engine closed" in err and "Traceback" not in err


@pytest.mark.skipif(sys.platform == "win32", reason="signals cannot be sent to one process on Windows")
def test_an_engine_that_does_not_close_is_not_waited_for(tmp_path: Path) -> None:
    process = _started(tmp_path, "stuck")
    process.send_signal(signal.SIGTERM)
    code, took, _, err = _ended(process)
    assert code == 0 and took < 3
    assert "without waiting any longer" in err


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell closes them")
@pytest.mark.parametrize("closed", ["<&-", ">&-"])
def test_a_closed_stdin_or_stdout_is_said_in_a_sentence(tmp_path: Path, closed: str) -> None:
    environment = {**os.environ, "DRIVERSMITH_HOME": str(tmp_path)}
    command = f"{shlex.quote(sys.executable)} -m driversmith.server {closed}"
    shell = ["sh", "-c", command]
    done = subprocess.run(shell, capture_output=True, text=True, env=environment, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "driversmith: MCP needs stdin and stdout, and one of them is closed.\n"


def test_a_large_message_arrives_whole(tmp_path: Path) -> None:
    process = _started(tmp_path)
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
    process = _started(tmp_path)
    assert process.stdin and process.stdout and process.stderr
    process.stdout.close()
    process.stdin.write(b'{"jsonrpc": "2.0", "id": 5, "method": "tools/list"}\n')
    process.stdin.close()
    code = process.wait(5)
    with process:
        assert "Traceback" not in process.stderr.read().decode()
    assert code == 0
