"""Leaving in time: a stop is a request first, and an end of the process when nothing comes of it."""

import logging
import os
import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType

logger = logging.getLogger(__name__)
GRACE_SECONDS = 0.6
"""From a stop until the process ends in any case. Whatever is cut off is durable: its sessions show as `interrupted`."""
INTERRUPTED = 130


class Departure:
    """Remembers why the process leaves, and sees to it that it does."""

    def __init__(self) -> None:
        self.exit_code = 0
        self._begun = False
        self._signalled = False

    def begin(self) -> None:
        """Start the clock; again: no effect."""
        if self._begun:
            return
        self._begun = True
        last_resort = threading.Timer(GRACE_SECONDS, self._leave_now)
        last_resort.daemon = True
        last_resort.start()

    def signalled(self, number: int) -> None:
        """A signal asks to leave: start the clock; a second one ends the process at once."""
        if self._signalled:
            self._leave_now()
        self._signalled = True
        if number == signal.SIGINT:
            self.exit_code = INTERRUPTED
        self.begin()

    @contextmanager
    def on_signals(self, stop: Callable[[], None]) -> Generator[None]:
        """While open, SIGINT and SIGTERM (where the platform has them) call `stop` and start the clock.

        Handlers of Python's own, not the event loop's, so that this works on loops without `add_signal_handler`; they
        interrupt the loop's wait on POSIX and, for Ctrl-C, on Windows.
        """

        def handle(number: int, _frame: FrameType | None) -> None:
            self.signalled(number)
            stop()

        before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _leave_now(self) -> None:
        logger.warning("leaving without waiting any longer; sessions that were cut off show as interrupted")
        os._exit(self.exit_code)
