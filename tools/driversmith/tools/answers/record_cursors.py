"""Where a read of records goes on: a cursor that fits one read alone."""

import hashlib
import json
import re
from typing import Any, NamedTuple, Self

from mcp.server.mcpserver.exceptions import ToolError

from .offsets import not_a_cursor

_FORM = re.compile(r"(\d{1,7})\.(\d{1,6})\.([0-9a-f]{8})\.([0-9a-f]{0,16})(?:\.([0-9a-f]{8}))?", re.ASCII)


class RecordCursor(NamedTuple):
    """A place between records, or between the parts of one."""

    after: int = 0
    """Records before it."""
    part: int = 0
    """The part of the next record that comes next; 0 where it is to come whole."""
    reading: str = ""
    """The engine's name of the read, as long as it is kept open."""
    record: str = ""
    """Digest of the record whose parts are read."""

    @classmethod
    def parsed(cls, cursor: str | None, read: str) -> Self:
        """The cursor that `told` gave for the same read.

        Raises:
            ToolError: it is none of ours, or belongs to another read.
        """
        if cursor is None:
            return cls()
        match = _FORM.fullmatch(cursor)
        if match is None or bool(int(match[2])) != bool(match[5]):
            raise not_a_cursor(cursor)
        if match[3] != read:
            raise ToolError(
                "cursor belongs to another read: give all other arguments as on the page before, or leave cursor out to"
                " begin anew."
            )
        return cls(after=int(match[1]), part=int(match[2]), reading=match[4], record=match[5] or "")

    def told(self, read: str) -> str:
        """As next_cursor tells it; `read` is the digest of what is read."""
        place = f"{self.after}.{self.part}.{read}.{self.reading}"
        return f"{place}.{self.record}" if self.part else place


def digest_of(*values: Any) -> str:
    """A short digest that differs for different JSON values."""
    text = json.dumps(values, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:8]
