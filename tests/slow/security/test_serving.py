"""`driversmith serve --http` as a process of its own: what it asks of those who come, and what it tells of it."""

import json
import os
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from ...end_to_end.processes import COMMAND
from ...patience import LONG

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes of files, and signals, are those of POSIX")


def _environment(folder: Path, **more: str) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("DRIVERSMITH_")}
    return {**ours, "DRIVERSMITH_HOME": str(folder / "home"), "DRIVERSMITH_OUTPUT_DIR": str(folder / "out"), **more}


@contextmanager
def _serving(folder: Path, *options: str, lines: int = 1, **more: str) -> "Generator[tuple[Any, list[str]]]":
    process = subprocess.Popen(
        [COMMAND, "serve", "--http", "127.0.0.1:0", *options],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=_environment(folder, **more),
    )
    with process:
        try:
            assert process.stderr
            said = iter(process.stderr.readline, "")
            first = next(line for line in said if line.startswith("driversmith "))  # behind what is logged before
            yield process, [first, *(next(said) for _ in range(lines - 1))]
        finally:
            process.kill()


def _url(said: str) -> str:
    return said.rpartition(" ")[2].strip()


def _ended(process: Any) -> str:
    process.terminate()
    return process.communicate(timeout=LONG)[1]


def test_a_token_is_made_at_the_first_start_kept_privately_and_shown_with_a_configuration(tmp_path: Path) -> None:
    tokens: list[str] = []
    for _ in range(2):
        with _serving(tmp_path, lines=3, DRIVERSMITH_LOG_LEVEL="DEBUG") as (process, said):
            entry = json.loads(said[2])["mcpServers"]["driversmith"]
            assert entry["url"] == _url(said[0]) and str(tmp_path / "home" / "http-token") in said[1]
            assert httpx2.post(entry["url"], json={}).status_code == 401
            assert httpx2.get(entry["url"].replace("/mcp", "/metrics")).status_code == 401
            let_in = httpx2.post(entry["url"], json={}, headers=entry["headers"])
            assert let_in.status_code not in (401, 403)
            tokens.append(entry["headers"]["Authorization"].removeprefix("Bearer "))
            assert tokens[-1] not in _ended(process), "it was shown once, and stands in no line of the log"
    kept = tmp_path / "home" / "http-token"
    assert tokens[0] == tokens[1] == kept.read_text().strip() and len(tokens[0]) > 40
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_without_a_token_it_says_so(tmp_path: Path) -> None:
    with _serving(tmp_path, "--no-token", lines=2) as (_, said):
        assert "--no-token" in said[1] and "every account" in said[1]
        assert httpx2.post(_url(said[0]), json={}).status_code not in (401, 403)
    assert not (tmp_path / "home" / "http-token").exists()


@pytest.mark.parametrize(
    ("options", "more"),
    [
        (("0.0.0.0:0",), {}),
        (("0.0.0.0:0", "--no-token"), {}),
        (("127.0.0.1:0", "--no-token"), {"DRIVERSMITH_HTTP_TOKENS": "alice=the-token-of-alice-0001"}),
        (("127.0.0.1:0",), {"DRIVERSMITH_HTTP_TOKENS": "alice=short"}),
        (("127.0.0.1:0",), {"DRIVERSMITH_HTTP_TOKENS": "alice=the-token-of-alice-0001,bob=the-token-of-alice-0001"}),
        (("127.0.0.1:0",), {"DRIVERSMITH_HTTP_HOSTS": "user@example.com"}),
        (("127.0.0.1:0",), {"DRIVERSMITH_OAUTH_ISSUER": "https://issuer.example"}),
        (("127.0.0.1:0",), {"DRIVERSMITH_OAUTH_ISSUER": "http://issuer.example"}),
    ],
)
def test_what_would_let_others_in_or_cannot_be_used_is_refused(
    tmp_path: Path, options: tuple[str, ...], more: dict[str, str]
) -> None:
    ended = subprocess.run(
        [COMMAND, "serve", "--http", *options],
        capture_output=True,
        text=True,
        timeout=LONG,
        env=_environment(tmp_path, **more),
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stderr.startswith("driversmith: ") and "Traceback" not in ended.stderr
    assert "the-token-of-alice" not in ended.stderr and "short" not in ended.stderr


def test_named_tokens_are_made_by_a_command_and_only_their_digests_are_kept(tmp_path: Path) -> None:
    made = subprocess.run(
        [COMMAND, "tokens", "add", "alice"],
        capture_output=True,
        text=True,
        timeout=LONG,
        env=_environment(tmp_path),
        check=True,
    )
    headers = json.loads(made.stdout)["mcpServers"]["driversmith"]["headers"]
    kept = tmp_path / "home" / "tokens.toml"
    assert headers["Authorization"].removeprefix("Bearer ") not in kept.read_text()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    with _serving(tmp_path) as (process, said):
        assert httpx2.post(_url(said[0]), json={}, headers=headers).status_code not in (401, 403)
        assert httpx2.post(_url(said[0]), json={}).status_code == 401
        assert headers["Authorization"].removeprefix("Bearer ") not in _ended(process)
    kept.chmod(0o644)
    ended = subprocess.run(
        [COMMAND, "serve", "--http", "127.0.0.1:0"],
        capture_output=True,
        text=True,
        timeout=LONG,
        env=_environment(tmp_path),
        check=False,
    )
    assert ended.returncode == 2 and "chmod 600" in ended.stderr


def test_a_head_that_comes_byte_by_byte_is_not_waited_for(tmp_path: Path) -> None:
    with _serving(tmp_path, lines=3) as (_, said):
        host, _, port = _url(said[0]).removeprefix("http://").removesuffix("/mcp").partition(":")
        began = time.monotonic()
        with socket.create_connection((host, int(port)), timeout=LONG) as drip:
            drip.sendall(b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
            drip.settimeout(0.5)
            answer: bytes | None = None
            while not answer and time.monotonic() - began < 30:
                try:
                    drip.sendall(b"x")
                    answer = drip.recv(1000)
                except TimeoutError:
                    continue
                except OSError:
                    break
                if answer == b"":
                    break
        took = time.monotonic() - began
    assert took < 20
