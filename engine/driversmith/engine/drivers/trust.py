"""Whose code a driver's folder holds, and whether it may run here."""

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

import anyio.to_thread

from ..errors import SandboxUnavailableError
from ..journal.port import Page
from ..models.session import PublishedFile, SessionRecord, SessionStatus
from ..sandbox.port import HOW_TO_RUN, ISOLATED, Isolation
from .publish import files_intact

_MOST_SESSIONS = 500


class Sessions(Protocol):
    """What is asked of a journal."""

    async def sessions(self, *, status: SessionStatus | None = None, limit: int = 50) -> Page[SessionRecord]: ...


async def check_may_run(
    project: Path, *, isolation: Isolation, allow_unisolated: bool, journal: Sessions | None
) -> None:
    """That the code in a folder may run: anything may where it is isolated; else what our templates wrote and nobody
    touched, of which the journal is the witness, never a file in the folder.

    Raises:
        SandboxUnavailableError: it may not.
    """
    if isolation in ISOLATED or allow_unisolated:
        return
    made = await last_published(project, journal) if journal is not None else None
    code = [file for file in made or () if file.path.endswith(".py")]
    is_ours = bool(code) and all(file.author == "template" for file in code)
    if is_ours and await anyio.to_thread.run_sync(_is_as_written, project, code):
        return
    raise SandboxUnavailableError(
        f"{project} holds code that this machine did not make as it is, and has no isolation for: it was not run.",
        next_action=HOW_TO_RUN,
    )


async def last_published(project: Path, journal: Sessions) -> tuple[PublishedFile, ...] | None:
    """The files that the newest session wrote to a folder, as the journal knows them; None where none did."""
    record = await last_session(project, journal)
    return tuple(record.result.files) if record is not None and record.result is not None else None


async def last_session(project: Path, journal: Sessions) -> SessionRecord | None:
    """The newest session that wrote a driver to a folder; None where none did that the journal knows."""
    page = await journal.sessions(status="succeeded", limit=_MOST_SESSIONS)
    made = (r for r in page.items if r.result is not None and r.result.output_path == str(project))
    return next(made, None)


def _is_as_written(project: Path, files: Iterable[PublishedFile]) -> bool:
    """Whether the Python files of a folder are these, and no other."""
    there = {path.relative_to(project).as_posix() for path in project.rglob("*.py")}
    return there <= {file.path for file in files} and files_intact(project, files)
