"""A request to the calling agent's own model in parts that no host cuts: the task first, then what it is written from."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

from driversmith.engine.models.session import HostRequest
from driversmith.engine.supervision.asks.host_context import whole_context
from driversmith.engine.supervision.asks.host_request import spelled_schema
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import CallToolResult

from .shape import LONGEST_REQUEST, Items, answer

if TYPE_CHECKING:
    from driversmith.engine.api import Engine

LARGEST_PART = 24_000
"""Characters. Text and structured content together stay below 20,000 tokens."""
WEIGHT = 4
"""Characters of ASCII that a character beyond it counts for: it takes a token or more."""
_BASIS = "What you need for it:"
_FIRST_BASIS = 'What you need for it ("your answer" there is the `content` of submit_file):'
_CURSOR = re.compile(r"(part|told)-([1-9]\d{0,3})")


class Piece(NamedTuple):
    """A text of a request, or as much of it as fits into a part."""

    kind: Literal["instruction", "schema", "last_answer", "context"]
    text: str

    @property
    def shown(self) -> str:
        """The piece as it stands in a text."""
        if self.kind == "schema":
            return f"The JSON schema of the answer:\n```json\n{self.text}\n```"
        return f"The file as it stands:\n{self.text}" if self.kind == "last_answer" else self.text


def first_part(session_id: str, wanted: HostRequest) -> tuple[str, HostRequest]:
    """The first part of a request: as a text, and as structured content."""
    parts = _parts(_pieces(wanted))
    held = parts[0]
    of_kind = {piece.kind: piece.text for piece in held}
    following = "part-2" if len(parts) > 1 else None
    shown = wanted.model_copy(
        update={
            "instruction": of_kind["instruction"],
            "json_schema": wanted.json_schema if "schema" in of_kind else None,
            "last_answer": of_kind.get("last_answer", ""),
            "context": tuple(piece.text for piece in held if piece.kind == "context"),
            "next_cursor": following,
        }
    )
    lines = [_how_to_answer(session_id, wanted)]
    if following:
        lines.append(
            f"This is part 1 of {len(parts)}: the task, and the first of what you need for it. {_more(session_id, following)}"
        )
    if wanted.told_before:
        lines.append(
            f'Rules and facts are as told before (again: get_session(session_id="{session_id}", cursor="told-1")).'
        )
    first, *others = (piece.shown for piece in held)
    basis = _BASIS if wanted.told_before else _FIRST_BASIS
    text = "\n\n".join(["\n".join(lines), first, *([basis, *others] if others else [])])
    return (f"{text}\n\n{_more(session_id, following)}" if following else text), shown


async def further_part(engine: "Engine", session_id: str, cursor: str) -> CallToolResult:
    """A further part of the request that a session waits with, or a part of what earlier ones told.

    Raises:
        ToolError: the cursor is none of ours, or the session waits for no file any more.
    """
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise ToolError(f"cursor must be the next_cursor of the answer before, unchanged; you gave {cursor[:80]!r}.")
    wanted = (await engine.result(session_id)).host_request
    if wanted is None:
        raise ToolError(
            f"Session {session_id} waits for no file now. Call get_session without cursor to see how it stands."
        )
    which, number = found[1], int(found[2])
    parts = _parts(_pieces(wanted)) if which == "part" else await _told(engine, session_id, wanted)
    if number > len(parts):
        raise ToolError(f"There are {len(parts)} parts of that, no part {number}.")
    following = f"{which}-{number + 1}" if number < len(parts) else None
    body = "\n\n".join(piece.shown for piece in parts[number - 1])
    head = f"Part {number} of {len(parts)} of what {wanted.path} is written from."
    end = _more(session_id, following) if following else f"That is all. {_how_to_answer(session_id, wanted)}"
    item = {"kind": "request", "path": wanted.path, "part": number, "parts": len(parts), "text": body}
    return answer(Items(items=[item], next_cursor=following), "\n\n".join([head, body, end]), longest=LONGEST_REQUEST)


def _how_to_answer(session_id: str, wanted: HostRequest) -> str:
    what = (
        "the JSON object" if wanted.json_schema or wanted.path in ("-", "facts.json") else "the text of the whole file"
    )
    return (
        f"Session {session_id} waits for {_named(wanted.path)} (attempt {wanted.attempt}, try {wanted.try_number}). Write it"
        f' yourself, then call submit_file(session_id="{session_id}", path="{wanted.path}", content=<{what}>).'
    )


def _named(path: str) -> str:
    return "a JSON object" if path == "-" else path


def _more(session_id: str, cursor: str) -> str:
    return f'Go on with get_session(session_id="{session_id}", cursor="{cursor}").'


def _pieces(wanted: HostRequest) -> Iterator[Piece]:
    yield Piece("instruction", wanted.instruction)
    if wanted.json_schema is not None:
        yield Piece("schema", spelled_schema(wanted.json_schema))
    if wanted.last_answer:
        yield Piece("last_answer", wanted.last_answer)
    yield from (Piece("context", text) for text in wanted.context)


async def _told(engine: "Engine", session_id: str, wanted: HostRequest) -> list[list[Piece]]:
    return _parts(Piece("context", text) for text in await whole_context(engine.journal, session_id, wanted))


def _parts(pieces: Iterator[Piece]) -> list[list[Piece]]:
    """The pieces in parts of at most LARGEST_PART; one that is larger is cut at the end of a line."""
    parts: list[list[Piece]] = [[]]
    room = LARGEST_PART
    for piece in pieces:
        for text in _cut(piece.text):
            weight = _weight(text)
            if weight > room and parts[-1]:
                parts.append([])
                room = LARGEST_PART
            parts[-1].append(Piece(piece.kind, text))
            room -= weight
    return parts


def _cut(text: str) -> Iterator[str]:
    if _weight(text) <= LARGEST_PART:
        yield text
        return
    held: list[str] = []
    room = LARGEST_PART
    for line in _short_lines(text):
        weight = _weight(line)
        if weight > room and held:
            yield "".join(held)
            held, room = [], LARGEST_PART
        held.append(line)
        room -= weight
    yield "".join(held)


def _short_lines(text: str) -> Iterator[str]:
    longest = LARGEST_PART // (2 * WEIGHT)
    for line in text.splitlines(keepends=True):
        yield from (line[at : at + longest] for at in range(0, len(line), longest))


def _weight(text: str) -> int:
    beyond = len(text) - len(text.encode("ascii", "ignore"))
    return len(text) + (WEIGHT - 1) * beyond
