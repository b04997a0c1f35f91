"""The same sessions with Claude in place of the simulated model: for whoever has a key and says what may be spent."""

from collections.abc import Sequence

from driversmith.engine.errors import BudgetSpentError
from driversmith.engine.llm.anthropic.endpoint import Endpoint
from driversmith.engine.llm.anthropic.model import AnthropicModel
from driversmith.engine.llm.gate import Gate
from driversmith.engine.llm.patience import Backoff, PatientModel
from driversmith.engine.llm.port import LanguageModel, ModelAnswer, Record, RequestRecord
from driversmith.engine.llm.prices import load_prices
from driversmith.engine.llm.request import ModelRequest
from driversmith.engine.settings import Settings
from rich.console import Console

from .baselines import Bench
from .cells import Arm, Shop, run_arm
from .outcomes import Cell
from .tables import result_table

_AT_ONCE = 4


class Purse:
    """A LanguageModel that sends nothing any more once the budget is spent."""

    def __init__(self, model: LanguageModel, budget: float) -> None:
        self.spent = 0.0
        self._model = model
        self._budget = budget

    async def ask(self, request: ModelRequest, *, record: Record) -> ModelAnswer:
        """Asks the model, while there is money.

        Raises:
            BudgetSpentError: there is none left.
        """
        if self.spent >= self._budget:
            raise BudgetSpentError(f"The budget of ${self._budget:g} is spent.")

        async def counted(done: RequestRecord) -> None:
            self.spent += done.answer.cost_usd or 0.0
            await record(done)

        return await self._model.ask(request, record=counted)


async def run_real_model(shop: Shop, endpoint: Endpoint, *, sessions: int, budget: float, arms: Sequence[Arm]) -> None:
    """Run and print; the arms share the budget in the order in which they come.

    Raises:
        InvalidArgumentError: the price of a model is not known.
    """
    settings, prices = Settings(), load_prices()
    prices.check_budget(budget, settings.models.values())
    numbers, cells = range(1, sessions + 1), list[tuple[str, Cell]]()
    async with AnthropicModel(endpoint, models=settings.models, prices=prices) as model:
        purse = Purse(model, budget)
        patient = PatientModel(purse, gate=Gate(limit=_AT_ONCE), backoff=Backoff())
        tokens = 0
        for arm in arms:
            bench = Bench(shop.subjects, shop.judge, patient, _AT_ONCE)
            outcomes = await run_arm(arm, bench, numbers, purse, tokens=tokens, backoff=Backoff())
            tokens = sum(o.spent.tokens for o in outcomes) if arm == "complete" else tokens
            cells.append((f"real, ${purse.spent:.2f} so far", Cell(arm, 0.0, outcomes)))
    Console(width=190).print(result_table(cells, sessions=sessions, seed="none: a real model", paced=True))
