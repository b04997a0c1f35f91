"""A key of an answer is a word, or a value that belongs in no fact."""

import pytest
from driversmith.engine.facts.keys import is_word


@pytest.mark.parametrize(
    "key", ["data", "next_cursor", "@odata.nextLink", "_embedded", "hydra:member", "geo-json", "line2", "pageInfo"]
)
def test_a_word_of_the_api_is_one(key: str):
    assert is_word(key)


@pytest.mark.parametrize(
    "key",
    [
        "4711",
        "2026-12-01",
        "ada@example.org",
        "9f8e7d6c5b4a",
        "user_48151623",
        "a1b2c3",
        "https://x.example",
        "",
        "x" * 80,
    ],
)
def test_an_identifier_is_none(key: str):
    assert not is_word(key)
