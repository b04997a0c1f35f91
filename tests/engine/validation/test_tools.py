"""ruff and the child of heavy files: what they say, and what is said where they fail."""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence

import pytest
from driversmith.engine.validation.execution import run_inspection
from driversmith.engine.validation.ruff_tool import find_ruff, run_ruff, severities

HEAVY = {"data.py": "X = [" + "1, " * 50_000 + "]\n"}


async def test_ruff_finds_with_place_and_severity() -> None:
    found = await run_ruff({"a/client.py": "import os\nprint(nothing)\n"})
    assert [(f.code, f.severity, f.file, f.line, f.column) for f in found] == [
        ("F401", "P3", "a/client.py", 1, 8),
        ("F821", "P1", "a/client.py", 2, 7),
    ]


async def test_several_files_go_in_one_run() -> None:
    found = await run_ruff({"a.py": "x\n", "b/a.py": "y\n", "__init__.py": ""})
    assert {(f.file, f.message) for f in found} == {("a.py", "Undefined name `x`."), ("b/a.py", "Undefined name `y`.")}


async def test_nothing_to_check_starts_nothing() -> None:
    assert await run_ruff({}, command=["/no/such/program"]) == []


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (["/no/such/program"], "No such file"),
        ([sys.executable, "-c", "raise SystemExit(2)"], "exit code 2"),
        ([sys.executable, "-c", "print('not json')"], "not JSON"),
        ([sys.executable, "-c", "print({})"], "not a list"),
        ([sys.executable, "-c", "import time; time.sleep(60)"], "longer than"),
    ],
)
async def test_a_tool_that_fails_is_a_finding_that_says_so(command: Sequence[str], reason: str) -> None:
    found = await run_ruff({"a.py": "x = 1\n"}, command=command, seconds=1.0)
    assert [(f.code, f.severity) for f in found] == [("tool-unavailable", "P3")]
    assert reason in found[0].message


async def test_an_unknown_code_is_p2() -> None:
    item = {"code": "F999", "message": "New.", "filename": "a.py", "location": {"row": 3, "column": 1}}
    found = await run_ruff({"a.py": ""}, command=[sys.executable, "-c", f"print({json.dumps([item])!r})"])
    assert [(f.code, f.severity, f.line) for f in found] == [("F999", "P2", 3)]


async def test_an_import_twice_is_style_a_function_twice_is_a_fault() -> None:
    found = await run_ruff({"a.py": "import os\nimport os\n\nos.sep\n\n\ndef f(): ...\n\n\ndef f(): ...\n"})
    assert [(f.line, f.severity) for f in found if f.code == "F811"] == [(2, "P3"), (10, "P2")]


def test_the_map_knows_every_code_of_the_installed_ruff() -> None:
    rules = subprocess.run([*find_ruff(), "rule", "--all", "--output-format", "json"], capture_output=True, check=True)
    codes = {r["code"] for r in json.loads(rules.stdout) if r["code"]}
    wanted = {c for c in codes if c.startswith("E9") or (c[0] == "F" and c[1].isdigit())}
    assert wanted <= set(severities())


async def test_a_heavy_file_is_judged_in_a_child() -> None:
    assert await run_inspection(HEAVY, whole=False) == []


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ([sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"], "ended"),
        ([sys.executable, "-c", "print('nonsense')"], ""),
        ([sys.executable, "-c", "import time; time.sleep(60)"], "longer than"),
        (["/no/such/program"], "No such file"),
    ],
)
@pytest.mark.skipif(shutil.which("sleep") is None, reason="signals need POSIX")
async def test_a_child_that_dies_is_a_finding_that_says_so(command: Sequence[str], reason: str) -> None:
    found = await run_inspection(HEAVY, whole=False, focus="data.py", command=command, seconds=1.0)
    assert [(f.code, f.severity, f.file) for f in found] == [("too-complex", "P0", "data.py")]
    assert reason in found[0].message
