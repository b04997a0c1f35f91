"""What README and docs tell people to type is there; and a test runs it."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer
from driversmith.server.cli.app import _app

from .documented import ROOT, Shown, mentioned, shell_lines

RUN_BY = {
    r"python3 -m venv .* install -q \. && .venv/bin/driversmith demo": "tests/slow/packaging/test_commands.py",
    r"python3 -m venv .* install -q \.": "tests/slow/packaging/test_commands.py",
    r"python3 -m venv .* -e \.\[dev\] && .venv/bin/pytest": ".ci/run",
    r"\.venv/bin/driversmith demo --heal": "tests/slow/server/cli/test_demo_healing.py",
    r"driversmith (generate|read|validate|check|heal|serve-driver) .*": "tests/slow/packaging/test_commands.py",
    r"driversmith catalogue find .*": "tests/server/cli/commands/test_catalogue.py",
    r"driversmith catalogue refresh.*": "tests/server/cli/commands/test_catalogue.py",
    r"python bench/validation.py .*": "bench/validation.py",
    r"\.ci/bundle": "tests/slow/hosts/test_bundle.py",
    r"\.ci/hosts": ".ci/run",
    r"\.ci/pin|\.ci/audit|\.ci/sbom .*": "",
    r"\.venv/bin/python \.ci/record": "tests/slow/packaging/test_recording.py",
    r"uvx --from .* driversmith doctor": "",
    r"claude mcp add .*|code --add-mcp .*|docker (build|run) .*": "",
    r"curl .*/driver\.zip": "tests/server/http/test_downloads.py",
    r"OTEL_EXPORTER_OTLP_ENDPOINT=\S+ driversmith serve .*": "tests/slow/server/test_tracing.py",
}
"""Patterns of whole lines, and what runs them. Empty: a registry, a container or a client of others does, which no test has."""


@pytest.mark.parametrize("shown", shell_lines(), ids=str)
def test_a_command_is_run_by_something_that_is_there(shown: Shown) -> None:
    found = [by for pattern, by in RUN_BY.items() if re.fullmatch(pattern, shown.line)]
    assert found, f"{shown.document} tells people to type what nothing runs: {shown.line}"
    assert (ROOT / found[0]).exists()
    if program := re.match(r"(?:\S+ )?((?:\.ci|bench)/\S+)", shown.line):
        assert (ROOT / program[1]).exists()


def test_no_pattern_is_left_over() -> None:
    lines = [shown.line for shown in shell_lines()]
    assert [pattern for pattern in RUN_BY if not any(re.fullmatch(pattern, line) for line in lines)] == []


@pytest.mark.parametrize("shown", [*shell_lines(), *mentioned()], ids=str)
def test_commands_and_options_of_ours_are_those_of_the_program(shown: Shown) -> None:
    called = re.search(r"(?:^|[\s/])driversmith ((?!mcp|\.|--)[a-z].*)", shown.line)
    if called is None or "docker build" in shown.line:
        return
    command: Any = typer.main.get_command(_app())
    words = shlex.split(called[1].replace("[", " ").replace("]", " "))
    if words[0] == "driversmith":  # the image's name, then the program's
        words = words[1:]
    while words and hasattr(command, "commands"):
        assert words[0] in command.commands, f"{shown.document}: {shown.line}"
        command = command.commands[words.pop(0)]
    known = {option for parameter in command.params for option in [*parameter.opts, *parameter.secondary_opts]}
    assert {word.partition("=")[0] for word in words if word.startswith("-")} <= known, (
        f"{shown.document}: {shown.line}"
    )


def test_the_picture_in_the_readme_is_small_whole_and_tells_nothing_of_where_it_was_made() -> None:
    (picture,) = re.findall(r"\]\((docs/\S+\.svg)\)", (ROOT / "README.md").read_text("utf-8"))
    assert_picture(ROOT / picture)


def assert_picture(path: Path) -> None:
    """It stands alone, and shows what is said of it."""
    text = path.read_text("utf-8")
    assert len(text.encode()) < 150_000
    assert re.findall(r"https?://[^\"' <]+", text) == ["http://www.w3.org/2000/svg"]
    assert "@import" not in text and "<script" not in text and "url(#w)" in text
    assert str(Path.home()) not in text and "/tmp/" not in text  # noqa: S108  looked for
    plain = re.sub(r"<[^>]+>", "", text)
    for said in (
        "driversmith demo --heal",
        "pagination_stops_early",
        "Attempt 2 succeeded.",
        "129 records of 4 objects",
    ):
        assert said in plain
