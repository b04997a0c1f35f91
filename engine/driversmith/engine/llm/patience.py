"""Waiting faults of transport out: backoff with full jitter, Retry-After obeyed, all within a deadline."""

import math
import random
from collections.abc import Awaitable, Callable

import anyio
from pydantic import Field

from ..errors import ModelTransportError
from ..models.base import Value
from ..tracing import span, tell, tell_exactly
from .clock import Clock
from .gate import Gate
from .port import LanguageModel, ModelAnswer, Record, RequestRecord
from .request import ModelRequest


class Backoff(Value):
    """How long to wait, and how often."""

    first_seconds: float = Field(default=1.0, gt=0)
    """The longest wait after the first fault; it doubles with every further one."""
    longest_seconds: float = Field(default=30.0, gt=0)
    longest_retry_after: float = Field(default=60.0, gt=0)
    """Seconds; a server that asks for more is asked again after this."""
    retries: int = Field(default=8, ge=0)
    """How often one request is sent again before its fault counts."""

    def ceiling(self, retry: int) -> float:
        """The longest wait before the nth retry, counted from 1."""
        return min(self.longest_seconds, self.first_seconds * 2 ** (retry - 1))


class Waiting(Value):
    """A pause before a request is sent again."""

    request: ModelRequest
    error: str
    fault: str
    retry: int
    """1 for the first retry of this request."""
    seconds: float


OnWait = Callable[[Waiting], Awaitable[None]]


class PatientModel:
    """Asks a LanguageModel until it answers; one serves all sessions of a process and shares its gate among them.

    What it waits out never shows to its caller, so that it cannot count as a try of a file.
    Time is the gate's. `jitter` gives a number from 0 to 1.
    """

    def __init__(
        self,
        model: LanguageModel,
        *,
        gate: Gate,
        backoff: Backoff | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._model = model
        self._gate = gate
        self._backoff = backoff or Backoff()
        self._jitter = jitter

    @property
    def clock(self) -> Clock:
        """The gate's, on which deadlines are given."""
        return self._gate.clock

    async def ask(
        self,
        request: ModelRequest,
        *,
        record: Record,
        deadline: float = math.inf,
        on_wait: OnWait | None = None,
    ) -> ModelAnswer:
        """The answer. `deadline` is a time on the gate's clock; `on_wait` hears of each pause before it begins.

        Raises:
            ModelTransportError: the fault lasted longer than the retries, or than the deadline allows.
            ModelRejectedError: as the model raised it, at once.
        """
        retry = 0
        while True:
            try:
                return await self._once(request, record=record, deadline=deadline)
            except ModelTransportError as exc:
                retry += 1
                seconds = self._wait(exc, retry)
                if exc.retry_after:
                    self._gate.close_until(self._gate.clock() + seconds)
                if exc.fault == "deadline" or retry > self._backoff.retries or self._is_past(deadline, seconds):
                    raise
                waiting = Waiting(request=request, error=exc.message, fault=exc.fault, retry=retry, seconds=seconds)
            if on_wait:
                await on_wait(waiting)
            await self._gate.sleep(waiting.seconds)

    def _is_past(self, deadline: float, seconds: float) -> bool:
        return self._gate.clock() + seconds >= deadline

    async def _once(self, request: ModelRequest, *, record: Record, deadline: float) -> ModelAnswer:
        """One request, inside the gate, cut off at the deadline."""
        async with self._gate.passage(deadline=deadline):
            with anyio.move_on_after(deadline - self._gate.clock()):
                return await self._asked(request, record)
        raise ModelTransportError("The model did not answer before the deadline.", fault="deadline")

    async def _asked(self, request: ModelRequest, record: Record) -> ModelAnswer:
        """One request, as a span that says what it took, and nothing of what was asked or answered."""
        task = request.task
        with span("chat", calls=True, role=task.role, attempt=task.attempt, try_number=task.try_number) as current:

            async def seen(found: RequestRecord) -> None:
                answer = found.answer
                current.update_name(f"chat {answer.model}")
                tell_exactly(current, model_attributes(found))
                tell(current, cost_usd=answer.cost_usd)
                await record(found)

            return await self._model.ask(request, record=seen)

    def _wait(self, fault: ModelTransportError, retry: int) -> float:
        """Seconds: what the server asked for, or anything up to a ceiling that doubles."""
        if fault.retry_after:
            return min(fault.retry_after, self._backoff.longest_retry_after)
        return self._backoff.ceiling(retry) * self._jitter()


def model_attributes(found: RequestRecord) -> dict[str, str | int | list[str] | None]:
    """A request by the semantic conventions of generative AI."""
    answer = found.answer
    usage = answer.usage
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.request.model": answer.model,
        "gen_ai.response.model": answer.model,
        "gen_ai.request.max_tokens": found.request.max_tokens,
        "gen_ai.request.stream": True,
        "gen_ai.usage.input_tokens": usage.prompt_tokens,
        "gen_ai.usage.cache_read.input_tokens": usage.cache_read_tokens,
        "gen_ai.usage.cache_write.input_tokens": usage.cache_write_tokens,
        "gen_ai.usage.output_tokens": usage.output_tokens,
        "gen_ai.response.finish_reasons": [answer.stop_reason] if answer.stop_reason else None,
        "error.type": None if found.outcome == "answered" else found.outcome,
    }
