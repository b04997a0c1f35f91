"""Runs a tool as a child process, bounded in time."""

from collections.abc import Sequence
from pathlib import Path
from subprocess import CompletedProcess

import anyio


async def run_child(
    command: Sequence[str], *, input: bytes | None = None, cwd: Path | None = None, seconds: float
) -> CompletedProcess[bytes]:
    """Exit code and output of a command; it is killed when the time is over or the caller is cancelled.

    Raises:
        TimeoutError: it took longer than `seconds`.
        OSError: it could not be started, or ended before it had read `input`.
    """
    try:
        with anyio.fail_after(seconds):
            return await anyio.run_process(command, input=input, cwd=cwd, check=False)
    except ExceptionGroup as group:
        broken, others = group.split((anyio.BrokenResourceError, anyio.ClosedResourceError))
        if broken is None or others is not None:
            raise
        raise OSError("it ended before it had read its input") from group
