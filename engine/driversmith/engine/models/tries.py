"""What became of a file that a model was asked for, try by try."""

from collections.abc import Awaitable, Callable
from typing import Literal

from .base import Value
from .findings import Finding

Mode = Literal["full", "simplify"]
"""What is asked for: whole files, or the slots of the templates."""
TryOutcome = Literal["accepted", "rejected", "stuck", "truncated", "refused", "unusable"]
"""`rejected`: the file has faults. `stuck`: the same file with the same faults came before. `truncated`, `refused`,
`unusable`: the answer holds no file that could be checked."""


class FixRecord(Value):
    """One change that was made."""

    fixer: str
    """Name of the fixer: `missing-import`, ..."""
    path: str
    did: str
    """What was changed, in words."""
    healed: tuple[str, ...] = ()
    """Codes of the findings that are gone since."""


class Tried(Value):
    """One try of a file, and what became of it."""

    path: str
    attempt: int
    try_number: int
    mode: Mode = "full"
    role: Literal["generate", "repair"]
    outcome: TryOutcome
    findings: tuple[Finding, ...] = ()
    """What the file is blamed for, worst first; where the answer held no file, the finding that says why."""
    fixes: tuple[FixRecord, ...] = ()
    """What was mended without the model."""
    how: tuple[str, ...] = ()
    """What was done to take the file out of the answer, in words; () where the answer was the file."""


OnTry = Callable[[Tried], Awaitable[None]]
