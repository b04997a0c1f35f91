"""What looks like a secret in a failure's text is taken out before anything is kept of it."""

import pytest
from driversmith.engine.diagnosis.traces import tail


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Authorization: Bearer abcdefgh12345678", "abcdefgh12345678"),
        ("authorization: Basic YW5uOnBhNTVwYTU1", "YW5uOnBhNTVwYTU1"),
        ("{'api_key': 'k-123456789'}", "k-123456789"),
        ('"password": "hunter2-hunter2"', "hunter2-hunter2"),
        ("Cookie: session=abcdef123456", "abcdef123456"),
        ("GET https://x.example/a?sig=abc&x=1 -> 403", "abc&"),
        ("https://ann:pa55@x.example/", "pa55"),
        ("the key sk_live_4eC39HqLyjWDarjtT1zdp7dc failed", "4eC39HqLyjWDarjtT1zdp7dc"),
        ("AKIAIOSFODNN7EXAMPLE is not known", "AKIAIOSFODNN7EXAMPLE"),
        ("got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "eyJhbGciOiJIUzI1NiJ9"),
        ("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n-----END PRIVATE KEY-----", "MIIEvQIBADANBgkq"),
    ],
)
def test_a_secret_is_taken_out(text: str, secret: str) -> None:
    assert secret in text
    assert secret not in tail(f"Before. {text}\nAfter.")
    assert tail(f"Before. {text}\nAfter.").startswith("Before.")


@pytest.mark.parametrize(
    "text",
    [
        "TypeError: read() got an unexpected keyword argument 'token'",
        "KeyError: 'basic'",
        "expected one of: token, key",
        "a sketch-pad",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert tail(text) == text
