"""`ask_json`: one JSON object, asked for again with what was wrong."""

from collections.abc import Sequence

import pytest
from driversmith.engine.authoring.ask_json import ask_json
from driversmith.engine.errors import FileGenerationError, ModelTransportError
from driversmith.engine.llm.port import ModelAnswer, RequestRecord
from driversmith.engine.llm.prices import load_prices
from driversmith.engine.llm.request import ModelRequest
from driversmith.engine.llm.scripted import Line, Reply, ScriptedModel, TransportTrouble
from driversmith.engine.models.findings import Finding
from pydantic import BaseModel

from ..llm.requests import a_request


class Cause(BaseModel):
    kind: str
    line: int = 1


class Script:
    def __init__(self, *lines: Line) -> None:
        self.requests: list[ModelRequest] = []
        self._lines = list(lines)
        self._model = ScriptedModel(lambda _: self._lines.pop(0), prices=load_prices())

    async def ask(self, request: ModelRequest) -> ModelAnswer:
        async def forget(_: RequestRecord) -> None:
            pass

        self.requests.append(request)
        return await self._model.ask(request, record=forget)


async def test_json_in_a_fence_or_with_slips_costs_no_try() -> None:
    script = Script('```json\n{"kind": "syntax", "line": 3,}\n```')
    found = await ask_json(script.ask, a_request(), Cause)
    assert found.model == Cause(kind="syntax", line=3) and found.how
    assert len(script.requests) == 1


async def test_the_second_request_quotes_what_was_wrong_and_asks_strictly() -> None:
    script = Script('{"line": "many"}', '{"kind": "syntax"}')
    found = await ask_json(script.ask, a_request(), Cause)
    assert found.model == Cause(kind="syntax")
    first, second = script.requests
    assert (
        "kind" in second.instruction
        and '{"line": "many"}' in second.instruction
        and "nothing else" in second.instruction
    )
    assert second.instruction.startswith(first.instruction)
    assert (second.system, second.prefix) == (first.system, first.prefix)
    assert second.task.try_number == first.task.try_number + 1


async def test_an_answer_that_was_cut_off_is_not_read_though_it_parses() -> None:
    script = Script(Reply(text='{"kind": "syn"}', stop_reason="max_tokens"), '{"kind": "syntax"}')
    assert (await ask_json(script.ask, a_request(), Cause)).model == Cause(kind="syntax")
    assert script.requests[1].max_tokens == 2 * script.requests[0].max_tokens


async def test_a_value_that_does_not_pass_its_check_is_told_so() -> None:
    def check(cause: Cause) -> Sequence[Finding]:
        return [] if cause.line > 1 else [Finding(code="c", severity="P1", file="", message="Line 1 is the docstring.")]

    script = Script('{"kind": "syntax"}', '{"kind": "syntax", "line": 7}')
    assert (await ask_json(script.ask, a_request(), Cause, check=check)).model == Cause(kind="syntax", line=7)
    assert "Line 1 is the docstring." in script.requests[1].instruction


async def test_who_never_answers_with_json_fails_with_findings_and_usage() -> None:
    script = Script("No.", "Still no.")
    with pytest.raises(FileGenerationError) as caught:
        await ask_json(script.ask, a_request(), Cause)
    error = caught.value
    assert (error.tries, error.last_text) == (2, "Still no.")
    assert error.findings[0].code == "json-missing"


async def test_a_refusal_is_asked_once_more() -> None:
    script = Script(Reply(text="", stop_reason="refusal"), '{"kind": "syntax"}')
    assert (await ask_json(script.ask, a_request(), Cause, 5)).model == Cause(kind="syntax")


async def test_a_fault_of_transport_is_passed_on() -> None:
    script = Script(TransportTrouble(fault="overloaded"))
    with pytest.raises(ModelTransportError):
        await ask_json(script.ask, a_request(), Cause)
