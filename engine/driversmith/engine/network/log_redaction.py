"""The log of the process without secrets: also what other libraries write, and tracebacks."""

import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager


@contextmanager
def clean_logs(redact: Callable[[str], str]) -> Generator[None]:
    """Have all that the handlers of the root logger write redacted while the block runs."""
    before = [(handler, handler.formatter) for handler in logging.getLogger().handlers]
    for handler, formatter in before:
        handler.setFormatter(_Redacting(formatter or logging.Formatter(), redact))
    try:
        yield
    finally:
        for handler, formatter in before:
            handler.setFormatter(formatter)


class _Redacting(logging.Formatter):
    """What another formatter makes, redacted."""

    def __init__(self, inner: logging.Formatter, redact: Callable[[str], str]) -> None:
        super().__init__()
        self._inner = inner
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        return self._redact(self._inner.format(record))
