"""Values become Python source that means the same and is laid out as ruff format would."""

import ast
from typing import Any

import pytest
from driversmith.engine.generation.source import (
    Construct,
    Raw,
    assignment,
    docstring_source,
    import_names,
    literal,
    prose,
    shorten,
    string,
)

from .profiles import NASTY

LONG = "x" * 50


@pytest.mark.parametrize("text", [*NASTY, "\ud800", "'", '"', "'\"", '""\'', "\n"])
def test_a_string_reads_back_as_itself(text: str) -> None:
    source = string(text)
    assert ast.literal_eval(source) == text
    assert source.isprintable()


@pytest.mark.parametrize(("text", "source"), [("it's", '"it\'s"'), ('say "a"', "'say \"a\"'"), ("'\"", '"\'\\""')])
def test_quotes_are_chosen_as_ruff_format_does(text: str, source: str) -> None:
    assert string(text) == source


@pytest.mark.parametrize(
    "value", [None, True, 1.5, (), [], {}, ("a",), ("a", ["b"]), {"k": {"n": (1, 2)}}, (LONG, [LONG, {LONG: LONG}])]
)
def test_a_literal_reads_back_as_itself(value: Any) -> None:
    assert ast.literal_eval(literal(value)) == value


def test_what_is_too_long_takes_a_line_each() -> None:
    assert assignment("NAMES", (LONG, LONG)) == f'NAMES = (\n    "{LONG}",\n    "{LONG}",\n)'


def test_calls_take_keywords_that_are_no_identifiers() -> None:
    call = Construct("read", ("pets", Raw("limit")), {"name": 1, "from": 2, "X-Id": 3})
    assert literal(call) == 'read("pets", limit, name=1, **{"from": 2, "X-Id": 3})'


@pytest.mark.parametrize("text", NASTY)
def test_prose_is_safe_in_a_docstring(text: str) -> None:
    source = f'"""Before {prose(text)}"""'
    assert isinstance(ast.literal_eval(source), str)
    assert source.isprintable()


@pytest.mark.parametrize("text", NASTY)
def test_source_is_safe_in_a_docstring(text: str) -> None:
    shown = ast.literal_eval(f'"""\n{docstring_source(string(text))}\n"""').strip()
    assert ast.literal_eval(shown) == text


def test_a_text_is_cut_at_its_first_sentence_or_between_words() -> None:
    assert shorten("One thing. Another thing.", 100) == "One thing."
    assert shorten("several words in a row", 15) == "several ..."
    assert shorten("  short\n text ", 100) == "short text"


def test_imports_are_sorted_as_isort_does() -> None:
    assert import_names(".a", ["build", "Call", "SAFE"]) == "from .a import SAFE, Call, build"
    assert import_names(".a", [LONG, LONG.upper()]).splitlines()[0] == "from .a import ("
