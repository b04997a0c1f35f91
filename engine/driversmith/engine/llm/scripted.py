"""A model that answers by a script: for tests, and for `driversmith demo --heal`, where neither key nor network is."""

import time
from collections.abc import Callable, Mapping

import anyio

from ..errors import ModelError, ModelTransportError, RejectedFault, TransportFault
from ..models.base import Value
from .clock import Clock, Sleep
from .exchange import Exchange, recorded
from .faults import rejected_error
from .port import ModelAnswer, Record, StopReason, TokenUsage
from .prices import PriceTable
from .request import ModelRequest

_CHARACTERS_PER_TOKEN = 4


class Reply(Value):
    """An answer of the script."""

    text: str
    stop_reason: StopReason = "end_turn"
    stop_detail: str = ""
    usage: TokenUsage | None = None
    """None: estimated by the length of the texts."""
    seconds: float = 0.0
    """How long the answer takes."""


class TransportTrouble(Value):
    """A fault of transport in place of an answer."""

    fault: TransportFault
    retry_after: float | None = None
    text: str = ""
    """What had come when it broke off."""


class Rejection(Value):
    """A refusal by the endpoint in place of an answer."""

    fault: RejectedFault
    message: str = "The script says so."


Line = str | Reply | TransportTrouble | Rejection
Script = Callable[[ModelRequest], Line]
"""What to answer to a request; text alone is a whole answer."""


class ScriptedModel:
    """A LanguageModel that does what a script says.

    `models` gives the model id of each role, by which it is priced; without it the model is called "scripted".
    """

    def __init__(
        self,
        script: Script,
        *,
        prices: PriceTable,
        models: Mapping[str, str] | None = None,
        clock: Clock = time.monotonic,
        sleep: Sleep = anyio.sleep,
    ) -> None:
        self._script = script
        self._prices = prices
        self._models = models or {}
        self._clock = clock
        self._sleep = sleep
        self._asked = 0

    async def ask(self, request: ModelRequest, *, record: Record) -> ModelAnswer:
        """What the script has for this request."""
        model = self._models.get(request.role, "scripted")
        exchange = Exchange(request, model=model, prices=self._prices, clock=self._clock)
        self._asked += 1
        exchange.request_id = f"scripted_{self._asked}"
        async with recorded(exchange, record):
            await self._play(request, self._script(request), exchange)
        return exchange.answer()

    async def _play(self, request: ModelRequest, line: Line, exchange: Exchange) -> None:
        reply = Reply(text=line) if isinstance(line, str) else line
        if isinstance(reply, Reply):
            await self._sleep(reply.seconds)
            exchange.add_text(reply.text)
            exchange.stop_reason, exchange.stop_detail = reply.stop_reason, reply.stop_detail
            exchange.usage = reply.usage or _estimated(request, reply.text)
            return
        if isinstance(reply, TransportTrouble):
            exchange.add_text(reply.text)
        raise _error(reply)


def _estimated(request: ModelRequest, answer: str) -> TokenUsage:
    stable = "".join(block.text for block in (*request.system, *request.prefix))
    prompt = stable + "".join(turn.text for turn in request.turns) + request.last_text()
    return TokenUsage(
        input_tokens=len(prompt) // _CHARACTERS_PER_TOKEN, output_tokens=len(answer) // _CHARACTERS_PER_TOKEN + 1
    )


def _error(line: TransportTrouble | Rejection) -> ModelError:
    if isinstance(line, Rejection):
        return rejected_error(line.fault, line.message)
    return ModelTransportError(
        f"The script plays the fault {line.fault}.", fault=line.fault, retry_after=line.retry_after
    )
