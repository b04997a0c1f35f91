"""What both transports do first: read the settings, and log to stderr."""

import json
import logging
import re
import sys
import time

from driversmith.engine.network.redaction import REDACTED, Redactor
from driversmith.engine.settings import Settings
from opentelemetry.trace import get_current_span
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
    """What another formatter makes of a message, without bearer tokens, and without the secrets that `redact` has learned."""

    def __init__(self, redact: Redactor, inner: logging.Formatter | None = None) -> None:
        super().__init__()
        self._inner = inner or logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """The line, with its traceback where it has one."""
        return _BEARER.sub(rf"\1{REDACTED}", self._redact(self._inner.format(record)))


class JsonLines(logging.Formatter):
    """One JSON object a line, in ASCII; with the trace that it belongs to, where there is one."""

    converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        """The object."""
        told: dict[str, object] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S") + f".{int(record.msecs):03d}Z",
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        span = get_current_span().get_span_context()
        if span.is_valid:
            told |= {"trace_id": f"{span.trace_id:032x}", "span_id": f"{span.span_id:016x}"}
        return json.dumps(told)


def log_to_stderr(settings: Settings) -> Redactor:
    """Loggers that write whole URLs, and keys with them, stay quiet below WARNING, those that write what the user's data are
    below INFO. The answer learns what no line may hold."""
    redact = Redactor()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactedLines(redact, JsonLines() if settings.log_format == "json" else None))
    logging.basicConfig(level=settings.log_level, handlers=[handler])
    for name in URL_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in BODY_LOGGERS:
        logging.getLogger(name).setLevel(max(logging.INFO, logging.getLevelNamesMapping()[settings.log_level]))
    return redact
