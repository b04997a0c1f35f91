"""Keys of answers: words of the API, or values that are keys of a map."""

import re

_WORD = re.compile(r"[A-Za-z_@$][A-Za-z0-9_@$:. -]{0,59}\Z")
_VALUE = re.compile(r"\d{4}|[0-9a-f]{8,}\Z|[^@\s]+@\S+\.|.*[a-z]\d[a-z]\d", re.IGNORECASE)


def is_word(key: str) -> bool:
    """Whether a key can be a name that the API gave (`results`, `@odata.nextLink`), rather than an identifier, a date, an
    address: such a key is a value, and belongs in no fact, log or prompt."""
    return bool(_WORD.match(key)) and not _VALUE.match(key) and sum(c.isdigit() for c in key) <= 3
