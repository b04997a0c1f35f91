"""The Dispatcher port: who runs a session; and the one that runs them as tasks of this process."""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Protocol

import anyio
from anyio.abc import TaskGroup

from ...models.principal import LOCAL, Principal

logger = logging.getLogger(__name__)


class Dispatcher(Protocol):
    """Sees to it that somebody works on sessions."""

    def dispatch(self, session_id: str, principal: Principal) -> None:
        """Have a worker take the principal's session as soon as one is free; where one has it, again when that one
        leaves."""
        ...

    def remind(self, session_id: str, principal: Principal, seconds: float) -> None:
        """Dispatch the session after `seconds`, if it is still here to be dispatched then."""
        ...

    def holds(self, session_id: str) -> bool:
        """Whether a worker of this dispatcher has the session, or is to take it."""
        ...

    def failure(self, session_id: str) -> Exception | None:
        """What kept the last worker from the session (an unusable journal), once it has given up."""
        ...


class TaskDispatcher:
    """Runs at most `limit` sessions at once as tasks of a group, of each principal but the local user at most `share`; the
    rest wait their turn, first come, first served.

    `left` hears the id of each session that has no worker any more.
    """

    def __init__(
        self,
        tasks: TaskGroup,
        work: Callable[[str], Awaitable[None]],
        *,
        limit: int,
        share: int | None = None,
        left: Callable[[str], None],
    ) -> None:
        self._tasks = tasks
        self._work = work
        self._left = left
        self._turns = anyio.CapacityLimiter(limit)
        self._share = share or limit
        self._shares: dict[Principal, anyio.CapacityLimiter] = {}
        """Of principals whose sessions run or wait."""
        self._held: set[str] = set()
        self._again: set[str] = set()
        """Those that were to be taken while a worker, perhaps on its way out, still had them."""
        self._failures: dict[str, Exception] = {}

    def dispatch(self, session_id: str, principal: Principal) -> None:
        if session_id in self._held:
            self._again.add(session_id)
        else:
            self._held.add(session_id)
            self._failures.pop(session_id, None)
            self._tasks.start_soon(self._run, session_id, principal, name=f"session {session_id}")

    def remind(self, session_id: str, principal: Principal, seconds: float) -> None:
        self._tasks.start_soon(self._later, session_id, principal, seconds, name=f"reminder of session {session_id}")

    def holds(self, session_id: str) -> bool:
        return session_id in self._held

    def failure(self, session_id: str) -> Exception | None:
        return self._failures.get(session_id)

    async def _later(self, session_id: str, principal: Principal, seconds: float) -> None:
        await anyio.sleep(seconds)
        self.dispatch(session_id, principal)

    async def _run(self, session_id: str, principal: Principal) -> None:
        try:
            async with self._own_turn(principal), self._turns:
                await self._work(session_id)
        except Exception as error:  # edge: a session that cannot be worked on must not end the others
            logger.exception("session %s could not be worked on", session_id)
            self._failures[session_id] = error
        finally:
            self._held.discard(session_id)
            self._left(session_id)
        if session_id in self._again:
            self._again.discard(session_id)
            self.dispatch(session_id, principal)

    @asynccontextmanager
    async def _own_turn(self, principal: Principal) -> AsyncGenerator[None]:
        """A turn of the principal's share, before one of all is waited for: those who wait for their own take up none."""
        if principal == LOCAL:
            yield
            return
        turns = self._shares.setdefault(principal, anyio.CapacityLimiter(self._share))
        try:
            async with turns:
                yield
        finally:
            used = turns.statistics()
            if not used.borrowed_tokens and not used.tasks_waiting:
                self._shares.pop(principal, None)


@asynccontextmanager
async def open_dispatcher(
    work: Callable[[str], Awaitable[None]], *, limit: int, share: int | None = None, left: Callable[[str], None]
) -> AsyncGenerator[TaskDispatcher]:
    """A dispatcher (its arguments: TaskDispatcher) whose tasks live as long as this context; leaving it cancels them and waits for them."""
    failure: Exception | None = None
    async with anyio.create_task_group() as tasks:
        try:
            yield TaskDispatcher(tasks, work, limit=limit, share=share, left=left)
        except Exception as error:  # edge: an exception of the caller must leave as it is, not inside a group
            failure = error
        finally:
            tasks.cancel_scope.cancel()
    if failure is not None:
        raise failure
