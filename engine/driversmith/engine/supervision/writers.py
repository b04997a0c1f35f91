"""Who writes an attempt with a model: whole files, or the slots of the templates."""

from ..errors import GenerationError
from ..models.driver import DriverBundle
from ..models.report import FaultsOfFile
from .workshop import Assignment, Writer


def file_writer(work: Assignment) -> Writer:
    """Has a model, or the calling agent's, write client, README and examples."""
    from ..generation.model_engine import ModelEngine

    host = work.request.engine == "host"
    return ModelEngine(
        profile=work.profile,
        template=work.draft,
        ask=work.ask,
        attempt=work.attempt,
        max_retries=work.request.max_retries,
        author="host" if host else "model",
        adjustments=work.plan.adjustments,
        in_parallel=not host,
        accepted=work.plan.accepted,
        on_try=work.on_try,
    )


class SlotWriter:
    """Has a model fill the slots of the templates (strategy `simplify`)."""

    def __init__(self, work: Assignment) -> None:
        self._work = work

    async def write(self) -> DriverBundle:
        """The templates' driver with the slots filled. The calling agent knows the facts as they are told in full."""
        from ..generation.api_facts import MAX_CHARACTERS
        from ..generation.simplify import MAX_FACTS, simplify

        work = self._work
        return await simplify(
            profile=work.profile,
            template=work.draft,
            ask=work.ask,
            attempt=work.attempt,
            max_retries=work.request.max_retries,
            adjustments=work.plan.adjustments,
            facts=MAX_CHARACTERS if work.request.engine == "host" else MAX_FACTS,
            on_try=work.on_try,
        )

    async def complete(self, bundle: DriverBundle) -> DriverBundle:
        """The same: the slots are filled at once."""
        return bundle

    async def repair(self, bundle: DriverBundle, faults: FaultsOfFile) -> DriverBundle:
        """Nothing in a file is the model's own here: a fault means that a slot was filled wrongly.

        Raises:
            GenerationError: always.
        """
        first = [f.message for f in faults.findings] + [f"{b.name}: expected {b.expected}" for b in faults.behaviours]
        raise GenerationError(
            f"With the slots filled, {faults.path} of {bundle.project} fails: {first[0]}", code="contract_failed"
        )
