"""RelayGate: lets a relay ask for one object after the other, as far as the session's budget goes."""

from ...network.relay import Relay
from .live_budget import LiveBudget


class RelayGate:
    """Lets a relay ask for one object after the other, as far as the budget goes (proof.live_reads.Gate)."""

    def __init__(self, budget: LiveBudget, relay: Relay) -> None:
        self._budget = budget
        self._relay = relay
        self._name = ""
        self._counted = 0
        self._before = 0
        self._told: int | None = None

    async def open(self, object_name: str, *, most: int | None = None) -> int:
        """Count all that may be sent, before it is sent."""
        await self.settle()
        self._relay.forget_bodies()
        left = self._budget.left_for(object_name)
        self._counted = max(0, left if most is None else min(left, most))
        self._name, self._before = object_name, self._relay.requests
        await self._budget.spend(self._counted, object_name)
        self._relay.allow(self._counted)
        return self._counted

    def shut(self) -> None:
        """Nothing more; that the relay refuses it is no news."""
        self._told = len(self._relay.refused)
        self._relay.allow(0)

    async def settle(self) -> None:
        """Take back what was counted and not sent."""
        if self._told is not None:
            del self._relay.refused[self._told :]
            self._told = None
        await self._budget.spend(self._relay.requests - self._before - self._counted, self._name)
        self._before, self._counted = self._relay.requests, 0
