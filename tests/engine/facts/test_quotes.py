"""A quote counts where it stands word for word and says what the correction claims."""

from typing import Any

import pytest
from driversmith.engine.facts.quotes import judge_quote
from driversmith.engine.models.prose import Passage, Prose

TEXTS = (
    "Send your key as `Authorization: Token <key>` with\n  every request. Keys never expire.",
    "Pages are counted from zero.",
    "Lists are wrapped: the records stand under `result.items` of each answer.\n\n- At most 50 records a page.",
    "There is no envelope; every list is a bare array.",
)
PROSE = Prose(passages=tuple(Passage(pointer=f"#/tags/{n}/description", text=t) for n, t in enumerate(TEXTS)))


@pytest.mark.parametrize(
    ("quote", "changes"),
    [
        ("Send your key as Authorization: Token <key>  with every request", {"prefix": "Token "}),
        ("as `Authorization: Token <key>`", {"prefix": "Token ", "kind": "api_key"}),
        ("Pages are counted from zero.", {"first": 0}),
        ("the records stand under result.items of each answer", {"record_path": ["result", "items"]}),
        ("At most 50 records a page.", {"max_size": 50}),
        ("There is no envelope; every list is a bare array.", {"record_path": []}),
    ],
)
def test_words_that_stand_and_say_it_count(quote: str, changes: dict[str, Any]) -> None:
    found = judge_quote(quote, changes, PROSE)
    assert (found.problem, found.pointer[:7]) == ("", "#/tags/")


@pytest.mark.parametrize(
    ("quote", "changes", "says"),
    [
        (
            "Send the key as Authorization: Token <key>",
            {"prefix": "Token "},
            "the nearest sentence is 'Send your key as",
        ),
        ("Token", {"prefix": "Token "}, "too short"),
        ("Send your key as `Authorization: Token <key>`", {"prefix": "Bearer "}, "does not say prefix = 'Bearer '"),
        ("At most 50 records a page.", {"max_size": 500}, "does not say max_size = 500"),
        ("Pages are counted", {"first": 0}, "does not say first = 0"),
        ("Keys never expire.", {"record_path": ["data"]}, "does not say record_path"),
        ("the records stand under result.items", {"record_path": ["items", "data"]}, "does not say record_path"),
    ],
)
def test_words_that_do_not_are_answered_with_the_nearest_sentence(quote: str, changes: Any, says: str) -> None:
    found = judge_quote(quote, changes, PROSE)
    assert found.pointer == "" and says in found.problem


def test_without_any_prose_nothing_is_found() -> None:
    assert "no document with prose was read" in judge_quote("Pages begin at zero.", {"first": 0}, Prose()).problem
