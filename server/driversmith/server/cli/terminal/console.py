"""Where output goes: results to stdout, everything else to stderr; and the exit codes."""

import json
import sys
from io import TextIOWrapper
from typing import Any

from driversmith.engine.models.visible import visible, visible_json
from driversmith.engine.network.url_keys import mask_urls
from pydantic import BaseModel
from rich.console import Console
from rich.text import Text

SUCCESS = 0
FAILED = 1
USAGE = 2
INTERRUPTED = 130

_WIDE = 240


def speak_any_encoding() -> None:
    """Have what a terminal's or pipe's encoding lacks escaped, so that records in any script are printed."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def stdout() -> Console:
    """The console for results."""
    return Console(file=sys.stdout, highlight=False, width=None if sys.stdout.isatty() else _WIDE)


def stderr() -> Console:
    """The console for progress and complaints."""
    return Console(file=sys.stderr, highlight=False, width=None if sys.stderr.isatty() else _WIDE)


def print_json(value: BaseModel | dict[str, Any] | list[Any]) -> None:
    """The value as JSON on stdout, and nothing else there."""
    data: Any = value.model_dump(mode="json") if isinstance(value, BaseModel) else value
    utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    print(visible_json(json.dumps(data, indent=2, ensure_ascii=not utf8, default=str)))


def complain(message: str, next_action: str = "") -> None:
    """One clear line on stderr, and what to do."""
    text = Text.assemble(("driversmith: ", "bold red"), visible(mask_urls(message)))
    if next_action:
        text.append(f" {visible(next_action)}")
    stderr().print(text, soft_wrap=True)
