"""How findings are told."""

import pytest
from driversmith.engine.models.findings import Finding, ValidationReport
from driversmith.engine.views.pages import PAGE
from driversmith.engine.views.weights import weight
from driversmith.tools.answers.reports import report_page, reported, trimmed
from mcp.server.mcpserver.exceptions import ToolError


def report_of(count: int, message: str = "no name x") -> ValidationReport:
    return ValidationReport.of(
        [Finding(code="F821", severity="P1", file="client.py", line=n, message=message) for n in range(1, count + 1)]
    )


def test_every_finding_that_is_in_the_answer_is_in_its_text() -> None:
    report = report_of(100)
    assert trimmed(report).findings == report.findings
    text = reported(report)
    assert "client.py:100:1" in text and text.startswith("not ok: 100 findings.\n")
    assert "more" not in text


def test_where_there_are_too_many_the_text_says_how_to_see_the_rest() -> None:
    for report in (report_of(400), report_of(90, "a long story " * 80)):
        text = reported(report)
        left_out = len(report.findings) - len(trimmed(report).findings)
        assert left_out > 0
        assert f"{left_out} more, none of them worse" in text and "validate_file" in text
        assert len(text.encode()) < PAGE and weight(trimmed(report).model_dump(mode="json")) < PAGE


def test_none_is_told_as_none() -> None:
    assert reported(ValidationReport(ok=True)) == "ok: no findings."


def test_all_findings_come_in_pages() -> None:
    report = report_of(400, "a long story " * 20)
    lines: list[int] = []
    cursor: str | None = None
    while cursor or not lines:
        page = report_page(report, cursor)
        assert page.structured_content is not None and weight(page.structured_content) < PAGE
        lines += [finding["line"] for finding in page.structured_content["findings"]]
        cursor = page.structured_content["next_cursor"]
        assert (f"cursor='{cursor}'" in page.content[0].text) == (cursor is not None)  # type: ignore[union-attr]
    assert lines == [*range(1, 401)]


@pytest.mark.parametrize("cursor", ["x", "0", "3"])
def test_a_cursor_that_nobody_gave_out_is_refused(cursor: str) -> None:
    with pytest.raises(ToolError, match="cursor must be"):
        report_page(report_of(3), cursor)
