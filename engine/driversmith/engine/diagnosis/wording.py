"""What the author of a file is told next: the file, the fault, what to write instead, and what the checks found."""

import re
from collections.abc import Sequence

from ..models.diagnosis import FaultKind
from ..models.findings import Finding
from ..models.report import BehaviourResult
from .context import FailureContext
from .precedents import LISTED, RAN
from .tables import tables
from .traces import short

MAX_FINDINGS = 10
MAX_BEHAVIOURS = 5
MAX_FINDING = 800
MAX_WORDS = 8_000


def modification(kind: FaultKind, cause: str, *, file: str, failure: FailureContext, first: Sequence[Finding]) -> str:
    """The words for a kind of fault; "" where no code is at fault.

    `first`: the findings that tell this kind; others of the failure are listed behind them.
    """
    advice = tables().kinds[kind].modification
    if not advice:
        return ""
    fault = cause.strip().rstrip(".")
    where = f"In {file}: " if file and file not in fault else ""
    text = f"{where}{fault}. {advice}"
    findings = [*first, *(f for f in failure.findings if f.is_serious and f not in first)]
    if findings:
        text += LISTED + "\n".join(f"- {finding_line(f)}" for f in findings[:MAX_FINDINGS])
    failed = [b for b in failure.behaviours if not b.passed]
    if failed:
        text += RAN + "\n".join(f"- {behaviour_line(b)}" for b in failed[:MAX_BEHAVIOURS])
    return text[:MAX_WORDS]


def made_by_rules(words: str, kind: FaultKind) -> bool:
    """Whether words are those that the rules have for a kind, whatever the API."""
    advice = tables().kinds[kind].modification
    return bool(advice) and advice in words


def file_at_fault(failure: FailureContext, named: str = "") -> str:
    """The file to be written otherwise, as far as is known: the one named by the evidence, else by the failure."""
    if named:
        return named
    if failure.file_path:
        return re.split(r"[/\\]", failure.file_path)[-1]
    return "client.py" if any(not b.passed for b in failure.behaviours) else ""


def finding_line(finding: Finding) -> str:
    """A finding in a line."""
    hint = f" {finding.hint}" if finding.hint else ""
    return short(f"{finding.file}:{finding.line} {finding.code}: {finding.message}{hint}", MAX_FINDING)


def behaviour_line(behaviour: BehaviourResult) -> str:
    """A failed behaviour in a line: what was sent, what was expected, what came."""
    of = f" of {short(behaviour.subject)}" if behaviour.subject else ""
    sent = f"sent {short(behaviour.sent)}; " if behaviour.sent else ""
    expected = short(behaviour.expected) or "something else"
    return f"{behaviour.name}{of}: {sent}expected {expected}; received {short(behaviour.received) or 'nothing'}"
