"""The shape of answers: structured content, mirrored as a short text (many hosts show the model nothing else).

Hosts cut answers at about 25k tokens, and structured content counts like the text: long values are shortened here,
long lists are pages.
"""

import json
from typing import Any, cast

from driversmith.engine.models.base import Value
from mcp_types import CallToolResult, ResourceLink, TextContent
from pydantic import BaseModel

LONGEST_TEXT = 8_000
LONGEST_REQUEST = 80_000
"""Of a request to the host's model, which is of no use when it is cut."""
LONGEST_VALUE = 2_000
LARGEST_PAGE = 40_000
"""Characters of JSON in one page."""


class Items(Value):
    """A page."""

    items: list[dict[str, Any]]
    next_cursor: str | None = None
    """Give it as `cursor` to read on; null on the last page."""


def answer(
    structured: BaseModel | dict[str, Any],
    text: str,
    links: list[ResourceLink] | None = None,
    *,
    longest: int = LONGEST_TEXT,
) -> CallToolResult:
    """A result with its text, of at most `longest` characters, and links to what else can be read."""
    data = structured.model_dump(mode="json") if isinstance(structured, BaseModel) else structured
    return CallToolResult(content=[TextContent(text=clipped(text, longest)), *(links or [])], structured_content=data)


def page_answer(items: list[dict[str, Any]], next_cursor: str | None, lines: list[str], what: str) -> CallToolResult:
    """A page of items with a line of text for each."""
    more = f"\nMore: call again with cursor={next_cursor!r}." if next_cursor else ""
    body = clipped("\n".join(lines), LONGEST_TEXT - 200)
    text = f"{len(items)} {what}.\n{body}{more}" if items else f"No {what}."
    return answer(Items(items=items, next_cursor=next_cursor), text)


def clipped(text: str, limit: int) -> str:
    """The text, shortened in the open where it is longer than `limit` characters."""
    return text if len(text) <= limit else f"{text[: limit - 40]}... ({len(text) - limit + 40} characters more)"


def shortened(value: Any, limit: int = LONGEST_VALUE) -> Any:
    """The same JSON value with every long string clipped."""
    if isinstance(value, str):
        return clipped(value, limit)
    if isinstance(value, list):
        return [shortened(item, limit) for item in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {key: shortened(item, limit) for key, item in cast("dict[str, Any]", value).items()}
    return value


def fitting(items: list[dict[str, Any]], size: int = LARGEST_PAGE) -> int:
    """How many of the items go into one page; at least one where there is one."""
    total = 0
    for count, item in enumerate(items):
        total += len(json.dumps(item, ensure_ascii=False, default=str))
        if total > size:
            return max(count, 1)
    return len(items)
