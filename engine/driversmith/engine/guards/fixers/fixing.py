"""`fix`: mends a file by the registered fixers, each measured with the validator."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from anyio import to_thread

from ...models.base import Value
from ...models.findings import Finding, ValidationReport
from ...models.profile import ApiProfile
from ...models.tries import FixRecord
from ...validation.file import validate_file
from ...validation.limits import is_heavy
from ...validation.package import validate_package
from ...validation.tools.both import UNPARSED
from ..limits import MAX_FIXES
from .fixer import Case, Change, Fixer
from .registry import FIXERS, SYNTAX_FIXERS
from .syntax import heal_syntax

Measure = Callable[[Mapping[str, str]], Awaitable[ValidationReport]]


class Fixed(Value):
    """A driver after deterministic repairs of one file."""

    files: dict[str, str]
    """All files given, the mended one among them."""
    applied: tuple[FixRecord, ...] = ()
    report: ValidationReport
    """Findings that are left, by the same measure as before."""


async def fix(
    files: Mapping[str, str],
    path: str,
    report: ValidationReport,
    *,
    profile: ApiProfile | None = None,
    measure: Measure | None = None,
    fixers: Sequence[Fixer] = FIXERS,
) -> Fixed:
    """Mend `path` as far as fixers can; `report` is the validator's on the same files.

    `files` maps POSIX paths to texts: a whole driver, or the one file alone. A change is kept only where the validator
    then has strictly fewer findings and no new one. What a file that did not parse had kept hidden is not new.
    """
    judge = measure or _measure(path, profile)
    current = Fixed(files=dict(files), report=report)
    text = current.files.get(path)
    if text is None or is_heavy(text):
        return current
    if _unparsed(report, path):
        current = await _heal(current, path, judge)
    for fixer in fixers:
        if path.endswith(fixer.suffixes):
            current = await _run(fixer, current, path, judge)
    return current


def is_better(before: Fixed, after: Fixed, path: str) -> bool:
    """Whether a change leaves strictly fewer findings and makes none."""
    if _unparsed(before.report, path):
        broken = {f.file for f in before.report.findings if f.code in UNPARSED}
        return {f.file for f in after.report.findings if f.code in UNPARSED} < broken
    if len(after.report.findings) >= len(before.report.findings):
        return False
    known = list(before.report.findings)
    for finding in after.report.findings:
        same = next((f for f in known if _same(f, before.files, finding, after.files)), None)
        if same is None:
            return False
        known.remove(same)
    return True


async def _heal(current: Fixed, path: str, judge: Measure) -> Fixed:
    """All steps that a file needs to parse, measured together: between them there is nothing to measure."""
    text, steps = await to_thread.run_sync(heal_syntax, current.files, path, SYNTAX_FIXERS)
    if not steps:
        return current
    changed = await _judged(current, path, Change(text, ""), judge)
    if not is_better(current, changed, path):
        return current
    healed = tuple(sorted({f.code for f in current.report.findings if f.file == path}))
    records = [FixRecord(fixer=name, path=path, did=did, healed=healed) for name, did in steps]
    return changed.model_copy(update={"applied": (*current.applied, *records)})


async def _run(fixer: Fixer, current: Fixed, path: str, judge: Measure) -> Fixed:
    for _ in range(MAX_FIXES):
        findings = tuple(f for f in current.report.findings if f.file == path and f.code in fixer.codes)
        if not findings or len(current.applied) >= MAX_FIXES:
            return current
        better = await _first_better(fixer, current, Case(current.files, path, findings), judge)
        if better is None:
            return current
        current = better
    return current


async def _first_better(fixer: Fixer, current: Fixed, case: Case, judge: Measure) -> Fixed | None:
    for change in (await fixer.changes(case))[:MAX_FIXES]:
        changed = await _judged(current, case.path, change, judge)
        if is_better(current, changed, case.path):
            gone = _codes(current.report, case.path) - _codes(changed.report, case.path)
            healed = tuple(sorted(gone)) or tuple(sorted({f.code for f in case.findings}))
            record = FixRecord(fixer=fixer.name, path=case.path, did=change.did, healed=healed)
            return changed.model_copy(update={"applied": (*current.applied, record)})
    return None


async def _judged(current: Fixed, path: str, change: Change, judge: Measure) -> Fixed:
    files = {**current.files, path: change.text}
    return current.model_copy(update={"files": files, "report": await judge(files)})


def _measure(path: str, profile: ApiProfile | None) -> Measure:
    async def measured(files: Mapping[str, str]) -> ValidationReport:
        if len(files) == 1:
            return await validate_file(file_path=path, content=files[path])
        return await validate_package(files, profile=profile)

    return measured


def _unparsed(report: ValidationReport, path: str) -> bool:
    return any(f.file == path and f.code in UNPARSED for f in report.findings)


def _codes(report: ValidationReport, path: str) -> set[str]:
    return {f.code for f in report.findings if f.file == path}


def _same(before: Finding, old: Mapping[str, str], after: Finding, new: Mapping[str, str]) -> bool:
    """Whether two findings are one: what it says, or the line that it stands in, is the same."""
    if (before.code, before.file, before.severity) != (after.code, after.file, after.severity):
        return False
    return before.message == after.message or _line(before, old) == _line(after, new) != ""


def _line(finding: Finding, files: Mapping[str, str]) -> str:
    lines = files.get(finding.file, "").splitlines()
    return lines[finding.line - 1].strip() if finding.line <= len(lines) else ""
