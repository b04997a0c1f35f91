"""Text of a description in Markdown and TOML."""

import tomllib

import pytest
from driversmith.engine.generation.markup import code, markdown, toml

from .profiles import NASTY


@pytest.mark.parametrize(
    "text", ["readme-3.1-train.json", "v1.0.0 (beta): fast & small!", "a - b = c + d # e", "cost $5"]
)
def test_plain_prose_stays_as_it_is(text: str) -> None:
    assert markdown(text) == text


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("# heading", "\\# heading"),
        ("- item", "\\- item"),
        ("1. item", "1\\. item"),
        ("[x](http://y)", "\\[x\\](http\\://y)"),
        ("<b>", "\\<b\\>"),
        ("WWW.example.com", "WWW\\.example.com"),
        ("me@example.com", "me\\@example.com"),
        ("&lt;b&gt;", "\\&lt;b\\&gt;"),
        ("two\nlines", "two lines"),
    ],
)
def test_what_would_be_markup_is_escaped(text: str, escaped: str) -> None:
    assert markdown(text) == escaped


def test_a_code_span_cannot_be_left() -> None:
    assert code("a`b|c\nd") == "`a'b\\|c d`"


def test_a_toml_string_reads_back() -> None:
    assert tomllib.loads("x = " + toml('say "hi" \\ there'))["x"] == 'say "hi" \\ there'


@pytest.mark.parametrize("text", NASTY)
def test_nothing_breaks_out_of_toml(text: str) -> None:
    found = tomllib.loads(f"name = {toml(text)}")["name"]
    assert found == "".join(c if c.isprintable() else "\ufffd" for c in " ".join(text.split()))
