"""Nothing that a text quotes moves a cursor, turns a line around, or cannot be seen."""

import json
import sys
import unicodedata

import pytest
from driversmith.engine.models.visible import visible, visible_json, visible_values


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x07bell\x00", "\\x07bell\\x00"),
        ("\x9b2J\x85", "\\x9b2J\\x85"),
        ("\u202eabc\u202c \u2066x\u2069\u200f", "\\u202eabc\\u202c \\u2066x\\u2069\\u200f"),
        ("a\u200bb\u2060c\ufeff\u00ad", "a\\u200bb\\u2060c\\ufeff\\xad"),
        ("one\u2028two", "one\\u2028two"),
        ("tag\U000e0041\U000e007f", "tag\\U000e0041\\U000e007f"),
        ("\u3164\u115f\u2800", "\\u3164\\u115f\\u2800"),
        ("a\rb", "a\\rb"),
        ("\ud800", "\\ud800"),
        ("x\ufe0fy\u200dz", "x\\ufe0fy\\u200dz"),
    ],
)
def test_what_cannot_be_seen_is_escaped(text: str, seen: str) -> None:
    assert visible(text) == seen
    assert visible_values({text: [text, 1, None]}) == {seen: [seen, 1, None]}
    assert visible(visible(text)) == seen


@pytest.mark.parametrize(
    "text",
    [
        "plain\ttext\nof lines\r\n",
        "\u00e9\u00fc\u4e2d\u6587 \u0420\u0443\u0441 \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
        "e\u0301",
        "\u0915\u094d\u200d\u0937",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f \U0001f44d\U0001f3fb",
        "\u2764\ufe0f\u200d\U0001f525",
        "10\u00a0000\u202f\u20ac",
    ],
)
def test_writing_of_any_kind_stays(text: str) -> None:
    assert visible(text) == text


def test_json_stays_the_same_value() -> None:
    value = {"a\u202e": "\x9b\u2028\U000e0041 \u00e9", "b": ["\x1b", 1.5, None]}
    text = visible_json(json.dumps(value, ensure_ascii=False))
    assert json.loads(text) == value
    assert visible(text) == text and "\u00e9" in text


def test_no_control_character_of_unicode_gets_through() -> None:
    every = (chr(code) for code in range(sys.maxunicode + 1))
    odd = "".join(c for c in every if unicodedata.category(c) in {"Cc", "Cf"} and c not in "\t\n")
    assert not any(unicodedata.category(c) in {"Cc", "Cf"} for c in visible(odd))
