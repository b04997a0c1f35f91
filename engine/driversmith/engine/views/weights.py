"""What a value weighs, in bytes of its JSON as it goes over the wire; and texts cut to a length."""

import json
from typing import Any

from ..models.visible import visible_json


def weight(value: Any) -> int:
    """Bytes of a value as JSON."""
    return len(compact(value).encode("utf-8", "replace"))


def compact(value: Any) -> str:
    """A value as JSON on one line, whatever its reader takes for the end of one, in characters that can be seen."""
    return visible_json(json.dumps(value, ensure_ascii=False, default=str))


def clipped(text: str, limit: int) -> str:
    """The text, shortened in the open where it is longer than `limit` characters."""
    return text if len(text) <= limit else f"{text[: limit - 40]}... ({len(text) - limit + 40} characters more)"
