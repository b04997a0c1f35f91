"""Which findings go into a request for repair: few, the worst first, each cause once."""

import re
from collections.abc import Sequence
from typing import Final

from ..models.findings import Finding

MAX_TOLD: Final = 10
_QUOTED = re.compile(r"`[^`]*`|\d+")


def findings_to_repair(findings: Sequence[Finding], *, limit: int = MAX_TOLD) -> list[Finding]:
    """At most `limit` findings, the worst first.

    Of a file that cannot run only that is told: what else stands in it is read anew when it can. Style (P3) is left
    out. One line or one repeated message (the same name undefined in ten places) is one cause; where there are fewer
    causes than `limit`, the rest follows.
    """
    ordered = sorted(findings, key=lambda f: (f.severity, f.file, f.line, f.column))
    broken = {f.file for f in ordered if f.severity == "P0"}
    told = [f for f in ordered if f.severity == "P0" or (f.is_serious and f.file not in broken)]
    lines: set[tuple[str, int]] = set()
    messages: set[tuple[str, str]] = set()
    first: list[Finding] = []
    others: list[Finding] = []
    for finding in told:
        place, cause = (finding.file, finding.line), (finding.code, finding.message)
        known = place in lines or cause in messages
        lines.add(place)
        messages.add(cause)
        (others if known else first).append(finding)
    chosen = _varied(first, limit)
    return sorted([*chosen, *others][:limit], key=lambda f: (f.severity, f.file, f.line, f.column))


def _varied(findings: list[Finding], limit: int) -> list[Finding]:
    # Within a severity, kinds of fault that were not told yet come before more of the same.
    seen: dict[tuple[str, str], int] = {}
    ranked: list[tuple[str, int, int, Finding]] = []
    for number, finding in enumerate(findings):
        kind = (finding.code, _QUOTED.sub("", finding.message))
        seen[kind] = seen.get(kind, -1) + 1
        ranked.append((finding.severity, seen[kind], number, finding))
    return [entry[3] for entry in sorted(ranked, key=lambda entry: entry[:3])[:limit]]
