"""What a request for repair says: few findings, the worst first, each cause once."""

from driversmith.engine.models.findings import Finding, Severity
from driversmith.engine.validation.selection import findings_to_repair


def finding(code: str, severity: Severity, line: int, file: str = "client.py", message: str = "") -> Finding:
    return Finding(code=code, severity=severity, file=file, line=line, message=message or f"{code} in {line}.")


def test_the_worst_come_first_and_style_never() -> None:
    given = [finding("a", "P3", 1), finding("b", "P2", 2), finding("c", "P1", 3)]
    assert [f.code for f in findings_to_repair(given)] == ["c", "b"]


def test_of_a_file_that_cannot_run_only_that_is_told() -> None:
    given = [finding("syntax-error", "P0", 9), finding("x", "P1", 3), finding("y", "P1", 1, "types.py")]
    assert [f.code for f in findings_to_repair(given)] == ["syntax-error", "y"]


def test_ten_at_most_each_cause_once_before_any_twice() -> None:
    same = [finding("F821", "P1", n, message="Undefined name `Any`.") for n in range(1, 30)]
    others = [finding(f"r{n}", "P1", 100 + n) for n in range(5)]
    told = findings_to_repair([*same, *others])
    assert len(told) == 10
    assert {f.code for f in told} == {"F821", "r0", "r1", "r2", "r3", "r4"}
    assert told[0].line == 1


def test_a_line_with_two_findings_is_one_cause() -> None:
    given = [finding("a", "P1", 1), finding("b", "P1", 1), *(finding(f"r{n}", "P2", 10 + n) for n in range(12))]
    told = findings_to_repair(given, limit=3)
    assert [f.code for f in told] == ["a", "r0", "r1"]


def test_different_kinds_come_before_more_of_one_kind() -> None:
    many = [finding("wrong-arguments", "P1", n, message=f"`f{n}` is wrong.") for n in range(20)]
    told = findings_to_repair([*many, finding("stub", "P1", 50)])
    assert "stub" in {f.code for f in told}


def test_nothing_to_repair_is_nothing_told() -> None:
    assert findings_to_repair([finding("a", "P3", 1)]) == []
