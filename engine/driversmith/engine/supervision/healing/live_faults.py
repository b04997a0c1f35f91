"""What reading the real API showed to be wrong, as diagnoses: for the metrics, for the history, and for the next session of
the same API, which tries first what helped before."""

import hashlib
from collections.abc import Sequence

from ...facts.catalogue import RefusedError, address, current
from ...journal.port import Journal
from ...journal.step_names import FACTS_DIAGNOSES, TEMPLATE_DIAGNOSES
from ...models.diagnosis import Diagnosis, FaultKind
from ...models.facts import Correction
from ...models.judged import JudgedFacts
from ...models.principal import Principal
from ...models.profile import ApiProfile
from ...models.report import LiveProof, LiveRead
from ...network.addresses import origin_of
from ..context import SessionContext
from .diagnose import diagnosis_data

MOST_REMEMBERED = 50
MAX_VALUE = 200


async def remembered(journal: Journal, profile: ApiProfile, principal: Principal) -> tuple[Correction, ...]:
    """Corrections that the principal's reads of the same API confirmed before, newest first, one a fact; never those of
    another API."""
    found: dict[str, Correction] = {}
    known = await journal.diagnostics(principal=principal, fingerprint=_key(profile), limit=MOST_REMEMBERED)
    for record in known.items:
        for correction in Diagnosis.model_validate(record.diagnosis).corrections if record.helped else ():
            found.setdefault(correction.fact, correction)
    return tuple(found.values())


async def keep_diagnoses(session: SessionContext, described: ApiProfile, proof: LiveProof) -> int:
    """Store a diagnosis for each fact that the API's answers corrected, and for each object that no rule could explain; how
    many."""
    made = [(_of_fact(correction), True) for correction in proof.corrections]
    made += [(_of_read(read, described), None) for read in proof.report.reads if read.wrong]
    return await _keep(session, described, TEMPLATE_DIAGNOSES, made)


async def keep_diagnosis(session: SessionContext, profile: ApiProfile, judged: JudgedFacts, *, helped: bool) -> int:
    """Store what the model for diagnoses made of objects that were read wrongly; how many diagnoses that is."""
    kept = tuple(k.correction for k in judged.kept)
    diagnosis = Diagnosis(
        error_type="api",
        fault_kind=_kind(kept[0].fact) if kept else "read_wrongly",
        root_cause=" ".join(c.because for c in kept)
        or "The model for diagnoses had no correction that a live read confirms.",
        can_fix=bool(kept),
        fix_strategy="prompt_adjustment" if kept else "fallback",
        fix_description=f"{', '.join(c.fact for c in kept)} corrected."
        if kept
        else "What is read wrongly is left out.",
        confidence=0.9 if helped else 0.3,
        evidence=("the structure of the API's answers",),
        source="model",
        corrections=kept,
    )
    return await _keep(session, profile, FACTS_DIAGNOSES, [(diagnosis, helped)])


async def _keep(
    session: SessionContext, profile: ApiProfile, step: str, made: Sequence[tuple[Diagnosis, bool | None]]
) -> int:
    """Store diagnoses once, however often a session is resumed."""
    stored = await session.steps.stored(step)
    if isinstance(stored, int):
        return stored
    for diagnosis, helped in made:
        number = await session.journal.add_diagnosis(
            session.session_id, diagnosis, api_name=session.request.api_name, attempt=1, fingerprint=_key(profile)
        )
        if helped is not None:
            await session.journal.set_helped(number, helped)
        told = diagnosis_data(diagnosis, number)
        await session.log.write("diagnosis.made", f"Diagnosis: {diagnosis.root_cause}", data=told)
    await session.steps.store(step, len(made))
    return len(made)


def what_to_correct(name: str, profile: ApiProfile) -> str:
    """Which facts a person, a model or the calling agent would correct for an object that is read wrongly or not at all."""
    facts = [address("objects", name, "records"), address("objects", name, "pagination")]
    told = [f"{fact} (now {_short(profile, fact)})" for fact in facts]
    return f"If you know better, correct one of these facts in facts.json: {'; '.join(told)}."


def _short(profile: ApiProfile, fact: str) -> str:
    try:
        value = current(profile, fact)
    except RefusedError:
        return "none"
    told = {k: v for k, v in value.items() if v not in (None, [], 0)} if isinstance(value, dict) else value
    return str(told)[:MAX_VALUE]


def _of_fact(correction: Correction) -> Diagnosis:
    return Diagnosis(
        error_type="api",
        fault_kind=_kind(correction.fact),
        root_cause=correction.because,
        can_fix=True,
        fix_strategy="prompt_adjustment",
        fix_description=f"{correction.fact} was corrected, which a live read confirmed.",
        confidence=1.0,
        evidence=("the answers of the API itself",),
        corrections=(correction,),
    )


def _of_read(read: LiveRead, profile: ApiProfile) -> Diagnosis:
    return Diagnosis(
        error_type="api",
        fault_kind="read_wrongly",
        root_cause=f"{read.object_name} is read otherwise than the API gives it: {read.error}",
        can_fix=False,
        fix_strategy="fallback",
        fix_description=f"If nothing else explains it, it is left out of the driver. {what_to_correct(read.object_name, profile)}",
        confidence=0.9,
        evidence=("what passed between the driver and the API",),
    )


def _kind(fact: str) -> FaultKind:
    if fact.endswith("/records"):
        return "records_elsewhere"
    if fact.endswith("/pagination"):
        return "paging_differs"
    if fact.startswith("/auth/"):
        return "credential_elsewhere"
    if fact in ("/base_path", "/trailing_slash") or fact.endswith("/path"):
        return "path_elsewhere"
    return "fact_differs"


def _key(profile: ApiProfile) -> str:
    return "live " + hashlib.sha256(origin_of(profile.base_url).encode()).hexdigest()[:32]
