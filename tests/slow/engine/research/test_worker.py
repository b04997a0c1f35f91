"""Work in another process that uses up what it may."""

import re
import sys

import anyio
import pytest
from driversmith.engine.errors import DescriptionError
from driversmith.engine.research import worker
from driversmith.engine.research.worker import IN_THREAD_BYTES, run_sized

from ....patience import LONG


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of time that a process can give itself")
async def test_work_that_takes_too_much_time_on_the_processor_is_told_and_not_done_again_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker, "WORKER_SECONDS", 1.0)
    monkeypatch.setattr(worker, "WORKER_SECONDS_A_MIB", 0.0)
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await anyio.sleep(0.01)
            ticks += 1

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(tick)
        with anyio.fail_after(LONG), pytest.raises(DescriptionError, match="time on the processor") as caught:
            await run_sized(IN_THREAD_BYTES + 1, re.fullmatch, "(a+)+b", "a" * 60)
        tasks.cancel_scope.cancel()
    assert caught.value.code == "description_too_large"
    assert ticks > 5
    assert await run_sized(IN_THREAD_BYTES + 1, len, "next") == 4
