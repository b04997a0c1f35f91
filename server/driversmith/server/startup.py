"""What both transports do first: read the settings, and log to stderr."""

import logging
import re
import sys
from collections.abc import Callable

from driversmith.engine.network.log_redaction import JsonLines
from driversmith.engine.network.redaction import REDACTED, Redactor
from driversmith.engine.settings import Settings
from pydantic import ValidationError

URL_LOGGERS = ("httpx2", "httpcore2")
_BEARER = re.compile(r"\b(bearer\s+)[A-Za-z0-9._~+/-]{16,}=*", re.IGNORECASE)
BODY_LOGGERS = ("aiosqlite", "anthropic", "mcp", "sse_starlette")
"""At DEBUG they write whole statements, requests and answers."""


def read_settings() -> Settings:
    """The settings of the environment.

    Raises:
        SystemExit: code 2, after a line on stderr for each variable that cannot be used.
    """
    try:
        return Settings()
    except ValidationError as error:
        for fault in error.errors():
            name = f"DRIVERSMITH_{'_'.join(map(str, fault['loc'])).upper()}"
            print(f"driversmith: {name}: {fault['msg'].removeprefix('Value error, ')}", file=sys.stderr)
        raise SystemExit(2) from None


class RedactedLines(logging.Formatter):
    """One plain line a message, with its traceback where it has one, without what `redact` takes out."""

    def __init__(self, redact: Callable[[str], str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return self._redact(super().format(record))


def without_tokens(redact: Redactor) -> Callable[[str], str]:
    """Takes bearer tokens out of a text, and the secrets that `redact` has learned."""
    return lambda text: _BEARER.sub(rf"\1{REDACTED}", redact(text))


def log_to_stderr(settings: Settings) -> Redactor:
    """Loggers that write whole URLs, and keys with them, stay quiet below WARNING, those that write what the user's data are
    below INFO. The answer learns what no line may hold."""
    redact = Redactor()
    handler = logging.StreamHandler(sys.stderr)
    lines = JsonLines if settings.log_format == "json" else RedactedLines
    handler.setFormatter(lines(without_tokens(redact)))
    logging.basicConfig(level=settings.log_level, handlers=[handler])
    for name in URL_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in BODY_LOGGERS:
        logging.getLogger(name).setLevel(max(logging.INFO, logging.getLevelNamesMapping()[settings.log_level]))
    return redact
