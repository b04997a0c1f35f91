"""What running a tool over driver files needs, whichever tool it is."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import anyio
from anyio.lowlevel import RunVar

from ...models.findings import Finding, Severity
from ..limits import MAX_PARALLEL_TOOLS

UNKNOWN_RULE: Final[Severity] = "P3"
"""Severity of a rule that our table does not name: tools get new rules by the week, and none of them fails a driver."""

_limiter: RunVar[anyio.CapacityLimiter] = RunVar("tool_limiter")


def tool_limiter() -> anyio.CapacityLimiter:
    """The limiter of tool processes of this event loop."""
    try:
        return _limiter.get()
    except LookupError:
        limiter = anyio.CapacityLimiter(MAX_PARALLEL_TOOLS)
        _limiter.set(limiter)
        return limiter


def write_files(folder: str, texts: Mapping[str, str]) -> Path:
    """Write files (POSIX path -> text) below a folder; its resolved path."""
    root = Path(folder).resolve()
    for path, text in texts.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())
    return root


def unavailable(tool: str, reason: str, missed: str) -> Finding:
    """The finding that says that a tool did not work, and what therefore was not looked for."""
    return Finding(
        code="tool-unavailable",
        severity="P3",
        file="",
        message=f"{tool} could not check the code ({reason}): {missed} were not looked for.",
        hint=f"Install driversmith with its dependencies again (pip install --force-reinstall {tool}).",
    )


def place(value: object) -> int:
    """A line or column as a tool gave it, at least 1."""
    return max(int(value), 1) if isinstance(value, int | float) and math.isfinite(value) else 1
