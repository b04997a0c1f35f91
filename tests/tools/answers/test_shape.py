"""The shape of answers."""

import pytest
from driversmith.tools.answers.shape import PAGE, clipped, fitting, page_answer, shortened, weight


def test_a_long_text_is_shortened_in_the_open() -> None:
    text = clipped("x" * 500, 100)
    assert len(text) <= 100 and text.endswith("(440 characters more)")
    assert clipped("x" * 100, 100) == "x" * 100


def test_long_strings_are_shortened_however_deep() -> None:
    value = {"a": ["x" * 500, 1, None, {"b": "y" * 500}]}
    found = shortened(value, 100)
    assert len(found["a"][0]) <= 100 and len(found["a"][3]["b"]) <= 100 and found["a"][1:3] == [1, None]


def test_of_long_lists_and_objects_the_first_entries_stay() -> None:
    assert shortened([*range(50)], 100) == [*range(10), "... (40 more)"]
    assert shortened({str(n): n for n in range(12)}, 100) == {**{str(n): n for n in range(10)}, "...": "(2 more)"}


def test_a_page_takes_what_fits_and_at_least_one() -> None:
    items = [{"text": "x" * 100}] * 10
    assert fitting(items, size=900) == 3
    assert fitting(items, size=10) == 1
    assert fitting(items) == 10
    assert fitting([]) == 0


def test_a_page_takes_what_fits_as_text_too() -> None:
    items = [{"a": 1}] * 10
    assert fitting(items, ["x" * 100] * 10, size=900) == 3
    assert fitting(items, ["é" * 100] * 10, size=900) == 1


def test_a_page_says_how_to_read_on() -> None:
    page = page_answer([{"a": 1}], "7", ["a is 1"], "things")
    assert page.content[0].text == "1 things.\na is 1\nMore: call again with cursor='7'."  # type: ignore[union-attr]
    assert page.structured_content == {"items": [{"a": 1}], "next_cursor": "7"}


@pytest.mark.parametrize(
    "item", [{"text": "x" * 90_000}, {"rows": ["y" * 900] * 900}, {str(n): {"n": [n] * 90} for n in range(900)}]
)
def test_a_single_item_that_is_longer_than_a_page_is_cut_with_a_word_on_where_it_stands_whole(
    item: dict[str, object],
) -> None:
    page = page_answer([item], None, [str(item)], "things", whole="the resource x://things")
    text = page.content[0].text  # type: ignore[union-attr]
    assert "whole: the resource x://things." in text
    assert len(text) < PAGE and weight(page.structured_content) < PAGE
