"""How a session's result is told: trimmed to what fits a chat, with the next thing to do in plain words."""

from driversmith.engine.models.session import SessionStatus, SupervisedResult
from driversmith.engine.models.visible import QUOTES_THE_API, visible_values
from driversmith.engine.views.pages import PAGE
from driversmith.engine.views.weights import clipped, compact
from mcp_types import CallToolResult

from .host_parts import first_part
from .result_parts import within
from .shape import LONGEST_REQUEST, OF_THE_API, answer

MOST_TOLD = 15
MOST_OF_A_PREVIEW = 1_200
"""Characters of the text that shows an object's records."""
MOST_OF_ALL_PREVIEWS = 6_000
BESIDE_A_REQUEST = 4_000
"""Bytes of a result that comes with a request to the host's model."""
_SENTENCES = {"notes", "error", "contradictions", "skipped", "fixes_applied", "verification", "choices"}
_BARE = {"session_id": "", "status": "failed"}
UNFINISHED: frozenset[SessionStatus] = frozenset({"queued", "running", "waiting_for_host", "interrupted"})


def supervised_answer(result: SupervisedResult) -> CallToolResult:
    """The result of a session; where it waits for a file, the request for that."""
    if result.status == "waiting_for_host" and result.host_request is not None:
        text, request = first_part(result.session_id, result.host_request)
        shown = trim(result, size=BESIDE_A_REQUEST).model_copy(update={"host_request": request})
        return answer(shown, text, longest=LONGEST_REQUEST)
    trimmed = trim(result)
    return answer(trimmed, told(trimmed))


def trim(result: SupervisedResult, *, size: int = PAGE) -> SupervisedResult:
    """The result within `size` bytes of JSON, without its request; notes say what was cut and where the rest stands."""
    linked = result.model_copy(update={"links": links(result), "host_request": None})
    return _for_people(within(linked, size))


def _for_people(result: SupervisedResult) -> SupervisedResult:
    """The result with its sentences `visible`; the records of its preview stay exact."""
    told = result.model_dump(mode="json", include=_SENTENCES)
    shown = visible_values(told)
    if shown == told:
        return result
    return result.model_copy(
        update={name: getattr(SupervisedResult.model_validate({**_BARE, **shown}), name) for name in shown}
    )


def links(result: SupervisedResult) -> dict[str, str]:
    """The log and the files that a person opens first, as resources."""
    base = f"driversmith://sessions/{result.session_id}"
    opened_first = [f.path for f in result.files if f.path == "README.md" or f.path.endswith("/client.py")]
    return {"log": f"{base}/log", **{path: f"{base}/files/{path}" for path in opened_first}}


def told(result: SupervisedResult) -> str:
    """The result in a few lines."""
    if result.status in UNFINISHED:
        return _unfinished(result)
    quoted = bool(
        result.notes or result.choices or result.contradictions or result.preview or result.verification.objects
    )
    lines = [
        _headline(result),
        *([OF_THE_API] if quoted else []),
        *_objects(result),
        *_differences(result),
        *(f"Choice: {choice.told}" for choice in result.choices),
        *(f"Note: {note}" for note in result.notes),
    ]
    if result.error is not None and result.success:
        lines.append(f"Note: {result.error.message} {result.error.next_action}".strip())
    if result.skipped:
        lines.append(
            f"{len(result.skipped)} operations of the description are skipped, each with its reason in `skipped` and in"
            f' get_session(session_id="{result.session_id}", view="profile").'
        )
    if result.profile is not None:
        lines.append(
            f"Objects: {', '.join(result.profile.objects) or 'none'}. Operations: {result.profile.operations}."
        )
    lines += _previews(result)
    if result.links:
        lines.append(f"Resources: {' '.join(result.links.values())}")
    return "\n".join(lines)


def _objects(result: SupervisedResult) -> list[str]:
    """How far each object is verified, those that are not live first."""
    found = sorted(result.verification.objects.items(), key=lambda item: item[1].level == "live")
    lines = [
        f"{name}: {o.level}"
        + (f", {o.records} records read{', which are all' if o.complete else ''}" if o.records else "")
        + (f" ({clipped(o.note, 300)})" if o.note else "")
        for name, o in found[:MOST_TOLD]
    ]
    more = len(found) - len(lines)
    return [f"Objects: {'; '.join(lines)}{f'; and {more} more' if more > 0 else ''}."] if lines else []


def _differences(result: SupervisedResult) -> list[str]:
    """Where the API is otherwise than described."""
    told = [f"The description differs, {c.fact}: {clipped(c.because, 300)}" for c in result.contradictions[:MOST_TOLD]]
    more = len(result.contradictions) - len(told)
    return [*told, *([f"And {more} more contradictions."] if more > 0 else [])]


def _previews(result: SupervisedResult) -> list[str]:
    """The first records, as far as they fit, and how to read the rest of them."""
    lines: list[str] = []
    whole = True
    for name, records in result.preview.items():
        line = f"{name}: {compact(records)}"
        if sum(map(len, lines)) + min(len(line), MOST_OF_A_PREVIEW) > MOST_OF_ALL_PREVIEWS:
            whole = False
            break
        lines.append(clipped(line, MOST_OF_A_PREVIEW))
        whole = whole and lines[-1] == line
    if not whole:
        lines.append(f'Whole records of each object: read_records(session_id="{result.session_id}", object_name=...).')
    return lines


def _unfinished(result: SupervisedResult) -> str:
    again = (
        "Call generate_driver_supervised again with the same arguments to go on waiting, or "
        f'get_session(session_id="{result.session_id}", wait_seconds=45).'
    )
    if result.status == "waiting_for_host":
        return f"Session {result.session_id} waits for a file: call get_session to see which, then submit_file."
    if result.status == "interrupted":
        return f"Session {result.session_id} was interrupted; nothing of it is lost. {again}"
    notes = "".join(f" {note}" for note in result.notes)
    return f"Session {result.session_id} is {result.status} and goes on by itself.{notes} {again}"


def _headline(result: SupervisedResult) -> str:
    session = f"(session {result.session_id})"
    if not result.success:
        if result.error is None:
            return f"{result.status.capitalize()}: there is no driver {session}."
        told = f"{result.status.capitalize()} [{result.error.code}]: {result.error.message} {result.error.next_action} {session}"
        quotes = any(mark in result.error.message for mark in "\"':`")
        return f"{told}\n{QUOTES_THE_API}" if quotes else told
    if result.output_path is None:
        return f"Succeeded {session}: the API was researched, no file was written."
    found = result.verification
    checked = f"{found.level} (contract: {found.passed} passed, {found.failed} failed; isolation: {found.held_by})"
    return f"Succeeded {session}: {result.driver_name} with {len(result.files)} files in {result.output_path}. Verified: {checked}."
