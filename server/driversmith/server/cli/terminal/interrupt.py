"""Ctrl-C as a cancellation that cleanups survive.

asyncio's own answer to SIGINT cancels the main task natively, through every shield: what closes a database or stops a
child is then cut off half way. Here the first Ctrl-C cancels a scope around the command, and the second ends it hard.
"""

import asyncio
import signal
import threading
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

import anyio

T = TypeVar("T")


def run_async(function: Callable[[], Awaitable[T]]) -> T:
    """Run a coroutine function to its end on the server's kind of loop.

    Raises:
        KeyboardInterrupt: after Ctrl-C, when everything that was open is closed.
    """
    ctrl_c = _CtrlC()
    with ctrl_c.handled():
        return anyio.run(ctrl_c.run, function)


class _CtrlC:
    def __init__(self) -> None:
        self._pressed = False
        self._cancel: Callable[[], object] | None = None

    @contextmanager
    def handled(self) -> Generator[None]:
        """Take SIGINT while the block runs; only the main thread gets it."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGINT, self._press)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    async def run(self, function: Callable[[], Awaitable[T]]) -> T:
        """The function's result, unless Ctrl-C comes first."""
        loop = asyncio.get_running_loop()
        with anyio.CancelScope() as scope:
            self._cancel = lambda: loop.call_soon_threadsafe(scope.cancel)
            try:
                return await function()
            except Exception as exc:  # edge: what fails because it is being stopped is no failure to tell
                if self._pressed:
                    raise KeyboardInterrupt from exc
                raise
            finally:
                self._cancel = None
        raise KeyboardInterrupt

    def _press(self, number: int, frame: FrameType | None) -> None:
        if self._pressed or self._cancel is None:
            raise KeyboardInterrupt
        self._pressed = True
        self._cancel()
