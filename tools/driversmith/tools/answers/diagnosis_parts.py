"""A diagnosis, and the model request that it ends with: whole where an answer holds it, else in parts."""

from typing import Any

from driversmith.engine.models.diagnosis import Diagnosis
from driversmith.engine.views.pages import PAGE, part_of
from driversmith.engine.views.weights import clipped, weight
from mcp_types import CallToolResult

from .offsets import not_a_cursor, offset_of
from .shape import OF_THE_API, answer, more

WHOLE_REQUEST = 36_000
"""Bytes of a request that is still structured content, whole; what is left for the text is a part then."""
_TEXT_PART = 14_000
_LONGEST_TEXT = 600
_LONGEST_LIST = 5
_KEPT = 'the whole diagnosis: query_history(kind="diagnostics")'


class DiagnosisPart(Diagnosis):
    """Cause and repair."""

    next_cursor: str | None = None
    """Give it as `cursor`, with all other arguments as they are, for the next part of the request's text."""


def diagnosis_answer(found: Diagnosis, cursor: str | None = None) -> CallToolResult:
    """A diagnosis with its request: the data whole, or the part of its text that the cursor points to.

    Raises:
        ToolError: the cursor is none of ours.
    """
    request = found.repair_request
    short = _short(found)
    told = _told(short) + ("" if short == found.model_copy(update={"repair_request": None}) else f"\nCut here; {_KEPT}")
    if request is None:
        if cursor is not None:
            raise not_a_cursor(cursor)
        return answer(DiagnosisPart(**short.model_dump()), told)
    named = f"{request['role']}, {request['path'] or 'no file'}"
    whole = weight(request) <= WHOLE_REQUEST
    part = part_of(_as_text(request), 1 if cursor is None else offset_of(cursor), size=_TEXT_PART)
    if part is None:
        raise not_a_cursor(str(cursor))
    following = str(part.number + 1) if part.number < part.of else None
    if not whole or part.number > 1:
        about = {name: value for name, value in request.items() if name not in ("system", "messages")}
        request = {**about, **part.item}
    of = f", part {part.number} of {part.of}" if part.of > 1 else ""
    head = f"repair_request holds the next model request ({named}){of}:"
    above = told if part.number == 1 else ""
    text = "\n".join(line for line in (above, more(following), head) if line)
    data = short.model_copy(update={"repair_request": request}).model_dump(mode="json")
    return answer({**data, "next_cursor": following}, f"{text}\n\n{part.text}", longest=PAGE)


def _short(found: Diagnosis) -> Diagnosis:
    """The diagnosis without its request, and with no text or list longer than an answer can bear."""
    cut: dict[str, Any] = {}
    for name, value in found:
        if isinstance(value, str):
            cut[name] = clipped(value, _LONGEST_TEXT)
    evidence = tuple(clipped(said, _LONGEST_TEXT) for said in found.evidence)
    if len(evidence) > 2 * _LONGEST_LIST:  # the last says what the confidence rests on
        evidence = (*evidence[: 2 * _LONGEST_LIST - 1], evidence[-1])
    similar = tuple(
        s.model_copy(update={"root_cause": clipped(s.root_cause, _LONGEST_TEXT)}) for s in found.similar[:_LONGEST_LIST]
    )
    corrections = tuple(c for c in found.corrections[:_LONGEST_LIST] if weight(c.model_dump(mode="json")) < 2_000)
    return found.model_copy(
        update={**cut, "evidence": evidence, "similar": similar, "corrections": corrections, "repair_request": None}
    )


def _as_text(request: dict[str, Any]) -> str:
    """The texts of a model request, in order."""
    texts = _texts(request.get("system", []))
    for message in request.get("messages", []):
        said = "\n\n".join(_texts(message["content"]))
        texts.append(f"The answer so far:\n{said}" if message.get("role") == "assistant" else said)
    return "\n\n".join(texts)


def _texts(content: str | list[dict[str, Any]]) -> list[str]:
    return [content] if isinstance(content, str) else [str(block["text"]) for block in content]


def _told(found: Diagnosis) -> str:
    mend = "driversmith can mend it" if found.can_fix else "a person has to act"
    lines = [
        f"{found.root_cause} ({found.error_type}, {found.fault_kind}; confidence {found.confidence:.0%}, by {found.source}).",
        f"{found.fix_strategy}: {found.fix_description} ({mend})",
    ]
    if found.prompt_modification:
        lines.append(f"For whoever writes the file next: {found.prompt_modification}")
    lines += [OF_THE_API] if found.evidence else []
    lines += [f"Evidence: {evidence}" for evidence in found.evidence]
    lines += [f"Before: {s.session_id} {s.api_name}: {s.root_cause} [{s.fix_strategy}]" for s in found.similar]
    return "\n".join(lines)
