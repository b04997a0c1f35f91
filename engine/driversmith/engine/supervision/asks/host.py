"""HostAsk: the calling agent's own model answers a session's requests."""

import time
from collections.abc import Callable

from anyio import to_thread

from ...errors import HostSilentError
from ...journal.log import SessionLog
from ...journal.step_names import HOST_WANTED
from ...journal.steps import Steps
from ...llm.port import ModelAnswer, TokenUsage
from ...llm.request import ModelRequest
from ...models.base import Value
from ...models.findings import Finding
from ...models.session import HostRequest
from .host_request import Known, host_request, place
from .journalled import Keep


class Suspended(Exception):  # noqa: N818  no error: the session has come to where the calling agent goes on
    """The calling agent's own model is to answer; nobody catches this before the session's worker."""

    is_failure = False

    def __init__(self, wanted: HostRequest, *, seconds_left: float) -> None:
        super().__init__(wanted.path)
        self.wanted = wanted
        self.seconds_left = seconds_left
        """How much longer the session waits for it."""


class HostAsk:
    """Has the calling agent's own model answer: the session stops here, and goes on when the file is handed in."""

    def __init__(
        self, *, steps: Steps, log: SessionLog, patience_seconds: float, now: Callable[[], float] = time.time
    ) -> None:
        self._steps = steps
        self._log = log
        self._patience_seconds = patience_seconds
        self._now = now

    async def answer(self, request: ModelRequest, step: str, keep: Keep) -> ModelAnswer:
        """What was handed in for the same try already, though in answer to other words: those of an older version.

        Raises:
            Suspended: the session waits for it; the answer is stored under `step` by whoever hands it in.
            HostSilentError: it has waited for too long.
        """
        stored = await self._steps.stored(HOST_WANTED)
        before = _Wanted.model_validate(stored) if isinstance(stored, dict) and "following" in stored else None
        if before is not None and before.request.step == step:
            raise Suspended(before.request, seconds_left=self._left(before.request))
        known = Known()
        if before is not None:
            known = before.following if await self._answer(before.request.step) else before.known
            if known is before.known and request.task.attempt > before.request.attempt:  # told, and then begun anew
                known = known.model_copy(update={"texts": before.following.texts})
        if (given := known.answers.get(place(request.task))) and (answer := await self._answer(given)):
            await keep(answer)
            return answer

        async def handed_in(path: str) -> str | None:
            last = known.last(path)
            return await self._file(path, last) if last else None

        wanted, following = await host_request(request, step, known=known, handed_in=handed_in, now=self._now())
        asked = _Wanted(request=wanted, known=known, following=following)
        await self._steps.store(HOST_WANTED, asked.model_dump(mode="json"))
        await self._log.write(
            "file.wanted",
            f"Waiting for {wanted.path} from the calling agent (try {wanted.try_number}).",
            data={"path": wanted.path, "step": step},
        )
        raise Suspended(wanted, seconds_left=self._patience_seconds)

    def _left(self, wanted: HostRequest) -> float:
        """Seconds that the session waits for it yet."""
        left = wanted.wanted_at + self._patience_seconds - self._now()
        if left > 0:
            return left
        raise HostSilentError(
            f"{wanted.path} was asked for {self._patience_seconds:g} seconds ago and not handed in.",
            next_action="Start again with fresh=true and hand the files in with submit_file, or use another engine.",
        )

    async def _answer(self, step: str) -> ModelAnswer | None:
        stored = await self._steps.stored(step)
        answer = stored.get("answer") if isinstance(stored, dict) else None
        return None if answer is None else ModelAnswer.model_validate(answer)

    async def _file(self, path: str, step: str) -> str | None:
        """The file in an answer; None where it holds none."""
        from ...guards.files.extraction import extract_file

        answer = await self._answer(step)
        if answer is None:
            return None
        found = await to_thread.run_sync(lambda: extract_file(answer.text, path=path, stop_reason=answer.stop_reason))
        return None if isinstance(found, Finding) else found.text


def handed_in(text: str) -> ModelAnswer:
    """What the calling agent handed in, as an answer: whole, and paid for by itself."""
    return ModelAnswer(
        text=text, stop_reason="end_turn", usage=TokenUsage(), model="host", latency_seconds=0.0, cost_usd=0.0
    )


class _Wanted(Value):
    request: HostRequest
    known: Known
    """What the agent knew before it."""
    following: Known
    """What it knows once it has answered it."""
