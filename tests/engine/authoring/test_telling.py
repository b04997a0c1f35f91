"""Findings and failed behaviours, told so that they can be acted on."""

from driversmith.engine.authoring.telling import tell_behaviours, tell_findings
from driversmith.engine.models.findings import Finding
from driversmith.engine.models.report import BehaviourResult


def test_a_finding_is_told_with_code_severity_place_message_hint_and_source_line() -> None:
    finding = Finding(
        code="F821", severity="P0", file="a.py", line=2, message="`os` is not defined.", hint="Import it."
    )
    told = tell_findings([finding], {"a.py": "x = 1\ny = os.getcwd()\n"})
    assert told == "1. P0 F821, a.py line 2: `os` is not defined.\n   Hint: Import it.\n   2 | y = os.getcwd()"


def test_a_finding_behind_the_end_of_its_file_or_in_none_has_no_source_line() -> None:
    behind = Finding(code="x", severity="P1", file="a.py", line=9, message="m")
    nowhere = Finding(code="x", severity="P1", file="", message="m")
    assert tell_findings([behind, nowhere], {"a.py": "x = 1\n"}).count("|") == 0


def test_long_lines_are_cut() -> None:
    finding = Finding(code="x", severity="P1", file="a.py", message="m" * 5000)
    assert len(tell_findings([finding], {"a.py": "y" * 5000})) < 1500


def test_failed_behaviours_are_told_in_full_some_of_each_kind() -> None:
    broken = [
        BehaviourResult(
            name="read-all-pages", subject=f"o{n}", passed=False, sent="s", received="r", expected="e" * 2000
        )
        for n in range(20)
    ]
    other = BehaviourResult(name="lists-names", passed=False, received="[{}]", expected="names")
    told = tell_behaviours([*broken, other, BehaviourResult(name="fine", passed=True)])
    assert told.count("read-all-pages") == 3 and "lists-names" in told and "fine" not in told
    assert "(17 more failed" in told and len(told) < 4000
