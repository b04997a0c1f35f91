"""A stdin that can be ended: the SDK reads stdin in a thread that no signal wakes (python-sdk issue 3551)."""

import os
import threading
from collections.abc import Callable
from contextlib import suppress

CHUNK = 1 << 16


class EndableStdin:
    """Descriptor 0 becomes a pipe that a daemon thread feeds from the real stdin, until either side ends it.

    `on_end` is called in that thread when the real stdin has ended.
    """

    def __init__(self, on_end: Callable[[], None]) -> None:
        self._on_end = on_end
        self._real = os.dup(0)
        self._lock = threading.Lock()
        self._ended = False
        reading, self._writing = os.pipe()
        os.dup2(reading, 0)
        os.close(reading)
        threading.Thread(target=self._feed, name="stdin", daemon=True).start()

    def end(self) -> None:
        """Let the reader see the end of stdin. Safe in a signal handler: it never waits for the feeding thread."""
        self._ended = True
        if self._lock.acquire(blocking=False):
            self._close()
            self._lock.release()

    def _feed(self) -> None:
        with suppress(OSError):  # a reader that is gone, a stdin that cannot be read: both are the end
            while chunk := os.read(self._real, CHUNK):
                with self._lock:
                    view = memoryview(chunk)
                    while view and not self._ended:
                        view = view[os.write(self._writing, view) :]
                    if self._ended:
                        break
        with self._lock:
            self._close()
        self._on_end()

    def _close(self) -> None:
        writing, self._writing = self._writing, -1
        if writing >= 0:
            os.close(writing)
