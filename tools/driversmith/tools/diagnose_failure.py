"""Cause and repair of a failure."""

from typing import Annotated

from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import CallToolResult
from pydantic import Field

from .answers.diagnosis_parts import DiagnosisPart, diagnosis_answer
from .answers.record_cursors import digest_of
from .calling.arguments import Cursor, FileText
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
    cursor: Cursor = None,
) -> Annotated[CallToolResult, DiagnosisPart]:
    """Name the root cause of a failed session, or of an error message, and the repair.

    Rules judge first, then what helped against the same fault before, then a cheap model where one is set up; the last
    evidence says what the confidence rests on. Where code is at fault, repair_request is the complete model request
    that would come next, for you to answer; a long one comes in parts. Give session_id, or error_message with what
    there is of file_path, content and log.
    """
    if session_id is None and not error_message:
        raise ToolError(
            "diagnose_failure needs session_id, or error_message with what there is of file_path, content and log."
        )
    engine = engine_of(ctx)
    asked = digest_of(engine.principal, session_id, error_message, file_path, content, log)
    if cursor is None:
        await ctx.report_progress(0, message="Looking for the cause.")
        ctx.keep(
            asked,
            await engine.diagnose_failure(
                session_id=session_id, error_message=error_message, file_path=file_path, content=content, log=log
            ),
        )
    if (found := ctx.kept(asked)) is None:
        raise ToolError("The diagnosis whose parts these are is not kept any more: call again without cursor.")
    return diagnosis_answer(found, cursor)
