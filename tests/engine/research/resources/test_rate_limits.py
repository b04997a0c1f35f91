"""Documented rate limits."""

from typing import Any

import pytest
from driversmith.engine.research.resources.rate_limits import rate_limit_of


@pytest.mark.parametrize(
    ("info", "requests", "seconds"),
    [
        ({"description": "100 requests per minute"}, 100, 60),
        ({"description": "You may make 5,000 API calls per hour."}, 5000, 3600),
        ({"description": "limited to 10 requests / second"}, 10, 1),
        ({"description": "60 requests every 5 minutes"}, 60, 300),
        ({"description": "1000 queries a day"}, 1000, 86_400),
        ({"description": "The rate limit is 20/min."}, 20, 60),
        ({"description": "Rate limiting: 3 per second"}, 3, 1),
        ({"x-ratelimit": {"limit": 7, "window": "minute"}}, 7, 60),
        ({"x-ratelimit": {"requests": "7", "seconds": 30}}, 7, 30),
    ],
)
def test_a_limit_is_found(info: Any, requests: int, seconds: int) -> None:
    found = rate_limit_of({"info": info})
    assert found is not None
    assert (found.requests, found.seconds) == (requests, seconds)
    assert found.evidence.pointer.startswith("#/info/")


@pytest.mark.parametrize(
    "info",
    [
        {"description": "A pet costs 100 per month."},
        {"description": "0 requests per second"},
        {"description": ["100 requests per minute"]},
        {"x-ratelimit": {"limit": [], "window": {}}},
        {"x-ratelimit": "fast"},
        "x",
    ],
)
def test_no_limit_is_invented(info: Any) -> None:
    assert rate_limit_of({"info": info}) is None


def test_a_long_text_is_searched_in_time() -> None:
    assert rate_limit_of({"info": {"description": "1 " * 50_000 + " " * 50_000}}) is None
