"""Nesting of any depth, in any kind of expression, is a finding and nobody's end."""

import pytest

from ....engine.validation.test_file import is_too_deep


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("(" * 100_000 + ")" * 100_000, id="balanced"),
        pytest.param("x = " + "-" * 100_000 + "1", id="minus"),
        pytest.param("x = " + "not " * 100_000 + "1", id="not"),
        pytest.param("x = 1" + "+1" * 100_000, id="sum"),
        pytest.param("x = a" + "()" * 100_000, id="calls"),
        pytest.param("x = [1 " + "for a in b " * 100_000 + "]", id="comprehension"),
        pytest.param("if a: pass\n" + "elif a: pass\n" * 100_000, id="elif"),
        pytest.param("".join(" " * i + "if a:\n" for i in range(1500)), id="blocks"),
        pytest.param("x = " + "{1:" * 100_000, id="dicts"),
        pytest.param("x = " + "lambda: " * 100_000 + "1", id="lambdas"),
    ],
)
async def test_nesting_of_any_depth_is_a_finding(text: str) -> None:
    await is_too_deep(text)
