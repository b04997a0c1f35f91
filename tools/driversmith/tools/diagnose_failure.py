"""Cause and repair of a failure."""

from typing import Annotated

from driversmith.engine.models.diagnosis import Diagnosis
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import CallToolResult
from pydantic import Field

from .answers import answer, shortened
from .arguments import FileText
from .context import EngineContext, engine_of
from .declaration import declared
from .paths import ReadPath


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
    """A diagnosis, its long texts shortened, but the request whole: one that is cut cannot be answered."""
    data = found.model_dump(mode="json")
    return answer({**shortened(data), "repair_request": data["repair_request"]}, _told(found))


def _told(found: Diagnosis) -> str:
    mend = "driversmith can mend it" if found.can_fix else "a person has to act"
    lines = [
        f"{found.root_cause} ({found.error_type}, {found.fault_kind}; confidence {found.confidence:.0%}, by {found.source}).",
        f"{found.fix_strategy}: {found.fix_description} ({mend})",
    ]
    if found.prompt_modification:
        lines.append(f"For whoever writes the file next: {found.prompt_modification}")
    if (wanted := found.repair_request) is not None:
        lines.append(f"repair_request holds the next model request ({wanted['role']}, {wanted['path'] or 'no file'}).")
    return "\n".join(lines)
