"""By what a profile's facts are known where no document says them: an index of the description, laid over the profile."""

from collections.abc import Mapping

from ..facts.catalogue import RefusedError, address, apply, current
from ..facts.contradictions import contradictions
from ..facts.fields import field_contradictions, observed_fields, with_observed_fields
from ..models.facts import Contradiction, Correction
from ..models.profile import ApiProfile, Evidence, OperationProfile
from .documents.parse import Description
from .observed.actions import asks_for_action


def with_evidence(profile: ApiProfile, description: Description) -> ApiProfile:
    """The profile with the evidence that came with the description, with what was observed beside it, and its notes. Where
    several sources know of a path, what differs is kept as a contradiction."""
    if description.evidence:
        profile = _without_deeds(_known(profile, description.evidence))
    reading = _reading(profile)
    contradicted: list[Contradiction] = []
    for observation in description.observations:
        for name in reading.get(observation.path, ()):
            fact = address("objects", name, observation.fact)
            correction = Correction(fact=fact, value=observation.value, because=observation.because[:1000])
            try:
                changed = apply(profile, correction, known_by="observed")
            except RefusedError:
                continue
            if observation.path in description.matched:
                if current(profile, fact) == current(changed, fact):
                    continue  # both say the same
                contradicted += contradictions(profile, changed, (correction,))
            profile = changed
    profile = _with_seen_fields(profile, description, contradicted)
    notes = (*description.alone, *description.notes)
    return profile.model_copy(
        update={
            "contradictions": (*profile.contradictions, *contradicted),
            "warnings": (*notes, *profile.warnings),
        }
    )


def _reading(profile: ApiProfile) -> dict[str, list[str]]:
    """Path -> the objects that are read there."""
    found: dict[str, list[str]] = {}
    for name, described in profile.objects.items():
        if operation := described.operations.get("read"):
            found.setdefault(profile.operations[operation].path, []).append(name)
    return found


def _with_seen_fields(profile: ApiProfile, description: Description, contradicted: list[Contradiction]) -> ApiProfile:
    """The profile with the fields that records were seen to have, where somebody described others."""
    seen = {
        name: fields
        for path, names in _reading(profile).items()
        if path in description.matched and path in description.seen
        for name in names
        if (fields := observed_fields(profile.objects[name], description.seen[path]))
    }
    contradicted += field_contradictions(profile, seen)
    return with_observed_fields(profile, seen) if seen else profile


def _without_deeds(profile: ApiProfile) -> ApiProfile:
    """The profile in which whatever would do something when it is read is an operation, no object, unless it is described as
    something to read, or was read."""
    objects = {
        name: described
        for name, described in profile.objects.items()
        if not any(
            verb in ("read", "read_one") and _does_something(profile.operations[operation])
            for verb, operation in described.operations.items()
        )
    }
    return profile.model_copy(update={"objects": objects})


def _does_something(operation: OperationProfile) -> bool:
    if operation.evidence.kind in ("described", "observed"):
        return False
    fixed = f"?{operation.fixed_query}" if operation.fixed_query else ""
    return asks_for_action(f"{operation.bare_path}{fixed}")


def _known(profile: ApiProfile, index: Mapping[str, Evidence]) -> ApiProfile:
    operations = {
        name: operation.model_copy(update={"evidence": _of(operation.evidence, index)})
        for name, operation in profile.operations.items()
    }
    objects = {
        name: described.model_copy(
            update={
                "evidence": _of(described.evidence, index),
                "pagination": described.pagination.model_copy(
                    update={"evidence": described.pagination.evidence and _of(described.pagination.evidence, index)}
                ),
            }
        )
        for name, described in profile.objects.items()
    }
    auth = tuple(scheme.model_copy(update={"evidence": _of(scheme.evidence, index)}) for scheme in profile.auth)
    return profile.model_copy(update={"operations": operations, "objects": objects, "auth": auth})


def _of(evidence: Evidence, index: Mapping[str, Evidence]) -> Evidence:
    """The evidence that the longest pointer around it has; a rule that found more in it stays a guess."""
    around = [pointer for pointer in index if evidence.pointer == pointer or evidence.pointer.startswith(pointer + "/")]
    if not around:
        return evidence
    known = index[max(around, key=len)]
    return known.model_copy(update={"rule": "; ".join(filter(None, (known.rule, evidence.rule))) or None})
