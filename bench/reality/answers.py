"""What the servers answer: pages by number, link, cursor or header, and what is odd about them."""

from collections.abc import Callable
from typing import Any

from .api import Answered, Query, ships

SEVEN, SIXTY = ships(7), ships(60)


def whole(body: Any) -> Callable[[Query, str], Answered]:
    return lambda _query, _url: (body, {})


def page(query: Query, *, first: int = 1, size: int = 20, name: str = "page") -> list[dict[str, Any]]:
    start = (int(query.get(name, first)) - first) * size
    return SIXTY[start : start + size] if start >= 0 else []


def slice_of(query: Query, start: str, size: str, most: int) -> list[dict[str, Any]]:
    begin = int(query.get(start, 0))
    return SIXTY[begin : begin + min(int(query.get(size, most)), most)]


def number(query: Query) -> int:
    return int(query.get("page", 1))


def following(query: Query, value: Any) -> Any:
    return value if number(query) < 3 else None


def linked(query: Query, url: str) -> Answered:
    to = f'<{url}/ships?page={number(query) + 1}>; rel="next"'
    return page(query), {"Link": to} if number(query) < 3 else {}


def cursor(query: Query, name: str) -> tuple[list[dict[str, Any]], str | None]:
    begin = int(query.get(name, 0))
    return SIXTY[begin : begin + 20], str(begin + 20) if begin + 20 < 60 else None


def by_cursor(name: str, told: Callable[[str | None], dict[str, Any]]) -> Callable[[Query, str], Answered]:
    def answer(query: Query, _url: str) -> Answered:
        found, after = cursor(query, name)
        return {"data": found, **told(after)}, {}

    return answer


def below_one_is_refused(query: Query, _url: str) -> Answered:
    return ({"error": "page must be at least 1"}, {}, 400) if number(query) < 1 else ({"data": page(query)}, {})


def next_in_header(query: Query, url: str) -> Answered:
    return page(query), {"X-Next-Page": f"{url}/ships?page={number(query) + 1}"} if number(query) < 3 else {}


def cursor_in_header(query: Query, _url: str) -> Answered:
    found, after = cursor(query, "cursor")
    return found, {"X-Next-Cursor": after} if after else {}


def after_the_last(query: Query, _url: str) -> Answered:
    begin = int(query.get("starting_after", 0))
    size = min(int(query.get("limit", 10)), 25)
    return {"object": "list", "data": SIXTY[begin : begin + size], "has_more": begin + size < 60}, {}


def bundle(query: Query, url: str) -> Answered:
    links = [{"relation": "self", "url": f"{url}/ships"}]
    if number(query) < 3:
        links.append({"relation": "next", "url": f"{url}/ships?page={number(query) + 1}"})
    links.append({"relation": "first", "url": f"{url}/ships"})
    return {"resourceType": "Bundle", "link": links, "entry": page(query)}, {}


SHORT = [ship for ship in SIXTY if ship["id"] != 31 and ship["id"] > 1]


def gaps(query: Query, _url: str) -> Answered:
    """Pages of 20 from which single ships are filtered afterwards."""
    return {"data": [ship for ship in page(query) if ship in SHORT]}, {}


class Busy:
    """Says once that it is busy."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, _query: Query, _url: str) -> Answered:
        self.asked += 1
        if self.asked == 1:
            return {"message": "API rate limit exceeded"}, {"Retry-After": "1", "X-RateLimit-Remaining": "0"}, 403
        return {"data": SEVEN}, {}
