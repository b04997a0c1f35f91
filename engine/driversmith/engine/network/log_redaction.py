"""The log of the process without secrets: also what other libraries write, and tracebacks."""

import json
import logging
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager


@contextmanager
def clean_logs(redact: Callable[[str], str]) -> Generator[None]:
    """Have all that the handlers of the root logger write redacted while the block runs."""
    before = [(handler, handler.formatter) for handler in logging.getLogger().handlers]
    for handler, formatter in before:
        if isinstance(formatter, JsonLines):
            handler.setFormatter(formatter.behind(redact))
        else:
            handler.setFormatter(_Redacting(formatter or logging.Formatter(), redact))
    try:
        yield
    finally:
        for handler, formatter in before:
            handler.setFormatter(formatter)


class JsonLines(logging.Formatter):
    """One JSON object a line, in ASCII, with the trace that it belongs to where there is one. Its texts are redacted before
    they are JSON: what is taken out of a text with its escapes undone would not leave JSON behind."""

    converter = time.gmtime

    def __init__(self, redact: Callable[[str], str] = str) -> None:
        super().__init__()
        self._redact = redact

    def behind(self, redact: Callable[[str], str]) -> "JsonLines":
        """The same, which redacts by this, too."""
        return JsonLines(lambda text: redact(self._redact(text)))

    def format(self, record: logging.LogRecord) -> str:
        """The object."""
        from opentelemetry.trace import get_current_span

        told = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S") + f".{int(record.msecs):03d}Z",
            "level": record.levelname,
            "logger": record.name,
            "message": self._redact(record.getMessage()),
        }
        if record.exc_info:
            told["exception"] = self._redact(self.formatException(record.exc_info))
        span = get_current_span().get_span_context()
        if span.is_valid:
            told |= {"trace_id": f"{span.trace_id:032x}", "span_id": f"{span.span_id:016x}"}
        return json.dumps(told)


class _Redacting(logging.Formatter):
    """What another formatter makes, redacted."""

    def __init__(self, inner: logging.Formatter, redact: Callable[[str], str]) -> None:
        super().__init__()
        self._inner = inner
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        return self._redact(self._inner.format(record))
