"""LiveBudget: how many more requests of a session may go to the origin of the API, counted in its journal."""

from collections import Counter
from typing import Protocol, cast

from pydantic import JsonValue

from ...journal.step_names import LIVE_REQUESTS
from ...models.session import GenerateRequest

POLITE_REQUESTS = 10
"""Of a session under `live="auto"`: research's own, retries, all attempts."""
THOROUGH_REQUESTS = 300
"""Of a session under `live="true"`."""
MOST_AN_OBJECT = 6
"""Of these, for one object."""
FOR_AUTHORS = 3
"""Left under `auto` by the proof of the templates' driver, for what an author says of the facts, and for the driver that it
writes."""


class Kept(Protocol):
    """Where the count is kept (journal.steps.Steps)."""

    async def stored(self, name: str) -> JsonValue | None: ...
    async def store(self, name: str, result: JsonValue) -> None: ...


class LiveBudget:
    """Counted before a request goes out, so that a killed process has spent what it may have sent."""

    def __init__(self, request: GenerateRequest, kept: Kept, *, for_authors: bool = False) -> None:
        """`for_authors`: leave some for an author that comes after."""
        self.is_polite = request.live != "true"
        self._most = POLITE_REQUESTS if self.is_polite else THOROUGH_REQUESTS
        self._reserved = FOR_AUTHORS if self.is_polite and for_authors else 0
        self._kept = kept
        self._spent = 0
        self._by_object = Counter[str]()

    async def take_up(self) -> "LiveBudget":
        """The budget as the session left it in its journal."""
        stored = await self._kept.stored(LIVE_REQUESTS)
        if isinstance(stored, dict):
            self._spent = int(cast("int", stored["all"]))
            self._by_object = Counter(cast("dict[str, int]", stored["objects"]))
        return self

    @property
    def spent(self) -> int:
        """Requests that went out."""
        return self._spent

    @property
    def left(self) -> int:
        """Requests that may still go out."""
        return max(0, self._most - self._reserved - self._spent)

    def left_for(self, object_name: str) -> int:
        """Requests that may still go out for one object."""
        return self.left if self.is_polite else min(self.left, MOST_AN_OBJECT - self._by_object[object_name])

    async def spend(self, requests: int, object_name: str = "") -> None:
        """Count requests, or take back (negative) what was counted and not sent."""
        if requests:
            self._spent += requests
            if object_name:
                self._by_object[object_name] += requests
            await self._kept.store(LIVE_REQUESTS, {"all": self._spent, "objects": dict(self._by_object)})
