"""ruff and the child of heavy files: what they say, and what is said where they fail."""

import json
import logging
import shutil
import subprocess
import sys
from collections.abc import Sequence

import pytest
from driversmith.engine.models.findings import Finding, Severity, ValidationReport
from driversmith.engine.validation.execution import run_inspection
from driversmith.engine.validation.selection import findings_to_repair
from driversmith.engine.validation.tools import ruff as ruff_tool
from driversmith.engine.validation.tools import tool_maps
from driversmith.engine.validation.tools import ty as ty_tool
from driversmith.engine.validation.tools.both import merge, run_tools
from driversmith.engine.validation.tools.ruff import find_ruff, is_selected, run_ruff, severities
from driversmith.engine.validation.tools.tool_maps import Tool, note_on, table_version, unmapped_rules
from driversmith.engine.validation.tools.ty import find_ty, run_ty
from driversmith.engine.validation.tools.ty import severities as ty_severities

from ...patience import LONG
from ...pinned import only_with_pinned

TOOLS: tuple[Tool, ...] = ("ruff", "ty")
HEAVY = {"data.py": "X = [" + "1, " * 50_000 + "]\n"}


@only_with_pinned("ruff")
async def test_ruff_finds_with_place_and_severity() -> None:
    found = await run_ruff({"a/client.py": "import os\nprint(nothing)\n"})
    assert [(f.code, f.severity, f.file, f.line, f.column) for f in found] == [
        ("F401", "P3", "a/client.py", 1, 8),
        ("F821", "P1", "a/client.py", 2, 7),
    ]


@only_with_pinned("ruff")
async def test_several_files_go_in_one_run() -> None:
    found = await run_ruff({"a.py": "x()\n", "b/a.py": "y()\n", "__init__.py": ""})
    assert {(f.file, f.message) for f in found} == {("a.py", "Undefined name `x`."), ("b/a.py", "Undefined name `y`.")}


async def test_nothing_to_check_starts_nothing() -> None:
    assert await run_ruff({}, command=["/no/such/program"]) == []


@only_with_pinned("ty")
async def test_ty_finds_with_place_and_severity_what_rules_of_names_do_not_see() -> None:
    text = "import time\n\n\ndef half(limit: int | None) -> float:\n    time.wait(1)\n    return limit / 2\n"
    found = await run_ty({"a/client.py": text})
    assert [(f.code, f.severity, f.file, f.line, f.column) for f in found] == [
        ("missing-attribute", "P1", "a/client.py", 5, 5),
        ("unsupported-operator", "P2", "a/client.py", 6, 12),
    ]
    assert "`time` has no member `wait`" in found[0].message


@only_with_pinned("ty")
async def test_ty_follows_imports_between_files_and_leaves_annotations_alone() -> None:
    texts = {
        "p/__init__.py": "",
        "p/a.py": "def f(x: float, y: int = 1) -> list[dict[str, object]]:\n    return [{'x': x, 'y': y}]\n",
        "p/b.py": "from .a import f\n\nf(z=1.0)\nf(**{'x': 'text'})\n",
    }
    assert {(f.code, f.file, f.line) for f in await run_ty(texts)} == {
        ("missing-argument", "p/b.py", 3),
        ("unknown-argument", "p/b.py", 3),
    }


async def test_an_import_that_may_fail_is_no_fault_of_types() -> None:
    text = "try:\n    import nothing_of_this_name\nexcept ImportError:\n    nothing_of_this_name = None\n"
    assert await run_ty({"a.py": text}) == []


async def test_what_a_driver_says_of_its_own_checks_has_no_effect() -> None:
    text = "import time\n\ntime.wait(1)\n"
    config = '[tool.ty.rules]\nall = "ignore"\n'
    assert len(await run_ty({"a.py": text, "pyproject.toml": config})) == 1


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (["/no/such/program"], "No such file"),
        ([sys.executable, "-c", "raise SystemExit(101)"], "exit code 101"),
        ([sys.executable, "-c", "print('not json')"], "not JSON"),
        ([sys.executable, "-c", "import time; time.sleep(3600)"], "longer than"),
    ],
)
async def test_ty_that_fails_is_a_finding_that_says_so(command: Sequence[str], reason: str) -> None:
    found = await run_ty({"a.py": "x = 1\n"}, command=command, seconds=_seconds(reason))
    assert [(f.code, f.severity) for f in found] == [("tool-unavailable", "P3")]
    assert reason in found[0].message


def _seconds(reason: str) -> float:
    """Time enough for a tool to fail in its own way, and little where that way is to take too long."""
    return 1.0 if reason == "longer than" else LONG


