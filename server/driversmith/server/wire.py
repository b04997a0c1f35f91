"""Lines of stdin that the SDK cannot read: it drops them, and whoever sent one would wait for an answer for ever.

A client that cuts a text in the middle of an emoji sends half a surrogate pair; one that escapes too little sends control
characters as they are. Such lines are mended. What cannot be mended (JSON cut off, or nested too deeply) is refused.
"""

import json
import logging
import re
from contextlib import suppress
from types import TracebackType
from typing import Self

import anyio
import mcp_types
from mcp.shared._stream_protocols import ReadStream, WriteStream
from mcp.shared.message import SessionMessage
from pydantic import ValidationError

logger = logging.getLogger(__name__)

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_TOKEN = re.compile(r'("(?:[^"\\]|\\.)*")\s*(:?)|[{}\[\]]', re.DOTALL)
_ID = re.compile(r'\s*(-?\d{1,18}(?![\d.eE])|"(?:[^"\\]|\\.){0,200}")')


class AnsweredLines(ReadStream[SessionMessage | Exception]):
    """What the SDK reads from stdin, except that a request which it cannot read is mended, or refused by its id."""

    def __init__(self, lines: ReadStream[SessionMessage | Exception], answers: WriteStream[SessionMessage]) -> None:
        self._lines = lines
        self._answers = answers

    async def receive(self) -> SessionMessage | Exception:
        """The next message; an exception stands for a line that asks for no answer."""
        while True:
            item = await self._lines.receive()
            if not isinstance(item, ValidationError) or not isinstance(line := item.errors()[0]["input"], str):
                return item
            if message := _mended(line):
                return SessionMessage(message)
            if (request := request_id(line)) is None:
                logger.warning("a line of stdin is no message of MCP: %.200r", line)
                return item
            await self._answers.send(SessionMessage(_refusal(request)))

    async def aclose(self) -> None:
        """Close the stream below."""
        await self._lines.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        try:
            return await self.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        await self.aclose()


def request_id(line: str) -> str | int | None:
    """The id of the request that a broken line of JSON holds, as far as it can be told."""
    depth = 0
    for token in _TOKEN.finditer(line):
        if token[0] in "{[":
            depth += 1
        elif token[0] in "}]":
            depth -= 1
        elif depth == 1 and token[2] and token[1] == '"id"' and (found := _ID.match(line, token.end())):
            with suppress(ValueError):
                return json.loads(found[1])
    return None


def _mended(line: str) -> mcp_types.JSONRPCMessage | None:
    """The message of a line whose texts hold what JSON does not allow; None where there is more wrong with it."""
    try:
        text = json.dumps(json.loads(line, strict=False), ensure_ascii=False)
        return mcp_types.jsonrpc_message_adapter.validate_json(_LONE_SURROGATE.sub("\ufffd", text), by_name=False)
    except (ValueError, RecursionError):
        return None


def _refusal(request: str | int) -> mcp_types.JSONRPCError:
    words = "The request is no valid JSON, or nests too deeply. Send it whole, with less nesting and shorter numbers."
    error = mcp_types.ErrorData(code=mcp_types.PARSE_ERROR, message=words)
    return mcp_types.JSONRPCError(jsonrpc="2.0", id=request, error=error)
