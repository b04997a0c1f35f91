"""Finding and ValidationReport: results of static checks."""

from typing import Literal, Self

from .base import Value

Severity = Literal["P0", "P1", "P2", "P3"]
"""P0 cannot run, P1 breaks the contract, P2 misbehaves or is unsafe, P3 style."""


class Finding(Value):
    """One fault at one place."""

    code: str
    """Rule id: `contract-missing-method`, `F821`, ..."""
    severity: Severity
    file: str
    """POSIX path in the project folder, or as given."""
    line: int = 1
    """1-based."""
    column: int = 1
    """1-based."""
    message: str
    """What is wrong, naming what exists."""
    hint: str = ""
    """What to do."""

    @property
    def is_serious(self) -> bool:
        """P0 to P2: a driver with it does not pass. P3 is style."""
        return self.severity != "P3"


class ValidationReport(Value):
    """All findings, worst first."""

    ok: bool
    """True where there is no finding of P0 to P2."""
    findings: tuple[Finding, ...] = ()

    @classmethod
    def of(cls, findings: "list[Finding]") -> Self:
        """The report of these findings, ordered by severity, file and place."""
        ordered = sorted(findings, key=lambda f: (f.severity, f.file, f.line, f.column, f.code))
        return cls(ok=not any(f.is_serious for f in ordered), findings=tuple(ordered))
