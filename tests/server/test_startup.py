"""What the log may hold."""

import logging

import pytest
from driversmith.engine.network.redaction import Redactor
from driversmith.server.startup import RedactedLines

TOKEN = "ds_0123456789abcdef-ABCDEF"


def _line(text: str, *arguments: object, redact: Redactor | None = None) -> str:
    record = logging.LogRecord("x", logging.INFO, "x.py", 1, text, arguments, None)
    return RedactedLines(redact or Redactor()).format(record)


@pytest.mark.parametrize(
    "text", [f"Authorization: Bearer {TOKEN}", f"{{'authorization': 'bearer {TOKEN}'}}", f"b'BEARER  {TOKEN}=='"]
)
def test_no_bearer_token_stands_in_a_line(text: str) -> None:
    assert TOKEN not in _line(text) and "[redacted]" in _line(text)
    assert TOKEN not in _line("headers: %s", text)


def test_what_was_learned_stands_in_none_either() -> None:
    redact = Redactor()
    redact.learn([TOKEN])
    assert TOKEN not in _line("%r", {"token": TOKEN}, redact=redact)
    try:
        raise ValueError(f"what is {TOKEN}?")
    except ValueError as error:
        record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "failed", (), (type(error), error, None))
        assert TOKEN not in RedactedLines(redact).format(record)


def test_the_rest_of_a_line_stays() -> None:
    assert _line("the bearer of bad news").endswith(" INFO x: the bearer of bad news")