async def test_a_rule_of_ty_that_the_table_does_not_name_fails_no_driver() -> None:
    place = {"path": "a.py", "positions": {"begin": {"line": 1, "column": 1}}}
    item = {"check_name": "all-new", "description": "all-new: Something.", "location": place}
    found = await run_ty({"a.py": "x = 1\n"}, command=[sys.executable, "-c", f"print({json.dumps([item])!r})"])
    assert [(f.code, f.severity, f.message) for f in found] == [("all-new", "P3", "Something.")]
    assert ValidationReport.of(found).ok
    assert findings_to_repair(found) == []


async def test_syntax_that_ty_does_not_take_is_no_rule_and_cannot_run() -> None:
    found = await run_ty({"a.py": "def half(:\n"})
    assert {(f.code, f.severity) for f in found} == {("invalid-syntax", "P0")}


@only_with_pinned("ty")
def test_the_table_names_every_rule_of_ty() -> None:
    rules = subprocess.run([*find_ty(), "explain", "rule", "--output-format", "json"], capture_output=True, check=True)
    assert {rule["name"] for rule in json.loads(rules.stdout)} | {"invalid-syntax"} == set(ty_severities())


@pytest.mark.parametrize("tool", [pytest.param(tool, marks=only_with_pinned(tool)) for tool in TOOLS])
async def test_a_tool_of_the_version_that_the_table_knows_is_not_worth_a_note(tool: Tool) -> None:
    assert await unmapped_rules(tool) == []
    assert await note_on(tool) == ""


@pytest.mark.parametrize(("tool", "rule"), [("ty", "missing-attribute"), ("ruff", "F821")])
async def test_a_tool_of_another_version_is_worth_a_note_that_names_the_rules_no_table_has(
    tool: Tool, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = ty_tool if tool == "ty" else ruff_tool
    known = dict(module.severities())
    monkeypatch.setattr(tool_maps, "installed", lambda _tool: "99.0")
    assert table_version(tool) in await note_on(tool)
    del known[rule]
    monkeypatch.setattr(module, "severities", lambda: known)
    assert rule in await unmapped_rules(tool)
    assert rule in await note_on(tool)


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (["/no/such/program"], "No such file"),
        ([sys.executable, "-c", "raise SystemExit(2)"], "exit code 2"),
        ([sys.executable, "-c", "print('not json')"], "Expecting value"),
        ([sys.executable, "-c", "print({})"], "not a list"),
    ],
)
async def test_a_tool_that_does_not_list_its_rules_is_worth_a_note_that_says_so(
    command: list[str], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tool_maps, "installed", lambda _tool: "99.0")
    monkeypatch.setattr(ty_tool, "find_ty", lambda: command)
    assert reason in await note_on("ty")


async def test_a_check_with_a_tool_of_another_version_says_nothing_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(ty_tool, "severities", dict)
    monkeypatch.setattr(ruff_tool, "severities", dict)
    monkeypatch.setattr(tool_maps, "installed", lambda _tool: "99.0")
    texts = {"p/client.py": "import time\n\ntime.wait(missing)\n"}
    with caplog.at_level(logging.DEBUG, logger="driversmith"):
        found = await run_tools(texts, texts, [])
    assert {f.severity for f in found} == {"P3"}
    assert caplog.text == ""


async def test_what_two_tools_see_is_told_once() -> None:
    texts = {"p/client.py": "print(missing)\n"}
    assert [(f.code, f.line) for f in await run_tools(texts, texts, [])] == [("F821", 1)]


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (["/no/such/program"], "No such file"),
        ([sys.executable, "-c", "import sys; sys.stdin.read(); sys.exit(2)"], "exit code 2"),
        ([sys.executable, "-c", "import sys; sys.stdin.read(); print('not json')"], "not JSON"),
        ([sys.executable, "-c", "import sys; sys.stdin.read(); print({})"], "not a list"),
        ([sys.executable, "-c", "import time; time.sleep(3600)"], "longer than"),
    ],
)
async def test_a_tool_that_fails_is_a_finding_that_says_so(command: Sequence[str], reason: str) -> None:
    found = await run_ruff({"a.py": "x = 1\n"}, command=command, seconds=_seconds(reason))
    assert [(f.code, f.severity) for f in found] == [("tool-unavailable", "P3")]
    assert reason in found[0].message


