"""Who is told that a session has changed: waiters in this process, and subscribers."""

import logging
from collections.abc import Awaitable, Callable

import anyio

logger = logging.getLogger(__name__)

Subscriber = Callable[[str], Awaitable[None]]
"""Takes the id of a session that has changed."""


class Bells:
    """One bell a session. Ringing never blocks; changes that come faster than subscribers listen are told once."""

    def __init__(self) -> None:
        self._bells: dict[str, anyio.Event] = {}
        self._subscribers: list[Subscriber] = []
        self._changed: dict[str, None] = {}
        self._work = anyio.Event()

    def ring(self, session_id: str) -> None:
        """Tell everybody that the session has changed."""
        if bell := self._bells.pop(session_id, None):
            bell.set()
        if self._subscribers:
            self._changed[session_id] = None
            self._work.set()

    def next(self, session_id: str) -> anyio.Event:
        """The event that the next ring sets."""
        return self._bells.setdefault(session_id, anyio.Event())

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Have `subscriber` called for each change; the answer ends that."""
        self._subscribers.append(subscriber)

        def unsubscribe() -> None:
            if subscriber in self._subscribers:
                self._subscribers.remove(subscriber)

        return unsubscribe

    async def tell(self) -> None:
        """Call the subscribers, for ever."""
        while True:
            await self._work.wait()
            self._work = anyio.Event()
            while self._changed:
                session_id = next(iter(self._changed))
                del self._changed[session_id]
                for subscriber in list(self._subscribers):
                    try:
                        await subscriber(session_id)
                    except Exception:  # edge: a broken subscriber must not silence the others
                        logger.exception("a subscriber failed on session %s", session_id)
