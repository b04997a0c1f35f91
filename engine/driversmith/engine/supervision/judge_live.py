"""Corrections judged by the real API of a session, as far as that may be asked."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import anyio
from pydantic import JsonValue

from ..errors import FetchError, InvalidArgumentError, SandboxError
from ..models.profile import ApiProfile, OperationProfile
from ..proof.judge import Claim, Judged, Reads, judged
from ..proof.live_reads import Reading
from .activities import Tell
from .facts_claim import FactsClaim
from .live_api import LiveApi

JUDGING_SECONDS = 90.0
"""Then nothing more is asked, and what is not shown by then is judged by its quote."""


async def judge_live(claim: FactsClaim, claims: Sequence[Claim], live: LiveApi, folder: Path, tell: Tell) -> Judged:
    """The claims of a facts.json judged."""
    reads: Reads | None = None
    if live.may_ask(claim.profile):
        reads = _Careful(live.trials(folder, tell), claim.document.probe, anyio.current_time() + JUDGING_SECONDS)
    return await judged(claim.profile, claims, {read.object_name: read for read in claim.before}, reads)


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
