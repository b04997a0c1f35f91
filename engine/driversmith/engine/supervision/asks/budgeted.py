"""BudgetedAsk: a session's requests to the model that is set up, within the session's time, dollars and tokens."""

import anyio

from ...errors import BudgetSpentError, ModelError
from ...llm.patience import PatientModel, Waiting
from ...llm.port import ModelAnswer, RequestRecord
from ...llm.request import ModelRequest
from ..context import SessionContext
from .journalled import Keep

KEEPING_SECONDS = 60.0
"""How long the journal may take for an answer; whoever wants to leave waits for that."""


class BudgetedAsk:
    """The Source (asks.journalled) that asks a model behind the process's gate, until the session's time, dollars or tokens are used up."""

    def __init__(self, model: PatientModel, session: SessionContext, *, session_tokens: int) -> None:
        self._model = model
        self._session = session
        self._session_tokens = session_tokens

    async def answer(self, request: ModelRequest, step: str, keep: Keep) -> ModelAnswer:
        """The model's answer; transport faults are waited out and told."""
        await self._check_budgets()
        task = request.task
        subject = f"{task.path or 'the whole driver'} ({task.role}, try {task.try_number})"
        data = {"step": step, **task.model_dump(mode="json")}
        await self._session.log.write("model.asked", f"Asking the model: {subject}.", data=data)
        try:
            answer = await self._model.ask(
                request,
                record=lambda record: self._record(record, keep),
                deadline=self._deadline(),
                on_wait=self._tell_waiting,
            )
        except ModelError as error:
            await self._session.log.write(
                "model.answered",
                f"No answer for {subject}: {error.message}",
                level="error",
                data={**data, "fault": error.fault},
            )
            raise
        await self._session.log.write(
            "model.answered",
            f"The model answered: {subject}, {answer.usage.output_tokens} tokens.",
            data={
                **data,
                "stop_reason": answer.stop_reason,
                "seconds": round(answer.latency_seconds, 3),
                "cost_usd": answer.cost_usd,
            },
        )
        return answer

    async def _record(self, record: RequestRecord, keep: Keep) -> None:
        # What is paid for must not be lost to whoever ends this process: it would be paid for again.
        with anyio.fail_after(KEEPING_SECONDS, shield=True):
            await self._session.journal.add_usage(self._session.session_id, self._session.epoch, **record.usage())
            if record.outcome == "answered":
                await keep(record.answer)

    async def _check_budgets(self) -> None:
        spent = await self._session.journal.usage(self._session.session_id)
        budget = self._session.request.budget_usd
        if budget is not None and spent.cost_usd is not None and spent.cost_usd >= budget:
            raise BudgetSpentError(
                f"The budget of ${budget:g} is spent (${spent.cost_usd:.4f} over {spent.calls} requests).",
                next_action="Give a larger budget_usd, or fewer objects.",
            )
        if budget is not None and spent.cost_usd is None:
            raise BudgetSpentError(
                f"What {spent.calls} requests cost is not known, so that the budget of ${budget:g} cannot be kept.",
                next_action="Add the price to prices.toml in DRIVERSMITH_HOME, or leave out budget_usd.",
            )
        tokens = spent.input_tokens + spent.cached_tokens + spent.output_tokens
        if tokens >= self._session_tokens:
            raise BudgetSpentError(
                f"The session has used {tokens} tokens of {self._session_tokens}.",
                next_action="Raise DRIVERSMITH_SESSION_TOKENS, or ask for fewer objects.",
            )

    def _deadline(self) -> float:
        return self._model.clock() + max(0.0, self._session.request.time_limit_seconds - self._session.steps.elapsed)

    async def _tell_waiting(self, waiting: Waiting) -> None:
        await self._session.log.write(
            "model.waiting",
            f"The model could not be asked ({waiting.error}) Trying again in {waiting.seconds:.1f} s.",
            level="warning",
            data={"fault": waiting.fault, "retry": waiting.retry, "seconds": round(waiting.seconds, 3)},
        )
