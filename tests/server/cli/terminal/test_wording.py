"""What the command line says, it says in its own words."""

import ast
import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from driversmith import engine
from driversmith.server.cli.terminal.wording import for_a_command_line

ENGINE = Path(engine.__file__).parent
OF_TOOLS = re.compile(
    r"\b(get_session|read_records|cancel_session|generate_driver_supervised|validate_file|output_dir|budget_usd|api_url"
    r"|api_name|time_limit_seconds)\b|\b(fresh|live|engine|objects|spec|view)=|`spec`|with fresh\b|as spec\b"
)


def _advice() -> Iterator[str]:
    """Every `next_action` that the engine's code spells out, and every `fix` of the tables of diagnosis."""
    for path in sorted(ENGINE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "next_action":
                yield "".join(_spelled(node.value))
    tables = files("driversmith.engine.diagnosis").joinpath("data")
    for table in ("codes.toml", "kinds.toml", "faults.toml"):
        yield from _fixes(tomllib.loads(tables.joinpath(table).read_text("utf-8")))


def _spelled(node: ast.expr) -> Iterator[str]:
    """The text of a literal; what is filled in is a list of names."""
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.FormattedValue):
        yield '["a", "b"]'
    else:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                yield from _spelled(child)


def _fixes(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (str(value) for key, value in node.items() if key == "fix")
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            yield from _fixes(item)


def test_no_advice_keeps_the_words_of_tools() -> None:
    # submit_file belongs to the engine host, which the command line has not.
    of_tools = {text for text in _advice() if "submit_file" not in text and OF_TOOLS.search(text)}
    assert len(of_tools) > 10
    assert [told for text in of_tools if OF_TOOLS.search(told := for_a_command_line(text))] == []


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ('use engine="template", which needs no model.', "use --engine template, which needs no model."),
        ('for example objects=["pets", "toys"].', "for example --objects pets,toys."),
        ("leave the object out (objects=[...]).", "leave the object out (--objects A,B)."),
        ("Give its path as spec.", "Give its path as --spec."),
        ("Give one of these as auth, or leave it out.", "Give one of these as --auth, or leave it out."),
        ("Make it anew with fresh.", "Make it anew with --fresh."),
        ("nothing was read from it (live=true reads)", "nothing was read from it (--live true reads)"),
        ("Give a larger time_limit_seconds, or fewer objects.", "Fewer objects."),
        ("get_session(view='diagnostics') tells more.", "`driversmith show s1` tells more."),
        ("An inspection of the specification.", "An inspection of the specification."),
    ],
)
def test_arguments_become_options_and_tools_commands(said: str, meant: str) -> None:
    assert for_a_command_line(said, session_id="s1") == meant
