"""A driver's command line as a process of its own: pipes that close, Ctrl-C, terminals that know ASCII only."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from driversmith.engine.generation.template_engine import write_driver

from ....engine.generation import profiles
from ....patience import LONG


class Endless(BaseHTTPRequestHandler):
    """Pages without end; the answer to /v1/inventory waits until it is allowed."""

    asked = threading.Event()
    allowed = threading.Event()

    def do_GET(self) -> None:
        if self.path == "/v1/inventory":
            self.asked.set()
            self.allowed.wait(LONG)
        page = int(parse_qs(urlsplit(self.path).query).get("page", ["1"])[0])
        records = [{"id": page * 1000 + n, "name": "Zoë"} for n in range(100)]
        content = json.dumps({"data": records}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endless)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/v1"
    yield {**os.environ, "PETSTORE_BASE_URL": url, "PYTHONIOENCODING": "ascii", "PYTHONUNBUFFERED": "1"}
    Endless.allowed.set()
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("driver")
    for file in write_driver(profiles.petstore()).files:
        (root / file.path).parent.mkdir(parents=True, exist_ok=True)
        (root / file.path).write_text(file.text, "utf-8")
    return root


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "petstore_driver", *words]


def test_a_reader_that_has_seen_enough_ends_it_quietly(folder: Path, environment: dict[str, str]) -> None:
    words = command("read", "pets", "--limit", "0")
    with subprocess.Popen(
        words, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout and running.stderr
        first = running.stdout.readline()
        running.stdout.close()
        said = running.stderr.read()
        assert running.wait(LONG) == 1
    assert json.loads(first) == {"id": 1000, "name": "Zoë"}
    assert said == b""


def test_ctrl_c_ends_it_with_130(folder: Path, environment: dict[str, str]) -> None:
    words = command("read", "inventory")
    with subprocess.Popen(
        words, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert Endless.asked.wait(LONG)
        running.send_signal(signal.SIGINT)
        out, said = running.communicate(timeout=LONG)
    assert (running.returncode, out, said) == (130, b"", b"")


def test_letters_outside_of_ascii_are_written_whatever_the_terminal(folder: Path, environment: dict[str, str]) -> None:
    words = command("read", "pets", "--limit", "1", "--csv")
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, timeout=LONG, check=True)
    assert done.stdout.decode("utf-8") == "id,name\n1000,Zoë\n"
