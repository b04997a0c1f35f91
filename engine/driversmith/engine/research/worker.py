"""Work on large descriptions off the event loop."""

import gc
import pickle
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, TypeVar, TypeVarTuple

import anyio.to_process
import anyio.to_thread

from ..validation.limits import limit_memory, limit_processor
from .documents.bounds import WORKER_BYTES, WORKER_SECONDS, WORKER_SECONDS_A_MIB, too_much_memory, too_much_work

T = TypeVar("T")
Args = TypeVarTuple("Args")

IN_PLACE_BYTES = 64 << 10
"""Up to this size the work takes milliseconds: it is done at once."""
IN_THREAD_BYTES = 512 << 10
"""Up to this size a thread is enough; above, a process of its own keeps the loop free, and can be killed when cancelled."""


async def run_sized(size: int, work: Callable[[*Args], T], *args: *Args) -> T:
    """Call `work(*args)` where a description of `size` bytes belongs: at once, in a thread, or in a process.

    `work` and `args` must be picklable. Where no process can be started, a thread does it.

    Raises:
        DescriptionError: the process ran out of the memory or the time on the processor that it may take.
        Whatever `work` raises.
    """
    if size <= IN_PLACE_BYTES:
        return work(*args)
    if size > IN_THREAD_BYTES and await _can_start():
        try:
            job = await anyio.to_thread.run_sync(_dumped, (work, args))
            seconds = WORKER_SECONDS + WORKER_SECONDS_A_MIB * size / (1 << 20)
            done = await anyio.to_process.run_sync(_packed, job, seconds, cancellable=True)
            return await anyio.to_thread.run_sync(_loaded, done)
        except RecursionError:  # too deep to pickle
            pass
        except anyio.BrokenWorkerProcess:  # what kills one worker would kill, or hold up, whoever tried next
            raise too_much_work() from None
    return await anyio.to_thread.run_sync(work, *args, abandon_on_cancel=True)


async def run_beside(size: int, work: Callable[[*Args], T], *args: *Args) -> T:
    """As run_sized, for work that costs less than to hand a large description over: at once or in a thread.

    Raises:
        Whatever `work` raises.
    """
    if size <= IN_PLACE_BYTES:
        return work(*args)
    return await anyio.to_thread.run_sync(work, *args, abandon_on_cancel=True)


async def run_in_process(size: int, work: Callable[[*Args], T], *args: *Args) -> T:
    """As run_sized, for work that may take for ever: only what is small is done at once, the rest in a process, which is
    killed when the time is over.

    Raises:
        Whatever `work` raises.
    """
    return await run_sized(size if size <= IN_PLACE_BYTES else max(size, IN_THREAD_BYTES + 1), work, *args)


async def _can_start() -> bool:
    """Whether a worker process can be started; one that could is there for the work."""
    try:
        await anyio.to_process.run_sync(_nothing, cancellable=True)
    except (anyio.BrokenWorkerProcess, OSError):
        return False
    return True


def _nothing() -> None:
    pass


def _dumped(job: object) -> bytes:
    with _without_collecting():
        return pickle.dumps(job)


def _loaded(done: bytes) -> Any:
    with _without_collecting():
        return pickle.loads(done)  # noqa: S301 - our own process wrote it


@contextmanager
def _without_collecting() -> Generator[None]:
    """No search for cycles meanwhile: a document has none, and the event loop would wait for it."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _packed(job: bytes, seconds: float) -> bytes:
    """Do a job in the worker process. What anyio would unpickle on the event loop is bytes, whatever the job is about:
    the profile of a large API takes seconds."""
    limit_memory(WORKER_BYTES)
    limit_processor(time.process_time() + seconds)  # the process has worked for others before
    try:
        with _without_collecting():  # takes a third of the time
            work, args = _job(pickle.loads(job))  # noqa: S301 - our own process wrote it
            return pickle.dumps(work(*args))
    except MemoryError:
        raise too_much_memory() from None


def _job(loaded: Any) -> tuple[Callable[..., object], tuple[Any, ...]]:
    return loaded
