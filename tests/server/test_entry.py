"""Start-up loads what it needs and nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest

from ..patience import LONG

HEAVY = (
    *("typer", "rich.live", "anthropic", "jinja2", "yaml", "ruff", "tomlkit", "opentelemetry.sdk"),
    "driversmith.resources.dashboard",
)
PROGRAM = """
import sys
from driversmith.server.entry import main
from driversmith.server import leaving
leaving.GRACE_SECONDS = 3600.0  # a busy machine is not what cuts it off
try:
    main()
finally:
    print("loaded:", *[name for name in {heavy!r} if name in sys.modules], file=sys.stderr)
    print("rooms:", *sorted(n for n in sys.modules if n.startswith("driversmith.engine.")), file=sys.stderr)
"""


def _started(tmp_path: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    program = PROGRAM.format(heavy=HEAVY)
    environment = {"DRIVERSMITH_HOME": str(tmp_path), "PATH": ""}
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        input="",
        capture_output=True,
        text=True,
        timeout=LONG,
        env=environment,
        check=True,
    )


def test_serving_loads_no_command_line_model_research_or_templates(tmp_path: Path) -> None:
    for arguments in ((), ("serve",)):
        ended = _started(tmp_path, *arguments)
        loaded, rooms = ended.stderr.strip().splitlines()[-2:]
        assert loaded == "loaded:"
        for room in ("research", "generation", "testing", "validation"):
            assert f"driversmith.engine.{room}." not in rooms
        assert "driversmith.engine.views.dashboard" not in rooms
        assert ended.stdout == ""


def test_doctor_loads_the_conformance_suites_only_when_they_are_asked_for(tmp_path: Path) -> None:
    rooms = _started(tmp_path, "doctor", "--json").stderr.strip().splitlines()[-1]
    assert rooms.startswith("rooms: ")
    assert "conformance" not in rooms
    assert "self_check" not in rooms


@pytest.mark.parametrize(("name", "value"), [("ALLOW_LOCAL", "localhost"), ("LOG_LEVEL", "loud")])
def test_settings_that_cannot_be_used_are_named(tmp_path: Path, name: str, value: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", "from driversmith.server.entry import main; main()"],
        input="",
        capture_output=True,
        text=True,
        timeout=LONG,
        env={"DRIVERSMITH_HOME": str(tmp_path), f"DRIVERSMITH_{name}": value, "PATH": ""},
        check=False,
    )
    assert ended.returncode == 2
    assert f"DRIVERSMITH_{name}" in ended.stderr and "Traceback" not in ended.stderr


@pytest.mark.parametrize("arguments", [["serve"], ["sessions"]])
def test_ctrl_c_while_it_loads_leaves_quietly(arguments: list[str]) -> None:
    program = """
import sys
from driversmith.server.entry import main

class PressesCtrlC:
    def find_spec(self, name, *_):
        if name in ("driversmith.server.stdio", "driversmith.server.cli"):
            raise KeyboardInterrupt

sys.meta_path.insert(0, PressesCtrlC())
main()
"""
    ended = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, timeout=LONG, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")
