"""Where the calling agent's own model hands in a file."""

from typing import Annotated, Any

from driversmith.engine.models.findings import ValidationReport
from mcp_types import CallToolResult
from pydantic import Field

from .answers import answer
from .arguments import SessionId
from .context import EngineContext, engine_of
from .declaration import declared
from .reports import reported, trimmed


class SubmitAnswer(ValidationReport):
    """The checks of the file, and how the session stands."""

    session: str
    """In words: what the session does with the file."""
    next_request: dict[str, Any] | None = None
    """The next file that the session asks for."""
    result: dict[str, Any] | None = None
    """The session's SupervisedResult, once it is finished."""


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
    """Hand in a file for a session that waits for it (engine "host"); it is checked at once.

    No session waits for files yet, because the engine "host" is not there: the file is checked, and nothing is stored.
    """
    engine = engine_of(ctx)
    session = await engine.journal.session(session_id)
    report = trimmed(await engine.validate_file(file_path=path, content=content))
    words = (
        f"Session {session_id} is {session.status} and does not wait for {path}: no session waits for files until the "
        'engine "host" is available. Nothing was stored.'
    )
    return answer(SubmitAnswer(ok=report.ok, findings=report.findings, session=words), f"{words}\n{reported(report)}")
