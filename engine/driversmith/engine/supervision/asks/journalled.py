"""A session's way to a model: every request journalled, asked once, within the session's budgets."""

import hashlib
import json
from collections.abc import Awaitable, Callable
from typing import Protocol

from pydantic import JsonValue

from ...journal.step_names import context_step, request_step
from ...journal.steps import Steps
from ...llm.port import ModelAnswer
from ...llm.request import ModelRequest, Task

Keep = Callable[[ModelAnswer], Awaitable[None]]
"""Stores an answer under the step of its request."""


class Source(Protocol):
    """Where a session's answers come from."""

    async def answer(self, request: ModelRequest, step: str, keep: "Keep") -> ModelAnswer:
        """The answer to a request that the journal does not hold yet under the name `step`; kept as soon as it is there."""
        ...


class JournalledAsk:
    """The `Ask` of one session (llm.port): a stored answer is given again, and nothing is paid for twice.

    A session that an earlier version left is gone through in words of this one: an answer that was given for the same
    try of the same file then counts, whatever the words were.

    A request is journalled before it is asked, and its answer before anybody sees it. What is the same in many
    requests (`system`, `prefix`) stands in a step `context/<digest>`, to which a journalled request refers.
    """

    def __init__(self, source: Source, *, steps: Steps) -> None:
        self._source = source
        self._steps = steps
        self._contexts: set[str] = set()
        self._gone_through: set[str] = set()
        """Steps of requests that this process has made or made again."""

    async def __call__(self, request: ModelRequest) -> ModelAnswer:
        """The answer.

        Raises:
            ModelTransportError, ModelRejectedError: the model gave none.
            BudgetSpentError, HostSilentError, Suspended: the session ends, or waits.
        """
        context = await self._context(request)
        step = step_name(request, context)
        self._gone_through.add(step)
        if (answer := await self._stored(step)) is not None:
            return answer
        asked: dict[str, JsonValue] = {"request": _kept(request, context)}
        await self._steps.store(step, asked)

        async def keep(answer: ModelAnswer) -> None:
            await self._steps.store(step, {**asked, "answer": answer.model_dump(mode="json")})

        if (answer := await self._of_other_words(request.task)) is not None:
            await keep(answer)
            return answer
        return await self._source.answer(request, step, keep)

    async def _of_other_words(self, task: Task) -> ModelAnswer | None:
        """What was answered for the same try in a process before this one."""
        for name in await self._steps.names(request_step(task.attempt, task.role, task.path, task.try_number, "")):
            if name not in self._gone_through and (answer := await self._stored(name)) is not None:
                self._gone_through.add(name)
                return answer
        return None

    async def _stored(self, step: str) -> ModelAnswer | None:
        stored = await self._steps.stored(step)
        answer = stored.get("answer") if isinstance(stored, dict) else None
        return None if answer is None else ModelAnswer.model_validate(answer)

    async def _context(self, request: ModelRequest) -> str:
        texts: dict[str, JsonValue] = {
            "system": [block.text for block in request.system],
            "prefix": [block.text for block in request.prefix],
        }
        digest = hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:16]
        if digest not in self._contexts:
            self._contexts.add(digest)
            await self._steps.store(context_step(digest), texts)
        return digest


def step_name(request: ModelRequest, context: str) -> str:
    """The step of a request: what it is for, and a digest of all that is asked."""
    volatile = request.model_dump_json(exclude={"system", "prefix"})
    digest = hashlib.sha256(f"{context}\n{volatile}".encode()).hexdigest()[:12]
    task = request.task
    return request_step(task.attempt, task.role, task.path, task.try_number, digest)


def _kept(request: ModelRequest, context: str) -> dict[str, JsonValue]:
    """What the journal keeps of a request."""
    return {**request.model_dump(mode="json", exclude={"system", "prefix"}), "context": context}
