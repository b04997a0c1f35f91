"""The request that asks a model for the cause of a failure, small enough to cost next to nothing."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files

from ..llm.request import ModelRequest, Task, TextBlock
from ..models.diagnosis import Diagnosis
from ..models.session import DiagnosisRecord
from .context import FailureContext
from .opinion import schema
from .traces import place, tail

MAX_BYTES = 9_000
"""UTF-8 bytes of the instruction: a token is at least one byte, so that this bounds the price whatever the text is."""
MAX_TOKENS = 900
"""Of the answer, thinking included."""
FINDINGS_BYTES = 2_200
BEHAVIOURS_BYTES = 1_600
MESSAGE_BYTES = 900
TRIED_BYTES = 900
FILE_BYTES = 2_000
LINES_AROUND = 15
MAX_LINE = 300
MAX_PATH = 200
MAX_MASKED = 4_000


def cause_request(
    failure: FailureContext, by_rules: Diagnosis, *, earlier: Sequence[DiagnosisRecord], attempt: int
) -> ModelRequest:
    """The question, at most `MAX_BYTES` long: what failed, what the checks found, the file around the fault, what was
    tried, and of the log the last lines, newest first."""
    sections = [
        _section("The failure", [_message(failure)], MESSAGE_BYTES),
        _section("Findings of the checks, worst first", _findings(failure), FINDINGS_BYTES),
        _section("Failed behaviours of the run", _behaviours(failure), BEHAVIOURS_BYTES),
        _section("Tried before in this session", _tried(earlier), TRIED_BYTES),
        _section("What the rules make of it", [_masked(f"{by_rules.fault_kind}: {by_rules.root_cause}")], 500),
        _section(_title(failure), _excerpt(failure), FILE_BYTES),
    ]
    text = "\n\n".join(section for section in sections if section)
    rest = MAX_BYTES - _size(text) - 2
    log = _section("The log, newest line first", (_masked(line) for line in reversed(failure.log)), rest)
    return ModelRequest(
        task=Task(role="diagnose", path=_task_path(failure.file_path), attempt=max(attempt, 1), try_number=1),
        system=(TextBlock(text=_system()),),
        instruction="\n\n".join(part for part in (text, log) if part),
        max_tokens=MAX_TOKENS,
        effort="low",
        json_schema=schema(),
    )


def _section(title: str, lines: Iterable[str], limit: int) -> str:
    """A heading with as many whole lines as `limit` bytes hold; "" without any."""
    text = f"## {title}"
    size = _size(text)
    kept: list[str] = []
    for line in lines:
        size += _size(line) + 1
        if size > limit:
            break
        kept.append(line)
    return "\n".join([text, *kept]) if kept else ""


def _message(failure: FailureContext) -> str:
    code = f"[{failure.code}] " if failure.code else ""
    text = _clipped(tail(failure.message).strip()[-MESSAGE_BYTES:], MESSAGE_BYTES - 100)
    return f"{code}{text}" if text or code else "Nothing was said."


def _findings(failure: FailureContext) -> Iterator[str]:
    for finding in sorted(failure.findings, key=lambda f: (f.severity, f.file, f.line)):
        if finding.is_serious:
            hint = f" {finding.hint}" if finding.hint else ""
            line = f"- {finding.severity} {finding.file}:{finding.line} {finding.code}: {finding.message}{hint}"
            yield _clipped(_masked(line), MAX_LINE)


def _behaviours(failure: FailureContext) -> Iterator[str]:
    for behaviour in failure.behaviours:
        if not behaviour.passed:
            of = f" of {_clipped(behaviour.subject, 100)}" if behaviour.subject else ""
            parts = (
                f"- {behaviour.name}{of}",
                f"sent {_clipped(behaviour.sent, 200)}",
                f"expected {_clipped(behaviour.expected, 160)}",
                f"received {_clipped(behaviour.received, 200)}",
            )
            yield _masked("; ".join(parts))


def _tried(earlier: Sequence[DiagnosisRecord]) -> Iterator[str]:
    for record in sorted(earlier, key=lambda r: (r.attempt, r.id), reverse=True):
        found = record.diagnosis
        outcome = "helped" if record.helped else "did not help"
        said = f": {_clipped(found['prompt_modification'], 240)}" if found.get("prompt_modification") else ""
        yield f"- after attempt {record.attempt}: {found['fault_kind']}, {found['fix_strategy']}, {outcome}{said}"


def _excerpt(failure: FailureContext) -> list[str]:
    """The lines of the file around the fault, numbered, the faulty one marked; those nearest to it where it is long."""
    lines = (failure.content or "").splitlines()
    if not lines:
        return []
    at = min(max(_faulty_line(failure), 1), len(lines))
    shown = [f"{'>' if n == at else ' '}{n:5d} {_clipped(_masked(lines[n - 1]), 160)}" for n in _around(at, len(lines))]
    room = FILE_BYTES - _size(_title(failure)) - len("## ")
    while shown and sum(_size(line) + 1 for line in shown) > room:
        # The end that is farther away goes first.
        first, last = int(shown[0][1:6]), int(shown[-1][1:6])
        shown.pop(0 if at - first > last - at else -1)
    return shown


def _title(failure: FailureContext) -> str:
    return f"{_clipped(_name(failure), 100)} around the fault"


def _name(failure: FailureContext) -> str:
    return re.split(r"[/\\]", failure.file_path or "client.py")[-1]


def _around(at: int, count: int) -> range:
    return range(max(1, at - LINES_AROUND), min(count, at + LINES_AROUND) + 1)


def _faulty_line(failure: FailureContext) -> int:
    name = _name(failure)
    placed = [f for f in failure.findings if f.is_serious and f.file.rsplit("/", 1)[-1] == name]
    if placed:
        return min(placed, key=lambda f: (f.severity, f.line)).line
    seen = place(tail(failure.message)) or place(tail("\n".join(failure.log)))
    return seen.line if seen and seen.file == name else 1


def _masked(line: str) -> str:
    return _clipped(tail(line[:MAX_MASKED]), MAX_LINE * 3)


def _clipped(text: str, limit: int) -> str:
    text = text[: 4 * limit]
    line = " ".join(text.split()) if "\n" in text else text.rstrip()
    return line if len(line) <= limit else line[: limit - 3] + "..."


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _task_path(path: str | None) -> str | None:
    """The file as a Task line holds it: a path in the project folder."""
    if path is None or len(path) > MAX_PATH or not re.fullmatch(r"(?!-$)[^\s/\\:]+(?:/[^\s/\\:]+)*", path):
        return None
    return path


@cache
def _system() -> str:
    return files("driversmith.engine.diagnosis").joinpath("prompts/cause.md").read_text("utf-8").strip()
