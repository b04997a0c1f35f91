"""Where the calling agent's own model hands in a file."""

from typing import TYPE_CHECKING, Annotated

from driversmith.engine.models.findings import ValidationReport
from driversmith.engine.models.session import FINISHED, HostRequest, SupervisedResult
from mcp_types import CallToolResult
from pydantic import Field

from .answers import LONGEST_REQUEST, answer
from .arguments import SessionId
from .context import EngineContext, engine_of
from .declaration import declared
from .reports import reported, trimmed
from .supervised import links, told, trim

if TYPE_CHECKING:
    from driversmith.engine.supervision.handing_in import HandedIn


class SubmitAnswer(ValidationReport):
    """The checks of the file, and how the session stands."""

    session: str
    """In words: how the session stands, and what to do next."""
    next_request: HostRequest | None = None
    """The next file that the session asks for; `context` is left out, since the first request held it."""
    result: SupervisedResult | None = None
    """Once the session is finished."""


@declared(title="Hand in a file that a session asked for", read_only=False)
async def submit_file(
    ctx: EngineContext,
    *,
    session_id: SessionId,
    path: Annotated[
        str,
        Field(
            description="POSIX path in the project folder, as the session asked for it.", min_length=1, max_length=500
        ),
    ],
    content: Annotated[str, Field(description="The whole text of the file.", max_length=2_000_000)],
) -> Annotated[CallToolResult, SubmitAnswer]:
    """Hand in a file that a session with engine "host" waits for.

    The answer holds the findings in the file, and either the next request (the same file again where it did not pass,
    with what to mend; else the next file) or, after the last file and the run against a mock server, the result.
    """
    await ctx.report_progress(0, message=f"Checking {path}.")
    handed = await engine_of(ctx).submit_file(session_id, path, content, wait_seconds=WAIT_SECONDS)
    made = answered(handed)
    words = [made.session, *([reported(made)] if handed.report is not None else [])]
    if made.next_request is not None:
        words.append(made.next_request.instruction)
    return answer(made, "\n".join(words), links(made.result) if made.result else [], longest=LONGEST_REQUEST)


WAIT_SECONDS = 45.0
"""The run against the mock server takes a few seconds; most clients give a call a minute."""


def answered(handed: "HandedIn") -> SubmitAnswer:
    """What the calling agent is told."""
    report = trimmed(handed.report) if handed.report is not None else ValidationReport(ok=True)
    record = handed.record
    if record.status in FINISHED and record.result is not None:
        result = trim(record.result)
        return SubmitAnswer(ok=report.ok, findings=report.findings, session=told(result), result=result)
    wanted = record.result.host_request if record.result and record.status == "waiting_for_host" else None
    if wanted is None:
        words = (
            f"Session {record.session_id} is {record.status}: the file is being checked."
            f' Call get_session(session_id="{record.session_id}", wait_seconds=45).'
        )
        return SubmitAnswer(ok=report.ok, findings=report.findings, session=words)
    return SubmitAnswer(
        ok=report.ok,
        findings=report.findings,
        session=f"Session {record.session_id} now waits for {wanted.path} (attempt {wanted.attempt}, try"
        f" {wanted.try_number}): write it, and call submit_file again.",
        next_request=wanted.model_copy(update={"context": (), "last_answer": ""}),
    )
