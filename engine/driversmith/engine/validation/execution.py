"""Runs the inspection off the event loop: in a thread, or, for text that could hold the process up, in a child."""

import json
import signal
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import anyio
from anyio import to_thread
from anyio.lowlevel import RunVar

from ..models.findings import Finding
from ..models.profile import ApiProfile
from .limits import MAX_PARALLEL_WORKERS, WORKER_PATIENCE, is_heavy_package, worker_seconds
from .tools.child import run_child

WORKER = (sys.executable, "-P", "-m", "driversmith.engine.validation.worker")
_limiter: RunVar[anyio.CapacityLimiter] = RunVar("inspection_limiter")


async def run_inspection(
    texts: Mapping[str, str],
    *,
    whole: bool,
    focus: str | None = None,
    profile: ApiProfile | None = None,
    command: Sequence[str] = WORKER,
    seconds: float | None = None,
) -> list[Finding]:
    """What `inspection.inspect` finds. A child that crashes, or takes longer than `seconds` (None: by the size of the
    text, on the processor), becomes a finding."""
    try:
        limiter = _limiter.get()
    except LookupError:
        limiter = anyio.CapacityLimiter(MAX_PARALLEL_WORKERS)
        _limiter.set(limiter)
    python = [text for path, text in texts.items() if path.endswith((".py", ".pyi"))]
    if is_heavy_package(python):
        most = seconds or worker_seconds(python)
        job: dict[str, Any] = {
            "texts": dict(texts),
            "whole": whole,
            "focus": focus,
            "seconds": most,
        }
        async with limiter:
            written = await to_thread.run_sync(_written, job, profile)
            return await _in_child(written, focus, command, most)
    from .inspection import inspect  # the rules stay out of the server's start

    work = partial(inspect, texts, whole=whole, focus=focus, profile=profile)
    return await to_thread.run_sync(work, limiter=limiter)


def _written(job: dict[str, Any], profile: ApiProfile | None) -> bytes:
    return json.dumps({**job, "profile": profile.model_dump_json(exclude_defaults=True) if profile else None}).encode()


async def _in_child(job: bytes, focus: str | None, command: Sequence[str], seconds: float) -> list[Finding]:
    reason = ""
    try:
        done = await run_child(command, input=job, seconds=WORKER_PATIENCE * seconds)
        if done.returncode == 0:
            return [Finding.model_validate(item) for item in json.loads(done.stdout)]
        over = sys.platform != "win32" and done.returncode == -signal.SIGXCPU
        reason = f"it took longer than {seconds:g} seconds" if over else f"the parser ended with code {done.returncode}"
    except TimeoutError:
        reason = f"it took longer than {seconds:g} seconds"
    except (OSError, ValueError) as error:
        reason = str(error)
    return [
        Finding(
            code="too-complex",
            severity="P0",
            file=focus or "",
            message=f"The code is so large or so deeply nested that it could not be analysed: {reason}.",
            hint="Keep modules below 2,000 lines; move large tables to a JSON file.",
        )
    ]
