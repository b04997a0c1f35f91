"""The LanguageModel port: one request, one answer, and a record of every request before its answer is used."""

from collections.abc import Awaitable, Callable
from typing import Any, Literal, Protocol

from pydantic import Field, field_validator

from ..errors import RejectedFault, TransportFault
from ..models.base import Value
from .request import ModelRequest

StopReason = Literal[
    "end_turn",
    "max_tokens",
    "stop_sequence",
    "tool_use",
    "pause_turn",
    "refusal",
    "model_context_window_exceeded",
    "other",
]
"""`other`: one that this version does not know. Only `end_turn` ends a whole answer."""

Outcome = Literal["answered", "cancelled"] | TransportFault | RejectedFault


class TokenUsage(Value):
    """Tokens of one request; the whole prompt is the sum of the first three."""

    input_tokens: int = Field(default=0, ge=0)
    """Read neither from the cache nor written to it."""
    cache_read_tokens: int = Field(default=0, ge=0)
    cache_write_tokens: int = Field(default=0, ge=0)
    output_tokens: int = Field(default=0, ge=0)
    """Thinking included."""

    @property
    def prompt_tokens(self) -> int:
        """The whole prompt."""
        return self.input_tokens + self.cache_read_tokens + self.cache_write_tokens


class ModelAnswer(Value):
    """What came back, and what it took."""

    text: str
    """All text blocks, in order; thinking is not among them. Half of a surrogate pair, which JSON can hold but no file
    and no journal, has become U+FFFD."""
    stop_reason: StopReason | None
    """None only in the record of a request whose stream ended too early: the text is cut."""
    stop_detail: str = ""
    """What the model's provider said about a refusal."""
    usage: TokenUsage
    model: str
    """The id of the model that was asked."""
    request_id: str | None = None
    """The provider's, for its support."""
    latency_seconds: float = Field(ge=0)
    """From sending to the end of the answer."""
    first_token_seconds: float | None = Field(default=None, ge=0)
    """From sending to the first piece of text; None where there was none."""
    cost_usd: float | None
    """None where the price of the model is not known."""
    saved_usd: float | None = None
    """What the prompt cache saved against the same request without it; below 0 where only writing was paid for."""

    @field_validator("text", mode="before")
    @classmethod
    def _storable(cls, text: object) -> object:
        if not isinstance(text, str) or text.isascii():
            return text
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class RequestRecord(Value):
    """One request that was sent, however it ended."""

    request: ModelRequest
    outcome: Outcome
    answer: ModelAnswer
    """With a fault: as far as it came."""
    error: str = ""
    """What was wrong, in a sentence."""

    def usage(self) -> dict[str, Any]:
        """The arguments of `Journal.add_usage`; `input_tokens` there is all that did not come from the cache."""
        answer, task = self.answer, self.request.task
        return {
            "role": task.role,
            "model": answer.model,
            "input_tokens": answer.usage.input_tokens + answer.usage.cache_write_tokens,
            "cached_tokens": answer.usage.cache_read_tokens,
            "output_tokens": answer.usage.output_tokens,
            "cost_usd": answer.cost_usd,
            "latency_seconds": answer.latency_seconds,
            "data": {
                "path": task.path,
                "attempt": task.attempt,
                "try": task.try_number,
                "mode": task.mode,
                "outcome": self.outcome,
                "error": self.error,
                "stop_reason": answer.stop_reason,
                "request_id": answer.request_id,
                "first_token_seconds": answer.first_token_seconds,
                "cache_write_tokens": answer.usage.cache_write_tokens,
                "saved_usd": answer.saved_usd,
            },
        }


Record = Callable[[RequestRecord], Awaitable[None]]
"""Stores a record; what it raises ends the request, so that nothing unrecorded is ever used."""


Ask = Callable[[ModelRequest], Awaitable[ModelAnswer]]
"""Has a request answered on behalf of one session: journalled, within its budgets, transport faults waited out.

Raises ModelTransportError where waiting did not help, ModelRejectedError, and what ends or suspends the session."""


class LanguageModel(Protocol):
    """Answers requests, each sent once. One conformance suite serves every implementation (tests/conformance)."""

    async def ask(self, request: ModelRequest, *, record: Record) -> ModelAnswer:
        """Send one request and read its answer to the end.

        `record` is awaited once for each request that went out, before this returns or raises, also when it is
        cancelled. An answer has a stop reason; whether it is whole (`end_turn`), cut (`max_tokens`) or a refusal is
        for the caller to see.

        Raises:
            ModelTransportError: overloaded, rate limited, server error, no connection, stalled, cut off; sent again
                later it may be answered.
            ModelRejectedError: key, permission, spend limit, model, or the request itself.
        """
        ...
