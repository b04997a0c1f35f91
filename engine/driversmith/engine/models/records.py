"""Records of an object, as they are read page by page."""

from pydantic import JsonValue

from .base import Value

MAX_RECORDS = 100_000
"""That are read one after the other."""


class RecordPage(Value):
    """Some records, and how to go on."""

    records: list[dict[str, JsonValue]]
    done: bool
    """True where nothing follows them."""
    reading: str = ""
    """Names the read that they come from, as long as it is kept open: whoever gives it back goes on where this page ends."""
    fields: tuple[str, ...] = ()
    """Names of the fields that the description knows; records may have others."""
