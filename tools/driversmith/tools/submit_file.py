"""Where the calling agent's own model hands in a file."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

from driversmith.engine.models.findings import ValidationReport
from driversmith.engine.models.session import FINISHED, HostRequest, SupervisedResult
from driversmith.engine.views.pages import PAGE
from mcp_types import CallToolResult
from pydantic import Field

from .answers.host_parts import first_part
from .answers.reports import reported, trimmed
from .answers.shape import LONGEST_REQUEST, answer
from .answers.supervised import told, trim
from .calling.arguments import SessionId
from .calling.context import EngineContext, engine_of
from .calling.declaration import declared

if TYPE_CHECKING:
    from driversmith.engine.sessions.submissions import Submission


MOST_FINDINGS = 20
MOST_TOLD = 10
"""Findings in the text."""
FINDINGS = 4_000
"""Bytes of an answer for findings, in the text and in what is structured each."""


class SubmitAnswer(ValidationReport):
    """What is wrong with the file, also what a run of the driver showed of it, and how the session stands."""

    session: str
    """In words: what became of the file, how the session stands, and what to do next."""
    next_request: HostRequest | None = None
    """The next file that the session asks for; `context` holds what was not told yet."""
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
    """Hand in a file that a session with engine "host" waits for, or, at any time, facts.json: corrections of facts.

    The answer says what became of it: its own checks, and for the client the run against a mock server. Then it holds
    the next request (the same file again where something is to be mended; else the next file), or, after the last file,
    the result. Where a finding or a broken behaviour follows from a wrong fact, object to that: path "facts.json", content
    {"corrections": [{"fact", "value", "because", "quote"}]}; the session goes on from what counts of it.
    """
    await ctx.report_progress(0, message=f"Checking {path}.")
    handed = await engine_of(ctx).submit_file(session_id, path, content, wait_seconds=WAIT_SECONDS)
    made, text = answered(handed)
    return answer(made, text, longest=LONGEST_REQUEST)


WAIT_SECONDS = 45.0
"""The run against the mock server takes a few seconds; most clients give a call a minute."""


def answered(handed: "Submission") -> tuple[SubmitAnswer, str]:
    """What the calling agent is told: structured, and as a text that holds the next request."""
    report = (
        trimmed(handed.report, MOST_FINDINGS, size=FINDINGS) if handed.report is not None else ValidationReport(ok=True)
    )
    record, result = handed.record, handed.record.result
    became = " ".join(_became(handed))
    said: dict[str, Any] = {"ok": report.ok, "findings": report.findings}
    if record.status == "waiting_for_host" and result is not None and result.host_request is not None:
        wanted = result.host_request
        text, request = first_part(record.session_id, wanted)
        findings = "" if wanted.path == handed.path and wanted.try_number > 1 else _findings(handed)
        words = (
            f"{became} The session now waits for {wanted.path}: write it by next_request, and call submit_file again."
        )
        return SubmitAnswer(**said, session=words, next_request=request), _lines(became, findings, text)
    if record.status in FINISHED and result is not None:
        shown = trim(result, size=PAGE - FINDINGS)
        words = _lines(became, told(shown))
        return SubmitAnswer(**said, session=words, result=shown), _lines(became, _findings(handed), told(shown))
    words = (
        f"Session {record.session_id} is {record.status}: {handed.path} is being checked."
        f' Call get_session(session_id="{record.session_id}", wait_seconds=45).'
    )
    return SubmitAnswer(**said, session=words), words


def _became(handed: "Submission") -> Iterator[str]:
    """What became of the file, and of the driver with it."""
    if handed.report is None:
        return
    named = "Your answer" if handed.path == "-" else handed.path
    count = sum(f.is_serious for f in handed.report.findings)
    if handed.accepted:
        yield f"{named} passes its own checks."
    else:
        yield f"{named} does not pass: {count} finding{'' if count == 1 else 's'}."
    yield from handed.happened


def _findings(handed: "Submission") -> str:
    """The findings, where the next request does not tell them."""
    return "" if handed.report is None or handed.report.ok else reported(handed.report, MOST_TOLD, size=FINDINGS)


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)
