"""One request while it is under way: what is known of its answer so far, so that it is recorded however it ends."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio

from ..errors import ModelError
from .clock import Clock
from .port import ModelAnswer, Outcome, Record, RequestRecord, StopReason, TokenUsage
from .prices import PriceTable
from .request import ModelRequest

_RECORD_SECONDS = 10.0


class Exchange:
    """Collects an answer as it comes; `usage`, `stop_reason` and the rest are set by whoever reads the wire."""

    def __init__(self, request: ModelRequest, *, model: str, prices: PriceTable, clock: Clock) -> None:
        self._request = request
        self._model = model
        self._prices = prices
        self._clock = clock
        self._started = clock()
        self._first_token: float | None = None
        self._text: list[str] = []
        self.usage = TokenUsage()
        self.stop_reason: StopReason | None = None
        self.stop_detail = ""
        self.request_id: str | None = None

    def add_text(self, text: str) -> None:
        """One more piece of the answer."""
        if text and self._first_token is None:
            self._first_token = self._clock() - self._started
        self._text.append(text)

    def answer(self) -> ModelAnswer:
        """The answer as far as it has come."""
        return ModelAnswer(
            text="".join(self._text),
            stop_reason=self.stop_reason,
            stop_detail=self.stop_detail,
            usage=self.usage,
            model=self._model,
            request_id=self.request_id,
            latency_seconds=max(0.0, self._clock() - self._started),
            first_token_seconds=self._first_token,
            cost_usd=self._prices.cost(self._model, self.usage),
            saved_usd=self._prices.saved(self._model, self.usage),
        )

    def record(self, outcome: Outcome, error: str = "") -> RequestRecord:
        """What is to be remembered of the request."""
        return RequestRecord(request=self._request, outcome=outcome, answer=self.answer(), error=error)


@asynccontextmanager
async def recorded(exchange: Exchange, record: Record) -> AsyncGenerator[None]:
    """Record the exchange when the block ends: with its answer, its fault, or as cancelled."""
    try:
        yield
    except ModelError as exc:
        await record(exchange.record(exc.fault, exc.message))
        raise
    except anyio.get_cancelled_exc_class():
        # The tokens are spent all the same; a journal that hangs must not keep a cancelled session alive.
        with anyio.move_on_after(_RECORD_SECONDS, shield=True):
            await record(exchange.record("cancelled", "The request was cancelled."))
        raise
    else:
        await record(exchange.record("answered"))
