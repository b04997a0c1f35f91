"""Pages of a list."""

import json
from typing import Any

import pytest
from driversmith.engine.views.pages import PAGE
from driversmith.engine.views.weights import weight
from driversmith.tools.answers.list_pages import offset_page
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import CallToolResult


def page(items: list[dict[str, Any]], cursor: str | None = None) -> CallToolResult:
    return offset_page(items, str, cursor, "things")


def read(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All pages, by their cursors, as structured content."""
    pages: list[dict[str, Any]] = []
    while not pages or pages[-1]["next_cursor"]:
        answered = page(items, pages[-1]["next_cursor"] if pages else None)
        assert answered.structured_content is not None
        text = answered.content[0].text  # type: ignore[union-attr]
        assert len(text.encode()) <= PAGE and weight(answered.structured_content) <= PAGE
        pages.append(answered.structured_content)
    return pages


def test_a_page_says_how_to_read_on() -> None:
    items = [{"a": n} for n in range(201)]
    text = page(items).content[0].text  # type: ignore[union-attr]
    assert text.startswith("200 things.\n{'a': 0}\n") and text.endswith("\nMore: call again with cursor='200'.")
    assert page(items, "200").structured_content == {"items": [{"a": 200}], "next_cursor": None}


@pytest.mark.parametrize(
    "long", [{"text": "x" * 90_000}, {"rows": ["y" * 900] * 900}, {str(n): {"n": [n] * 90} for n in range(900)}]
)
def test_an_item_that_is_longer_than_a_page_comes_in_parts_that_are_its_json(long: dict[str, Any]) -> None:
    before, *parts, after = read([{"a": 1}, long, {"b": 2}])
    assert (before["items"], after["items"]) == ([{"a": 1}], [{"b": 2}])
    assert json.loads("".join(part["items"][0]["text"] for part in parts)) == long
    assert [part["items"][0]["part"] for part in parts] == [*range(1, len(parts) + 1)]


@pytest.mark.parametrize("cursor", ["x", "-1", "0~9", "~9", "9~2"])
def test_a_cursor_that_nobody_gave_out_is_refused(cursor: str) -> None:
    with pytest.raises(ToolError, match="cursor must be"):
        page([{"text": "x" * 90_000}], cursor)
