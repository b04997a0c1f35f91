"""Why a correction cannot be applied."""

import json
from typing import Any

LONGEST_VALUE = 120


class RefusedError(Exception):
    """A correction that cannot be applied; the message says why, and what may be given."""


def shown(value: Any) -> str:
    """A value as a message shows it, cut."""
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + "..."
