"""Lines that the SDK cannot read."""

import json
import math
from typing import Any

import anyio
import mcp_types
import pytest
from driversmith.server.wire import AnsweredLines, request_id
from mcp.shared.message import SessionMessage
from pydantic import ValidationError


def call(argument: str, request: str = "7") -> str:
    """A line of stdin that calls a tool with one argument, given as JSON."""
    return f'{{"jsonrpc": "2.0", "method": "tools/call", "params": {{"id": 1, "a": {argument}}}, "id": {request}}}\n'


def as_the_sdk_reads(line: str) -> SessionMessage | Exception:
    try:
        return SessionMessage(mcp_types.jsonrpc_message_adapter.validate_json(line, by_name=False))
    except ValidationError as error:
        return error


async def passed_on(line: str) -> tuple[list[Any], list[Any]]:
    """What reaches the server, and what is answered at once."""
    sending, lines = anyio.create_memory_object_stream[SessionMessage | Exception](1)
    answers, answered = anyio.create_memory_object_stream[SessionMessage](1)
    async with answered, answers:
        async with sending:
            await sending.send(as_the_sdk_reads(line))
        async with AnsweredLines(lines, answers) as reading:
            got = [item.message if isinstance(item, SessionMessage) else item async for item in reading]
        await answers.aclose()
        return got, [item.message async for item in answered]


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ('"fine \\ud83d\\ude00"', "fine \U0001f600"),
        ('"half \\ud83d"', "half \ufffd"),
        ('"a\0b\tc"', "a\0b\tc"),
    ],
)
async def test_texts_that_json_does_not_allow_are_mended(argument: str, value: str) -> None:
    (message,), answers = await passed_on(call(argument))
    assert message.id == 7 and message.params == {"id": 1, "a": value} and not answers


@pytest.mark.parametrize("argument", ["[" * 5000 + "]" * 5000, "9" * 5000, '{"x": ', "nothing"])
async def test_what_cannot_be_mended_is_refused_by_its_id(argument: str) -> None:
    got, (answer,) = await passed_on(call(argument).replace('{"jsonrpc"', '{"id": "q1", "jsonrpc"'))
    assert got == [] and answer.id == "q1"
    assert answer.error.code == mcp_types.PARSE_ERROR and "less nesting" in answer.error.message


@pytest.mark.parametrize("line", ["hello\n", "[]\n", "5\n", '{"jsonrpc": "2.0", "method": \n', "\n"])
async def test_a_line_without_an_id_is_passed_on_as_it_is(line: str) -> None:
    (error,), answers = await passed_on(line)
    assert isinstance(error, ValidationError) and not answers


def test_only_an_id_at_the_top_is_that_of_the_request() -> None:
    assert request_id('{"params": {"id": 1, "x": "\\"id\\": 2, {"}, "name": "id", "id": 3, "broken') == 3
    assert request_id('{"params": {"id": 1}, "broken') is None
    assert request_id('{"id": 1.5, "broken') is None
    assert request_id(json.dumps({"id": math.nan}) + "{") is None
