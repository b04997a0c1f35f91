"""A stand-in for the Messages API on loopback: the real protocol, the documented accounting of its cache, every fault.

    async with StandInMessages(lambda asked: "the file") as api:    # in this loop; `with` runs it in a thread
        environment = {"ANTHROPIC_BASE_URL": api.url, "ANTHROPIC_API_KEY": api.key}
        ...
        assert api.asked[0].task.role == "generate"

Nothing of the product is imported here, so that both cannot be wrong in the same way.
"""

import asyncio
import inspect
import json
import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from ..patience import LONG
from .messages_script import Answer, Asked, Fault, Reply, ReplyFunction, status
from .prompt_cache import Counted, PromptCache, tokens_in

_PIECE = 200
_LONGEST_STALL = 60.0
_FIELDS = {
    "model", "max_tokens", "messages", "system", "stream", "output_config", "metadata", "stop_sequences", "thinking",
    "tools", "tool_choice", "service_tier", "cache_control", "container", "diagnostics", "inference_geo", "speed",
}  # fmt: skip


class StandInMessages:
    """One endpoint. `reply` decides on each request; `asked` has them all, `usages` what the answered ones cost.

    `accepts_output_config=False` refuses it with 400; `models` are those that exist (None: all);
    `refuses_effort` names models that do not know it. `keeps_requests=False` leaves `asked` empty, for those who send
    many.
    """

    def __init__(
        self,
        reply: ReplyFunction,
        *,
        key: str = "sk-stand-in",
        models: frozenset[str] | None = None,
        accepts_output_config: bool = True,
        refuses_effort: frozenset[str] = frozenset(),
        cache: PromptCache | None = None,
        keeps_requests: bool = True,
    ) -> None:
        self.key = key
        self.asked: list[Asked] = []
        self.usages: list[dict[str, int]] = []
        self.under_way = 0
        self.most_under_way = 0
        self.url = ""
        self.failures: list[BaseException] = []
        """What `reply` itself raised, such as failed assertions; leaving the block raises the first."""
        self._reply = reply
        self._models = models
        self._accepts_output_config = accepts_output_config
        self._refuses_effort = refuses_effort
        self._cache = cache or PromptCache()
        self._keeps_requests = keeps_requests
        self._heard = 0
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()
        self._thread: threading.Thread | None = None
        self._stop: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """The variables that point a program here."""
        return {"ANTHROPIC_BASE_URL": self.url, "ANTHROPIC_API_KEY": self.key}

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server
        self._server.close()
        for task in tuple(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await self._server.wait_closed()
        self._raise_failure(error)

    def __enter__(self) -> Self:
        ready = threading.Event()

        async def run() -> None:
            stop = asyncio.Event()
            self._stop = (asyncio.get_running_loop(), stop)
            async with self:
                ready.set()
                await stop.wait()
                self.failures, failures = [], self.failures
            self.failures = failures

        self._thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
        self._thread.start()
        assert ready.wait(LONG)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._stop
        assert self._thread
        loop, stop = self._stop
        loop.call_soon_threadsafe(stop.set)
        self._thread.join(LONG)
        self._raise_failure(error)

    def _raise_failure(self, error: BaseException | None) -> None:
        if self.failures and not isinstance(error, AssertionError):
            raise self.failures[0]

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._open.add(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while await self._exchange(reader, writer):
                    pass
        finally:
            self._open.discard(task)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and its answer; whether the connection goes on."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.strip().split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        raw = await reader.readexactly(int(headers.get("content-length", "0")))
        if first.split(" ")[:2] != ["POST", "/v1/messages"]:
            return await _write_error(writer, status(404, "not_found_error", "Not found"), "req_0")
        self._heard += 1
        asked = Asked(self._heard, json.loads(raw), headers)
        if self._keeps_requests:
            self.asked.append(asked)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            return await self._answer(asked, reader, writer)
        finally:
            self.under_way -= 1

    async def _answer(self, asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        request_id = f"req_{asked.number:06}"
        if refusal := self._refusal(asked):
            return await _write_error(writer, refusal, request_id)
        answer = await self._decide(asked)
        if isinstance(answer, Fault) and answer.kind == "status":
            return await _write_error(writer, answer, request_id)
        if isinstance(answer, Fault) and answer.kind in {"reset", "silence"}:
            await _break(answer.kind, reader, writer)
            return False
        counted = self._cache.count(asked.body)
        reply = answer if isinstance(answer, Reply) else Reply(answer.text, stop_reason=None)
        await asyncio.sleep(reply.first_token_after)
        self._cache.begin(counted)
        message = _Message(asked, reply, counted, request_id)
        if isinstance(answer, Reply):
            self.usages.append(message.usage)
        if not asked.body.get("stream"):
            return await _write(writer, 200, message.whole(), {"request-id": request_id})
        return await _Stream(reader, writer, message, answer).run()

    async def _decide(self, asked: Asked) -> Reply | Fault:
        try:
            answer: Any = self._reply(asked)
            answer = await answer if inspect.isawaitable(answer) else answer
        except Exception as exc:
            self.failures.append(exc)
            return status(400, "invalid_request_error", f"the script failed: {exc!r}")
        return _exactly(answer)

    def _refusal(self, asked: Asked) -> Fault | None:  # noqa: PLR0911 - one line for each rule of the API
        """What the API itself refuses."""
        body = asked.body
        messages = body.get("messages") or []
        config = asked.output_config
        points = sum(bool(b.get("cache_control")) for b in _blocks(body))
        if asked.headers.get("authorization") != f"Bearer {self.key}" and asked.headers.get("x-api-key") != self.key:
            return status(401, "authentication_error", "invalid x-api-key")
        if "anthropic-version" not in asked.headers:
            return _invalid("anthropic-version: header is required")
        if unknown := sorted(set(body) - _FIELDS):
            return _invalid(f"{unknown[0]}: Extra inputs are not permitted")
        if self._models is not None and asked.model not in self._models:
            return status(404, "not_found_error", f"model: {asked.model}")
        if not isinstance(body.get("max_tokens"), int) or not messages:
            return _invalid("max_tokens, messages: Field required")
        if messages[0]["role"] != "user" or messages[-1]["role"] != "user":
            return _invalid(
                "This model does not support assistant message prefill. The conversation must end with a user message."
            )
        if any(not str(b.get("text", "")).strip() for b in _blocks(body)):
            return _invalid("messages: text content blocks must be non-empty")
        if points > 4:
            return _invalid(f"A maximum of 4 blocks with cache_control may be provided. Found {points}.")
        if config and not self._accepts_output_config:
            return _invalid("output_config: Extra inputs are not permitted")
        if "effort" in config and asked.model in self._refuses_effort:
            return _invalid("This model does not support the effort parameter.")
        if "format" in config and (said := _schema_fault(config["format"].get("schema"))):
            return _invalid(f"output_config.format.schema: {said}")
        return None


class _Message:
    """One message as the API would give it."""

    def __init__(self, asked: Asked, reply: Reply, counted: Counted, request_id: str) -> None:
        self.reply = reply
        self.request_id = request_id
        self._asked = asked
        output = reply.output_tokens
        self.usage = {
            "input_tokens": counted.input_tokens,
            "cache_read_input_tokens": counted.cache_read_input_tokens,
            "cache_creation_input_tokens": counted.cache_creation_input_tokens,
            "output_tokens": tokens_in(reply.thinking + reply.text) if output is None else output,
        }

    def start(self) -> dict[str, Any]:
        """The message before it has any content."""
        return {
            "id": f"msg_{self._asked.number:06}", "type": "message", "role": "assistant", "model": self._asked.model,
            "content": [], "stop_reason": None, "stop_sequence": None, "usage": {**self.usage, "output_tokens": 1},
        }  # fmt: skip

    def end(self) -> dict[str, Any]:
        """What is known when it is over."""
        return {
            "stop_reason": self.reply.stop_reason,
            "stop_sequence": None,
            "stop_details": self.reply.stop_details,
        }

    def whole(self) -> bytes:
        """The message of a request that does not stream."""
        content = [{"type": "text", "text": self.reply.text}] if self.reply.text else []
        return json.dumps({**self.start(), **self.end(), "content": content, "usage": self.usage}).encode()

    def events(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """The stream, without its end."""
        yield "message_start", {"message": self.start()}
        yield "ping", {}
        index = 0
        if self.reply.thinking:
            yield (
                "content_block_start",
                {"index": 0, "content_block": {"type": "thinking", "thinking": "", "signature": ""}},
            )
            yield (
                "content_block_delta",
                {"index": 0, "delta": {"type": "thinking_delta", "thinking": self.reply.thinking}},
            )
            yield "content_block_delta", {"index": 0, "delta": {"type": "signature_delta", "signature": "c2ln"}}
            yield "content_block_stop", {"index": 0}
            index = 1
        if self.reply.text:
            yield "content_block_start", {"index": index, "content_block": {"type": "text", "text": ""}}
            for at in range(0, len(self.reply.text), _PIECE):
                delta = {"type": "text_delta", "text": self.reply.text[at : at + _PIECE]}
                yield "content_block_delta", {"index": index, "delta": delta}
            yield "content_block_stop", {"index": index}


class _Stream:
    """Sends a message as server-sent events, as far as it goes."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, message: _Message, answer: Reply | Fault
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._message = message
        self._answer = answer

    async def run(self) -> bool:
        """Whether the connection goes on."""
        fault = self._answer if isinstance(self._answer, Fault) else None
        head = {"content-type": "text/event-stream; charset=utf-8", "transfer-encoding": "chunked"}
        self._writer.write(_head(200, {**head, "request-id": self._message.request_id}))
        for name, data in self._message.events():
            if fault and name == "content_block_stop":
                break  # a fault comes in the middle of the text
            await self._send(name, data)
            if self._message.reply.pace and name == "content_block_delta":
                await asyncio.sleep(self._message.reply.pace)
        if fault:
            return await self._fail(fault)
        if self._message.reply.stop_reason is not None:
            counts = {"usage": self._message.usage} if self._message.reply.counts_at_end else {}
            await self._send("message_delta", {"delta": self._message.end(), **counts})
            await self._send("message_stop", {})
        return await self._finish()

    async def _fail(self, fault: Fault) -> bool:
        if fault.kind == "event":
            await self._chunk(b"event: error\ndata: " + fault.body(self._message.request_id) + b"\n\n")
            return await self._finish()
        if fault.kind == "garbage":
            await self._chunk(b'event: content_block_delta\ndata: {"type": <html>\n\n')
            return await self._finish()
        await self._writer.drain()
        await _break(fault.kind, self._reader, self._writer)
        return False

    async def _send(self, name: str, data: Mapping[str, Any]) -> None:
        await self._chunk(f"event: {name}\ndata: {json.dumps({'type': name, **data})}\n\n".encode())

    async def _chunk(self, data: bytes) -> None:
        self._writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        await self._writer.drain()

    async def _finish(self) -> bool:
        self._writer.write(b"0\r\n\r\n")
        await self._writer.drain()
        return True


def _exactly(answer: Answer) -> Reply | Fault:
    if isinstance(answer, Reply | Fault):
        return answer
    return Reply(answer if isinstance(answer, str) else json.dumps(answer))


async def _break(kind: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """End, or do not end, a connection in a way of its own."""
    if kind in {"silence", "stall"}:
        with suppress(TimeoutError):
            await asyncio.wait_for(reader.read(1), _LONGEST_STALL)  # until the client has had enough
        return
    raw = writer.get_extra_info("socket")
    if kind == "reset" and raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()


async def _write_error(writer: asyncio.StreamWriter, fault: Fault, request_id: str) -> bool:
    return await _write(writer, fault.status, fault.body(request_id), {**fault.headers, "request-id": request_id})


async def _write(writer: asyncio.StreamWriter, number: int, body: bytes, headers: Mapping[str, str]) -> bool:
    more = {"content-type": "application/json", "content-length": str(len(body))}
    writer.write(_head(number, {**more, **headers}) + body)
    await writer.drain()
    return True


def _head(number: int, headers: Mapping[str, str]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {number} Status\r\n{lines}\r\n".encode("latin-1")


def _invalid(message: str) -> Fault:
    return status(400, "invalid_request_error", message)


def _blocks(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    contents = [body.get("system", []), *(m["content"] for m in body.get("messages", []))]
    return [block for content in contents for block in (content if isinstance(content, list) else [{"text": content}])]


def _schema_fault(schema: Any) -> str:
    """What the API would not compile; '' for a schema that it takes."""
    if not isinstance(schema, dict):
        return "Input should be a valid dictionary"
    if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
        return "For 'object' type, 'additionalProperties' must be explicitly set to false"
    if unknown := {"minimum", "maximum", "minLength", "maxLength", "maxItems", "pattern"} & set(schema):
        return f"For '{schema.get('type')}' type, property '{min(unknown)}' is not supported"
    inner = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values(), *schema.get("anyOf", [])]
    inner += [schema["items"]] if "items" in schema else []
    return next((said for part in inner if (said := _schema_fault(part))), "")
