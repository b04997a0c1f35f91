"""What the log may hold."""

import json
import logging
from datetime import datetime

import pytest
from driversmith.engine.network.log_redaction import JsonLines, clean_logs
from driversmith.engine.network.redaction import Redactor
from driversmith.engine.tracing import span
from driversmith.server.startup import RedactedLines, without_tokens

from ..stand_ins.spans import exported

TOKEN = "ds_0123456789abcdef-ABCDEF"


def _line(text: str, *arguments: object, redact: Redactor | None = None) -> str:
    record = logging.LogRecord("x", logging.INFO, "x.py", 1, text, arguments, None)
    return RedactedLines(without_tokens(redact or Redactor())).format(record)


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
        assert TOKEN not in RedactedLines(without_tokens(redact)).format(record)


def test_the_rest_of_a_line_stays() -> None:
    assert _line("the bearer of bad news").endswith(" INFO x: the bearer of bad news")


def test_json_lines_are_objects_without_secrets_and_with_the_trace() -> None:
    exported()
    redact = Redactor()
    redact.learn(['pa"ss\\word-1234'])
    lines = JsonLines(without_tokens(Redactor())).behind(redact)
    try:
        raise ValueError('it was pa"ss\\word-1234\nand more')
    except ValueError as error:
        record = logging.LogRecord(
            "x.y", logging.ERROR, "x.py", 1, "as %s\nBearer %s", ("two", TOKEN), (type(error), error, None)
        )
    with span("session") as current:
        line = lines.format(record)
    told = json.loads(line)
    assert "\n" not in line and "ss\\\\word" not in line and TOKEN not in line
    assert (told["level"], told["logger"]) == ("ERROR", "x.y")
    assert told["message"] == "as two\nBearer [redacted]" and "ValueError" in told["exception"]
    assert datetime.fromisoformat(told["time"]).tzinfo is not None
    assert int(told["trace_id"], 16) == current.get_span_context().trace_id
    assert "trace_id" not in json.loads(lines.format(record))


def test_json_lines_stay_json_while_an_engine_redacts_by_what_it_knows(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    handler, before = logging.StreamHandler(), root.handlers
    handler.setFormatter(JsonLines())
    root.handlers = [handler]
    try:
        with clean_logs(lambda text: text.replace('"secret"', "[redacted]")):
            logging.getLogger("x").warning('it is "secret"')
    finally:
        root.handlers = before
    assert json.loads(capsys.readouterr().err)["message"] == "it is [redacted]"
