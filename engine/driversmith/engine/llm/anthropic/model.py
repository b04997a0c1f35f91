"""Claude over the Messages API, through the anthropic SDK. The only file that imports it: lazily, and off the loop."""

import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Self, get_args

import anyio
import anyio.to_thread

from ...errors import ModelRejectedError, ModelTransportError
from ...settings import Settings
from ..clock import Clock
from ..exchange import Exchange, recorded
from ..faults import fault_of
from ..port import ModelAnswer, Record, StopReason, TokenUsage
from ..prices import PriceTable
from ..request import ModelRequest
from .endpoint import Endpoint

if TYPE_CHECKING:
    from anthropic import APIStatusError, AsyncAnthropic
    from anthropic.types import MessageDeltaUsage, RawMessageStreamEvent, Usage

_CONNECT_SECONDS = 10.0
_CLOSE_SECONDS = 5.0


@dataclass(frozen=True)
class _Form:
    """Which parts of `output_config` a request is sent with."""

    schema: bool
    effort: bool


class AnthropicModel:
    """A LanguageModel; an async context manager that closes its one client. Make one of it for a process.

    `models` gives the model id of each role. What an endpoint refuses of `output_config` is remembered, and asked for
    in the prompt, or left out, from then on.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        models: Mapping[str, str],
        prices: PriceTable,
        stall_seconds: float = 60.0,
        request_seconds: float = 600.0,
        clock: Clock = time.monotonic,
    ) -> None:
        self._endpoint = endpoint
        self._models = models
        self._prices = prices
        self._stall_seconds = stall_seconds
        self._request_seconds = request_seconds
        self._clock = clock
        self._client: AsyncAnthropic | None = None
        self._opening = anyio.Lock()
        self._refuses_output_config = False
        self._models_without_effort: set[str] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._client is not None:
            client, self._client = self._client, None
            with anyio.move_on_after(_CLOSE_SECONDS, shield=True):
                await client.close()

    async def ask(self, request: ModelRequest, *, record: Record) -> ModelAnswer:
        """Send the request once, and once more for each part of `output_config` that the endpoint refuses."""
        client = await self._opened()
        model = self._models[request.role]
        while True:
            form = _Form(
                schema=request.json_schema is not None and not self._refuses_output_config,
                effort=not self._refuses_output_config and model not in self._models_without_effort,
            )
            try:
                return await self._send(client, model, request, form, record)
            except ModelRejectedError as exc:
                if not self._has_learned(model, form, exc):
                    raise

    def _has_learned(self, model: str, form: _Form, refusal: ModelRejectedError) -> bool:
        """Whether the next request will look different because of this refusal."""
        said = refusal.message.lower()
        if refusal.fault != "invalid_request" or form == _Form(schema=False, effort=False):
            return False
        if form.effort and "effort" in said and "format" not in said and "schema" not in said:
            self._models_without_effort.add(model)
            return True
        if "output_config" in said:
            self._refuses_output_config = True
            return True
        return False

    async def _send(
        self, client: "AsyncAnthropic", model: str, request: ModelRequest, form: _Form, record: Record
    ) -> ModelAnswer:
        exchange = Exchange(request, model=model, prices=self._prices, clock=self._clock)
        body = _body(request, model, form)
        async with recorded(exchange, record), self._translated(exchange):
            with anyio.fail_after(self._request_seconds):
                async with await client.messages.create(**body, stream=True) as stream:
                    exchange.request_id = stream.response.headers.get("request-id")
                    await _read(stream, exchange)
            if exchange.stop_reason is None:
                raise ModelTransportError("The model's answer ended before it was whole.", fault="cut_stream")
        return exchange.answer()

    @asynccontextmanager
    async def _translated(self, exchange: Exchange) -> AsyncGenerator[None]:
        """Turn what the SDK raises into errors of ours."""
        import anthropic
        import httpx2

        where = self._endpoint.shown
        try:
            yield
        except anthropic.APIStatusError as exc:
            exchange.request_id = exc.request_id or exchange.request_id
            raise self._status_fault(exc) from exc
        except anthropic.APIConnectionError as exc:
            if isinstance(exc.__cause__, httpx2.TimeoutException) and not isinstance(
                exc.__cause__, httpx2.ConnectTimeout
            ):
                raise self._stalled() from exc
            reason = str(exc.__cause__ or exc) or type(exc.__cause__).__name__
            raise ModelTransportError(
                f"{where} could not be reached: {reason}",
                fault="connection",
                next_action="Check the network, and ANTHROPIC_BASE_URL if it is set.",
            ) from exc
        except httpx2.TimeoutException as exc:
            raise self._stalled() from exc
        except httpx2.TransportError as exc:
            raise ModelTransportError(f"The model's answer broke off: {exc}", fault="cut_stream") from exc
        except TimeoutError as exc:
            raise ModelTransportError(
                f"The model did not end its answer within {self._request_seconds:g} s.", fault="stall"
            ) from exc
        except (anthropic.APIError, ValueError, TypeError, AttributeError) as exc:
            # The SDK does not check what it receives: what is no event fails where it is used.
            raise ModelTransportError(
                f"{where} does not speak the Messages API: {type(exc).__name__}.",
                fault="server_error",
                next_action="Check ANTHROPIC_BASE_URL if it is set.",
            ) from exc

    def _stalled(self) -> ModelTransportError:
        return ModelTransportError(f"Nothing came from the model for {self._stall_seconds:g} s.", fault="stall")

    def _status_fault(self, exc: "APIStatusError") -> Exception:
        key = self._endpoint.api_key.get_secret_value()
        return fault_of(
            status=exc.status_code,
            type=exc.type,
            code=exc.error_code,
            message=(exc.api_message or exc.message).replace(key, "[redacted]"),
            retry_after=exc.response.headers.get("retry-after") if exc.status_code >= 400 else None,
        )

    async def _opened(self) -> "AsyncAnthropic":
        """The client; the import costs two seconds of CPU, so that many first requests must share one."""
        async with self._opening:
            if self._client is None:
                self._endpoint.check_allowed(loopback_only=Settings().model_loopback_only)
                self._client = await anyio.to_thread.run_sync(self._new_client)
        return self._client

    def _new_client(self) -> "AsyncAnthropic":
        import anthropic
        import httpx2

        timeout = httpx2.Timeout(self._stall_seconds, connect=min(_CONNECT_SECONDS, self._stall_seconds), pool=None)
        client = anthropic.AsyncAnthropic(
            api_key=self._endpoint.api_key.get_secret_value(),
            base_url=self._endpoint.base_url,
            webhook_key="",
            max_retries=0,
            timeout=timeout,
            open_telemetry=False,
            http_client=httpx2.AsyncClient(
                timeout=timeout,
                limits=httpx2.Limits(max_connections=None),
                follow_redirects=False,
                trust_env=not self._endpoint.is_loopback,  # a proxy does not lead back to this machine
            ),
        )
        # The SDK takes headers from ANTHROPIC_CUSTOM_HEADERS and has no option not to.
        vars(client)["_custom_headers"] = {}
        return client


async def _read(stream: "AsyncIterator[RawMessageStreamEvent]", exchange: Exchange) -> None:
    """Take everything from the events that an answer needs; events and blocks of unknown types are passed over."""
    async for event in stream:
        if event.type == "message_start":
            exchange.usage = _counted(exchange.usage, event.message.usage)
        elif event.type == "content_block_start" and event.content_block.type == "text":
            exchange.add_text(event.content_block.text)
        elif event.type == "content_block_delta" and event.delta.type == "text_delta":
            exchange.add_text(event.delta.text)
        elif event.type == "message_delta":
            exchange.usage = _counted(exchange.usage, event.usage)
            exchange.stop_reason = _stop_reason(event.delta.stop_reason)
            details = event.delta.stop_details
            exchange.stop_detail = (details and (details.explanation or details.category)) or ""


def _counted(known: TokenUsage, said: "Usage | MessageDeltaUsage | None") -> TokenUsage:
    """Counts are totals so far; those that are left out, which gateways do more than the API, stay as they were."""

    def latest(name: str, old: int) -> int:
        new = getattr(said, name, None)
        return old if new is None else new

    return TokenUsage(
        input_tokens=latest("input_tokens", known.input_tokens),
        cache_read_tokens=latest("cache_read_input_tokens", known.cache_read_tokens),
        cache_write_tokens=latest("cache_creation_input_tokens", known.cache_write_tokens),
        output_tokens=latest("output_tokens", known.output_tokens),
    )


def _stop_reason(said: str | None) -> StopReason | None:
    if said is None:
        return None
    return next((known for known in get_args(StopReason) if known == said), "other")


def _body(request: ModelRequest, model: str, form: _Form) -> dict[str, Any]:
    """The arguments of `messages.create`."""
    from anthropic import transform_schema

    config: dict[str, Any] = {"effort": request.effort} if form.effort else {}
    appendix = ""
    if request.json_schema is not None and form.schema:
        config["format"] = {"type": "json_schema", "schema": transform_schema(request.json_schema)}
    elif request.json_schema is not None:
        appendix = _json_prompt().replace("{schema}", json.dumps(request.json_schema, ensure_ascii=False))
    body: dict[str, Any] = {
        "model": model,
        "max_tokens": request.max_tokens,
        "messages": request.wire_messages(appendix=appendix),
    }
    if request.system:
        body["system"] = request.wire_system()
    return {**body, "output_config": config} if config else body


@cache
def _json_prompt() -> str:
    folder = resources.files(__name__.rpartition(".")[0]) / "prompts"
    return (folder / "json_answer.md").read_text("utf-8").strip()
