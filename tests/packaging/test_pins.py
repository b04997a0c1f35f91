"""Installs do not drift: one file of exact versions, which everything that we tell people to type reads."""

import re
import tomllib
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
from driversmith.engine.validation.tools.tool_maps import Tool, table_version
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LINES = [line for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if not line.startswith("#")]
PINS = {canonicalize_name(Requirement(line).name): Requirement(line) for line in LINES}
ASKED = [
    *PROJECT["build-system"]["requires"],
    *PROJECT["project"]["dependencies"],
    *PROJECT["project"]["optional-dependencies"]["dev"],
]


def pinned(name: str) -> str:
    return next(iter(PINS[canonicalize_name(name)].specifier)).version


def test_every_line_is_one_exact_version_and_names_no_host() -> None:
    assert LINES
    for line in LINES:
        assert re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*( ; [^#@/\\]+)?", line), line
    assert len(PINS) == len(LINES)


def test_uv_is_told_the_same_versions() -> None:
    told = PROJECT["tool"]["uv"]
    assert told["constraint-dependencies"] == LINES
    assert set(told["build-constraint-dependencies"]) <= set(LINES)
    built = {Requirement(pin).name for pin in told["build-constraint-dependencies"]}
    assert {Requirement(wanted).name for wanted in PROJECT["build-system"]["requires"]} | {"editables"} <= built


@pytest.mark.parametrize("wanted", ASKED)
def test_what_is_asked_for_has_a_floor_and_a_ceiling_and_an_exact_version_between_them(wanted: str) -> None:
    asked = Requirement(wanted)
    operators = {part.operator for part in asked.specifier}
    assert operators in ({">=", "<"}, {"=="}), "say from where to where it works"
    assert asked.specifier.contains(pinned(asked.name))


@pytest.mark.parametrize("tool", ["ruff", "ty"])
def test_the_checkers_whose_output_our_tables_know_are_pinned_to_the_version_of_the_tables(tool: Tool) -> None:
    assert pinned(tool) == table_version(tool)


def test_whatever_is_installed_here_has_an_exact_version_whoever_needs_it() -> None:
    waiting = [Requirement(wanted) for wanted in ASKED]
    seen: set[str] = set()
    while waiting:
        wanted = waiting.pop()
        if f"{wanted.name}{sorted(wanted.extras)}" in seen:
            continue
        seen.add(f"{wanted.name}{sorted(wanted.extras)}")
        found = distribution(wanted.name)
        if found.version != pinned(wanted.name):
            pytest.skip(f"{wanted.name} {found.version} is installed, and the file is of {pinned(wanted.name)}")
        extras = ("", *wanted.extras)
        needs = [Requirement(need) for need in found.requires or ()]
        waiting += [
            n for n in needs if n.marker is None or any(n.marker.evaluate({"extra": extra}) for extra in extras)
        ]
    assert len(seen) > len(ASKED)


@pytest.mark.parametrize("document", ["README.md", ".ci/run", ".ci/pythons"])
def test_what_people_are_told_to_type_installs_the_exact_versions_for_the_build_too(document: str) -> None:
    text = (ROOT / document).read_text("utf-8")
    installs = [line for line in text.splitlines() if "pip --python" in line and " install " in line]
    assert installs
    for line in installs:
        assert "PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt " in line, line
