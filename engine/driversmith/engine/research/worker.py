"""Work on large descriptions off the event loop."""

import gc
import pickle
from collections.abc import Callable
from typing import Any, TypeVar, TypeVarTuple

import anyio.to_process
import anyio.to_thread

from ..validation.limits import limit_memory
from .documents.bounds import WORKER_BYTES, too_much_memory

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
        DescriptionError: the process ran out of the memory that it may take.
        Whatever `work` raises.
    """
    if size <= IN_PLACE_BYTES:
        return work(*args)
    if size > IN_THREAD_BYTES:
        try:
            job = await anyio.to_thread.run_sync(pickle.dumps, (work, args))
            done = await anyio.to_process.run_sync(_packed, job, cancellable=True)
            return await anyio.to_thread.run_sync(pickle.loads, done)
        except (
            anyio.BrokenWorkerProcess,
            OSError,
            RecursionError,
        ):  # none can be started, or what it gives is too deep to pickle
            pass
    return await anyio.to_thread.run_sync(work, *args, abandon_on_cancel=True)


async def run_in_process(size: int, work: Callable[[*Args], T], *args: *Args) -> T:
    """As run_sized, for work that may take for ever: only what is small is done at once, the rest in a process, which is
    killed when the time is over.

    Raises:
        Whatever `work` raises.
    """
    return await run_sized(size if size <= IN_PLACE_BYTES else max(size, IN_THREAD_BYTES + 1), work, *args)


def _packed(job: bytes) -> bytes:
    """Do a job in the worker process. What anyio would unpickle on the event loop is bytes, whatever the job is about:
    the profile of a large API takes seconds."""
    limit_memory(WORKER_BYTES)
    gc.disable()  # a document has no cycles, and looking for them takes a third of the time
    try:
        work, args = _job(pickle.loads(job))  # noqa: S301 - our own process wrote it
        return pickle.dumps(work(*args))
    except MemoryError:
        raise too_much_memory() from None
    finally:
        gc.enable()


def _job(loaded: Any) -> tuple[Callable[..., object], tuple[Any, ...]]:
    return loaded
