"""The conformance suites of MCP against our own server: every scenario that they score."""

import re
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager

import pytest

from ....others import ROOT, node, package
from ....patience import LONG

SUITES = {
    "2026-07-28": ("@modelcontextprotocol/conformance", ("--requirements", "2026-07-28"), 37),
    "2025-11-25": ("@modelcontextprotocol/conformance", ("--requirements", "2025-11-25"), 30),
    "0.1.16": ("earlier-conformance", (), 30),
}
"""Package, arguments, and how many scenarios it scores."""
_LINE = re.compile(r"^([✓✗]) ([a-z0-9-]+): \d+ passed, \d+ failed", re.MULTILINE)
_UNSCORED = re.compile(r"^ +[✓✗] ([a-z0-9-]+) \(", re.MULTILINE)


@contextmanager
def _suite_server() -> Generator[str]:
    command = [sys.executable, "-m", "tests.slow.conformance.mcp_suites.server"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.kill()


@pytest.mark.parametrize("suite", SUITES)
def test_passes_every_scenario_that_is_scored(suite: str) -> None:
    name, arguments, count = SUITES[suite]
    program = package(name) / "dist/index.js"
    with _suite_server() as url:
        command = [node(), str(program), "server", "--url", url, *arguments]
        told = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=LONG, check=False)
    unscored = set(_UNSCORED.findall(told.stdout))
    scored = {name: mark for mark, name in _LINE.findall(told.stdout) if name not in unscored}
    assert [name for name, mark in scored.items() if mark != "✓"] == []
    assert len(scored) == count, sorted(scored)
