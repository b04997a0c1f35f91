"""`examined`: a failure with what the checks find in the file that it names."""

from pathlib import Path

from anyio import to_thread

from ..errors import InvalidArgumentError
from .context import FailureContext

MAX_CHARACTERS = 400_000
"""Of a longer file only so much is looked at for what stands around the fault."""


async def examined(failure: FailureContext) -> FailureContext:
    """Validate the file that the failure names, and add its text and findings.

    A file that cannot be read is no error here: the rest of the evidence is judged without it.
    """
    path = failure.file_path or ("client.py" if failure.content is not None else None)
    if path is None:
        return failure
    from ..validation.file import validate_file

    try:
        report = await validate_file(file_path=path, content=failure.content)
    except InvalidArgumentError:
        return failure
    content = failure.content
    if content is None:
        content = await to_thread.run_sync(_text, Path(path))
    known = set(failure.findings)
    added = tuple(f for f in report.findings if f not in known)
    return failure.model_copy(update={"file_path": path, "content": content, "findings": (*failure.findings, *added)})


def _text(path: Path) -> str | None:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(MAX_CHARACTERS)
    except OSError:
        return None
