"""How values are spelled on the wire, worked out here apart from any driver; and JSON in one spelling."""

import json
from collections.abc import Callable
from typing import Any, cast

MAX_TEXT = 500
SEPARATORS = {"spaceDelimited": " ", "pipeDelimited": "|", "tabDelimited": "\t"}
"""Between items in the styles that have one of their own; a comma in all others."""
Encode = Callable[[str], str]


def scalar_text(value: Any) -> str:
    """A scalar as parameters spell it: `true`, `1`, `text`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return json_text(value)
    return "" if value is None else str(value)


def joined(value: Any, *, explode: bool, separator: str = ",", encode: Encode = str) -> str:
    """A value in one text: items, or keys and values, each encoded, with bare delimiters between them."""
    if isinstance(value, dict):
        pairs = [(encode(str(k)), encode(scalar_text(v))) for k, v in cast("dict[Any, Any]", value).items()]
        return separator.join(f"{k}={v}" if explode else f"{k}{separator}{v}" for k, v in pairs)
    if isinstance(value, list):
        return separator.join(encode(scalar_text(v)) for v in cast("list[Any]", value))
    return encode(scalar_text(value))


def json_text(value: Any) -> str:
    """JSON in the spelling that is compared."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def json_value(text: str) -> Any:
    """The value of a JSON text, or words that say that it is none."""
    try:
        return json.loads(text)
    except ValueError:
        return f"not JSON: {text}"


def compact(text: str) -> str:
    """JSON in one spelling, and any other text as it is: no rule says where white space stands, or in which order keys."""
    if text[:1] not in {"{", "["}:
        return text
    try:
        return json_text(json.loads(text))
    except ValueError:
        return text


def cut(text: str, length: int = MAX_TEXT) -> str:
    """The text, at most so long."""
    return text if len(text) <= length else text[: length - 3] + "..."
