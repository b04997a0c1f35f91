"""Large work leaves the event loop."""

import json
import os
import pickle
import sys
import threading

import pytest
from driversmith.engine.contract.naming import driver_names
from driversmith.engine.errors import DescriptionError, InvalidArgumentError
from driversmith.engine.research.documents.bounds import WORKER_BYTES
from driversmith.engine.research.worker import IN_PLACE_BYTES, IN_THREAD_BYTES, run_sized


def place(_: int) -> tuple[int, int]:
    return os.getpid(), threading.get_ident()


async def test_small_work_is_done_at_once_and_larger_in_a_thread() -> None:
    here = place(0)
    assert await run_sized(IN_PLACE_BYTES, place, 0) == here
    pid, thread = await run_sized(IN_PLACE_BYTES + 1, place, 0)
    assert (pid, thread != here[1]) == (here[0], True)


async def test_the_largest_work_is_done_in_another_process() -> None:
    assert await run_sized(IN_THREAD_BYTES + 1, os.getpid) != os.getpid()


async def test_what_another_process_gives_is_put_together_off_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    here, load, loaded = threading.get_ident(), pickle.loads, list[tuple[bool, object]]()

    def noted(data: bytes) -> object:
        result = load(data)
        loaded.append((threading.get_ident() == here, result))
        return result

    monkeypatch.setattr(pickle, "loads", noted)
    assert await run_sized(IN_THREAD_BYTES + 1, json.loads, "[1, 2]") == [1, 2]
    assert (False, [1, 2]) in loaded
    assert not any(on_loop and "[1, 2]" in repr(result) for on_loop, result in loaded)


async def test_an_error_of_the_work_comes_back_whole() -> None:
    with pytest.raises(InvalidArgumentError, match="api_name is empty") as caught:
        await run_sized(IN_THREAD_BYTES + 1, driver_names, "")
    assert (caught.value.code, bool(caught.value.next_action)) == ("invalid_argument", True)


async def test_what_cannot_be_pickled_falls_back_to_a_thread() -> None:
    nested: list[object] = []
    for _ in range(5_000):
        nested = [nested]
    assert await run_sized(IN_THREAD_BYTES + 1, len, nested) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of memory that a process can give itself")
async def test_work_that_takes_too_much_memory_is_told() -> None:
    with pytest.raises(DescriptionError, match="4 GiB of memory") as caught:
        await run_sized(IN_THREAD_BYTES + 1, bytearray, WORKER_BYTES + 1)
    assert caught.value.code == "description_too_large"
