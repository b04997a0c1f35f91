"""The shape of answers."""

from driversmith.tools.answers import clipped, fitting, page_answer, shortened


def test_a_long_text_is_shortened_in_the_open() -> None:
    text = clipped("x" * 500, 100)
    assert len(text) <= 100 and text.endswith("(440 characters more)")
    assert clipped("x" * 100, 100) == "x" * 100


def test_long_strings_are_shortened_however_deep() -> None:
    value = {"a": ["x" * 500, 1, None, {"b": "y" * 500}]}
    found = shortened(value, 100)
    assert len(found["a"][0]) <= 100 and len(found["a"][3]["b"]) <= 100 and found["a"][1:3] == [1, None]


def test_a_page_takes_what_fits_and_at_least_one() -> None:
    items = [{"text": "x" * 100}] * 10
    assert fitting(items, 350) == 3
    assert fitting(items, 10) == 1
    assert fitting(items) == 10
    assert fitting([]) == 0


def test_a_page_says_how_to_read_on() -> None:
    page = page_answer([{"a": 1}], "7", ["a is 1"], "things")
    assert page.content[0].text == "1 things.\na is 1\nMore: call again with cursor='7'."  # type: ignore[union-attr]
    assert page.structured_content == {"items": [{"a": 1}], "next_cursor": "7"}
