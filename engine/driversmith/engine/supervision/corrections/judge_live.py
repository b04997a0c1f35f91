"""Corrections judged by the real API of a session, as far as that may be asked."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import anyio
from pydantic import JsonValue

from ...errors import FetchError, InvalidArgumentError, SandboxError
from ...models.profile import ApiProfile, OperationProfile
from ...proof.correct import Api, corrected
from ...proof.judge import Claim, Judged, Judgement, Reads, judged
from ...proof.live_reads import Reading
from ..live.live_api import LiveApi
from ..progress import Tell
from .facts_claim import FactsClaim

JUDGING_SECONDS = 90.0
"""Then nothing more is asked, and what is not shown by then is judged by its quote."""


async def judge_live(claim: FactsClaim, claims: Sequence[Claim], live: LiveApi, folder: Path, tell: Tell) -> Judged:
    """The claims of a facts.json judged."""
    before = {read.object_name: read for read in claim.before}
    if not live.may_ask(claim.profile):
        return await judged(claim.profile, claims, before, None)
    deadline, trials = anyio.current_time() + JUDGING_SECONDS, live.trials(folder, tell)
    found = await judged(claim.profile, claims, before, _Careful(trials, claim.document.probe, deadline))
    with anyio.CancelScope(deadline=deadline), suppress(FetchError, InvalidArgumentError, SandboxError):
        for name, reading in found.readings.items():
            await _read_on(found, name, reading, trials, live)
    return found


async def _read_on(found: Judged, name: str, reading: Reading, api: Api, live: LiveApi) -> None:
    """What the answers show that an author's corrections brought: the rules correct further facts by them, as they did at
    first."""
    changed = await corrected(found.profile, [reading], api, given=live.given(found.profile))
    found.profile = changed.profile
    found.reads[name] = changed.readings[0].live
    found.judgements += [Judgement(Claim(correction), "observed") for correction in changed.corrections]


class _Careful:
    """Reads until the time is up; what goes wrong on the way to the API tells nothing."""

    def __init__(self, reads: Reads, probe: Mapping[str, JsonValue], deadline: float) -> None:
        self._reads = reads
        self._probe = probe
        self._deadline = deadline

    async def read(self, profile: ApiProfile, name: str) -> Reading | None:
        with anyio.CancelScope(deadline=self._deadline):
            try:
                return await self._reads.read(_probed(profile, self._probe), name)
            except (FetchError, InvalidArgumentError, SandboxError):
                return None
        return None


def _probed(profile: ApiProfile, probe: Mapping[str, JsonValue]) -> ApiProfile:
    """The profile with these values as examples of its arguments."""
    if not probe:
        return profile
    operations = {name: _with_examples(operation, probe) for name, operation in profile.operations.items()}
    return profile.model_copy(update={"operations": operations})


def _with_examples(operation: OperationProfile, probe: Mapping[str, JsonValue]) -> OperationProfile:
    parameters = tuple(
        p.model_copy(update={"example": probe[p.argument]}) if p.argument in probe else p for p in operation.parameters
    )
    return operation.model_copy(update={"parameters": parameters})
