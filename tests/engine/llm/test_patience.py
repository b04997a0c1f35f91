"""Faults of transport are waited out; all others come through at once."""

import math
from collections.abc import Callable

import anyio
import pytest
from driversmith.engine.errors import ModelRejectedError, ModelTransportError
from driversmith.engine.llm.gate import Gate
from driversmith.engine.llm.patience import Backoff, PatientModel, Waiting
from driversmith.engine.llm.port import ModelAnswer, Record
from driversmith.engine.llm.prices import load_prices
from driversmith.engine.llm.request import ModelRequest
from driversmith.engine.llm.scripted import Line, Rejection, Reply, ScriptedModel, TransportTrouble

from ...patience import LONG
from .moments import Moments
from .requests import Records, a_request

OVERLOADED = TransportTrouble(fault="overloaded")


def lines(*script: Line) -> Callable[[ModelRequest], Line]:
    left = list(script)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


class Bench:
    """A patient model over a script, in time that a test moves."""

    def __init__(self, *script: Line, jitter: float = 1.0, **backoff: float) -> None:
        self.time = Moments()
        self.records = Records()
        self.waits: list[Waiting] = []
        self.gate = Gate(limit=2, clock=self.time, sleep=self.time.sleep)
        self.model = PatientModel(
            ScriptedModel(lines(*script), prices=load_prices(), clock=self.time, sleep=self.time.sleep),
            gate=self.gate,
            backoff=Backoff(**backoff),  # type: ignore[arg-type]
            jitter=lambda: jitter,
        )

    async def ask(self, *, seconds: float = math.inf) -> ModelAnswer:
        deadline = self.time() + seconds
        return await self.model.ask(a_request(), record=self.records, deadline=deadline, on_wait=self._heard)

    async def _heard(self, waiting: Waiting) -> None:
        self.waits.append(waiting)


@pytest.mark.parametrize("fault", ["overloaded", "rate_limited", "server_error", "connection", "stall", "cut_stream"])
async def test_a_burst_is_waited_out_with_a_ceiling_that_doubles(fault: str) -> None:
    trouble = TransportTrouble(fault=fault)  # type: ignore[arg-type]
    bench = Bench(trouble, trouble, trouble, "there")
    assert (await bench.ask()).text == "there"
    assert [waiting.seconds for waiting in bench.waits] == [1, 2, 4]
    assert [(waiting.retry, waiting.fault) for waiting in bench.waits] == [(1, fault), (2, fault), (3, fault)]
    assert [entry.outcome for entry in bench.records] == [fault, fault, fault, "answered"]


async def test_the_jitter_is_full() -> None:
    bench = Bench(OVERLOADED, OVERLOADED, OVERLOADED, "there", jitter=0.25)
    await bench.ask()
    assert [waiting.seconds for waiting in bench.waits] == [0.25, 0.5, 1.0]


async def test_waits_have_a_ceiling_and_retries_an_end() -> None:
    bench = Bench(OVERLOADED, retries=5, longest_seconds=6)
    with pytest.raises(ModelTransportError, match="overloaded"):
        await bench.ask()
    assert [waiting.seconds for waiting in bench.waits] == [1, 2, 4, 6, 6]
    assert len(bench.records) == 6


async def test_retry_after_is_obeyed_and_capped() -> None:
    bench = Bench(
        TransportTrouble(fault="rate_limited", retry_after=7),
        TransportTrouble(fault="overloaded", retry_after=3600),
        "there",
        jitter=0.0,
    )
    await bench.ask()
    assert [waiting.seconds for waiting in bench.waits] == [7, 60]


async def test_retry_after_holds_every_session_back() -> None:
    bench = Bench(TransportTrouble(fault="rate_limited", retry_after=7), "there")
    entered: list[float] = []

    async def on_wait(_: Waiting) -> None:
        async with bench.gate.passage():
            entered.append(bench.time())

    await bench.model.ask(a_request(), record=bench.records, on_wait=on_wait)
    assert entered == [1007]


async def test_nothing_is_waited_for_past_the_deadline() -> None:
    bench = Bench(TransportTrouble(fault="rate_limited", retry_after=30))
    with pytest.raises(ModelTransportError) as caught:
        await bench.ask(seconds=20)
    assert (caught.value.fault, bench.waits) == ("rate_limited", [])
    bench = Bench(OVERLOADED)
    with pytest.raises(ModelTransportError):
        await bench.ask(seconds=5)
    assert bench.time() < 1005


async def test_an_answer_that_is_under_way_at_the_deadline_is_cut_off_and_recorded() -> None:
    records = Records()
    slow = ScriptedModel(lambda _: Reply(text="late", seconds=30), prices=load_prices())
    gate = Gate(limit=1)
    model = PatientModel(slow, gate=gate)
    with pytest.raises(ModelTransportError) as caught:
        await model.ask(a_request(), record=records, deadline=gate.clock() + 0.3)
    assert caught.value.fault == "deadline"
    assert [entry.outcome for entry in records] == ["cancelled"]


async def test_what_a_person_has_to_mend_is_not_waited_for() -> None:
    bench = Bench(Rejection(fault="spend_limit"), "never")
    with pytest.raises(ModelRejectedError):
        await bench.ask()
    assert bench.waits == []
    assert len(bench.records) == 1


async def test_the_gate_is_held_around_the_whole_answer_and_left_while_waiting() -> None:
    inside, seen = 0, []

    class Watched:
        async def ask(self, request: ModelRequest, *, record: Record) -> ModelAnswer:
            nonlocal inside
            inside += 1
            try:
                await anyio.sleep(0.005)
                seen.append(inside)
                raise ModelTransportError("busy", fault="overloaded")
            finally:
                inside -= 1

    async def sleep(_: float) -> None:
        with anyio.fail_after(LONG):
            async with gate.passage():  # one that waits takes no place
                pass

    async def ask() -> None:
        with pytest.raises(ModelTransportError):
            await model.ask(a_request(), record=Records())

    gate = Gate(limit=1, sleep=sleep)
    model = PatientModel(Watched(), gate=gate, backoff=Backoff(retries=2))
    async with anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(ask)
    assert seen == [1] * 15


async def test_who_is_cancelled_while_waiting_stops_at_once() -> None:
    model = PatientModel(
        ScriptedModel(lambda _: TransportTrouble(fault="rate_limited", retry_after=30), prices=load_prices()),
        gate=Gate(limit=1),
    )
    with anyio.move_on_after(0.05) as scope:
        await model.ask(a_request(), record=Records())
    assert scope.cancelled_caught
