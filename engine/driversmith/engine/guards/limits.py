"""Bounds of what is done to one answer."""

from typing import Final

MAX_ANSWER_CHARACTERS: Final = 1 << 20
"""A larger answer is refused unread: no file of a driver comes near it."""
MAX_PARSES: Final = 80
"""Readings of one answer that are parsed before it counts as unclear."""
MAX_PARSED_CHARACTERS: Final = 3 << 20
MAX_FENCES: Final = 200
MAX_UNWRAPPINGS: Final = 4
"""Envelopes around a file that are taken off, one in another."""
MAX_JSON_DEPTH: Final = 100
MAX_JSON_STARTS: Final = 60
"""Places in a text where a JSON value is looked for."""
MAX_FIXES: Final = 24
"""Changes measured for one file."""
