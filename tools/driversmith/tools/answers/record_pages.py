"""Pages of records: as many whole ones as fit, or a part of one that is longer than a page."""

from dataclasses import dataclass
from typing import Any

from driversmith.engine.models.base import Value
from driversmith.engine.views.pages import PAGE, fitting
from driversmith.engine.views.parts import in_parts
from driversmith.engine.views.weights import clipped, compact, weight
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import CallToolResult

from .record_cursors import RecordCursor, digest_of
from .shape import OF_THE_API, answer, more

_ROOM = 2_000
"""Bytes of a page for what stands around a part."""
_MOST_NAMED = 40


class RecordPart(Value):
    """A part of a record that is longer than a page."""

    record: int
    """Which record, counted from 1."""
    part: int
    """1 for the first one."""
    parts: int
    text: str
    """A piece of the record's JSON; all parts together are the record."""


class Records(Value):
    """Records of one object, whole; or one part of a record that is longer than a page."""

    object_name: str
    first: int
    """Which record comes first here, counted from 1."""
    records: list[dict[str, Any]]
    part: RecordPart | None = None
    next_cursor: str | None = None
    """Give it as `cursor`, with all other arguments as they are, to read on; null where nothing follows."""


@dataclass(frozen=True)
class Stretch:
    """Records that were read, and where they stand among all."""

    object_name: str
    records: list[dict[str, Any]]
    done: bool
    """Whether nothing follows them."""
    place: RecordCursor
    """Where they begin."""
    read: str
    """Digest of what is read."""

    def begins_long(self) -> bool:
        """Whether the first one is longer than a page."""
        return bool(self.records) and weight(self.records[0]) > PAGE - _ROOM

    def page(self) -> CallToolResult:
        """As many whole records as fit."""
        lines = [compact(record) for record in self.records]
        kept = fitting(self.records, lines)
        following = self._behind(kept)
        first = self.place.after + 1
        if not kept:
            text = f"No {'more ' if self.place.after else ''}records of {self.object_name}."
        else:
            what = "1 record" if kept == 1 else f"{kept} records"
            end = "" if following else ", the last"
            head = f"{what} of {self.object_name} ({first} to {first + kept - 1}){end}."
            text = "\n".join(part for part in (head, OF_THE_API, *lines[:kept], more(following)) if part)
        found = Records(object_name=self.object_name, first=first, records=self.records[:kept], next_cursor=following)
        return answer(found, text)

    def part(self) -> CallToolResult:
        """A part of the first record.

        Raises:
            ToolError: the record is not the one whose parts were read before.
        """
        record = self.records[0] if self.records else {}
        digest, parts, number = digest_of(record), in_parts(compact(record), PAGE - _ROOM), self.place.part or 1
        if self.place.part and not (digest == self.place.record and number <= len(parts)):
            again = self.place._replace(part=0).told(self.read)
            raise ToolError(
                f"Record {self.place.after + 1} of {self.object_name} has changed since its first part was read. To read"
                f" it from its beginning, call again with cursor={again!r}."
            )
        following = self._behind(1)
        if number < len(parts):
            following = self.place._replace(part=number + 1, record=digest).told(self.read)
        part = RecordPart(record=self.place.after + 1, part=number, parts=len(parts), text=parts[number - 1])
        names = ", ".join(list(record)[:_MOST_NAMED]) + (", ..." if len(record) > _MOST_NAMED else "")
        head = (
            f"Record {part.record} of {self.object_name} is longer than a page: part {number} of {len(parts)} of its JSON."
            f" fields makes it shorter; it has {clipped(names, _ROOM // 4)}."
        )
        found = Records(object_name=self.object_name, first=part.record, records=[], part=part, next_cursor=following)
        heads = "\n".join(line for line in (head, more(following), OF_THE_API) if line)
        return answer(found, f"{heads}\n\n{part.text}")

    def _behind(self, count: int) -> str | None:
        """The cursor behind so many of the records; None where nothing follows."""
        if self.done and count >= len(self.records):
            return None
        return self.place._replace(after=self.place.after + count, part=0).told(self.read)
