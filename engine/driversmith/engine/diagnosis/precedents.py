"""What earlier diagnoses teach: which words helped against the same fault, and which did not."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..models.session import DiagnosisRecord
from .fingerprint import normal

QUOTED = "\nAgainst this fault in another driver it helped to say: "
LISTED = "\nLast time the checks found:\n"
RAN = "\nLast time the run showed:\n"
MAX_WORDS = 900


@dataclass(frozen=True)
class Precedent:
    """A modification that helped in other sessions."""

    words: str
    """What was said there, without the findings of that driver."""
    record: DiagnosisRecord
    """The newest diagnosis with these words that helped."""
    helped: int
    known: int
    """How often it is known whether they helped."""


def best_precedent(history: Sequence[DiagnosisRecord], *, without: frozenset[str]) -> Precedent | None:
    """The modification that helped most reliably, at least in half of the cases; None where there is none.

    `without` holds words (as `key` gives them) that are not to be said again.
    """
    groups: dict[str, list[DiagnosisRecord]] = {}
    for record in history:
        words = advice(record.diagnosis.get("prompt_modification", ""))
        if words and record.helped is not None and record.diagnosis.get("fix_strategy") == "prompt_adjustment":
            groups.setdefault(key(words), []).append(record)
    found: list[Precedent] = []
    for said, records in groups.items():
        good = [record for record in records if record.helped]
        if good and 2 * len(good) >= len(records) and said not in without:
            newest = max(good, key=lambda r: r.id)
            words = advice(newest.diagnosis["prompt_modification"])
            found.append(Precedent(words, newest, len(good), len(records)))
    return max(found, key=lambda p: (p.helped / p.known, p.helped, p.record.id), default=None)


def said_in_vain(earlier: Sequence[DiagnosisRecord]) -> frozenset[str]:
    """The words of this session's modifications that did not help, and of all that they quoted."""
    texts = [r.diagnosis.get("prompt_modification", "") for r in earlier if not r.helped]
    return frozenset(key(part) for text in texts if text for part in (text, advice(text)))


def advice(modification: str) -> str:
    """What a modification says to do: the words it quotes from another driver, else its own without the findings."""
    quoted = modification.partition(QUOTED)[2]
    said = quoted or modification
    return min((said.partition(end)[0] for end in (LISTED, RAN)), key=len).strip()[:MAX_WORDS]


def key(words: str) -> str:
    """Words as they are compared: places, numbers and spaces do not make them other words."""
    return normal(words)
