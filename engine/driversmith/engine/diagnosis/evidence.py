"""Weighs what speaks for which kind of fault."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from ..models.diagnosis import ErrorType, FaultKind, FixStrategy
from ..models.findings import Finding
from ..models.report import BehaviourResult
from .context import FailureContext
from .tables import NameRow, Tables, TextRow
from .traces import Place, headline, place, short, tail

_RUN = "contract-run-"
"""Begins the codes of findings that stand for a failed behaviour."""
_RECORDS = NameRow(re.compile(""), "record_path")
"""What a failed behaviour that no row knows is taken for."""
_UNKNOWN = NameRow(re.compile(""), "unknown", "prompt_adjustment")
_TEXT_ORIGINS = (("message", 1.0), ("log", 0.9))


@dataclass(frozen=True)
class Clue:
    """One thing that speaks for a kind of fault."""

    kind: FaultKind
    confidence: float
    cause: str
    """In words that quote the evidence."""
    quote: str
    """Where it comes from: `message: ConnectionRefusedError`, `client.py:12 F821 ...`."""
    weak: bool = False
    """Counts only where nothing else speaks."""
    error_type: ErrorType | None = None
    strategy: FixStrategy | None = None
    fix: str = ""
    findings: tuple[Finding, ...] = field(default=())
    file: str = ""


def code_clues(failure: FailureContext, tables: Tables) -> Iterator[Clue]:
    """What the error code says."""
    if failure.code is None:
        return
    row = tables.codes.get(failure.code)
    if row is None:
        return
    message = short(tail(failure.message) or failure.code)
    yield Clue(
        row.kind,
        0.4 if row.weak else 0.93,
        row.cause.replace("{message}", message),
        f"code: {failure.code}",
        weak=row.weak,
        error_type=row.error_type,
        strategy=row.strategy,
        fix=row.fix,
    )


def text_clues(failure: FailureContext, tables: Tables) -> Iterator[Clue]:
    """What message and log say; the exception that ended it counts most."""
    for origin, weight in _TEXT_ORIGINS:
        text = tail(failure.message if origin == "message" else "\n".join(failure.log))
        if not text.strip():
            continue
        source = _Source(origin, weight, text, place(text))
        end = headline(text)
        found = list(_matches(end, source, tables)) if end else []
        if not any(not clue.weak for clue in found):
            found += _matches(text, replace(source, weight=weight * 0.97), tables)
        yield from found


def finding_clues(findings: Iterable[Finding], tables: Tables, *, path: str | None = None) -> Iterator[Clue]:
    """What static checks say, one clue a kind, worst finding first, and among equals those in the file at `path`: what
    it is at fault for shows in other files too.

    A finding that no row knows says all the same what is to be mended: its kind is `unknown`.
    """
    by_row: dict[NameRow, list[Finding]] = {}
    for finding in sorted(findings, key=lambda f: (f.severity, f.file != path, f.file, f.line)):
        if finding.is_serious:
            by_row.setdefault(_of_finding(finding.code, tables), []).append(finding)
    by_kind: dict[FaultKind, list[Finding]] = {}
    strategies: dict[FaultKind, FixStrategy | None] = {}
    for row, group in by_row.items():
        by_kind.setdefault(row.kind, []).extend(group)
        strategies.setdefault(row.kind, row.strategy)
    for kind, group in by_kind.items():
        first = group[0]
        confidence = {"P0": 0.97, "P1": 0.9, "P2": 0.6}[first.severity]
        more = f" and {len(group) - 1} more" if len(group) > 1 else ""
        yield Clue(
            kind,
            min(confidence, 0.7) if kind == "unknown" else confidence,
            f"{first.file}:{first.line}: {short(first.message, 600)}{more and f' ({more.strip()})'}",
            f"{first.file}:{first.line} {first.code}",
            weak=first.severity == "P2",
            strategy=strategies[kind],
            findings=tuple(group),
            file=first.file,
        )


def behaviour_clues(behaviours: Iterable[BehaviourResult], tables: Tables) -> Iterator[Clue]:
    """What a contract run says, one clue a kind, the kind with most failures first."""
    by_kind: dict[FaultKind, list[BehaviourResult]] = {}
    for behaviour in behaviours:
        if not behaviour.passed:
            kind = (_row_of(behaviour.name, tables.behaviours) or _RECORDS).kind
            by_kind.setdefault(kind, []).append(behaviour)
    for kind, group in sorted(by_kind.items(), key=lambda item: -len(item[1])):
        first = group[0]
        subject = f" of {short(first.subject)}" if first.subject else ""
        told = f"expected {short(first.expected) or 'something else'}, got {short(first.received) or 'nothing'}"
        yield Clue(
            kind,
            min(0.7 + 0.05 * len(group), 0.88),
            f"The behaviour {first.name}{subject} failed: {told}" + (f" ({len(group)} fail so)." if group[1:] else "."),
            f"behaviour {first.name}{subject}: {told}",
        )


@dataclass(frozen=True)
class _Source:
    origin: str
    weight: float
    text: str
    place: Place | None


def _matches(part: str, source: _Source, tables: Tables) -> Iterator[Clue]:
    for row in tables.texts:
        if (row.near and not row.near.search(source.text)) or (row.without and row.without.search(source.text)):
            continue
        if found := list(row.pattern.finditer(part)):
            # Among equals, what came last ended it.
            later = 0.01 * found[-1].start() / len(part)
            yield _text_clue(row, found[-1], min(row.confidence * source.weight + later, 0.98), source)


def _text_clue(row: TextRow, match: re.Match[str], confidence: float, source: _Source) -> Clue:
    quote = short(match[0])
    names = [value for value in match.groupdict().values() if value]
    name = short(names[0]) if names else quote
    cause = row.cause.replace("{place}", str(source.place or "")).replace("{match}", quote)
    return Clue(
        row.kind,
        confidence,
        cause.replace("{name!r}", repr(name)).replace("{name}", name),
        f"{source.origin}: {quote}",
        weak=row.weak,
        error_type=row.error_type,
        strategy=row.strategy,
        fix=row.fix,
        file=source.place.file if source.place else "",
    )


def _of_finding(code: str, tables: Tables) -> NameRow:
    if code.startswith(_RUN):
        return _row_of(code.removeprefix(_RUN), tables.behaviours) or _RECORDS
    return _row_of(code, tables.findings) or _UNKNOWN


def _row_of(name: str, rows: tuple[NameRow, ...]) -> NameRow | None:
    for row in rows:
        if row.pattern.fullmatch(name):
            return row
    return next((row for row in rows if row.pattern.search(name)), None)
