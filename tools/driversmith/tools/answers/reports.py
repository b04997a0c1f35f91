"""How findings are told."""

from driversmith.engine.models.findings import Finding, ValidationReport
from driversmith.engine.views.pages import PAGE, fitting
from driversmith.engine.views.weights import clipped
from mcp_types import CallToolResult

from .offsets import not_a_cursor, offset_of
from .shape import answer, more

MOST_FINDINGS = 100
_LONGEST_MESSAGE = 2_000


class ReportPage(ValidationReport):
    """Findings of one file, worst first."""

    next_cursor: str | None = None
    """Give it as `cursor`, with all other arguments as they are, for the findings behind these."""


def report_page(report: ValidationReport, cursor: str | None) -> CallToolResult:
    """The page of a report that the cursor points to.

    Raises:
        ToolError: the cursor is none of ours.
    """
    at = offset_of(cursor)
    if cursor is not None and not 0 < at < len(report.findings):
        raise not_a_cursor(cursor)
    shown = trimmed(report.model_copy(update={"findings": report.findings[at:]}))
    end = at + len(shown.findings)
    following = str(end) if end < len(report.findings) else None
    lines = [_head(report), *map(_line, shown.findings), more(following)]
    page = ReportPage(ok=report.ok, findings=shown.findings, next_cursor=following)
    return answer(page, "\n".join(line for line in lines if line))


def trimmed(report: ValidationReport, most: int = MOST_FINDINGS, *, size: int = PAGE) -> ValidationReport:
    """The report with its worst findings, where there are more than fit `size` bytes."""
    findings = tuple(map(_short, report.findings[:most]))
    kept = fitting([f.model_dump(mode="json") for f in findings], [_line(f) for f in findings], size=size)
    return report.model_copy(update={"findings": findings[:kept]})


def reported(report: ValidationReport, most: int = MOST_FINDINGS, *, size: int = PAGE) -> str:
    """The report in a line for each of its worst findings, and how to see the others."""
    told = trimmed(report, most, size=size).findings
    lines = [_head(report), *map(_line, told)]
    if left_out := len(report.findings) - len(told):
        lines.append(
            f"{left_out} more, none of them worse: mend these first and hand in again, or see all with validate_file."
        )
    return "\n".join(lines)


def _head(report: ValidationReport) -> str:
    if not report.findings:
        return "ok: no findings."
    return f"{'ok, with remarks' if report.ok else 'not ok'}: {len(report.findings)} findings."


def _short(finding: Finding) -> Finding:
    """The finding; where it quotes something endless, that is in the file."""
    message, hint = clipped(finding.message, _LONGEST_MESSAGE), clipped(finding.hint, _LONGEST_MESSAGE)
    return finding.model_copy(update={"message": message, "hint": hint})


def _line(finding: Finding) -> str:
    place = f"{finding.file}:{finding.line}:{finding.column}"
    return f"{finding.severity} {place} {finding.code}: {finding.message} {finding.hint}".rstrip()
