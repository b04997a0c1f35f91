"""The command line as a whole: help, exit codes, errors in sentences."""

import json
import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from driversmith.engine.errors import JournalError
from driversmith.server.cli import app
from driversmith.server.cli.commands import sessions

from ...patience import LONG
from .conftest import Command

COMMANDS = {"generate", "validate", "read", "sessions", "show", "resume", "cancel", "prune"} | {
    "credentials",
    "demo",
    "doctor",
    "serve",
}


def test_help_lists_every_command(command: Command) -> None:
    for flag in ("--help", "-h"):
        ran = command(flag)
        assert ran.code == 0
        assert set(re.findall(r"^│ ([a-z]+) ", ran.out, flags=re.MULTILINE)) >= COMMANDS


def test_the_version_is_the_packages(command: Command) -> None:
    assert command("--version").out == f"driversmith {version('driversmith')}\n"


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["generate"], ["generate", "Pets"], ["read", "x"], ["sessions", "--status", "odd"], ["show", "s1"]],
)
def test_wrong_usage_is_exit_code_2_and_leaves_stdout_alone(command: Command, arguments: list[str]) -> None:
    ran = command(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err


def test_a_setting_that_cannot_be_used_is_named(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRIVERSMITH_ALLOW_LOCAL", "localhost")
    ran = command("sessions")
    assert (ran.code, ran.out) == (2, "")
    assert "DRIVERSMITH_ALLOW_LOCAL" in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.skipif(sys.platform == "win32", reason="arguments are Unicode there")
def test_an_argument_that_is_no_text_is_wrong_usage(command: Command) -> None:
    ran = command("show", "s\udcff")
    assert ran.code == 2 and "Internal" not in ran.err


def test_what_an_encoding_lacks_is_escaped() -> None:
    script = """
from driversmith.server.cli.terminal import console
console.speak_any_encoding()
console.print_json(["\u65e5\U0001f600"])
console.complain("\u65e5")
"""
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, env=environment, check=True)
    assert json.loads(done.stdout) == ["\u65e5\U0001f600"]
    assert done.stderr.decode() == "driversmith: \\u65e5" + os.linesep


def test_a_fault_of_ours_is_one_line_and_a_traceback_only_with_debug(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(function: object) -> None:
        raise ExceptionGroup("group", [ExceptionGroup("group", [RuntimeError("lost a screw")])])

    monkeypatch.setattr(sessions, "run_async", break_down)
    ran = command("sessions")
    assert (ran.code, ran.out) == (1, "")
    assert (
        ran.err
        == "driversmith: Internal error: RuntimeError: lost a screw Run it again with --debug for the details.\n"
    )
    with pytest.raises(ExceptionGroup):
        command("sessions", "--debug")


def test_an_expected_error_says_what_to_do(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(function: object) -> None:
        raise JournalError("The database is read-only.", next_action="Make it writable.")

    monkeypatch.setattr(sessions, "run_async", break_down)
    ran = command("sessions")
    assert (ran.code, ran.err) == (1, "driversmith: The database is read-only. Make it writable.\n")


def test_ctrl_c_anywhere_is_exit_code_130(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(function: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sessions, "run_async", interrupt)
    assert command("sessions").code == 130


def test_a_database_of_a_newer_version_is_told_in_a_sentence(command: Command, here: Path) -> None:
    import sqlite3

    home = here.parent / "home"
    home.mkdir()
    with sqlite3.connect(home / "driversmith.db") as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    ran = command("sessions")
    assert (ran.code, ran.out) == (1, "")
    assert "newer version" in ran.err


def test_light_modules_stay_light() -> None:
    """Help must not pay for MCP, the engine's rooms or a model SDK."""
    script = (
        "import sys; from driversmith.server.cli.app import run; run(['--version']);"
        "print([m for m in ('mcp', 'anthropic', 'jinja2', 'yaml', 'httpx2', 'uvicorn', 'aiosqlite') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=LONG)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_module_runs_like_the_command() -> None:
    command = [sys.executable, "-m", "driversmith.server", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=LONG)
    assert done.stdout == f"driversmith {version('driversmith')}\n"


def test_run_without_arguments_takes_those_of_the_process(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["driversmith", "--version"])
    assert app.run() == 0
    assert capsys.readouterr().out.startswith("driversmith ")
