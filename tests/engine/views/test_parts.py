"""Texts in parts."""

import random

import pytest
from driversmith.engine.views.parts import in_parts
from driversmith.engine.views.weights import weight

LETTERS = 'ab \n\t"\\{}é漢🙂\x00\r\u2028\ud83d'


@pytest.mark.parametrize("seed", range(20))
def test_the_parts_together_are_the_text_and_none_is_longer_than_asked(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same texts in every run
    text = "".join(chance.choices(LETTERS, k=chance.randrange(3_000)))
    parts = in_parts(text, 100)
    assert "".join(parts) == text
    assert all(weight(part) <= 100 + 2 for part in parts)


def test_lines_stay_whole_where_they_are_short() -> None:
    parts = in_parts("".join(f"line {number}\n" for number in range(100)), 200)
    assert len(parts) > 3 and all(part.endswith("\n") for part in parts)


def test_a_long_line_is_cut_and_not_into_crumbs() -> None:
    parts = in_parts("x" * 10_000, 1_000)
    assert len(parts) <= 15


def test_a_short_text_is_one_part_and_so_is_none() -> None:
    assert in_parts("x", 100) == ["x"]
    assert in_parts("", 100) == [""]
