"""How findings are told."""

from driversmith.engine.models.findings import Finding, ValidationReport
from driversmith.tools.answers.reports import reported, trimmed
from driversmith.tools.answers.shape import PAGE, weight


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
        assert f"{left_out} more, none of them worse" in text and "driversmith validate" in text
        assert len(text.encode()) < PAGE and weight(trimmed(report).model_dump(mode="json")) < PAGE


def test_none_is_told_as_none() -> None:
    assert reported(ValidationReport(ok=True)) == "ok: no findings."
