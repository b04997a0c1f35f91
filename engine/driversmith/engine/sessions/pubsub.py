"""Who is told that a session has changed: waiters in this process, and subscribers."""

import logging
from collections.abc import Callable

import anyio

logger = logging.getLogger(__name__)

Subscriber = Callable[[str], None]
"""Takes the id of a session that has changed; must not block."""


class SessionUpdates:
    """One event a session, set at its next change; publishing never blocks."""

    def __init__(self) -> None:
        self._events: dict[str, anyio.Event] = {}
        self._subscribers: list[Subscriber] = []

    def publish(self, session_id: str) -> None:
        """Tell everybody that the session has changed."""
        if event := self._events.pop(session_id, None):
            event.set()
        for subscriber in list(self._subscribers):
            try:
                subscriber(session_id)
            except Exception:  # edge: a broken subscriber must not stop the session, nor silence the others
                logger.exception("a subscriber failed on session %s", session_id)

    def next(self, session_id: str) -> anyio.Event:
        """The event that the session's next change sets."""
        return self._events.setdefault(session_id, anyio.Event())

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Have `subscriber` called for each change; the answer ends that."""
        self._subscribers.append(subscriber)

        def unsubscribe() -> None:
            if subscriber in self._subscribers:
                self._subscribers.remove(subscriber)

        return unsubscribe
