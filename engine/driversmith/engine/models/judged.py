"""What became of the corrections that an author handed in."""

from .base import Value
from .facts import Contradiction, Correction, KnownBy
from .findings import Finding
from .report import LiveRead


class KeptFact(Value):
    """A correction that counts, or that nothing could be asked about."""

    correction: Correction
    known_by: KnownBy
    """`quoted`, `observed`, or `stated`: kept unproven."""


class JudgedFacts(Value):
    """A facts.json, judged."""

    kept: tuple[KeptFact, ...] = ()
    """In the order in which they build on each other."""
    findings: tuple[Finding, ...] = ()
    """Why the others were refused, or taken back."""
    contradictions: tuple[Contradiction, ...] = ()
    """What was described, and what is known now, for each fact that was kept."""
    reads: tuple[LiveRead, ...] = ()
    """Objects as they were read by the corrected facts; without records."""
    unread: tuple[str, ...] = ()
    """Objects that were not read since facts that they are read by were corrected."""
    questions: tuple[str, ...] = ()
    """What the author does not know."""
    unusable: bool = False
    """Whether the answer held no facts.json at all."""

    @property
    def rests_on_live_reads(self) -> bool:
        """Whether the API could be asked, and showed something of it."""
        return bool(self.reads) or bool(self.unread)

    @property
    def outcome(self) -> str:
        """In words, for the log."""
        refused = f"{len(self.findings)} refused" if self.findings else ""
        kept = f"{len(self.kept)} correction{'' if len(self.kept) == 1 else 's'} kept"
        return ", ".join(part for part in (kept, refused) if part)