async def test_a_code_of_ruff_that_the_table_does_not_name_fails_no_driver() -> None:
    item = {"code": "F999", "message": "New.", "filename": "a.py", "location": {"row": 3, "column": 1}}
    found = await run_ruff({"a.py": ""}, command=[sys.executable, "-c", f"print({json.dumps([item])!r})"])
    assert [(f.code, f.severity, f.line) for f in found] == [("F999", "P3", 3)]
    assert ValidationReport.of(found).ok


async def test_an_import_twice_is_style_a_function_twice_is_a_fault() -> None:
    found = await run_ruff({"a.py": "import os\nimport os\n\nos.sep\n\n\ndef f(): ...\n\n\ndef f(): ...\n"})
    assert [(f.line, f.severity) for f in found if f.code == "F811"] == [(2, "P3"), (10, "P2")]


@only_with_pinned("ruff")
def test_the_table_names_every_code_of_ruff() -> None:
    rules = subprocess.run([*find_ruff(), "rule", "--all", "--output-format", "json"], capture_output=True, check=True)
    codes = {r["code"] for r in json.loads(rules.stdout) if r["code"]}
    assert set(filter(is_selected, codes)) <= set(severities())
    assert set(filter(is_selected, severities())) == set(severities()) - {"invalid-syntax"}
    assert not {c for c in codes if c.startswith(("FAST", "S101", "B008"))} & set(filter(is_selected, codes))


async def test_noqa_silences_style_and_no_fault() -> None:
    text = "import os  # noqa: F401\nimport sys\n\nprint(missing)  # noqa\n"
    assert [(f.code, f.line) for f in await run_ruff({"a.py": text})] == [("F401", 2), ("F821", 4)]
    assert [f.code for f in await run_ruff({"a.py": f"# ruff: noqa\n{text}"})] == ["F401", "F821"]


async def test_tests_and_examples_of_a_driver_may_start_processes() -> None:
    texts = dict.fromkeys(
        ("p/client.py", "tests/test_client.py", "examples/run.py"), "import os\n\nos.system(os.sep)\n"
    )
    found = await run_tools(texts, {}, [])
    assert {(f.file, f.code, f.severity) for f in found} == {
        ("p/client.py", "S605", "P2"),
        ("tests/test_client.py", "S605", "P3"),
        ("examples/run.py", "S605", "P3"),
    }


def test_a_swallowed_error_is_told_once() -> None:
    ours = Finding(code="swallowed-error", severity="P2", file="client.py", line=3, message="It hides the failure.")
    ruff = Finding(code="BLE001", severity="P3", file="client.py", line=3, message="Blind.")
    assert merge([ours], [ruff]) == [ours]
    assert merge([], [ruff]) == [ruff]


async def test_a_heavy_file_is_judged_in_a_child() -> None:
    assert await run_inspection(HEAVY, whole=False) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of processor time")
async def test_a_child_is_bounded_by_what_it_does_and_not_by_how_busy_the_machine_is() -> None:
    endless = [
        sys.executable,
        "-c",
        "import json, sys; from driversmith.engine.validation.limits import limit_processor\n"
        "limit_processor(json.load(sys.stdin)['seconds'])\nwhile True: pass",
    ]
    (found,) = await run_inspection(HEAVY, whole=False, command=endless, seconds=1.0)
    assert "longer than 1 seconds" in found.message


@pytest.mark.parametrize(
    ("command", "seconds", "reason"),
    [
        ([sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"], LONG, "ended"),
        ([sys.executable, "-c", "print('nonsense')"], LONG, ""),
        ([sys.executable, "-c", "import time; time.sleep(60)"], 0.2, "longer than 0.2 seconds"),
        (["/no/such/program"], LONG, "No such file"),
    ],
)
@pytest.mark.skipif(shutil.which("sleep") is None, reason="signals need POSIX")
async def test_a_child_that_dies_is_a_finding_that_says_so(command: Sequence[str], seconds: float, reason: str) -> None:
    found = await run_inspection(HEAVY, whole=False, focus="data.py", command=command, seconds=seconds)
    assert [(f.code, f.severity, f.file) for f in found] == [("too-complex", "P0", "data.py")]
    assert reason in found[0].message


@pytest.mark.parametrize(("own", "tool", "told"), [("P2", "P1", 2), ("P1", "P2", 1), ("P1", "P1", 1), ("P3", "P2", 2)])
def test_what_a_type_checker_says_at_a_place_that_is_told_already_is_told_where_it_weighs_more(
    own: Severity, tool: Severity, told: int
) -> None:
    ours = Finding(code="no-timeout", severity=own, file="client.py", line=3, message="No time-out.")
    theirs = Finding(code="unknown-argument", severity=tool, file="client.py", line=3, message="Unknown.")
    assert len(merge([ours], [theirs])) == told
