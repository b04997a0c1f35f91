"""How findings are told."""

from driversmith.engine.models.findings import ValidationReport

MOST_FINDINGS = 100
MOST_TOLD = 25


def trimmed(report: ValidationReport) -> ValidationReport:
    """The report with its worst findings, where there are very many."""
    return report.model_copy(update={"findings": report.findings[:MOST_FINDINGS]})


def reported(report: ValidationReport) -> str:
    """The report in a line for each of its worst findings."""
    if not report.findings:
        return "ok: no findings."
    told = report.findings[:MOST_TOLD]
    lines = [f"{f.severity} {f.file}:{f.line}:{f.column} {f.code}: {f.message} {f.hint}".rstrip() for f in told]
    head = "ok, with remarks" if report.ok else "not ok"
    more = f"\n... and {len(report.findings) - len(told)} more" if len(report.findings) > len(told) else ""
    return f"{head}: {len(report.findings)} findings.\n" + "\n".join(lines) + more
