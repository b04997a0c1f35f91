"""Cause and repair of a failure."""

from typing import Annotated, Any

from driversmith.engine.models.diagnosis import Diagnosis
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import CallToolResult
from pydantic import Field

from .answers.shape import OF_THE_API, PAGE, answer, fitted
from .calling.arguments import FileText
from .calling.context import EngineContext, engine_of
from .calling.declaration import declared
from .calling.paths import ReadPath


@declared(title="Say why something failed", read_only=True)
async def diagnose_failure(
    ctx: EngineContext,
    *,
    session_id: Annotated[
        str | None,
        Field(description="The session that failed; nothing else is needed then.", min_length=1, max_length=100),
    ] = None,
    error_message: Annotated[
        str | None, Field(description="The error as it was shown, with its traceback.", max_length=100_000)
    ] = None,
    file_path: Annotated[
        str | None,
        Field(description="Absolute path of the file at fault; with content, its name is enough.", max_length=4000),
        ReadPath(relative_with=frozenset({"content"})),
    ] = None,
    content: FileText = None,
    log: Annotated[str | None, Field(description="Output around the failure.", max_length=500_000)] = None,
) -> Annotated[CallToolResult, Diagnosis]:
    """Name the root cause of a failed session, or of an error message, and the repair.

    Rules judge first, then what helped against the same fault before, then a cheap model where one is set up; the last
    evidence says what the confidence rests on. Where code is at fault, repair_request is the complete model request
    that would come next, for you to answer. Give session_id, or error_message with what there is of file_path, content
    and log.
    """
    if session_id is None and not error_message:
        raise ToolError(
            "diagnose_failure needs session_id, or error_message with what there is of file_path, content and log."
        )
    await ctx.report_progress(0, message="Looking for the cause.")
    found = await engine_of(ctx).diagnose_failure(
        session_id=session_id, error_message=error_message, file_path=file_path, content=content, log=log
    )
    return diagnosis_answer(found)


def diagnosis_answer(found: Diagnosis) -> CallToolResult:
    """A diagnosis; with the request whole, for one that is cut cannot be answered, and as text where a page holds it."""
    data = found.model_dump(mode="json")
    request = data.pop("repair_request")
    told = _told(found)
    asked = _as_text(request) if request else ""
    if request:
        told += f"\nrepair_request holds the next model request ({request['role']}, {request['path'] or 'no file'})"
        fits = len(told.encode()) + len(asked.encode()) <= PAGE - _ROOM
        told += f":\n\n{asked}" if fits else _TOO_LONG.format(size=len(asked))
    return answer({**fitted(data), "repair_request": request}, told)


_ROOM = 500
_TOO_LONG = (
    ", of {size} characters, too long for a text: it stands in the structured answer. Where only texts are shown, a session"
    ' with engine="host" asks for the same in parts that fit.'
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
