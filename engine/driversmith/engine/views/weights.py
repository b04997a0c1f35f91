"""What a value weighs: bytes of its JSON, as it goes over the wire."""

import json
from typing import Any

from ..models.visible import visible_json


def weight(value: Any) -> int:
    """Bytes of a value as JSON."""
    return len(compact(value).encode("utf-8", "replace"))


def compact(value: Any) -> str:
    """A value as JSON on one line, whatever its reader takes for the end of one, in characters that can be seen."""
    return visible_json(json.dumps(value, ensure_ascii=False, default=str))
