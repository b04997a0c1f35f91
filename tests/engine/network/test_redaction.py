"""Secrets disappear by value, wherever they stand."""

from driversmith.engine.network.redaction import REDACTED, Redactor


def test_a_secret_is_redacted_in_every_spelling() -> None:
    redact = Redactor(["s3cret/ key"])
    text = redact("s3cret/ key, ?k=s3cret%2F%20key&l=s3cret%2F+key, Basic czNjcmV0LyBrZXk=")
    assert text == f"{REDACTED}, ?k={REDACTED}&l={REDACTED}, Basic {REDACTED}"


def test_a_redactor_learns_and_ignores_what_is_too_short_to_be_a_secret() -> None:
    redact = Redactor(["abc"])
    assert redact("abc defg") == "abc defg"
    redact.learn(["defg"])
    assert redact("abc defg") == f"abc {REDACTED}"
