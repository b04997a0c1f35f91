"""Runs the rules over the files of a driver: pure, synchronous, CPU only."""

import logging
from collections.abc import Callable, Iterable, Mapping

from ..models.findings import Finding, Severity
from ..models.profile import ApiProfile
from .fault import Fault
from .limits import MAX_FINDINGS
from .parsed.project import Project, load_project
from .parsed.python_file import PythonFile
from .rules.registry import RULES, SYNTAX_SEVERITY
from .rules.rule import FileRule, ProjectRule, Rule

_log = logging.getLogger(__name__)


def inspect(
    texts: Mapping[str, str],
    *,
    whole: bool,
    focus: str | None = None,
    profile: ApiProfile | None = None,
    rules: tuple[Rule, ...] = RULES,
) -> list[Finding]:
    """Findings of all rules over these files (POSIX path -> text); with `focus`, only those in that file.

    `whole` says whether the files are a driver's project folder or a lone file.
    """
    project = load_project(texts, whole=whole, profile=profile or _profile(texts, whole))
    findings: list[Finding] = []
    for file in project.python.values():
        if file.broken and focus in {None, file.path}:
            code = file.broken.code
            findings.append(_finding(code, SYNTAX_SEVERITY.get(code, "P0"), file.broken.fault, file, project))
    for rule in rules:
        if isinstance(rule, ProjectRule):
            if whole or rule.partial:
                findings += _run(rule, lambda r=rule: r.check(project), None, project)
        else:
            findings += _run_on_files(rule, project, focus)
    if focus is not None:
        findings = [f for f in findings if f.file == focus]
    return sorted(findings, key=lambda f: f.severity)[:MAX_FINDINGS]


def _profile(texts: Mapping[str, str], whole: bool) -> ApiProfile | None:
    if not whole or not texts.get("profile.json"):
        return None
    try:
        return ApiProfile.model_validate_json(texts["profile.json"])
    except ValueError:
        return None


def _run_on_files(rule: FileRule, project: Project, focus: str | None) -> list[Finding]:
    found: list[Finding] = []
    for file in project.files(*rule.roles):
        if focus in {None, file.path}:
            found += _run(rule, lambda f=file: rule.check(f, project), file, project)
    return found


def _run(rule: Rule, check: Callable[[], Iterable[Fault]], file: PythonFile | None, project: Project) -> list[Finding]:
    try:
        return [_finding(rule.id, rule.severity, fault, file, project) for fault in check()]
    except Exception as error:  # one rule that meets code it did not expect must not hide what the others find
        _log.warning("rule %s failed: %s", rule.id, error, exc_info=error)
        message = f"The rule {rule.id} could not judge this code ({type(error).__name__})."
        return [Finding(code="rule-failed", severity="P3", file=file.path if file else "", message=message)]


def _finding(code: str, severity: Severity, fault: Fault, file: PythonFile | None, project: Project) -> Finding:
    path = fault.file or (file.path if file else "")
    line, column = fault.line, fault.column
    if fault.node is not None:
        line = getattr(fault.node, "lineno", 1)
        offset = getattr(fault.node, "col_offset", 0)
        place = project.python.get(path)
        column = place.column(line, offset) if place else offset + 1
    return Finding(
        code=code, severity=severity, file=path, line=line, column=column, message=fault.message, hint=fault.hint
    )
