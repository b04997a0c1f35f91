"""All sessions of a process share one gate."""

import anyio
import pytest
from driversmith.engine.errors import ModelTransportError
from driversmith.engine.llm.gate import Gate

from ...patience import LONG
from .moments import Moments


async def test_no_more_than_the_limit_are_inside_and_the_gate_stays_full() -> None:
    gate, inside, most, served = Gate(limit=4), 0, 0, 0

    async def pass_through() -> None:
        nonlocal inside, most, served
        async with gate.passage():
            inside += 1
            most = max(most, inside)
            await anyio.sleep(0.001)
            inside -= 1
            served += 1

    async with anyio.create_task_group() as tasks:
        for _ in range(50):
            tasks.start_soon(pass_through)
    assert (most, served) == (4, 50)


async def test_nobody_enters_before_the_time_that_anyone_was_told() -> None:
    time = Moments()
    gate = Gate(limit=2, clock=time, sleep=time.sleep)
    gate.close_until(time() + 30)
    gate.close_until(time() + 5)
    async with gate.passage():
        assert time() == 1030


async def test_a_time_that_is_set_while_one_waits_for_a_place_holds_for_it_too() -> None:
    time = Moments()
    gate = Gate(limit=1, clock=time, sleep=time.sleep)
    entered: list[float] = []

    async def wait() -> None:
        async with gate.passage():
            entered.append(time())

    async with anyio.create_task_group() as tasks, gate.passage():
        tasks.start_soon(wait)
        await anyio.wait_all_tasks_blocked()
        gate.close_until(time() + 10)
    assert entered == [1010]


async def test_a_deadline_before_the_gate_opens_ends_the_wait_before_it_begins() -> None:
    time = Moments()
    gate = Gate(limit=1, clock=time, sleep=time.sleep)
    gate.close_until(time() + 30)
    with pytest.raises(ModelTransportError, match="another 30 s") as caught:
        async with gate.passage(deadline=time() + 20):
            pytest.fail("nobody gets in")
    assert (caught.value.fault, time.slept) == ("rate_limited", [])


async def test_a_gate_that_stays_full_lets_go_at_the_deadline() -> None:
    time = Moments()
    gate = Gate(limit=1, clock=time, sleep=time.sleep)
    async with gate.passage():
        with pytest.raises(ModelTransportError) as caught:
            async with gate.passage(deadline=time() + 0.02):
                pytest.fail("nobody gets in")
    assert caught.value.fault == "deadline"
    async with gate.passage():
        pass


async def test_who_fails_or_is_cancelled_inside_gives_the_place_back() -> None:
    gate = Gate(limit=1)
    with pytest.raises(ValueError, match="inside"):
        async with gate.passage():
            raise ValueError("inside")
    with anyio.move_on_after(0.01):
        async with gate.passage():
            await anyio.sleep_forever()
    with anyio.fail_after(LONG):
        async with gate.passage():
            pass
