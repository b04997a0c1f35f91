"""Pages, places in lists, and parts of what is longer than a page."""

import pytest
from driversmith.engine.views.pages import PAGE, Place, fitting, is_long, part_of
from driversmith.engine.views.weights import weight


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


@pytest.mark.parametrize(
    ("cursor", "place"),
    [
        (None, Place(None, 1)),
        ("12", Place("12", 1)),
        ("~2", Place(None, 2)),
        ("2026-11-29T08:00:00.000Z~7", Place("2026-11-29T08:00:00.000Z", 7)),
        ("~", Place("~", 1)),
        ("a~b", Place("a~b", 1)),
    ],
)
def test_a_cursor_names_a_place(cursor: str | None, place: Place) -> None:
    assert Place.parsed(cursor) == place


@pytest.mark.parametrize("place", [Place(None, 1), Place("12", 3)])
def test_a_place_names_the_part_behind_it(place: Place) -> None:
    assert Place.parsed(place.behind(place.part)) == place._replace(part=place.part + 1)


def test_a_long_text_comes_in_parts_that_fit_and_together_are_the_text() -> None:
    text = "é" * PAGE
    first = part_of(text, 1)
    assert first is not None and first.of > 1
    parts = [part_of(text, number) for number in range(1, first.of + 1)]
    assert "".join(part.text for part in parts if part) == text
    assert all(part and weight(part.item) <= PAGE for part in parts)
    assert part_of(text, 0) is None and part_of(text, first.of + 1) is None


def test_long_is_what_no_page_holds() -> None:
    assert is_long({"a": "x" * PAGE}) and is_long({}, "x" * PAGE)
    assert not is_long({"a": "x" * (PAGE // 2)}, "a is x")
