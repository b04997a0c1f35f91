"""A session's result within the room of an answer, and the whole of it in parts."""

from typing import TYPE_CHECKING, Any, cast

from driversmith.engine.models.session import SupervisedResult
from driversmith.engine.views.pages import PAGE, ROOM, part_of
from driversmith.engine.views.weights import clipped, compact, weight
from mcp_types import CallToolResult

from .offsets import not_a_cursor
from .shape import OF_THE_API, Items, answer, more

if TYPE_CHECKING:
    from driversmith.engine.api import Engine

RESULT_PARTS = "result-"
"""A cursor of `get_session` begins so that leads through the whole result."""
_ROOMS = {
    "files": (4_000, "files"),
    "verification.objects": (4_000, "objects with how they are verified"),
    "profile.objects": (4_000, "objects"),
    "profile.pagination": (1_500, "objects with how they are paged"),
    "profile.skipped": (500, "skipped operations of the profile"),
    "profile.servers": (1_000, "servers"),
    "profile.auth": (1_000, "schemes of authentication"),
    "profile.warnings": (1_000, "warnings"),
    "contradictions": (2_500, "contradictions"),
    "skipped": (2_000, "skipped operations"),
    "choices": (5_000, "choices"),
    "notes": (3_000, "notes"),
    "fixes_applied": (1_500, "fixes"),
    "kept_files": (500, "kept files"),
    "merged_files": (500, "merged files"),
    "links": (500, "links"),
}
"""Bytes of a page for what there may be any number of, and how it is called."""
_LEAST_PREVIEW = 3_000
_LONGEST_TEXT = 1_200
_LONGEST_VALUE = 300
"""Characters of a text in a preview; of lists and objects there, a tenth as many entries."""


def within(result: SupervisedResult, size: int = PAGE) -> SupervisedResult:
    """The result with what is too much of it left out, and a note for each of that."""
    whole: dict[str, Any] = result.model_dump(mode="json", exclude={"preview"})
    shown, notes = _clipped(whole), list[str]()
    if shown != whole:
        notes.append("long texts")
    for path, (room, name) in _ROOMS.items():
        holder, last = _holder(shown, path)
        if holder is not None:
            kept = _first(holder[last], room * size // PAGE)
            if left_out := len(holder[last]) - len(kept):
                notes.append(f"{left_out} more {name}")
            holder[last] = kept
    said = [f"Left out here: {', '.join(notes)}. The whole result: {_whole(result)}"] if notes else []
    previews = {name: _shortened(records) for name, records in result.preview.items()}
    if previews != result.preview:
        said.append("Long values of the preview are cut: read_records shows them whole.")
    room = max(_LEAST_PREVIEW * size // PAGE, size - 2 * ROOM - weight(shown) - weight(said))
    preview = _first(previews, room)
    if len(preview) < len(previews):
        said.append(f"{len(previews) - len(preview)} more objects have a preview: read_records shows their records.")
    if not said:
        return result
    return SupervisedResult.model_validate({**shown, "preview": preview, "notes": [*shown["notes"], *said]})


async def result_part(engine: "Engine", session_id: str, cursor: str) -> CallToolResult:
    """A part of the whole result, as JSON.

    Raises:
        ToolError: there is no such part.
    """
    number = cursor.removeprefix(RESULT_PARTS)
    whole = (await engine.result(session_id)).model_dump(mode="json", exclude={"host_request"})
    part = part_of(compact(whole), int(number)) if number.isascii() and number.isdigit() and len(number) < 7 else None
    if part is None:
        raise not_a_cursor(cursor)
    following = f"{RESULT_PARTS}{part.number + 1}" if part.number < part.of else None
    head = f"Part {part.number} of {part.of} of the JSON of the whole result."
    heads = "\n".join(line for line in (head, more(following), OF_THE_API) if line)
    return answer(Items(items=[part.item], next_cursor=following), f"{heads}\n\n{part.text}")


def _whole(result: SupervisedResult) -> str:
    return f'get_session(session_id="{result.session_id}", cursor="{RESULT_PARTS}1").'


def _holder(shown: dict[str, Any], path: str) -> tuple[dict[str, Any] | None, str]:
    """The object that holds a member, and the member's name."""
    outer, dot, inner = path.partition(".")
    return (shown[outer], inner) if dot else (shown, outer)


def _first(entries: Any, room: int) -> Any:
    """As many of the first entries of a list or object as fit."""
    named = isinstance(entries, dict)
    kept: list[Any] = []
    for entry in cast("dict[str, Any]", entries).items() if named else cast("list[Any]", entries):
        room -= weight(entry) + 2
        if room < 0:
            break
        kept.append(entry)
    return dict(kept) if named else kept


def _clipped(value: Any) -> Any:
    if isinstance(value, str):
        return clipped(value, _LONGEST_TEXT)
    if isinstance(value, list):
        return [_clipped(item) for item in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {name: _clipped(item) for name, item in cast("dict[str, Any]", value).items()}
    return value


def _shortened(value: Any) -> Any:
    """The same JSON value with every long text clipped, and of long lists and objects the first entries."""
    most = _LONGEST_VALUE // 10
    if isinstance(value, str):
        return clipped(value, _LONGEST_VALUE)
    if isinstance(value, list):
        entries = cast("list[Any]", value)
        left_out = [f"... ({len(entries) - most} more)"] if len(entries) > most else []
        return [*(_shortened(item) for item in entries[:most]), *left_out]
    if isinstance(value, dict):
        named = cast("dict[str, Any]", value)
        kept = {key: _shortened(item) for key, item in list(named.items())[:most]}
        return kept | ({"...": f"({len(named) - most} more)"} if len(named) > most else {})
    return value
