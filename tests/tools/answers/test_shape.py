"""The shape of answers."""

from driversmith.engine.views.weights import clipped
from driversmith.tools.answers.shape import answer
from mcp_types import TextContent


def test_a_long_text_is_shortened_in_the_open() -> None:
    text = clipped("x" * 500, 100)
    assert len(text) <= 100 and text.endswith("(440 characters more)")
    assert clipped("x" * 100, 100) == "x" * 100


def test_all_content_is_text_so_that_no_host_leaves_out_what_is_structured() -> None:
    (content,) = answer({"a": 1}, "a is 1").content
    assert content == TextContent(text="a is 1")
