"""A facts.json judged: what in it can be a correction, what its quotes are worth, what the API shows of it."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import anyio.to_thread
from pydantic import JsonValue

from ...facts.catalogue import RefusedError, apply, current, known_by
from ...facts.contradictions import contradictions
from ...facts.quotes import changes_of, judge_quote
from ...models.findings import Finding
from ...models.judged import JudgedFacts, KeptFact
from ...models.prose import Prose
from ...proof.judge import Claim, Judged
from ..live.live_api import LiveApi
from ..progress import Tell
from .facts_claim import FACTS, FactsClaim
from .judge_live import judge_live


async def judge_facts(claim: FactsClaim, live: LiveApi, folder: Path, tell: Tell) -> JudgedFacts:
    """What of it counts, and why the rest does not."""
    claims, findings = await anyio.to_thread.run_sync(_claims, claim)
    judged = Judged(claim.profile)
    if claims:
        judged = await judge_live(claim, claims, live, folder, tell)
    kept: list[KeptFact] = []
    for judgement in judged.judgements:
        if judgement.known_by is None:
            findings.append(fact_finding(judgement.claim.correction.fact, judgement.why))
        else:
            kept.append(KeptFact(correction=judgement.claim.correction, known_by=judgement.known_by))
    return JudgedFacts(
        kept=tuple(kept),
        findings=tuple(findings),
        contradictions=contradictions(claim.profile, judged.profile, [k.correction for k in kept]),
        reads=tuple(judged.reads.values()),
        unread=tuple(sorted(judged.unread)),
        questions=tuple(f"{question.fact}: {question.question}" for question in claim.document.open),
    )


def fact_finding(fact: str, why: str) -> Finding:
    """Why a correction does not count."""
    return Finding(code="fact-refused", severity="P1", file=FACTS, line=1, message=f"{fact}: {why}" if fact else why)


def _claims(claim: FactsClaim) -> tuple[list[Claim], list[Finding]]:
    """The corrections that can be applied and change something, and why others cannot."""
    findings = [fact_finding(refusal.fact, refusal.message) for refusal in claim.document.refusals]
    claims: list[Claim] = []
    profile = claim.profile
    for correction in claim.document.corrections:
        try:
            changed = apply(profile, correction, known_by="stated")
            before, after = current(profile, correction.fact), current(changed, correction.fact)
            overrules = known_by(profile, correction.fact) == "observed"
        except RefusedError as error:
            findings.append(fact_finding(correction.fact, str(error)))
            continue
        if changes := changes_of(before, after, correction.fact):
            profile = changed
            claims.append(_with_quote(Claim(correction, overrules=overrules), changes, claim.prose))
    return claims, findings


def _with_quote(claim: Claim, changes: Mapping[str, JsonValue], prose: Prose) -> Claim:
    if not claim.correction.quote.strip():
        return claim
    quoted = judge_quote(claim.correction.quote, changes, prose)
    return replace(claim, is_quoted=bool(quoted.pointer), quote_problem=quoted.problem)
