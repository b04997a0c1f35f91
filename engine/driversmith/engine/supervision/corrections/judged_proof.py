"""What was proven live, once an author's corrections were judged."""

from ...models.judged import JudgedFacts
from ...models.report import LiveProof

NOT_SINCE = "It was not read since facts that it is read by were corrected."


def proof_after(judged: JudgedFacts, proof: LiveProof) -> LiveProof:
    """The proof with what an author corrected, and what was read by that; without good reads of what was corrected since."""
    again = {read.object_name: read for read in judged.reads if read.object_name not in judged.unread}
    reads = [again.pop(read.object_name, read) for read in proof.report.reads]
    reads = [read for read in (*reads, *again.values()) if not (read.ok and read.object_name in judged.unread)]
    report = proof.report.with_reads(reads, {**proof.report.untried, **dict.fromkeys(judged.unread, NOT_SINCE)})
    return proof.followed_by(report, (kept.correction for kept in judged.kept), judged.contradictions)


def seen_again(proof: LiveProof, later: LiveProof) -> LiveProof:
    """The proof with what was read, and corrected by that, since an author's corrections were kept."""
    again = {read.object_name for read in later.report.reads}
    before = (read for read in proof.report.reads if read.object_name not in again)
    untried = {**proof.report.untried, **later.report.untried}
    report = later.report.with_reads((*before, *later.report.reads), untried)
    return proof.followed_by(report, later.corrections, later.contradictions)
