"""Keys in URLs are seen by the names of their parameters, and by their looks."""

import pytest
from driversmith.engine.network.url_keys import keys_in, mask_urls

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    "query",
    ["api_key=x", "apikey=1", "API-Key=1", "apiKey=1", "key=a", "token=a", "access_token=a", "appid=a", "app_id=a", "auth=a",
     "sig=a", "X-Amz-Signature=a", "X-Amz-Security-Token=a", "client_secret=a", "password=a", "pwd=a", "jwt=a", "sid=a",
     "subscription-key=a", "user[api_key]=a", "x=1&token=a", "x=1;token=a", "hapikey=a", "api%5Fkey=a", "my_app_token=a",
     f"q={JWT}", "q=sk_live_4eC39HqLyjWDarjtT1zdp7dc", "q=AKIAIOSFODNN7EXAMPLE1", "code=aB3dE5fG7hI9jK1lM3nO5p"],
)  # fmt: skip
def test_a_key_is_seen(query: str) -> None:
    assert keys_in(f"https://api.example/v1?{query}")
    assert keys_in(f"https://api.example/v1#{query}")


@pytest.mark.parametrize(
    "query",
    ["", "format=json", "page=2&per_page=100", "page_token=abc", "sort_key=name", "lang=en", "q=keyboard", "v=2024-01-01",
     "token=", "monkey=1", "fields=id,name,created_at,updated_at", "bbox=1.5,2.5,3.5,4.5", "id=1234567890"],
)  # fmt: skip
def test_what_is_no_key_is_not(query: str) -> None:
    assert keys_in(f"https://api.example/v1?{query}") == []


def test_a_url_that_cannot_be_parsed_is_looked_at_too() -> None:
    assert keys_in("https://[::1?api_key=x") == ["api_key"]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (
            "GET https://a.example/x?api_key=abc&page=2 failed",
            "GET https://a.example/x?api_key=[redacted]&page=2 failed",
        ),
        ("see https://ann:pw@a.example/x.", "see https://[redacted]@a.example/x."),
        ("'/x?page=1&access_token=abc'", "'/x?page=1&access_token=[redacted]'"),
        ('{"url": "/x?page=1\\u0026token=abc"}', '{"url": "/x?page=1\\u0026token=[redacted]"}'),
        ("Is it right? token=abc", "Is it right? token=abc"),
        ("a mail to ann@example.com, x=1", "a mail to ann@example.com, x=1"),
    ],
)
def test_keys_are_masked_in_texts(text: str, masked: str) -> None:
    assert mask_urls(text) == masked
