"""Records as a table that fits the terminal."""

import io
from typing import Any

import pytest
from driversmith.server.cli.terminal.records import print_records
from rich.console import Console


def printed(records: list[dict[str, Any]], width: int = 100) -> tuple[str, bool]:
    out = io.StringIO()
    is_cut = print_records(Console(file=out, width=width), "pets", records)
    return out.getvalue(), is_cut


@pytest.mark.parametrize("width", [40, 80, 120, 240])
def test_a_wide_record_is_shown_by_the_columns_that_fit_whole(width: int) -> None:
    record = {"id": 7} | {f"column_{n}": f"value number {n}" for n in range(40)}
    told, is_cut = printed([record], width)
    assert "│ 7 " in told, "no column is squeezed to nothing"
    assert "value number 0 " in told
    assert "more columns" in told
    assert is_cut
    assert max(map(len, told.splitlines())) <= width


def test_columns_without_any_value_give_way() -> None:
    empty = {f"empty_column_{n}": None for n in range(20)}
    told, _ = printed([{"id": 1} | empty | {"name": "Rex"}], 60)
    assert "Rex" in told


def test_what_fits_is_not_cut() -> None:
    told, is_cut = printed([{"id": 1, "name": "Rex"}])
    assert (is_cut, "more columns" in told) == (False, False)


def test_a_long_value_is_cut_and_said_to_be() -> None:
    told, is_cut = printed([{"text": "x" * 100}])
    assert is_cut
    assert "..." in told


def test_wide_letters_take_their_room() -> None:
    told, _ = printed([{"a": "中文" * 15, "b": "中文" * 15, "c": "c"}], 80)
    assert "more columns" in told
