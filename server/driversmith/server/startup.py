"""What both transports do first: read the settings, and log to stderr."""

import logging
import sys

from driversmith.engine.settings import Settings
from pydantic import ValidationError

URL_LOGGERS = ("httpx2", "httpcore2")
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


def log_to_stderr(settings: Settings) -> None:
    """One plain line a message; loggers that write whole URLs, and keys with them, stay quiet below WARNING, those that write
    what the user's data are below INFO."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=settings.log_level, handlers=[handler])
    for name in URL_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in BODY_LOGGERS:
        logging.getLogger(name).setLevel(max(logging.INFO, logging.getLevelNamesMapping()[settings.log_level]))
