"""Runs a tool as a child process, bounded in time."""

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, cast

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


def printed(done: CompletedProcess[bytes], *, good: Collection[int]) -> list[dict[str, Any]]:
    """The list of findings that a tool printed as JSON.

    Raises:
        ValueError: its exit code is not a good one, or it printed something else.
    """
    if done.returncode not in good:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise ValueError(f"exit code {done.returncode}" + (f", {said[-1][:200]}" if said else ""))
    try:
        items: object = json.loads(done.stdout or b"[]")
    except ValueError as error:
        raise ValueError("its answer is not JSON") from error
    if not isinstance(items, list):
        raise ValueError("its answer is not a list")
    return cast("list[dict[str, Any]]", items)
