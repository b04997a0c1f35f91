"""What was found in a file, in words that a model can act on: one entry a fault, each with its source line."""

from collections.abc import Mapping, Sequence

from ..models.findings import Finding
from ..models.report import BehaviourResult

MAX_BEHAVIOURS = 10
MAX_OF_ONE_BEHAVIOUR = 3
_MAX_SOURCE = 200
_MAX_MESSAGE = 1000
_MAX_VALUE = 600


def tell_findings(findings: Sequence[Finding], files: Mapping[str, str]) -> str:
    """One entry a finding, in the order given; `files` (path -> text) are those that were checked."""
    return "\n".join(_finding(number, finding, files) for number, finding in enumerate(findings, 1))


def tell_behaviours(behaviours: Sequence[BehaviourResult]) -> str:
    """What was sent, what came back and what was expected, for the failed among these, some of each kind."""
    failed = [b for b in behaviours if not b.passed]
    seen: dict[str, int] = {}
    told: list[BehaviourResult] = []
    for behaviour in failed:
        seen[behaviour.name] = seen.get(behaviour.name, 0) + 1
        if seen[behaviour.name] <= MAX_OF_ONE_BEHAVIOUR:
            told.append(behaviour)
    entries = [_behaviour(number, behaviour) for number, behaviour in enumerate(told[:MAX_BEHAVIOURS], 1)]
    if left := len(failed) - len(entries):
        entries.append(f"({left} more failed, of the same kinds or less telling.)")
    return "\n".join(entries)


def _finding(number: int, finding: Finding, files: Mapping[str, str]) -> str:
    place = f"{finding.file} line {finding.line}" if finding.file else "the answer"
    lines = [f"{number}. {finding.severity} {finding.code}, {place}: {_cut(finding.message, _MAX_MESSAGE)}"]
    if finding.hint:
        lines.append(f"   Hint: {_cut(finding.hint, _MAX_MESSAGE)}")
    if source := _source_line(finding, files):
        lines.append(f"   {finding.line} | {source}")
    return "\n".join(lines)


def _behaviour(number: int, behaviour: BehaviourResult) -> str:
    of = f" ({behaviour.subject})" if behaviour.subject else ""
    lines = [f"{number}. {behaviour.name}{of}"]
    for label, value in (
        ("Sent", behaviour.sent),
        ("Received", behaviour.received),
        ("Expected", behaviour.expected),
    ):
        if value:
            lines.append(f"   {label}: {_cut(value, _MAX_VALUE)}")
    return "\n".join(lines)


def _source_line(finding: Finding, files: Mapping[str, str]) -> str:
    lines = files.get(finding.file, "").splitlines()
    return _cut(lines[finding.line - 1].rstrip(), _MAX_SOURCE) if 1 <= finding.line <= len(lines) else ""


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]} [...]"
