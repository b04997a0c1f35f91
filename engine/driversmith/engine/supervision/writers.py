"""Who writes an attempt with a model: whole files, or the slots of the templates."""

from typing import TYPE_CHECKING

from ..errors import GenerationError
from ..models.driver import DriverBundle
from ..models.profile import ApiProfile
from ..models.session import GenerateRequest
from .plan import Plan
from .workshop import Writer

if TYPE_CHECKING:
    from ..generation.model_engine import FaultsOfFile
    from ..guards.writing import OnTry
    from ..llm.port import Ask


def file_writer(
    profile: ApiProfile,
    draft: DriverBundle,
    request: GenerateRequest,
    plan: Plan,
    *,
    attempt: int,
    ask: "Ask",
    on_try: "OnTry",
) -> Writer:
    """Has a model, or the calling agent's, write client, README and examples."""
    from ..generation.model_engine import ModelEngine

    host = request.engine == "host"
    return ModelEngine(
        profile=profile,
        template=draft,
        ask=ask,
        attempt=attempt,
        max_retries=request.max_retries,
        author="host" if host else "model",
        adjustments=plan.adjustments,
        in_parallel=not host,
        accepted=plan.accepted,
        on_try=on_try,
    )


class SlotWriter:
    """Has a model fill the slots of the templates (strategy `simplify`)."""

    def __init__(
        self,
        profile: ApiProfile,
        draft: DriverBundle,
        request: GenerateRequest,
        plan: Plan,
        *,
        attempt: int,
        ask: "Ask",
        on_try: "OnTry",
    ) -> None:
        self._profile = profile
        self._draft = draft
        self._request = request
        self._plan = plan
        self._attempt = attempt
        self._ask = ask
        self._on_try = on_try

    async def write(self) -> DriverBundle:
        """The templates' driver with the slots filled."""
        from ..generation.simplify import simplify

        return await simplify(
            profile=self._profile,
            template=self._draft,
            ask=self._ask,
            attempt=self._attempt,
            max_retries=self._request.max_retries,
            adjustments=self._plan.adjustments,
            on_try=self._on_try,
        )

    async def repair(self, bundle: DriverBundle, faults: "FaultsOfFile") -> DriverBundle:
        """Nothing in a file is the model's own here: a fault means that a slot was filled wrongly.

        Raises:
            GenerationError: always.
        """
        first = [f.message for f in faults.findings] + [f"{b.name}: expected {b.expected}" for b in faults.behaviours]
        raise GenerationError(
            f"With the slots filled, {faults.path} of {bundle.project} fails: {first[0]}", code="contract_failed"
        )
