"""How findings are told."""

from driversmith.engine.models.findings import Finding, ValidationReport

from .shape import fitting

MOST_FINDINGS = 100


def trimmed(report: ValidationReport, most: int = MOST_FINDINGS) -> ValidationReport:
    """The report with its worst findings, where there are more than fit a page."""
    findings = report.findings[:most]
    kept = fitting([f.model_dump(mode="json") for f in findings], [_line(f) for f in findings])
    return report.model_copy(update={"findings": findings[:kept]})


def reported(report: ValidationReport, most: int = MOST_FINDINGS) -> str:
    """The report in a line for each of its worst findings, and how to see the others."""
    if not report.findings:
        return "ok: no findings."
    told = trimmed(report, most).findings
    head = "ok, with remarks" if report.ok else "not ok"
    lines = [f"{head}: {len(report.findings)} findings.", *map(_line, told)]
    if left_out := len(report.findings) - len(told):
        lines.append(
            f"{left_out} more, none of them worse: mend these first and check again, or see all with"
            " `driversmith validate PATH`."
        )
    return "\n".join(lines)


def _line(finding: Finding) -> str:
    place = f"{finding.file}:{finding.line}:{finding.column}"
    return f"{finding.severity} {place} {finding.code}: {finding.message} {finding.hint}".rstrip()
